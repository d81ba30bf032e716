"""Runs the window on one event loop, asyncio's and Qt's together, and ends both cleanly."""

import asyncio
import importlib
import signal
import sys
from types import ModuleType

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.errors import LapseError
from app.session.worker import Worker
from ui import theme
from ui.main_window import MainWindow
from ui.wiring import Wiring


def run(application: QApplication, window: MainWindow) -> None:
    """Bring up what is behind the window and return once it was asked to close and everything has ended."""
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        runner.run(_live(application, window))


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
