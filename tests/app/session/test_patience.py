"""A lost response is asked for again at once, within 20 s of waiting for responses while we ran."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Hiccup, LapseError, Unreachable
from app.session.failure_table import judge
from app.session.retries import RETRY_WITHIN_S, Attempts, wait_before_retry_s
from app.testing.network import lost_after_commit
from app.testing.sessions import World

pytestmark = pytest.mark.anyio
Onwards = Callable[[], Awaitable[httpx.Response]]


@given(st.lists(st.floats(0.0, 40.0), max_size=6))
def test_responses_are_asked_for_again_twice_at_most_and_for_as_long_as_it_may_help(waited: list[float]) -> None:
    tried, asked_again = Attempts(), 0
    for ran_s in waited:
        failure = Hiccup("It is lost.", ran_s=ran_s)
        if wait_before_retry_s(failure, tried) is None:
            assert asked_again == 2 or tried.lost_s + ran_s >= RETRY_WITHIN_S
            return
        tried, asked_again = tried.after(failure), asked_again + 1
    assert asked_again == len(waited) <= 2
    assert tried.lost_s == pytest.approx(sum(waited))


def test_the_verdict_passes_on_how_long_it_ran() -> None:
    verdict = judge(Unreachable("No response.", sent=True, ran_s=7.5))
    assert isinstance(verdict, Hiccup)
    assert verdict.ran_s == 7.5


@pytest.mark.parametrize("stopped_s", [25.0, 45.0, 3600.0])
async def test_a_response_that_was_lost_while_we_were_stopped_is_asked_for_again(
    world: World, stopped_s: float
) -> None:
    async def stopped(request: httpx.Request, onwards: Onwards) -> httpx.Response:
        world.clock.jump(stopped_s)  # everybody's time goes on, and nobody waits here meanwhile
        return await lost_after_commit(request, onwards)

    await world.sign_in()
    world.network.faults = [stopped]
    with suppress(LapseError):  # an hour later no server takes the old token again; it has been asked all the same
        await world.session.fresh_token(not_this=world.tokens.access.value)
    assert world.network.token_requests() == 2
