"""Runs blocking calls one at a time on a daemon thread, so that neither the loop nor the exit waits for them."""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")
_Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Executor(Protocol):
    """Runs blocking calls off the event loop."""

    async def run(self, call: Callable[[], Result]) -> Result:
        """Return what `call` returns, or raise what it raises."""


class InlineExecutor:
    """Runs calls at once, where nothing blocks and simulated time must not pass meanwhile."""

    async def run(self, call: Callable[[], Result]) -> Result:
        return call()


class ThreadExecutor:
    """A daemon thread with a queue: unlike ThreadPoolExecutor's, it does not delay the exit while a call is stuck."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], Result]) -> Result:
        """Return what `call` returns, or raise what it raises; cancelling stops the waiting, not the call."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._jobs.put((call, loop, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return await future

    def _work(self) -> None:
        while True:
            call, loop, future = self._jobs.get()
            try:
                outcome: Any = call()
                settle = future.set_result
            except BaseException as failure:  # noqa: BLE001 - carried to the waiting task
                outcome, settle = failure, future.set_exception
            with suppress(RuntimeError):  # the loop is closed: no task waits any more
                loop.call_soon_threadsafe(_settle, future, settle, outcome)


def _settle(future: "asyncio.Future[Any]", settle: Callable[[Any], None], outcome: object) -> None:
    if not future.done():
        settle(outcome)
