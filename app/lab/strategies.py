"""The strategies that ours is compared with: what each decides, and what it does beside deciding."""

import asyncio
from dataclasses import dataclass, replace

from app.clock import Clock
from app.decision import Decision, Reason, Verdict
from app.errors import Hiccup, LapseError
from app.lab.scenario import Contestant
from app.session.session import Session
from app.session.strategy import Strategy, decide
from app.session.tokens import TokenSet

TIMER_MARGIN_S = 60.0
TIMER_SHARE = 1 / 5
"""The timer refreshes a minute before the access token's end, or when a fifth of its life is left if that is later."""
TIMER_RETRY_S = 10.0


def only_on_401(
    tokens: TokenSet,
    *,
    age_s: float,
    now: float,
    leeway_s: float,
    asked_by: str,
    rejected: bool = False,
    asked_for: bool = False,
) -> Decision:
    """Use the access token until the API answers 401 invalid_token to it, and refresh then; see `decide`."""
    found = decide(
        tokens, age_s=age_s, now=now, leeway_s=leeway_s, asked_by=asked_by, rejected=rejected, asked_for=asked_for
    )
    if rejected or asked_for or tokens.access is None:
        return found
    return replace(found, verdict=Verdict.USE, reason=Reason.NOT_REJECTED)


def every_call(
    tokens: TokenSet,
    *,
    age_s: float,
    now: float,
    leeway_s: float,
    asked_by: str,
    rejected: bool = False,
    asked_for: bool = False,
) -> Decision:
    """Refresh at every call that a refresh token is there for, however good the access token is; see `decide`."""
    found = decide(
        tokens, age_s=age_s, now=now, leeway_s=leeway_s, asked_by=asked_by, rejected=rejected, asked_for=asked_for
    )
    if found.verdict is not Verdict.USE or tokens.refresh is None:
        return found
    return replace(found, verdict=Verdict.REFRESH, reason=Reason.EVERY_CALL)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a contestant goes about it: the session's options, and what it does beside calls."""

    strategy: Strategy = decide
    single_flight: bool = True
    has_timer: bool = False
    refreshes_at_start: bool = False


WAYS: dict[Contestant, Way] = {
    Contestant.ON_DEMAND: Way(),
    Contestant.TIMER: Way(has_timer=True),
    Contestant.EVERY_CALL: Way(strategy=every_call, refreshes_at_start=True),
    Contestant.ON_401: Way(strategy=only_on_401),
    Contestant.NO_SINGLE_FLIGHT: Way(single_flight=False),
}
