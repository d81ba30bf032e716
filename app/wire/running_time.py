"""Time limits that count only the time in which this program ran.

A program that is stopped (Ctrl-Z, a debugger, a closed lid) does not receive what has arrived meanwhile, and a deadline
would be over before it could look. So a limit is a series of short naps, each counted at its intended length; a nap
that ended much later than it should shows that the program was stopped: what arrived in that time is in the socket, and
the limit starts again so that it is read. On a busy machine naps end late, which is harmless.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_NAP_S = 0.5
# A loop may be kept busy for a second by a heavy computation of ours; beyond that it was most likely stopped.
_STOPPED_AFTER_S = 2.0


class RunningLimit:
    """Calls `over` once its seconds of running time have passed; `begin` sets how many, as often as needed.

    For the loop that runs when it is made.
    """

    def __init__(self, over: Callable[[], None]) -> None:
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._nap: asyncio.Handle | None = None
        self._nap_s = 0.0
        self._nap_began = 0.0
        self._limit_s: float | None = None
        self._left_s = 0.0
        self._ran_s = 0.0

    @property
    def limit_s(self) -> float | None:
        """The limit in force, None where there is none."""
        return self._limit_s

    @property
    def ran_s(self) -> float:
        """The seconds counted since it first began, restarts included."""
        napped_s = 0.0 if self._nap is None else min(max(self._loop.time() - self._nap_began, 0.0), self._nap_s)
        return self._ran_s + napped_s

    def begin(self, limit_s: float | None) -> None:
        """Count from now on, up to `limit_s` seconds; without end where that is None."""
        self.end()
        self._limit_s = limit_s
        self._left_s = _NAP_S if limit_s is None else limit_s
        self._lie_down()

    def end(self) -> None:
        """Count no more."""
        self._ran_s = self.ran_s
        if self._nap is not None:
            self._nap.cancel()
            self._nap = None

    def _lie_down(self) -> None:
        self._nap_s = min(_NAP_S, max(self._left_s, 0.0))
        self._nap_began = self._loop.time()
        self._nap = self._loop.call_later(self._nap_s, self._get_up)

    def _get_up(self) -> None:
        late_s = self._loop.time() - self._nap_began - self._nap_s
        self._nap = None
        self._ran_s += self._nap_s
        if self._limit_s is None:
            self._left_s = _NAP_S
        elif late_s > _STOPPED_AFTER_S:
            self._left_s = self._limit_s
        else:
            self._left_s -= self._nap_s
        if self._left_s > 0:
            self._lie_down()
        else:
            self._over()


@asynccontextmanager
async def running_limit(total_s: float) -> AsyncIterator[RunningLimit]:
    """Raise TimeoutError, as asyncio.timeout does, where the block has run for longer than `total_s` seconds."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as timeout:
        limit = RunningLimit(lambda: timeout.reschedule(loop.time()))
        limit.begin(total_s)
        try:
            yield limit
        finally:
            limit.end()
