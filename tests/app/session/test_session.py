"""The session: refresh exactly once and only when needed, kept before used, lost to nothing but a refusal."""

import asyncio
import json
from typing import Any

import httpx
import jwt
import pytest

from app.decision import Reason, Verdict
from app.decision.words import because
from app.errors import Hiccup, LapseError, NotSignedIn, Refusal, StoreUnread
from app.events.refresh import SkewMeasured
from app.events.session import StorePlace
from app.events.tokens import RefreshTokenFate
from app.session.sign_out import revoke_and_forget
from app.session.states import Ended, SignedIn, SignedOut
from app.testing.network import refused, responses, slow
from app.testing.sessions import World
from tests.names import AT, RT

pytestmark = pytest.mark.anyio


async def test_a_fresh_token_costs_no_request(world: World) -> None:
    await world.sign_in()
    fresh = await world.session.fresh_token()
    assert fresh.access.name == AT(1)
    assert fresh.decision.reason is Reason.FRESH
    assert world.network.requests == []


async def test_nothing_happens_until_a_call_needs_a_token(world: World) -> None:
    await world.sign_in()
    await world.clock.sleep_until(world.clock.now() + 300)  # ten lifetimes
    assert world.network.requests == []


async def test_a_lapsed_token_is_refreshed_once_and_rotated(world: World) -> None:
    await world.sign_in()
    before = world.tokens
    world.clock.jump(31)
    fresh = await world.session.fresh_token()
    assert fresh.decision.verdict is Verdict.REFRESH
    assert fresh.decision.reason is Reason.LAPSED
    assert fresh.access.name == AT(2)
    assert world.network.token_requests() == 1
    assert world.tokens.refresh_fate is RefreshTokenFate.REPLACED
    assert before.refresh is not None
    assert world.tokens.refresh is not None
    assert world.tokens.refresh.value != before.refresh.value
    await world.session.fresh_token()
    assert world.network.token_requests() == 1


async def test_a_hundred_callers_join_one_refresh(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(0.3))
    found = await asyncio.gather(*(world.session.fresh_token() for _ in range(100)))
    assert world.network.token_requests() == 1
    assert {fresh.access.name for fresh in found} == {AT(2)}
    assert sum(not fresh.joined for fresh in found) == 1


async def test_a_cancelled_caller_takes_nobody_with_it(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(1))
    first = asyncio.ensure_future(world.session.fresh_token())  # noqa: TID251 - a caller to cancel
    others = [asyncio.ensure_future(world.session.fresh_token()) for _ in range(9)]  # noqa: TID251
    await asyncio.sleep(0.5)
    first.cancel()
    found = await asyncio.gather(*others)
    assert len(found) == 9
    assert first.cancelled()
    assert world.network.token_requests() == 1


async def test_the_refresh_outlives_every_caller(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(1))
    only = asyncio.ensure_future(world.session.fresh_token())  # noqa: TID251 - a caller to cancel
    await asyncio.sleep(0.5)
    only.cancel()
    await world.session.close()
    assert world.tokens.number == 2


async def test_closing_waits_five_seconds_for_a_refresh_and_no_longer(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(15))
    caller = asyncio.ensure_future(world.session.fresh_token())  # noqa: TID251 - a caller left hanging
    await asyncio.sleep(0)
    began = world.clock.elapsed()
    await world.session.close()
    assert world.clock.elapsed() - began == pytest.approx(5, abs=0.1)
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_a_kept_refresh_token_keeps_its_name(world: World) -> None:
    world.turn(rotation_type="STATIC")
    await world.sign_in()
    world.clock.jump(31)
    await world.session.fresh_token()
    assert world.tokens.refresh is not None
    assert world.tokens.refresh.name == RT(1)
    assert world.tokens.refresh_fate is RefreshTokenFate.KEPT
    assert world.tokens.access is not None
    assert world.tokens.access.name == AT(2)


