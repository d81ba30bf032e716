"""Simulated time: an asyncio loop that jumps to its next timer, and the clock that reads it."""

import asyncio
import selectors
from functools import cached_property

# A loop with nothing scheduled and nothing readable is a deadlock; the wait is real, for a socket about to become so.
_DEADLOCK_AFTER_S = 0.2


class Deadlock(RuntimeError):
    """Every task waits for something that can never happen."""


class SimLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock moves only when nothing else is left to do, and then straight to the next timer."""

    def __init__(self) -> None:
        self._sim_time_s = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Return simulated seconds since the loop was made."""
        return self._sim_time_s

    def advance(self, seconds: float) -> None:
        """Move simulated time forward."""
        self._sim_time_s += seconds


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: SimLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(_DEADLOCK_AFTER_S)
            if not ready:
                raise Deadlock("no timer is set and no socket is ready: every task waits for another")
            return ready
        self._loop.advance(timeout)
        return ready


class SimClock:
    """A clock on the `SimLoop` that runs when it is first read; `step_wall` sets the wall without any time passing."""

    boot_id = "simulated"

    def __init__(self, start: float = 1_790_085_600.0, *, counts_sleep: bool = True) -> None:
        self.counts_sleep = counts_sleep
        self._slept_s = 0.0
        self._start = start
        self._travelled_s = 0.0
        self._wall_step_s = 0.0

    def now(self) -> float:
        return self._start + self._wall_step_s + self._slept_s + self.elapsed()

    def elapsed(self) -> float:
        """Return simulated seconds since the loop began."""
        return self._loop.time() + self._travelled_s

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()  # once: each call costs a system call, and simulated calls read time often

    def stopwatch(self) -> float:
        """Return `elapsed()`: all places share this time."""
        return self.elapsed()

    async def sleep_until(self, moment: float) -> None:
        while (left := moment - self.now()) > 0:
            await asyncio.sleep(left)

    def jump(self, seconds: float) -> None:
        self._travelled_s += seconds

    def sleep_machine(self, seconds: float) -> None:
        """Let the machine sleep: the wall clock goes on, elapsed time only if it counts sleep."""
        if self.counts_sleep:
            self.jump(seconds)
        else:
            self._slept_s += seconds

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back, as a user or a time server would."""
        self._wall_step_s += seconds
