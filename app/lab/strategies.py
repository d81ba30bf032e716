"""The strategies that ours is compared with: what each decides, and what it does beside deciding."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.clock import Clock
from app.decision import Decision, Verdict
from app.errors import Hiccup, LapseError
from app.lab.scenario import Contestant
from app.session.expiry import UNKNOWN_EXPIRY
from app.session.session import Session
from app.session.single_flight import Flights, Refresh, Refreshed, SingleFlight
from app.session.strategy import Situation, Strategy, decide

TIMER_MARGIN_S = 60.0
TIMER_SHARE = 1 / 5
"""The timer refreshes a minute before the access token's end, or when a fifth of its life is left if that is later."""
TIMER_RETRY_S = 10.0


def only_on_401(situation: Situation) -> Decision:
    """Use the access token until the API answers 401 invalid_token to it: as if nobody knew when it expires."""
    return decide(replace(situation, tokens=replace(situation.tokens, expiry=UNKNOWN_EXPIRY)))


def every_call(situation: Situation) -> Decision:
    """Refresh at every call that a refresh token is there for, however good the access token is: as if asked to."""
    found = decide(situation)
    if found.verdict is not Verdict.USE or situation.tokens.refresh is None:
        return found
    return decide(replace(situation, asked_for=True))


async def refresh_by_timer(session: Session, clock: Clock) -> None:
    """Refresh before the access token's end, again and again, until nobody is signed in.

    A refresh that failed is tried again 10 s later. Timers stand still while the machine sleeps, as they do in life.
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
    """Lets every caller refresh for itself: to be compared with single flight, never to be used."""

    def __init__(self) -> None:
        self._flights: list[SingleFlight] = []

    @property
    def is_flying(self) -> bool:
        return any(each.is_flying for each in self._flights)

    async def refreshed(self, refresh: Refresh) -> Refreshed:
        """Return what `refresh` brings, whatever runs beside it."""
        alone = SingleFlight()
        self._flights = [*(each for each in self._flights if each.is_flying), alone]
        return await alone.refreshed(refresh)

    async def end(self, within_s: float) -> None:
        """Let all that run finish, at most so many seconds; then stop them."""
        await asyncio.gather(*(each.end(within_s) for each in self._flights))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestants:
    """How a contestant goes about it: what its session is made of, and what it does beside calls."""

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
