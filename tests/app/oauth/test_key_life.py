"""The life of an issuer's keys: kept as the server says, fetched once more for an unknown kid, never in a storm."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.demo.faults import Fault
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.errors import Unreachable, UnusableAnswer
from app.oauth.client import OAuthClient
from app.settings import DEMO_CLIENT_ID
from app.simloop import SimClock
from tests.app.oauth.signing import Signer, claims

pytestmark = pytest.mark.anyio


class Issuer:
    def __init__(self, clock: SimClock, http: httpx.AsyncClient, org: DemoOrg) -> None:
        self.clock, self.org = clock, org
        self.client = OAuthClient(http, clock, issuer=org.issuer, client_id=DEMO_CLIENT_ID)

    async def kids(self, token: str = "") -> list[str]:
        return [key["kid"] for key in (await self.client.keys_for(token, cause=None)).keys]

    @property
    def fetches(self) -> int:
        return self.org.counters["keys"]


@pytest.fixture
async def issuer(clock: SimClock) -> AsyncIterator[Issuer]:
    org = DemoOrg(clock)
    async with httpx.AsyncClient(transport=OrgTransport(org)) as http:
        yield Issuer(clock, http, org)


def signed_by(kid: str) -> str:
    return Signer(kid=kid).sign(claims())


async def test_keys_are_fetched_once_and_kept(issuer: Issuer, clock: SimClock) -> None:
    first = await issuer.kids()
    clock.jump(299)
    assert await issuer.kids(signed_by(first[0])) == first
    assert issuer.fetches == 1


async def test_a_max_age_below_the_bound_is_raised_to_it(issuer: Issuer, clock: SimClock) -> None:
    await issuer.kids()
    clock.jump(61)  # the org says max-age=60; five minutes are kept at least
    await issuer.kids()
    assert issuer.fetches == 1
    clock.jump(240)
    await issuer.kids()
    assert issuer.fetches == 2


async def test_an_unknown_kid_is_worth_one_fetch_a_minute(issuer: Issuer, clock: SimClock) -> None:
    await issuer.kids()
    clock.jump(60)
    for _ in range(5):
        await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == 2
    clock.jump(59)
    await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == 2
    clock.jump(1)
    await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == 3


@pytest.mark.parametrize("overlap", [True, False])
async def test_a_rotated_key_is_found(issuer: Issuer, clock: SimClock, overlap: bool) -> None:
    (old,) = await issuer.kids()
    new = issuer.org.ledger.rotate_keys(overlap=overlap).kid
    clock.jump(60)
    found = await issuer.kids(signed_by(new))
    assert found == ([new, old] if overlap else [new])


async def test_what_is_no_token_costs_no_fetch(issuer: Issuer, clock: SimClock) -> None:
    await issuer.kids()
    clock.jump(60)
    for text in ("", "opaque", "a.b.c", "x" * 100_000):
        await issuer.kids(text)
    assert issuer.fetches == 1


@pytest.mark.parametrize("fault", ["503@keys", "close-before@keys", "html@keys", "garbage@keys"])
async def test_old_keys_stay_when_new_ones_cannot_be_had(issuer: Issuer, clock: SimClock, fault: str) -> None:
    first = await issuer.kids()
    issuer.org.faults.switch_on([Fault.parse(fault)])
    clock.jump(301)
    assert await issuer.kids(signed_by("nobody")) == first
    before = issuer.fetches
    await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == before, "a server in trouble is not asked again at once"
    assert issuer.client.known_keys is not None


@pytest.mark.parametrize(("fault", "error"), [("503@keys", UnusableAnswer), ("close-before@keys", Unreachable)])
async def test_without_any_keys_the_trouble_is_told(issuer: Issuer, fault: str, error: type[Exception]) -> None:
    issuer.org.faults.switch_on([Fault.parse(fault)])
    with pytest.raises(error):
        await issuer.kids()


async def test_nothing_is_known_before_it_is_asked_for(issuer: Issuer) -> None:
    assert issuer.client.known_keys is None
    assert issuer.client.known_metadata is None
    await issuer.kids()
    assert issuer.client.known_keys is not None
    assert issuer.client.known_keys.source == f"{issuer.org.issuer}/v1/keys"
