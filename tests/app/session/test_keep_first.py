"""A refresh token that a server has handed out is never lost by us, whatever else is wrong with its response."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.errors import Hiccup, LapseError
from app.session.states import SignedIn
from app.testing.network import NetworkFault, responses
from app.testing.sessions import World
from tests.app.session import odd_responses
from tests.app.session.odd_responses import Members, odd, sent_refresh_tokens, with_members
from tests.names import AT, RT

pytestmark = pytest.mark.anyio
Change = Callable[[Members], Members]


async def lapsed(world: World, *, rotates: bool = True) -> None:
    """Sign in at a server that takes each refresh token once and knows no grace period; let the access token lapse."""
    world.turn(grace_s=0, rotation_type="ROTATE" if rotates else "STATIC")
    await world.sign_in()
    world.clock.jump(31)


async def stands(world: World, *, sent_again: int = 0) -> None:
    """Check that the session goes on: now, after the next lapse, and in another process.

    `sent_again` refresh tokens were sent twice: those whose request never reached the org.
    """
    assert isinstance(world.session.state, SignedIn)
    world.clock.jump(3601)
    assert (await world.calls.call("GET", world.org.api_url)).status == 200
    again = world.second_session()
    assert await again.restore()
    world.clock.jump(31)
    assert (await again.fresh_token()).refreshed_s is not None
    sent = sent_refresh_tokens(world)
    assert len(sent) - len(set(sent)) == sent_again, "a refresh token was sent twice"


NESTED: list[Change] = [
    lambda members: {"data": members},
    lambda members: {"status": "ok", "response": {"token": members}},
    lambda members: {"result": json.dumps(members)},
]


@pytest.mark.parametrize(
    "fault",
    [
        odd(status=201),
        odd(status=203),
        odd(status=299),
        *(odd(with_members(expires_in=value)) for value in (0, -5, "3600.0", True, "9" * 5000, "soon", [], {}, None)),
        odd(with_members(scope=["openid", "profile"])),
        odd(with_members(scope=None)),
        odd(with_members(scope=7)),
        odd(with_members(token_type=None)),
        odd(with_members(token_type="")),
        odd(with_members(token_type="bearer ")),
        odd(with_members(token_type=["Bearer"])),
        odd(with_members(id_token="")),
        odd(with_members(id_token=None)),
        odd(with_members(id_token={"a": 1})),
        odd(with_members(id_token="not.a.token")),
        odd(with_members(error=None)),
        odd(with_members(error="")),
        *(odd(media_type=each) for each in ("text/plain", "text/html", "application/octet-stream", "image/png", None)),
        odd(write=lambda members: b"\xef\xbb\xbf" + json.dumps(members).encode()),
        odd(write=lambda members: json.dumps(members).encode("utf-16")),
        odd(write=lambda members: b"\n\n  " + json.dumps(members).encode() + b"\n"),
        odd(write=lambda members: b'{"access_token": "first",' + json.dumps(members).encode()[1:]),
        odd(write=lambda members: json.dumps({**members, "score": float("nan")}).encode()),
        odd(odd_responses.in_camel_case),
        odd(write=odd_responses.as_form, media_type="application/x-www-form-urlencoded"),
        odd(write=odd_responses.as_form, media_type="text/plain"),
        *map(odd, NESTED),
    ],
)
async def test_an_odd_response_is_used_and_nobody_is_signed_out(world: World, fault: NetworkFault) -> None:
    await lapsed(world)
    world.network.faults.append(fault)
    result = await world.calls.call("GET", world.org.api_url)
    assert result.status == 200, result.story()
    assert world.network.token_requests() == 1
    await stands(world)


@pytest.mark.parametrize(
    "fault",
    [
        odd(with_members(access_token=None)),
        odd(with_members(access_token="")),
        odd(with_members(access_token=7)),
        odd(with_members(access_token=["at"])),
        odd(with_members(access_token="two words")),
        odd(with_members(access_token="línea")),
        odd(lambda members: {"refresh_token": members["refresh_token"]}),
        odd(lambda members: {"refresh_token": members["refresh_token"], "error": "server_error"}),
        odd(write=lambda members: json.dumps(members).encode()[:-1]),
        odd(write=lambda members: b'{"broken": ' + json.dumps(members).encode()),
        odd(write=lambda members: json.dumps({**members, "padding": "x" * (1 << 20)}).encode()),
        odd(lambda members: {"access_token": None, "refresh_token": [members["refresh_token"]]}),
        odd(lambda members: {"access_token": None, "refresh_token": {"value": members["refresh_token"]}}),
        odd(breaks_off_after=-1),
    ],
)
async def test_without_an_access_token_it_is_asked_again_with_what_came(world: World, fault: NetworkFault) -> None:
    await lapsed(world)
    world.network.faults.append(fault)
    result = await world.calls.call("GET", world.org.api_url)
    assert result.status == 200, result.story()
    assert world.network.token_requests() == 2
    sent = sent_refresh_tokens(world)
    assert sent[0] != sent[1], "the spent one was sent again"
    await stands(world)


async def test_an_empty_refresh_token_is_none(world: World) -> None:
    await lapsed(world, rotates=False)
    for value in ("", None, "  "):
        world.network.faults.append(odd(with_members(refresh_token=value)))
        assert (await world.calls.call("GET", world.org.api_url)).status == 200
        assert world.tokens.refresh is not None
        assert world.tokens.refresh.name == RT(1)
        world.clock.jump(31)


async def test_a_response_that_always_lacks_the_access_token_is_bounded_and_kept(world: World) -> None:
    await lapsed(world)
    world.network.faults.extend([odd(with_members(access_token=None))] * 3)
    with pytest.raises(Hiccup, match="no access token that could be used") as caught:
        await world.session.fresh_token()
    assert world.network.token_requests() == 3
    assert "new refresh token" in caught.value.next_step
    assert "network" not in caught.value.next_step
    assert world.tokens.refresh is not None
    assert world.tokens.refresh.name == RT(4)
    await stands(world)


async def test_another_type_of_token_is_not_asked_for_again(world: World) -> None:
    await lapsed(world)
    world.network.faults.append(odd(with_members(token_type="DPoP")))
    with pytest.raises(Hiccup, match="token_type is not Bearer"):
        await world.session.fresh_token()
    assert world.network.token_requests() == 1
    await stands(world)


async def test_it_is_stored_before_the_id_token_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await lapsed(world)
    stored: list[Any] = []

    async def look(*_: object, **__: object) -> None:
        stored.append(json.loads(world.store.written[-1])["refresh"])
        raise RuntimeError("the program dies here")

    monkeypatch.setattr(world.client, "whose", look)
    with pytest.raises(RuntimeError):
        await world.session.fresh_token()
    assert stored[0][0] == 2
    again = world.second_session()
    assert await again.restore()
    monkeypatch.undo()
    assert (await again.fresh_token()).access.name == AT(3)


@pytest.mark.parametrize("name", ["error", "errorCode"])
async def test_a_success_that_tells_an_error_beside_tokens_is_used(world: World, name: str) -> None:
    await lapsed(world)
    world.network.faults.append(odd(with_members(**{name: "whatever"})))
    assert (await world.calls.call("GET", world.org.api_url)).status == 200
    await stands(world)


@pytest.mark.parametrize(
    "fault",
    [
        responses(200, b"<html><p>Sign in to the network</p>", content_type="text/html"),
        responses(200, b"", content_type="application/json"),
        responses(200, b"ok", content_type="text/plain"),
        responses(204),
        responses(302, location="https://portal.example/"),
    ],
)
async def test_a_response_that_brings_nothing_loses_nothing(world: World, fault: NetworkFault) -> None:
    await lapsed(world)
    world.network.faults.append(fault)
    with pytest.raises(LapseError):
        await world.session.fresh_token()
    assert world.network.token_requests() == 1
    await stands(world, sent_again=1)


@pytest.mark.parametrize(("took_s", "requests"), [(1, 1), (19, 1), (45, 2)])
async def test_a_response_that_lay_unread_counts_from_when_it_was_asked_for(
    world: World, took_s: int, requests: int
) -> None:
    await lapsed(world)

    async def stopped(request: Any, onwards: Any) -> Any:
        response = await onwards()
        world.clock.jump(took_s)  # the program was stopped, with the response in the socket
        return response

    world.network.faults.append(stopped)
    result = await world.calls.call("GET", world.org.api_url)
    assert result.status == 200, result.story()
    assert world.network.token_requests() == requests
    expires_at = world.tokens.expires_at
    assert expires_at is not None
    assert expires_at <= world.clock.now() + 30 - (took_s if requests == 1 and took_s > 5 else 0)
