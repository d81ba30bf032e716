"""An ID token's blemish marks the ID token; only one that is somebody else's takes more with it (OIDC Core §12.2)."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.demo.ledger import SigningKey
from app.errors import Hiccup, OtherSubject
from app.events.tokens import IdTokenRefused
from app.session.skew import clock_to_blame
from app.session.states import Ended
from app.testing.sessions import World
from tests.app.session.odd_responses import Members, odd, with_id_token, with_members
from tests.names import AT, IDT, RT

pytestmark = pytest.mark.anyio
Change = Callable[[World], Callable[[Members], Members]]


def claims(**changed: Any) -> Change:
    return lambda world: with_id_token(world, **changed)


def garbled(text: str) -> Change:
    return lambda _world: with_members(id_token=text)


def marks(world: World) -> list[IdTokenRefused]:
    return [entry.event for entry in world.told if isinstance(entry.event, IdTokenRefused)]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (claims(auth_time=1), "refreshed auth_time"),
        (claims(exp=1), "exp"),
        (claims(iat=4_000_000_000), "iat"),
        (claims(iat="yesterday"), "claim types"),
        (claims(iss=None), "iss"),
        (claims(aud=None), "aud"),
        (claims(aud=["0oa-demo-native", "another"]), "aud"),
        (claims(sub=None), "sub"),
        (claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "at_hash"),
        (claims(nonce="another"), "refreshed nonce"),
        (garbled("no.token.atall"), "encoding"),
        (garbled("opaque"), "parts"),
    ],
)
async def test_a_blemish_is_marked_once_and_withholds_nothing(world: World, change: Change, rule: str) -> None:
    await world.sign_in()
    before = world.tokens
    world.clock.jump(31)
    world.network.faults.append(odd(change(world)))
    assert (await world.calls.call("GET", world.org.api_url)).status == 200
    assert [(each.name, each.rule) for each in marks(world)] == [(IDT(2), rule)]
    assert world.tokens.id == before.id
    assert world.tokens.id_claims == before.id_claims
    assert world.tokens.display_name == before.display_name
    assert world.tokens.id_flaw is not None
    again = world.second_session()
    assert await again.restore()
    assert again.tokens == world.tokens
    for _ in range(5):
        assert (await world.calls.call("GET", world.org.api_url)).status == 200
    assert world.network.token_requests() == 1
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(3)
    assert world.tokens.id_flaw is None
    assert world.tokens.id is not None
    assert world.tokens.id.name == IDT(3)


async def test_a_key_that_is_not_published_yet(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    ledger = world.org.ledger

    async def ahead_of_the_keys(_request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> Any:
        unpublished = SigningKey.generate()
        ledger.keys.insert(0, unpublished)
        response = await onwards()
        ledger.keys.remove(unpublished)
        return response

    world.network.faults.append(ahead_of_the_keys)
    assert (await world.session.fresh_token()).access.name == AT(2)
    assert len(marks(world)) == 1


@pytest.mark.parametrize("change", [claims(iss="https://evil.example"), claims(aud="another"), claims(azp="another")])
async def test_another_client_s_response_brings_its_refresh_token_and_no_more(world: World, change: Change) -> None:
    world.turn(grace_s=0)
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(odd(change(world)))
    with pytest.raises(Hiccup, match="another issuer's, or for another client"):
        await world.session.fresh_token()
    assert world.tokens.access is None
    assert world.tokens.refresh is not None
    assert world.tokens.refresh.name == RT(2)
    assert (await world.session.fresh_token()).access.name == AT(3)


@pytest.mark.parametrize("change", [claims(sub="00u-mallory"), claims(sub="00u-mallory", iss="https://evil.example")])
async def test_another_person_s_response_ends_the_session(world: World, change: Change) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(odd(change(world)))
    with pytest.raises(OtherSubject, match="another person's tokens") as caught:
        await world.session.fresh_token()
    assert caught.value.raw is None, "no server said that"
    assert isinstance(world.session.state, Ended)
    assert not await world.second_session().restore()
    with pytest.raises(OtherSubject):
        await world.session.fresh_token()
    assert world.network.token_requests() == 1


async def test_a_clock_that_differs_from_the_server_s_is_named(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.org.set_time(skew_s=-12 * 365 * 86400.0)
    for _ in range(3):
        assert (await world.session.fresh_token()).access.name == AT(2)
    assert len(marks(world)) == 1
    assert "This computer's clock is 4380 d ahead of the server's." in marks(world)[0].why


@pytest.mark.parametrize(
    ("rule", "skew_s", "blamed"),
    [("exp", -3600.0, "1 h ahead of"), ("iat", 90.0, "1 min 30 s behind"), ("exp", -59.0, ""), ("exp", None, "")],
)
def test_the_clock_is_blamed_only_for_what_it_explains(rule: str, skew_s: float | None, blamed: str) -> None:
    assert blamed in clock_to_blame(rule, skew_s)
    assert bool(clock_to_blame(rule, skew_s)) is bool(blamed)
    assert clock_to_blame("signature", skew_s) == ""
