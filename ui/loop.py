"""Runs the window on one event loop, asyncio's and Qt's together, and ends both cleanly."""

import asyncio
import importlib
import signal
import sys
from types import ModuleType
from typing import Any

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.errors import LapseError
from app.session.worker import Worker
from ui import theme
from ui.main_window import MainWindow
from ui.wiring import Wiring


def run(application: QApplication, window: MainWindow) -> None:
    """Bring up what is behind the window and return once it was asked to close and everything has ended."""
    with asyncio.Runner(loop_factory=lambda: QtLoop(application)) as runner:
        runner.run(_live(application, window))


class QtLoop(QEventLoop):  # type: ignore[misc]  # it ships no types
    """qasync's loop, which also closes generators that were left half-way, as asyncio's own loops do.

    qasync 0.28 overrides `run_forever`, where asyncio tells the interpreter who is to close them (PEP 525): without it
    what such a generator holds, a connection of httpcore's pool for one, is never given back. With `already_running`
    they are closed until the loop is.
    """

    def __init__(self, application: QApplication, *, already_running: bool = False) -> None:
        super().__init__(application, already_running=already_running)
        self._hooks_before: Any = None
        if already_running:
            self._set_hooks()

    def run_forever(self) -> Any:
        """Run until `stop` is called."""
        self._set_hooks()
        try:
            return super().run_forever()
        finally:
            self._reset_hooks()

    def close(self) -> None:
        """Close it, and leave generators to whoever had them before."""
        self._reset_hooks()
        super().close()

    def _set_hooks(self) -> None:
        self._hooks_before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)

    def _reset_hooks(self) -> None:
        if self._hooks_before is not None:
            sys.set_asyncgen_hooks(*self._hooks_before)
            self._hooks_before = None


async def _live(application: QApplication, window: MainWindow) -> None:
    over = asyncio.Event()
    window.closing.connect(over.set)
    _stop_on_signals(over)
    try:
        await _work(application, window, over)
    except LapseError as trouble:
        window.show_starting(trouble.what)
        window.error_panel.show_error(trouble)
        await over.wait()
    window.allow_close()


async def _work(application: QApplication, window: MainWindow, over: asyncio.Event) -> None:
    # httpx, the demo org and the keyring are heavy to import; on a thread the window paints and answers meanwhile.
    workbench = await Worker("lapse-imports").run(_import_workbench)
    async with workbench.open_workbench() as bench:
        theme.apply(application, bench.settings.scheme)
        wiring = Wiring(window, bench)
        wiring.start()
        await over.wait()
        window.hide()
        await wiring.close()


def _import_workbench() -> ModuleType:
    return importlib.import_module("app.workbench")


def _stop_on_signals(over: asyncio.Event) -> None:
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
