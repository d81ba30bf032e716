"""Single flight: a caller that needs a refresh joins the one that runs, so that no token is refreshed twice."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from app.session.tokens import Held
from app.wire.running_time import running_limit


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result of a refresh; callers take it from here, because the session may have moved on when they wake.

    `joined` means that the refresh had been started for another caller.
    """

    access: Held
    took_s: float
    joined: bool = False


Refresh = Callable[[], Coroutine[Any, Any, Refreshed]]


class Flights(Protocol):
    """Runs a session's refreshes."""

    @property
    def is_flying(self) -> bool: ...

    async def refreshed(self, refresh: Refresh) -> Refreshed:
        """Return the result of a refresh, calling `refresh` for a new one; it outlives a caller that is cancelled."""

    async def end(self, within_s: float) -> None:
        """Let a running refresh finish, at most `within_s` seconds; then stop it."""


class SingleFlight:
    """Runs one refresh at a time; see `Flights`."""

    def __init__(self) -> None:
        self._running: asyncio.Task[Refreshed] | None = None

    @property
    def is_flying(self) -> bool:
        return self._running is not None

    async def refreshed(self, refresh: Refresh) -> Refreshed:
        """Return the result of the running refresh, or else of `refresh`."""
        joined = self._running is not None
        if self._running is None:
            self._running = asyncio.create_task(refresh(), name="refresh")
            self._running.add_done_callback(self._landed)
        result = await asyncio.shield(self._running)
        return Refreshed(result.access, result.took_s, joined)

    async def end(self, within_s: float) -> None:
        """Let the refresh finish, at most `within_s` seconds; then stop it."""
        if (running := self._running) is None:
            return
        try:
            async with running_limit(within_s):
                await asyncio.wait({running})
        except TimeoutError:
            running.cancel()
            await asyncio.wait({running})

    def _landed(self, task: asyncio.Task[Refreshed]) -> None:
        self._running = None
        with suppress(asyncio.CancelledError):
            task.exception()  # every caller may have been cancelled; then its exception would never be retrieved
