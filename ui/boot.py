"""Boots the window: paints first, brings up everything behind it afterwards, ends cleanly."""

import asyncio
import importlib
import signal
import sys
from contextlib import suppress
from types import ModuleType

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.errors import LapseError
from app.session.worker import Worker
from ui import theme
from ui.main_window import MainWindow
from ui.wiring import Wiring

# A window that is never painted (hidden by the window manager, say) must not hold up the rest.
_PAINT_WITHIN_S = 2.0


def run_window(arguments: list[str]) -> int:
    """Show the window, run it on one event loop, and return the exit code once it is closed."""
    application = QApplication(arguments)
    application.setApplicationName("lapse")
    application.setApplicationDisplayName("Lapse")
    # The window ends the main coroutine, and that ends the loop: ending the loop under it would lose its last steps.
    application.setQuitOnLastWindowClosed(False)
    theme.apply(application, "system")
    window = MainWindow()
    window.show()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        runner.run(_live(application, window))
    return 0


async def _live(application: QApplication, window: MainWindow) -> None:
    over = asyncio.Event()
    window.closing.connect(over.set)
    _stop_on_signals(over)
    await _first_paint(window)
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


async def _first_paint(window: MainWindow) -> None:
    painted = _Painted(window)
    with suppress(TimeoutError):
        async with asyncio.timeout(_PAINT_WITHIN_S):
            await painted.happened.wait()
    window.removeEventFilter(painted)


class _Painted(QObject):
    """Notices that a window was painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.happened = asyncio.Event()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for the first paint; stop nothing."""
        if event.type() == QEvent.Type.Paint:
            self.happened.set()
        return False
