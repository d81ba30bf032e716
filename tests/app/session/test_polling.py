"""The pace of polls (RFC 8628 §3.5): never faster than asked for, slower for good when told, and not beyond the end."""

import asyncio
from collections.abc import Awaitable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import OAuthError, Unreachable, UnusableResponse
from app.errors.reasons import FailureKind
from app.oauth.grants import TokenResponse
from app.secret import Secret
from app.session.polling import TooLate, poll
from app.sim_loop import SimClock, SimLoop

TOKENS = TokenResponse(
    access_token=Secret("at"), refresh_token=None, id_token=None, expires_in_s=None, scope=None, server_time=None
)
PENDING = OAuthError("authorization_pending", "", status=400)
SLOW_DOWN = OAuthError("slow_down", "", status=400)
LOST = Unreachable("gone", sent=True)
BUSY = UnusableResponse("busy", status=503)
LIMITED = OAuthError("access_denied", "rate limit", status=429, retry_after_s=30)
PORTAL = UnusableResponse("a web page", status=200, kind=FailureKind.WEB_PAGE)
NOTHING = UnusableResponse("{}", status=200, kind=FailureKind.INCOMPLETE)
SILENT = UnusableResponse("Bad Request", status=400, kind=FailureKind.SILENT)
GOES_ON = (PENDING, SLOW_DOWN, LOST, BUSY, LIMITED, PORTAL, NOTHING, SILENT)
Said = Exception | None


def polled(said: list[Said], *, interval_s: float, expires_in_s: float) -> tuple[list[float], Exception | None, float]:
    """Return when was asked (seconds from the start), what came of it, and when that was; `said` repeats its last."""
    asked: list[float] = []

    async def run() -> tuple[Exception | None, float]:
        clock = SimClock()
        start = clock.now()

        async def ask() -> TokenResponse:
            asked.append(clock.now() - start)
            response = said[min(len(asked), len(said)) - 1]
            if response is not None:
                raise response
            return TOKENS

        return await ended(poll(ask, clock, interval_s=interval_s, until=start + expires_in_s)), clock.now() - start

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        ending, at = runner.run(run())
    return asked, ending, at


async def ended(polling: Awaitable[TokenResponse]) -> Exception | None:
    try:
        assert await polling is TOKENS
    except (TooLate, OAuthError, UnusableResponse, Unreachable) as failed:
        return failed
    return None


@given(
    said=st.lists(st.sampled_from((*GOES_ON, None)), min_size=1, max_size=12),
    interval_s=st.floats(1, 120),
    expires_in_s=st.floats(1, 2000),
)
def test_no_poll_is_too_early_or_too_late(said: list[Said], interval_s: float, expires_in_s: float) -> None:
    asked, ending, at = polled(said, interval_s=interval_s, expires_in_s=expires_in_s)
    least_s, before = interval_s, 0.0
    for place, moment in enumerate(asked):
        assert moment - before >= least_s - 1e-3
        response = said[min(place, len(said) - 1)]
        least_s += 5 if response is SLOW_DOWN else 0
        before = moment
    assert all(moment <= expires_in_s + 1e-3 for moment in asked)
    if ending is None:
        assert said[min(len(asked), len(said)) - 1] is None
    else:
        assert isinstance(ending, TooLate)
        assert at == pytest.approx(expires_in_s, abs=1e-3)


@given(busy=st.lists(st.sampled_from(GOES_ON), max_size=8))
def test_it_goes_on_through_everything_that_passes(busy: list[Said]) -> None:
    asked, ending, _ = polled([*busy, None], interval_s=1, expires_in_s=100_000)
    assert (len(asked), ending) == (len(busy) + 1, None)


@pytest.mark.parametrize("code", ["AUTHORIZATION_PENDING", "authorization-pending", "authorizationPending"])
def test_codes_are_understood_however_they_are_written(code: str) -> None:
    pending, slower = OAuthError(code, "", status=400), OAuthError("SLOW-DOWN", "", status=200)
    assert polled([pending, slower, pending, None], interval_s=5, expires_in_s=600)[0] == [5, 10, 20, 30]
    busy = OAuthError("Temporarily-Unavailable", "", status=400)
    assert polled([busy, busy, None], interval_s=5, expires_in_s=600)[0] == [5, 15, 35]


def test_slow_down_is_for_good() -> None:
    asked, _, _ = polled([PENDING, SLOW_DOWN, PENDING, SLOW_DOWN, PENDING, None], interval_s=5, expires_in_s=600)
    assert asked == [5, 10, 20, 30, 45, 60]


def test_pauses_double_while_nobody_answers_and_are_short_again_afterwards() -> None:
    asked, _, _ = polled([LOST, LOST, LOST, LOST, LOST, PENDING, None], interval_s=5, expires_in_s=600)
    assert asked == [5, 15, 35, 75, 135, 195, 200]


def test_a_rate_limit_is_waited_for() -> None:
    assert polled([LIMITED, None], interval_s=5, expires_in_s=600)[0] == [5, 35]


@pytest.mark.parametrize(
    "final",
    [
        OAuthError("access_denied", "", status=400),
        OAuthError("expired_token", "", status=400),
        OAuthError("invalid_grant", "", status=400),
        OAuthError("anything", "", status=400),
        UnusableResponse("garbage", status=200),
    ],
)
def test_every_other_response_ends_it_at_once(final: Exception) -> None:
    asked, ending, _ = polled([PENDING, final], interval_s=5, expires_in_s=600)
    assert (asked, ending) == ([5, 10], final)


def test_who_is_late_learns_what_the_last_trouble_was() -> None:
    _, ending, at = polled([PENDING, LOST], interval_s=5, expires_in_s=30)
    assert isinstance(ending, TooLate)
    assert (ending.last_failure, at) == (LOST, 30)
    assert ending.explained("Too late.") == "Too late. The last attempt: gone"
    _, ending, _ = polled([LOST, PENDING], interval_s=5, expires_in_s=30)
    assert isinstance(ending, TooLate)
    assert ending.explained("Too late.") == "Too late."
