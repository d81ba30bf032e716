"""What each strategy decides, and when the timer refreshes."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from app.decision import ExpirySource, Reason, Verdict
from app.errors import Hiccup, NotSignedIn
from app.events.tokens import RefreshTokenFate
from app.lab.scenario import Contestant
from app.lab.strategies import WAYS, FlightsApart, every_call, only_on_401, refresh_by_timer
from app.secret import Secret
from app.session.expiry import UNKNOWN_EXPIRY, Expiry, Receipt
from app.session.refresh_rule import Situation, Strategy, decide
from app.session.single_flight import SingleFlight
from app.session.tokens import Held, TokenSet
from app.sim_loop import SimClock
from app.token_name import TokenKind

_TOKENS = TokenSet(
    family="f",
    number=1,
    receipt=Receipt(0.0, 0.0, "simulated"),
    access=Held(TokenKind.ACCESS, 1, Secret("a")),
    refresh=Held(TokenKind.REFRESH, 1, Secret("r")),
    id=None,
    expiry=Expiry(300.0, ExpirySource.EXPIRES_IN),
    scope="openid",
    refresh_fate=RefreshTokenFate.NEW,
)
USE, REFRESH, SIGN_IN = Verdict.USE, Verdict.REFRESH, Verdict.SIGN_IN


@pytest.mark.parametrize(
    ("strategy", "tokens", "situation", "verdict", "reason"),
    [
        (decide, _TOKENS, {"age_s": 10.0}, USE, Reason.FRESH),
        (decide, _TOKENS, {"age_s": 310.0}, REFRESH, Reason.LAPSED),
        (only_on_401, _TOKENS, {"age_s": 10.0}, USE, Reason.UNKNOWN_EXPIRY),
        (only_on_401, _TOKENS, {"age_s": 310.0}, USE, Reason.UNKNOWN_EXPIRY),
        (only_on_401, _TOKENS, {"age_s": 10.0, "rejected": True}, REFRESH, Reason.REJECTED),
        (only_on_401, _TOKENS, {"age_s": 10.0, "asked_for": True}, REFRESH, Reason.ASKED),
        (only_on_401, _TOKENS.without_access(), {"age_s": 10.0}, REFRESH, Reason.DROPPED),
        (only_on_401, replace(_TOKENS, refresh=None), {"age_s": 310.0}, USE, Reason.UNKNOWN_EXPIRY),
        (every_call, _TOKENS, {"age_s": 10.0}, REFRESH, Reason.ASKED),
        (every_call, _TOKENS, {"age_s": 310.0}, REFRESH, Reason.LAPSED),
        (every_call, _TOKENS, {"age_s": 10.0, "asked_for": True}, REFRESH, Reason.ASKED),
        (every_call, replace(_TOKENS, expiry=UNKNOWN_EXPIRY), {"age_s": 10.0}, REFRESH, Reason.ASKED),
        (every_call, replace(_TOKENS, refresh=None), {"age_s": 310.0}, SIGN_IN, Reason.NO_REFRESH_TOKEN),
        (every_call, replace(_TOKENS, refresh=None), {"age_s": 10.0}, USE, Reason.FRESH),
    ],
)
def test_what_is_decided(
    strategy: Strategy, tokens: TokenSet, situation: dict[str, Any], verdict: Verdict, reason: Reason
) -> None:
    found = strategy(Situation(tokens, now=1000.0, leeway_s=1.0, asked_by="a test", **situation))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_single_flight_is_no_strategy_and_all_but_one_have_it() -> None:
    ours, without = WAYS[Contestant.ON_DEMAND], WAYS[Contestant.NO_SINGLE_FLIGHT]
    assert without == replace(ours, flights=FlightsApart)
    assert ours.strategy is without.strategy is decide
    flights = {way.flights for contestant, way in WAYS.items() if contestant is not Contestant.NO_SINGLE_FLIGHT}
    assert flights == {SingleFlight}


class _Session:
    """Holds one token set after another; each refresh is noted with its moment and may fail."""

    def __init__(self, clock: SimClock, lifetime_s: float, *failures: Exception) -> None:
        self._clock = clock
        self._failures = list(failures)
        self.refreshed: list[float] = []
        self.tokens: TokenSet | None = replace(_TOKENS, expiry=Expiry(lifetime_s, ExpirySource.EXPIRES_IN))

    async def fresh_token(self, *, asked_by: str, asked_for: bool) -> SimpleNamespace:
        assert asked_for
        assert self.tokens is not None
        self.refreshed.append(round(self._clock.elapsed(), 3))
        if self._failures:
            raise self._failures.pop(0)
        elapsed = self._clock.elapsed()
        self.tokens = replace(self.tokens, receipt=Receipt(self._clock.now(), elapsed, "simulated"))
        return SimpleNamespace()


async def _timed(session: _Session, clock: SimClock, for_s: float) -> list[float]:
    task = asyncio.get_running_loop().create_task(refresh_by_timer(session, clock))  # type: ignore[arg-type]
    await asyncio.sleep(for_s)
    task.cancel()
    await asyncio.wait({task})
    return session.refreshed


@pytest.mark.anyio
async def test_the_timer_refreshes_a_minute_before_the_end(clock: SimClock) -> None:
    assert await _timed(_Session(clock, 3600.0), clock, 3 * 3600) == [3540.0, 7080.0, 10620.0]


@pytest.mark.anyio
async def test_of_a_short_life_it_leaves_a_fifth(clock: SimClock) -> None:
    assert await _timed(_Session(clock, 100.0), clock, 250) == [80.0, 160.0, 240.0]


@pytest.mark.anyio
async def test_a_refresh_that_failed_is_tried_again_ten_seconds_later(clock: SimClock) -> None:
    session = _Session(clock, 300.0, Hiccup("down"), Hiccup("down"))
    assert await _timed(session, clock, 400) == [240.0, 250.0, 260.0]


@pytest.mark.anyio
async def test_it_ends_once_nobody_is_signed_in(clock: SimClock) -> None:
    session = _Session(clock, 300.0, NotSignedIn("over"))
    await refresh_by_timer(session, clock)  # type: ignore[arg-type]
    assert session.refreshed == [240.0]
    session.tokens = None
    await refresh_by_timer(session, clock)  # type: ignore[arg-type]
    assert session.refreshed == [240.0]


@pytest.mark.anyio
async def test_it_stands_still_while_the_machine_sleeps(clock: SimClock) -> None:
    session = _Session(clock, 300.0)
    task = asyncio.get_running_loop().create_task(refresh_by_timer(session, clock))  # type: ignore[arg-type]
    await asyncio.sleep(200)
    clock.sleep_machine(10_000)
    await asyncio.sleep(30)
    assert session.refreshed == []
    await asyncio.sleep(20)
    assert session.refreshed == [10_240.0]
    task.cancel()
    await asyncio.wait({task})
