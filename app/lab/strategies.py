"""The strategies that ours is compared with: their decisions and their background tasks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.clock import Clock
from app.decision import Decision, Verdict
from app.errors import Hiccup, LapseError
from app.lab.scenario import Contestant
from app.session.expiry import UNKNOWN_EXPIRY
from app.session.refresh_rule import Situation, Strategy, decide
from app.session.session import Session
from app.session.single_flight import Flights, Refresh, Refreshed, SingleFlight

TIMER_MARGIN_S = 60.0
TIMER_SHARE = 1 / 5
"""The timer refreshes a minute before the access token's end, or when a fifth of its life is left if that is later."""
TIMER_RETRY_S = 10.0


def only_on_401(situation: Situation) -> Decision:
    """Use the access token until the API returns 401 invalid_token, as if its expiry were unknown."""
    return decide(replace(situation, tokens=replace(situation.tokens, expiry=UNKNOWN_EXPIRY)))


def every_call(situation: Situation) -> Decision:
    """Refresh before every call, even if the access token is valid, as if the user had asked for it."""
    found = decide(situation)
    if found.verdict is not Verdict.USE or situation.tokens.refresh is None:
        return found
    return decide(replace(situation, asked_for=True))


async def refresh_by_timer(session: Session, clock: Clock) -> None:
    """Refresh before the access token's expiry, repeatedly, until the session ends.

    A failed refresh is retried after 10 s. Timers pause while the machine sleeps, as real ones do.
    """
    while (tokens := session.tokens) is not None and tokens.expiry.lifetime_s is not None:
        lifetime_s = tokens.expiry.lifetime_s
        due_s = lifetime_s - min(TIMER_MARGIN_S, TIMER_SHARE * lifetime_s)
        left_s = tokens.receipt.elapsed + due_s - clock.elapsed()
        if left_s > 0:
            await asyncio.sleep(left_s)
            continue
        try:
            await session.fresh_token(asked_by="Timer", asked_for=True)
        except Hiccup:
            await asyncio.sleep(TIMER_RETRY_S)
        except LapseError:
            return


class FlightsApart:
    """Lets every caller refresh separately: only for comparison with single flight."""

    def __init__(self) -> None:
        self._flights: list[SingleFlight] = []

    @property
    def is_flying(self) -> bool:
        return any(each.is_flying for each in self._flights)

    async def refreshed(self, refresh: Refresh) -> Refreshed:
        """Run `refresh`, even if another one is running."""
        alone = SingleFlight()
        self._flights = [*(each for each in self._flights if each.is_flying), alone]
        return await alone.refreshed(refresh)

    async def end(self, within_s: float) -> None:
        """Wait for running refreshes, at most the given seconds; then cancel them."""
        await asyncio.gather(*(each.end(within_s) for each in self._flights))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestants:
    """A contestant's strategy: the parts of its session, and its background task."""

    strategy: Strategy = decide
    flights: Callable[[], Flights] = SingleFlight
    has_timer: bool = False
    refreshes_at_start: bool = False


WAYS: dict[Contestant, Contestants] = {
    Contestant.ON_DEMAND: Contestants(),
    Contestant.TIMER: Contestants(has_timer=True),
    Contestant.EVERY_CALL: Contestants(strategy=every_call, refreshes_at_start=True),
    Contestant.ON_401: Contestants(strategy=only_on_401),
    Contestant.NO_SINGLE_FLIGHT: Contestants(flights=FlightsApart),
}
