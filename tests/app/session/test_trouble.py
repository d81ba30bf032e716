"""A session that cannot be lost: every row of trouble, with token requests counted at the server."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from app.decision.words import because
from app.errors import Hiccup, NotSignedIn, Refusal
from app.events.session import StorePlace
from app.session.session import Session
from app.session.sign_out import revoke_and_forget
from app.session.states import Ended, SignedIn
from app.testing.network import lost_after_commit, refused, responses, slow
from app.testing.sessions import World
from tests.names import AT

pytestmark = pytest.mark.anyio


async def call(world: World, times: int = 1) -> list[int | None]:
    found = await asyncio.gather(*(world.calls.call("GET", world.org.api_url) for _ in range(times)))
    return [result.status for result in found]


async def spread(world: World, times: int, apart_s: float) -> list[int | None]:
    """Call `times` times, `apart_s` apart by elapsed time, whatever happens to the wall."""
    found = []
    for _ in range(times):
        found += await call(world)
        await asyncio.sleep(apart_s)
    return found


async def test_short_tokens_cost_one_refresh_a_lapse_met(world: World) -> None:
    world.turn(access_token_lifetime_s=3, grace_s=0)
    await world.sign_in()
    assert await spread(world, 60, 0.25) == [200] * 60
    assert world.network.token_requests() == 4


async def test_idling_costs_nothing(world: World) -> None:
    await world.sign_in()
    await asyncio.sleep(300)
    assert world.network.requests == []


async def test_a_hundred_calls_on_a_lapsed_token_cost_one(world: World) -> None:
    world.turn(grace_s=0)
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(0.3))
    assert await call(world, 100) == [200] * 100
    assert world.network.token_requests() == 1


async def test_a_revoked_access_token_costs_one(world: World) -> None:
    world.turn(grace_s=0)
    await world.sign_in()
    assert world.tokens.access is not None
    form = {"token": world.tokens.access.value.reveal(), "client_id": "0oa-demo-native"}
    await world.http.post(f"{world.org.issuer}/v1/revoke", data=form)
    for times in (5, 50):
        assert await call(world, times) == [200] * times
    assert world.network.token_requests() == 1
    unauthorized = sum(1 for entry in world.told if getattr(entry.event, "status", None) == 401)
    assert unauthorized <= 5


async def test_a_lost_response_within_the_grace_costs_two(world: World) -> None:
    world.turn(grace_s=30)
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(lost_after_commit)
    assert await call(world, 10) == [200] * 10
    assert world.network.token_requests() == 2
    assert "RefreshRetried" in world.names()


async def test_a_lost_response_without_grace_ends_the_session_honestly(world: World) -> None:
    world.turn(grace_s=0)
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(lost_after_commit)
    results = await asyncio.gather(*(world.calls.call("GET", world.org.api_url) for _ in range(10)))
    assert world.network.token_requests() == 2
    for result in results:
        assert isinstance(result.error, Refusal)
        what, standing, next_step = result.error.lines()
        assert "after a response was lost" in what
        assert standing == "You are not signed in."
        assert next_step == "Sign in again."
    assert await call(world, 3) == [None] * 3
    assert world.network.token_requests() == 2


async def test_a_server_that_is_never_heard_is_asked_three_times(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults += [refused(httpx.ReadError)] * 10
    with pytest.raises(Hiccup):
        await world.session.fresh_token()
    assert world.network.token_requests() == 3


async def test_a_server_that_never_got_the_request_is_asked_once(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults += [refused(httpx.ConnectError)] * 10
    with pytest.raises(Hiccup):
        await world.session.fresh_token()
    assert world.network.token_requests() == 1


async def test_a_lost_response_is_not_asked_for_again_after_twenty_seconds(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults += [slow(30)] * 10
    with pytest.raises(Hiccup, match="did not answer in full within 20 s"):
        await world.session.fresh_token()
    assert world.network.token_requests() == 1


async def test_retry_after_is_waited_for_by_every_call(world: World) -> None:
    world.turn(grace_s=0)
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(responses(503, b"busy", retry_after="1"))

    async def at(moment: float) -> int | None:
        await asyncio.sleep(moment)
        return (await world.calls.call("GET", world.org.api_url)).status

    assert await asyncio.gather(*(at(moment) for moment in (0, 0.2, 0.4, 1.5, 1.7))) == [200] * 5
    assert world.network.token_requests() == 2
    (retried,) = [entry for entry in world.told if type(entry.event).__name__ == "RefreshRetried"]
    assert retried.sentence() == "The token endpoint answered 503. Retrying in 1 s; still signed in."


async def test_a_503_on_a_fresh_token_is_never_met(world: World) -> None:
    await world.sign_in()
    world.clock.jump(15)
    world.network.faults.append(responses(503))
    assert await call(world, 3) == [200] * 3
    assert world.network.token_requests() == 0


@pytest.mark.parametrize("status", [503, 429])
async def test_a_long_retry_after_fails_now_and_asks_nothing_until_then(world: World, status: int) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(
        responses(status, b'{"error":"invalid_grant"}', retry_after="600", content_type="application/json")
    )
    with pytest.raises(Hiccup):
        await world.session.fresh_token()
    world.clock.jump(300)
    with pytest.raises(Hiccup, match="asked us to wait another 5 min") as caught:
        await world.session.fresh_token()
    assert caught.value.lines()[1] == "You are still signed in."
    assert world.network.token_requests() == 1
    world.clock.jump(301)
    await world.session.fresh_token()
    assert world.network.token_requests() == 2


async def test_a_new_sign_in_ends_the_wait_for_a_busy_server(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(responses(503, retry_after="600"))
    with pytest.raises(Hiccup):
        await world.session.fresh_token()
    await world.sign_in()
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(2)


async def test_who_has_travelled_back_before_the_start_still_refreshes(world: World) -> None:
    world.clock.jump(-1_000_000)
    await world.sign_in()
    restarted = world.second_session()
    await restarted.restore()
    world.clock.jump(31)
    assert (await restarted.fresh_token()).access.name == AT(2)


async def test_oktas_rate_limit_reset_is_honoured(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    reset, date = "1795435210", "Mon, 23 Nov 2026 12:00:00 GMT"
    world.network.faults.append(responses(429, b"{}", x_rate_limit_reset=reset, date=date))
    began = world.clock.elapsed()
    await world.session.fresh_token()
    assert world.clock.elapsed() - began == pytest.approx(10)
    assert world.network.token_requests() == 2


SKEWS = {"slow": -120.0, "fast": 120.0}


@pytest.mark.parametrize("skew_s", SKEWS.values(), ids=SKEWS)
async def test_a_wrong_clock_costs_nothing(world: World, skew_s: float) -> None:
    world.turn(access_token_lifetime_s=600, grace_s=0)
    world.clock.step_wall(skew_s)
    world.org.clock.skew_s = -skew_s  # the server is right
    await world.sign_in()
    assert await spread(world, 18, 70) == [200] * 18
    assert world.network.token_requests() == 1
    assert world.session.skew_s == pytest.approx(-skew_s, abs=1)


@pytest.mark.parametrize("step_s", [-120.0, 120.0], ids=["back", "forward"])
@pytest.mark.parametrize("after", [1, 8, 12])
async def test_a_clock_that_is_set_costs_nothing(world: World, step_s: float, after: int) -> None:
    world.turn(access_token_lifetime_s=600, grace_s=0)
    await world.sign_in()
    found = await spread(world, after, 70)
    world.clock.step_wall(step_s)
    world.org.clock.skew_s = -step_s  # the server is right
    found += await spread(world, 18 - after, 70)
    assert found == [200] * 18
    assert world.network.token_requests() == 1


@pytest.mark.parametrize("counts_sleep", [True, False])
async def test_a_sleep_of_two_lifetimes_costs_one(world: World, counts_sleep: bool) -> None:
    world.turn(grace_s=0)
    world.clock.counts_sleep = counts_sleep
    await world.sign_in()
    world.clock.sleep_machine(60)
    assert await call(world, 10) == [200] * 10
    assert world.network.token_requests() == 1


async def test_a_leeway_larger_than_the_life_is_capped_and_said_so(world: World) -> None:
    world.turn(access_token_lifetime_s=5, grace_s=0)
    eager = Session(world.client, world.store, world.journal, world.clock, key="demo", leeway_s=30)
    await world.sign_in()
    await eager.restore()
    for _ in range(20):
        await eager.fresh_token()
        await asyncio.sleep(0.1)
    assert world.network.token_requests() == 0
    assert "The leeway of 30 s is capped to 0.2 s" in because(eager.decide("test"))


# --- several processes on one stored session ----------------------------------------------------------------------


@pytest.fixture
async def two(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Session]:
    world.lock_folder = tmp_path_factory.mktemp("locks")
    world.store.place = StorePlace.KEYRING
    world.turn(grace_s=0)
    await world.sign_in()
    one, other = world.second_session(), world.second_session()
    await one.restore()
    await other.restore()
    return one, other


async def test_two_processes_in_turn_cost_one(world: World, two: tuple[Session, Session]) -> None:
    world.clock.jump(31)
    for session in two:
        assert (await session.fresh_token()).access.name == AT(2)
    assert world.network.token_requests() == 1


async def test_two_processes_at_once_cost_one(world: World, two: tuple[Session, Session]) -> None:
    world.clock.jump(31)
    world.network.faults.append(slow(0.3))
    await asyncio.gather(*(session.fresh_token() for session in two))
    assert world.network.token_requests() == 1


async def test_a_process_that_missed_generations_catches_up(world: World, two: tuple[Session, Session]) -> None:
    one, other = two
    for _ in range(3):
        world.clock.jump(31)
        await one.fresh_token()
    world.clock.jump(31)
    assert (await other.fresh_token()).access.name == AT(5)
    assert world.network.token_requests() == 4


async def test_signed_out_in_another_process_is_said_so(world: World, two: tuple[Session, Session]) -> None:
    one, other = two
    await revoke_and_forget(one, world.client, world.journal)
    world.clock.jump(31)
    with pytest.raises(NotSignedIn, match="ended in another Lapse"):
        await other.fresh_token()
    assert world.network.token_requests() == 0


async def test_a_refusal_is_forgiven_when_somebody_stored_a_newer_token(
    world: World, two: tuple[Session, Session]
) -> None:
    """The lock did not help (another machine's keyring, a lost lock file): the store is read again before the end."""
    one, other = two
    world.clock.jump(31)

    async def meanwhile(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        one._stored._lock_folder = None
        await one.fresh_token()
        return await responses(400, b'{"error":"invalid_grant"}', content_type="application/json")(request, onwards)

    world.network.faults.append(meanwhile)
    assert (await other.fresh_token()).access.name == AT(2)
    assert isinstance(other.state, SignedIn)


async def test_a_real_refusal_still_ends_it(world: World, two: tuple[Session, Session]) -> None:
    one, _ = two
    world.clock.jump(31)
    world.network.faults.append(responses(400, b'{"error":"invalid_grant"}', content_type="application/json"))
    with pytest.raises(Refusal):
        await one.fresh_token()
    assert isinstance(one.state, Ended)
    assert await world.store.load("demo") is None


async def test_killed_before_the_keyring_write_recovers_within_the_grace(world: World) -> None:
    world.turn(grace_s=30)
    await world.sign_in()
    kept = world.store.written[-1]
    world.clock.jump(31)
    await world.session.fresh_token()
    await world.store.save("demo", kept)  # as if the process had died before it could write
    again = world.second_session()
    assert await again.restore()
    assert (await again.fresh_token()).access.name == AT(2)
    assert world.org.application.grace_s == 30