async def test_the_new_refresh_token_is_stored_before_the_access_token_can_be_used(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    before = len(world.store.written)
    fresh = await world.session.fresh_token()
    first, last = (json.loads(text) for text in world.store.written[before:])
    assert first["access"] is None
    assert first["refresh"][0] == 2
    assert last["access"][1] == fresh.access.value.reveal()


async def test_a_401_from_the_api_costs_one_refresh(world: World) -> None:
    await world.sign_in()
    rejected = (await world.session.fresh_token()).access.value
    found = await asyncio.gather(*(world.session.fresh_token(not_this=rejected) for _ in range(5)))
    assert world.network.token_requests() == 1
    assert {fresh.access.name for fresh in found} == {AT(2)}
    late = await world.session.fresh_token(not_this=rejected)
    assert late.decision.reason is Reason.FRESH  # a newer one is already there
    assert world.network.token_requests() == 1


async def test_a_dropped_access_token_is_gone_from_the_store_too(world: World) -> None:
    await world.sign_in()
    await world.session.drop_access_token()
    assert json.loads(world.store.written[-1])["access"] is None
    assert world.session.decide("test").reason is Reason.DROPPED
    assert (await world.session.fresh_token()).access.name == AT(2)


async def test_a_token_dropped_while_callers_wait_still_reaches_them(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(1))

    waiting = asyncio.ensure_future(world.session.fresh_token())  # noqa: TID251 - a caller that wakes last
    await asyncio.sleep(0.5)

    def drop(_: object) -> None:
        world.session.state = SignedIn(world.tokens.without_access())

    [refreshing] = [task for task in asyncio.all_tasks() if task.get_name() == "refresh"]
    refreshing.add_done_callback(drop)
    assert (await waiting).access.name == AT(2)
    assert world.session.decide("test").reason is Reason.DROPPED


async def test_a_refresh_of_the_session_before_does_not_come_back_over_a_new_one(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(slow(2))
    old = asyncio.ensure_future(world.session.fresh_token())  # noqa: TID251 - a caller left over
    await asyncio.sleep(1)
    family = world.tokens.family
    await world.sign_in()
    await old
    assert world.tokens.family != family
    assert world.tokens.number == 1


async def test_refresh_now_refreshes_a_fresh_token(world: World) -> None:
    await world.sign_in()
    fresh = await world.session.fresh_token(asked_by="Refresh now", asked_for=True)
    assert fresh.decision.reason is Reason.ASKED
    assert fresh.access.name == AT(2)


async def test_an_unknown_expiry_is_used_until_the_api_objects(world: World) -> None:
    await world.sign_in()
    body = {"access_token": "opaque", "token_type": "Bearer"}
    world.network.faults.append(responses(200, json.dumps(body).encode(), content_type="application/json"))
    await world.session.fresh_token(asked_for=True)
    assert world.tokens.expires_at is None
    assert world.tokens.refresh_fate is RefreshTokenFate.KEPT
    world.clock.jump(10_000)
    fresh = await world.session.fresh_token()
    assert fresh.decision.reason is Reason.UNKNOWN_EXPIRY
    assert "not stated by the server" in because(fresh.decision)


# --- trouble ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        refused(),
        responses(503, b"down"),
        responses(503, b"down", retry_after="31"),
        responses(500, b'{"error":"server_error"}', content_type="application/json"),
        responses(429, b'{"error":"invalid_grant"}', content_type="application/json"),
        responses(400, b'{"error":"temporarily_unavailable"}', content_type="application/json"),
        responses(400, b'{"error":"unauthorized_client"}', content_type="application/json"),
        responses(200, b"<html>sign in to the wifi</html>", content_type="text/html"),
        responses(302, b"", location="https://evil.example/"),
        responses(200, b"[" * 100_000, content_type="application/json"),
        responses(200, b" " * (1 << 20) + b"{}", content_type="application/json"),
        slow(60),
    ],
)
async def test_no_trouble_but_a_refusal_signs_anybody_out(world: World, fault: Any) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(fault)
    with pytest.raises(Hiccup) as caught:
        await world.session.fresh_token()
    what, standing, next_step = caught.value.lines()
    assert what
    assert standing == "You are still signed in."
    assert next_step
    assert isinstance(world.session.state, SignedIn)
    assert world.network.token_requests() == 1
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(2)


async def test_a_refusal_ends_the_session_and_every_later_call_says_why(world: World) -> None:
    world.turn(refresh_token_lifetime_s=60, refresh_idle_s=60)
    await world.sign_in()
    world.clock.jump(61)
    with pytest.raises(Refusal) as caught:
        await world.session.fresh_token()
    assert caught.value.lines() == (
        "The server refused the refresh token: it is expired, already used, or revoked.",
        "You are not signed in.",
        "Sign in again.",
    )
    assert caught.value.raw == "invalid_grant: The refresh token is invalid or expired."
    assert isinstance(world.session.state, Ended)
    with pytest.raises(Refusal):
        await world.session.fresh_token()
    assert world.network.token_requests() == 1
    assert await world.store.load("demo") is None
    assert await world.second_session().restore() is False


async def test_after_the_end_a_new_sign_in_works(world: World) -> None:
    world.turn(refresh_token_lifetime_s=60)
    await world.sign_in()
    world.clock.jump(61)
    with pytest.raises(Refusal):
        await world.session.fresh_token()
    await world.sign_in()
    assert (await world.session.fresh_token()).access.name == AT(1)


