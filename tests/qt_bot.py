"""pytest-qt's robot for a busy machine: it gives up late, and loses nothing on the way."""

from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import CallbackBlocker, MultiSignalBlocker, SignalBlocker

from tests.patience import PATIENCE_MS


class PatientBot(QtBot):
    """A robot whose limits only end what hangs, and that keeps the widgets it shall close.

    pytest-qt keeps weak references. A window that nobody else keeps goes with any collection of garbage once its test
    has returned, and when that begins in the middle of its last painting, the process goes with it.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        super().__init__(request)
        self._kept: dict[int, QWidget] = {}

    def addWidget(self, widget: QWidget, **more: Callable[[QWidget], None]) -> None:
        """Keep `widget` unless it is deleted before, and close it once the test is over."""
        kept, key = self._kept, id(widget)
        kept[key] = widget
        widget.destroyed.connect(lambda _: kept.pop(key, None))
        super().addWidget(widget, **more)

    def waitExposed(self, widget: QWidget) -> None:
        """Return once `widget` is on the screen."""
        assert QTest.qWaitForWindowExposed(widget, PATIENCE_MS)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        """Return once `callback` is true."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: object, *, timeout: int = PATIENCE_MS, **more: object) -> SignalBlocker:
        """Wait, at the end of the block, for the signal."""
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: object, *, timeout: int = PATIENCE_MS, **more: object) -> MultiSignalBlocker:
        """Wait, at the end of the block, for all the signals."""
        return super().waitSignals(signals, timeout=timeout, **more)

    def waitCallback(self, *, timeout: int = PATIENCE_MS, **more: object) -> CallbackBlocker:
        """Wait, at the end of the block, until the callback has been called."""
        return super().waitCallback(timeout=timeout, **more)
