"""Time as an argument: the only module that asks what time it is."""

import asyncio
import time
import uuid
from pathlib import Path
from typing import Protocol

# asyncio on Qt rejects timers above 2^31 ms and its timers may be early, so a long sleep is taken in naps;
# short naps also let a sleeper notice that the clock was moved.
_LONGEST_NAP_S = 0.5

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """What the rest of the program knows about time."""

    @property
    def boot_id(self) -> str:
        """Name what `elapsed()` counts from; elapsed times with different names cannot be compared."""

    @property
    def counts_sleep(self) -> bool:
        """Whether `elapsed()` goes on while the machine sleeps; then it can be trusted against the wall."""

    def now(self) -> float:
        """Return wall time in epoch seconds; it may be set back or forward by the system."""

    def elapsed(self) -> float:
        """Return seconds since an arbitrary start, never running backwards and counting system sleep where it can."""

    def stopwatch(self) -> float:
        """Return seconds since an arbitrary start, which no place travels through alone: for how long things take."""

    async def sleep_until(self, moment: float) -> None:
        """Return once `now()` has reached `moment` (epoch seconds)."""

    def jump(self, seconds: float) -> None:
        """Let `seconds` pass at once, on the wall and elapsed: time travel."""


class SystemClock:
    """The machine's own time, plus whatever time travel was asked for.

    On Linux `elapsed()` is CLOCK_BOOTTIME, because CLOCK_MONOTONIC stands still while the machine sleeps.
    """

    def __init__(self) -> None:
        self._travelled_s = 0.0
        self.boot_id = _boot_id()
        self.counts_sleep = _BOOTTIME is not None

    def now(self) -> float:
        """Return wall time in epoch seconds."""
        return time.time() + self._travelled_s

    def elapsed(self) -> float:
        """Return seconds since boot, sleep included where the system can tell."""
        raw = time.clock_gettime(_BOOTTIME) if _BOOTTIME is not None else time.monotonic()
        return raw + self._travelled_s

    def stopwatch(self) -> float:
        """Return `elapsed()`: this is everybody's time."""
        return self.elapsed()

    async def sleep_until(self, moment: float) -> None:
        """Nap until `moment`; see `Clock`."""
        while (left := moment - self.now()) > 0:
            await asyncio.sleep(min(left, _LONGEST_NAP_S))

    def jump(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._travelled_s += seconds


class OwnClock:
    """The time of one place: another clock's, moved by `travelled_s` and with a wall that is wrong by `skew_s` seconds.

    Each may be set at any moment. `jump` moves the other clock, and so everybody on it; to travel alone, set
    `travelled_s`.
    """

    def __init__(self, base: Clock, *, travelled_s: float = 0.0, skew_s: float = 0.0) -> None:
        self._base = base
        self.travelled_s = travelled_s
        self.skew_s = skew_s

    @property
    def boot_id(self) -> str:
        """Return the other clock's."""
        return self._base.boot_id

    @property
    def counts_sleep(self) -> bool:
        """Return whether the other clock's elapsed time counts sleep."""
        return self._base.counts_sleep

    def now(self) -> float:
        """Return this place's wall time in epoch seconds."""
        return self._base.now() + self.travelled_s + self.skew_s

    def elapsed(self) -> float:
        """Return the other clock's elapsed seconds and those travelled; a wrong wall is none of them."""
        return self._base.elapsed() + self.travelled_s

    def stopwatch(self) -> float:
        """Return the other clock's: the time travelled is not waited for."""
        return self._base.stopwatch()

    async def sleep_until(self, moment: float) -> None:
        """Return once this place's wall shows `moment`, in naps because it may be moved meanwhile."""
        while (left := moment - self.now()) > 0:
            await self._base.sleep_until(self._base.now() + min(left, _LONGEST_NAP_S))

    def jump(self, seconds: float) -> None:
        """Let `seconds` pass at once for everybody on the other clock."""
        self._base.jump(seconds)


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid.uuid4())  # elsewhere each process counts for itself
