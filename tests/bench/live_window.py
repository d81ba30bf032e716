"""The whole window at work: how long its loop stalls in a storm of calls, and what it costs while nothing happens."""

import argparse
import asyncio
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from app.assembly import open_assembly
from app.connections import Connections
from app.demo.embedded import demo_of
from app.events.wire import Exchange
from app.session.store import MemoryStore
from tests.bench.wire_log import resident_mb, stream
from tests.e2e.scripted_browser import sign_in
from ui import theme
from ui.loop import QtLoop
from ui.shell.page import Page
from ui.window.controller import WindowController
from ui.window.main_window import MainWindow

_CALLS = 100
_NAP_S = 0.001


def main() -> None:
    """Print the longest stall of 100 calls at once (aim: 50 ms), the idle costs (aim: 1 %, none), and the memory."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("-n", type=int, default=5, help="storms")
    parser.add_argument("--fill", type=int, default=100_000, metavar="EXCHANGES", help="how many the log then holds")
    parser.add_argument("--idle", type=float, default=10.0, metavar="SECONDS", help="how long to do nothing")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAPSE_HOME"] = home
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        application = QApplication([])
        application.setQuitOnLastWindowClosed(False)
        theme.apply(application, "light")
        with asyncio.Runner(loop_factory=lambda: QtLoop(application)) as runner:
            runner.run(_measure(application, args.n, args.idle, args.fill))


async def _measure(application: QApplication, storms: int, idle_s: float, exchanges: int) -> None:
    window = MainWindow()
    window.furnish()
    async with open_assembly(store=MemoryStore(), open_browser=_browser) as bench:
        controller = WindowController(window, bench)
        window.show()
        controller.start()
        await _until(lambda: window.page is Page.SIGNED_OUT)
        window.commands.sign_in.trigger()
        await _until(lambda: window.page is Page.SIGNED_IN)
        print(f"storms of {_CALLS} calls with one refresh, window, client and demo org in one process")
        for number in range(storms):
            await bench.session.drop_access_token()
            await _storm(window, controller, bench, number)
        await _idle(application, window, idle_s)
        window.show()
        print(f"memory: {resident_mb():.0f} MB resident, window, client and demo org in one process")
        await _fill(bench, exchanges)
        print(f"memory: {resident_mb():.0f} MB with {exchanges:,} exchanges in the log (aim: 250)")
        window.hide()
        await controller.close()
    window.allow_close()


async def _storm(window: MainWindow, controller: WindowController, bench: Connections, number: int) -> None:
    before = demo_of(bench).host.org.counters["token"] if demo_of(bench).host.org else 0
    window.call_strip.call_count_spin.setValue(_CALLS)
    stalls: list[float] = []
    began = time.perf_counter()
    window.commands.call.trigger()
    heartbeat = time.perf_counter()
    while controller.tasks.running("call"):
        await asyncio.sleep(_NAP_S)
        stalls.append(time.perf_counter() - heartbeat)
        heartbeat = time.perf_counter()
    took = time.perf_counter() - began
    refreshes = (demo_of(bench).host.org.counters["token"] if demo_of(bench).host.org else 0) - before
    stalls.sort()
    print(
        f"  storm {number + 1}: {took * 1e3:5.0f} ms in all, {refreshes} token request,"
        f" longest stall {stalls[-1] * 1e3:4.0f} ms (aim 50), p99 {stalls[int(len(stalls) * 0.99) - 1] * 1e3:4.0f} ms"
    )
    print(f"           {window.call_strip.story_label.text()}")


async def _idle(application: QApplication, window: MainWindow, seconds: float) -> None:
    for name, change in (("visible", window.show), ("minimised", window.showMinimized), ("hidden", window.hide)):
        change()
        await asyncio.sleep(1.5)  # what was still to be done for the change
        with _counted(application) as events:
            before = resource.getrusage(resource.RUSAGE_SELF)
            await asyncio.sleep(seconds)
            after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"idle, {name:9}: {spent / seconds * 100:5.2f} % of one core, {events.ours / seconds:4.1f} timer events/s"
        )


async def _fill(bench: Connections, exchanges: int) -> None:
    """Let so many exchanges happen; the window is told of them as ever."""
    seen = 0
    for number, entry in enumerate(stream(bench.journal, bench.details)):
        seen += isinstance(entry.event, Exchange)
        if seen >= exchanges:
            break
        if number % 1000 == 0:
            await asyncio.sleep(0.06)  # longer than the bridge waits
    await asyncio.sleep(1)


class _Counter(QObject):
    """Counts timer events of our own timers; those of the event loop have no name."""

    def __init__(self) -> None:
        super().__init__()
        self.ours = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.ours += event.type() == QEvent.Type.Timer and bool(watched.objectName())
        return False


@contextmanager
def _counted(application: QApplication) -> Iterator[_Counter]:
    counter = _Counter()
    application.installEventFilter(counter)
    yield counter
    application.removeEventFilter(counter)


async def _until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


def _browser(url: str, told: Callable[[bool], None]) -> None:
    threading.Thread(target=sign_in, args=(url,), daemon=True).start()


if __name__ == "__main__":
    print(f"process {os.getpid()}, {Path(__file__).name}")
    main()
