"""Runs the window on one event loop, asyncio's and Qt's together, and ends both cleanly."""

import asyncio
import importlib
import signal
import sys
from types import ModuleType
from typing import Any

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.ending import STOPPED, Unforeseen, stopping_signals, tell, tell_of_loop
from app.errors import LapseError
from app.session.executor import ThreadExecutor
from ui import theme
from ui.garbage import GarbageCollection
from ui.window.controller import WindowController
from ui.window.main_window import MainWindow


def run(application: QApplication, window: MainWindow) -> int:
    """Start everything behind the window; return the exit code once it was closed and everything has ended."""
    with asyncio.Runner(loop_factory=lambda: QtLoop(application)) as runner:
        return runner.run(_live(application, window))


class QtLoop(QEventLoop):  # type: ignore[misc]  # it ships no types
    """qasync's loop, which also closes generators that were left half-way, as asyncio's own loops do.

    qasync 0.28 overrides `run_forever`, where asyncio tells the interpreter who is to close them (PEP 525): without it
    what such a generator holds, a connection of httpcore's pool for one, is never given back. With `already_running`
    they are closed until the loop is. It also collects garbage as it goes; see `ui.garbage`.
    """

    def __init__(self, application: QApplication, *, already_running: bool = False) -> None:
        super().__init__(application, already_running=already_running)
        self._hooks_before: Any = None
        self._garbage = GarbageCollection()
        if already_running:
            self._set_hooks()

    def run_forever(self) -> Any:
        self._set_hooks()
        try:
            return super().run_forever()
        finally:
            self._reset_hooks()

    def call_later(self, delay: Any, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call back after `delay` seconds; qasync routes every step of the loop through here."""
        self._garbage.sometimes()
        return super().call_later(delay, callback, *args, context=context)

    def close(self) -> None:
        """Restore the generator hooks and the garbage thresholds."""
        self._reset_hooks()
        self._garbage.end()
        super().close()

    def _set_hooks(self) -> None:
        self._hooks_before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)

    def _reset_hooks(self) -> None:
        if self._hooks_before is not None:
            sys.set_asyncgen_hooks(*self._hooks_before)
            self._hooks_before = None


async def _live(application: QApplication, window: MainWindow) -> int:
    over, code = asyncio.Event(), 0
    window.close_requested.connect(over.set)
    asyncio.get_running_loop().set_exception_handler(tell_of_loop)
    stopped = _stop_on_signals(over)
    try:
        is_up = await _work(application, window, over)
        code = STOPPED if stopped and not is_up else 0
    except LapseError as error:
        await _show(error, window, over)
    except Exception as failure:  # noqa: BLE001 - the window stays, to say what nobody foresaw
        code = tell(failure)
        await _show(Unforeseen(failure), window, over)
    window.allow_close()
    return code


async def _show(trouble: LapseError, window: MainWindow, over: asyncio.Event) -> None:
    window.show()
    window.show_starting(trouble.what)
    window.error_panel.show_error(trouble)
    await over.wait()


async def _work(application: QApplication, window: MainWindow, over: asyncio.Event) -> bool:
    """Run until `over` is set; return whether everything was up before that."""
    # httpx, the demo org and the keyring are slow to import; on a thread the window stays responsive meanwhile.
    assembly = await ThreadExecutor("lapse-imports").run(_import_assembly)
    if over.is_set():
        return False
    async with assembly.open_assembly() as connections:
        theme.apply(application, connections.settings.scheme)
        controller = WindowController(window, connections)
        controller.start()
        if connections.folder_trouble is not None:
            window.error_panel.show_error(connections.folder_trouble)
        await over.wait()
        window.hide()
        await controller.close()
    return True


def _import_assembly() -> ModuleType:
    return importlib.import_module("app.assembly")


def _stop_on_signals(over: asyncio.Event) -> list[signal.Signals]:
    """End the window at a signal; the list returned collects those that came."""
    come: list[signal.Signals] = []
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        come.append(number)
        over.set()

    if sys.platform != "win32":
        for number in stopping_signals():
            loop.add_signal_handler(number, stop, number)
    return come
