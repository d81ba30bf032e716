"""Time as an argument: the only module that asks what time it is."""

import asyncio
import time
import uuid
from pathlib import Path
from typing import Protocol

# asyncio on Qt rejects timers above 2^31 ms and its timers may be early, so a long sleep is split into naps;
# short naps also let a sleeper notice that the clock was moved.
_LONGEST_NAP_S = 0.5

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """The rest of the program's source of time."""

    @property
    def boot_id(self) -> str:
        """Identify what `elapsed()` counts from; elapsed times with different ids cannot be compared."""

    @property
    def counts_sleep(self) -> bool:
        """Whether `elapsed()` goes on during system sleep; then it can be trusted over the wall clock."""

    def now(self) -> float:
        """Return wall time in epoch seconds; the system may set it back or forward."""

    def elapsed(self) -> float:
        """Return seconds since an arbitrary start, never running backwards and counting system sleep where possible."""

    def stopwatch(self) -> float:
        """Return seconds since an arbitrary start, unaffected by one place's time travel: for measuring durations."""

    async def sleep_until(self, moment: float) -> None:
        """Return once `now()` has reached `moment` (epoch seconds)."""

    def jump(self, seconds: float) -> None:
        """Let `seconds` pass at once, on the wall clock and elapsed: time travel."""


class SystemClock:
    """The machine's own time, plus time travel.

    On Linux `elapsed()` is CLOCK_BOOTTIME, because CLOCK_MONOTONIC stands still while the machine sleeps.
    """

    def __init__(self) -> None:
        self._travelled_s = 0.0
        self.boot_id = _boot_id()
        self.counts_sleep = _BOOTTIME is not None

    def now(self) -> float:
        return time.time() + self._travelled_s

    def elapsed(self) -> float:
        """Return seconds since boot, sleep included where the system counts it."""
        raw = time.clock_gettime(_BOOTTIME) if _BOOTTIME is not None else time.monotonic()
        return raw + self._travelled_s

    def stopwatch(self) -> float:
        """Return `elapsed()`: all places share this time."""
        return self.elapsed()

    async def sleep_until(self, moment: float) -> None:
        while (left := moment - self.now()) > 0:
            await asyncio.sleep(min(left, _LONGEST_NAP_S))

    def jump(self, seconds: float) -> None:
        self._travelled_s += seconds


class OwnClock:
    """The time of one place: another clock's, moved by `travelled_s` and with a wall clock that is wrong by `skew_s`.

    Both are in seconds and may be set at any time. `jump` moves the other clock, and so every place on it; to travel
    alone, set `travelled_s`.
    """

    def __init__(self, base: Clock, *, travelled_s: float = 0.0, skew_s: float = 0.0) -> None:
        self._base = base
        self.travelled_s = travelled_s
        self.skew_s = skew_s

    @property
    def boot_id(self) -> str:
        return self._base.boot_id

    @property
    def counts_sleep(self) -> bool:
        return self._base.counts_sleep

    def now(self) -> float:
        return self._base.now() + self.travelled_s + self.skew_s

    def elapsed(self) -> float:
        """Return the other clock's elapsed seconds plus those travelled; skew is not included."""
        return self._base.elapsed() + self.travelled_s

    def stopwatch(self) -> float:
        """Return the other clock's stopwatch: the time travelled is not waited for."""
        return self._base.stopwatch()

    async def sleep_until(self, moment: float) -> None:
        """Return once this place's wall clock reaches `moment`, in naps because it may be moved meanwhile."""
        while (left := moment - self.now()) > 0:
            await self._base.sleep_until(self._base.now() + min(left, _LONGEST_NAP_S))

    def jump(self, seconds: float) -> None:
        """Let `seconds` pass at once for every place on the other clock."""
        self._base.jump(seconds)


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid.uuid4())  # elsewhere each process counts for itself