async def test_a_refreshed_id_token_of_somebody_else_ends_the_session(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    key = world.org.ledger.keys[0]

    async def somebody_else(request: httpx.Request, onwards: Any) -> httpx.Response:
        response = await onwards()
        body = json.loads(await response.aread())
        claims = jwt.decode(body["id_token"], options={"verify_signature": False})
        header = jwt.get_unverified_header(body["id_token"])
        claims["sub"] = "00u-somebody-else"
        body["id_token"] = jwt.encode(claims, key.pem, algorithm="RS256", headers={"kid": header["kid"]})
        del response.headers["content-length"]
        raw = json.dumps(body).encode()
        return httpx.Response(200, headers=response.headers, stream=httpx.ByteStream(raw), request=request)

    world.network.faults.append(somebody_else)
    with pytest.raises(Refusal, match="another person's tokens"):
        await world.session.fresh_token()
    assert isinstance(world.session.state, Ended)
    assert await world.store.load("demo") is None
    before = world.network.token_requests()
    with pytest.raises(Refusal, match="another person's tokens"):
        await world.session.fresh_token()
    assert world.network.token_requests() == before


async def test_a_broken_store_keeps_the_session_in_memory_and_says_so(world: World) -> None:
    await world.sign_in()
    world.store.broken = True
    world.clock.jump(31)
    fresh = await world.session.fresh_token()
    assert fresh.access.name == AT(2)
    assert world.session.place is StorePlace.MEMORY
    assert "StoreTroubled" in world.names()


# --- restart and other processes ----------------------------------------------------------------------------------


async def test_a_restart_restores_without_any_request_and_calls_without_a_refresh(world: World) -> None:
    await world.sign_in()
    again = world.second_session()
    assert await again.restore() is True
    assert (await again.fresh_token()).access.name == AT(1)
    assert world.network.requests == []
    assert isinstance(again.state, SignedIn)
    assert again.state.tokens == world.tokens
    assert again.state.tokens.display_name == "Ada Lovelace"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"version": "x"}', '{"version": 1}', '{"version": 1, "number": "x"}']
)
async def test_a_damaged_entry_is_reported_not_used(world: World, text: str) -> None:
    await world.store.save("demo", text)
    assert await world.session.restore() is False
    assert isinstance(world.session.state, SignedOut)
    assert "StoreTroubled" in world.names()
    assert await world.store.load("demo") is None
    assert await world.store.load("demo#set-aside") == text
    world.told.clear()
    assert await world.session.restore() is False
    assert world.told == []  # reported once, not looped over


async def test_an_entry_of_a_newer_lapse_is_left_alone(world: World) -> None:
    newer = json.dumps({"version": 99, "of": "a newer Lapse"})
    await world.store.save("demo", newer)
    assert await world.session.restore() is False
    with pytest.raises(StoreUnread, match="newer Lapse"):
        await world.session.fresh_token()
    await world.sign_in()  # goes on for this run, and does not write over it
    assert (await world.session.fresh_token()).access.name == AT(1)
    assert world.session.store_trouble is not None
    await revoke_and_forget(world.session, world.client, world.journal)
    assert await world.store.load("demo") == newer


async def test_an_entry_of_the_version_before_is_taken_up(world: World) -> None:
    await world.sign_in()
    old = json.loads(world.store.written[-1])
    old["version"] = 1
    del old["key"]
    await world.store.save("demo", json.dumps(old))
    again = world.second_session()
    assert await again.restore() is True
    assert (await again.fresh_token()).access.name == AT(1)


async def test_an_entry_of_another_connection_is_not_used(world: World) -> None:
    await world.sign_in()
    other = json.loads(world.store.written[-1]) | {"key": "somebody else's"}
    await world.store.save("demo", json.dumps(other))
    assert await world.second_session().restore() is False


async def test_another_process_has_refreshed_and_its_tokens_are_taken_over(world: World, tmp_path: Any) -> None:
    world.lock_folder = tmp_path
    world.store.place = StorePlace.KEYRING
    one, two = world.second_session(), world.second_session()
    await world.sign_in()
    await one.restore()
    await two.restore()
    world.clock.jump(31)
    found = await asyncio.gather(one.fresh_token(), two.fresh_token())
    assert {fresh.access.name for fresh in found} == {AT(2)}
    assert world.network.token_requests() == 1
    assert "SessionAdopted" in world.names()


@pytest.mark.parametrize("act", ["drop", "expire"])
async def test_what_another_process_has_stored_meanwhile_is_not_overwritten(
    world: World, tmp_path: Any, act: str
) -> None:
    world.lock_folder = tmp_path
    world.store.place = StorePlace.KEYRING
    world.turn(grace_s=0)
    one, two = world.second_session(), world.second_session()
    await world.sign_in()
    await one.restore()
    await two.restore()
    await two.fresh_token(asked_for=True)
    assert one.tokens is not None
    assert one.tokens.access is not None
    if act == "drop":
        await one.drop_access_token()
    else:
        await one.expire_access_token(one.tokens.access, cause=0)
    world.clock.jump(31)
    assert (await two.fresh_token()).access.name == AT(3)  # with RT-2: RT-1 would have killed the family
    assert (await one.fresh_token()).access.name == AT(3)


async def test_a_token_dropped_during_a_refresh_is_not_stored_over_the_new_ones(world: World, tmp_path: Any) -> None:
    world.lock_folder = tmp_path
    await world.sign_in()
    one = world.second_session()
    await one.restore()
    world.network.faults.append(slow(1))

    async def dropped() -> None:
        await asyncio.sleep(0.5)
        await one.drop_access_token()

    fresh, _ = await asyncio.gather(one.fresh_token(asked_for=True), dropped())
    assert fresh.access.name == AT(2)
    again = world.second_session()
    await again.restore()
    assert again.tokens is not None
    assert (again.tokens.number, again.tokens) == (2, one.tokens)


@pytest.mark.parametrize("act", ["drop", "expire"])
async def test_a_session_ended_in_another_process_is_not_stored_again(world: World, tmp_path: Any, act: str) -> None:
    world.lock_folder = tmp_path
    world.store.place = StorePlace.KEYRING
    one, two = world.second_session(), world.second_session()
    await world.sign_in()
    await one.restore()
    await two.restore()
    await revoke_and_forget(two, world.client, world.journal)
    assert one.tokens is not None
    assert one.tokens.access is not None
    if act == "drop":
        await one.drop_access_token()
    else:
        await one.expire_access_token(one.tokens.access, cause=0)
    assert await world.second_session().restore() is False


async def test_sign_out_revokes_and_forgets(world: World) -> None:
    await world.sign_in()
    assert await revoke_and_forget(world.session, world.client, world.journal) is None
    assert isinstance(world.session.state, SignedOut)
    assert await world.store.load("demo") is None
    assert any(request.url.path.endswith("/revoke") for request in world.network.requests)
    with pytest.raises(NotSignedIn):
        await world.session.fresh_token()


async def test_sign_out_forgets_even_when_the_server_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.sign_in()

    async def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(world.network, "handle_async_request", unreachable)
    trouble = await revoke_and_forget(world.session, world.client, world.journal)
    assert trouble is not None
    assert "could not be reached" in trouble
    assert await world.store.load("demo") is None


# --- what is written down -----------------------------------------------------------------------------------------


async def test_the_journal_tells_the_refresh_in_order_with_causes_and_no_secret(world: World) -> None:
    await world.sign_in()
    first = world.tokens
    world.told.clear()
    world.clock.jump(31)
    await world.calls.call("GET", world.org.api_url)
    assert world.names() == [
        "CallStarted",
        "Decided",
        "RefreshStarted",
        "Exchange",
        "TokensReceived",
        "SessionStored",
        "SessionStored",
        "RefreshSucceeded",
        "Exchange",
        "CallFinished",
    ]
    call, decided, started, token, received, *_ = world.told
    assert (decided.cause, started.cause, token.cause, received.cause) == (
        call.seq,
        decided.seq,
        started.seq,
        started.seq,
    )
    assert world.told[-1].cause == call.seq
    written = repr(world.told) + "".join(entry.sentence() for entry in world.told)
    for tokens in (first, world.tokens):
        for held in (tokens.access, tokens.refresh, tokens.id):
            assert held is not None
            assert held.value.reveal() not in written


async def test_a_servers_clock_that_differs_is_measured_not_believed(world: World) -> None:
    await world.sign_in()
    world.network.faults.append(
        responses(
            200,
            b'{"access_token":"a","token_type":"Bearer","expires_in":600}',
            content_type="application/json",
            date="Fri, 01 Jan 2027 00:00:00 GMT",
        )
    )
    await world.session.fresh_token(asked_for=True)
    assert world.session.skew_s is not None
    assert world.session.skew_s > 1e6
    assert any(isinstance(entry.event, SkewMeasured) for entry in world.told)
    assert world.session.decide("test").reason is Reason.FRESH


async def test_every_error_of_the_session_is_a_lapse_error(world: World) -> None:
    with pytest.raises(LapseError) as caught:
        await world.session.fresh_token()
    assert caught.value.exit_code == 4
