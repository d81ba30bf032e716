"""The life of an issuer's keys: kept as the server says, fetched once more for an unknown kid, never in a storm."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo.faults import Fault
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.errors import InvalidIdToken, Unreachable, UnusableAnswer
from app.oauth.client import OAuthClient
from app.secret import Secret
from app.sim_loop import SimClock
from tests.app.oauth.signing import ACCESS, Signer, claims, part

pytestmark = pytest.mark.anyio

TROUBLE = ["503@keys", "close-before@keys", "html@keys", "garbage@keys"]


class Saying(httpx.AsyncBaseTransport):
    """The demo org, with something else in the Cache-Control of its keys (None: as it is, empty: none)."""

    def __init__(self, org: DemoOrg) -> None:
        self._inner = OrgTransport(org)
        self.cache_control: str | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if self.cache_control is not None and request.url.path.endswith("/keys"):
            del answer.headers["cache-control"]
            if self.cache_control:
                answer.headers["Cache-Control"] = self.cache_control
        return answer


class Issuer:
    def __init__(self, clock: SimClock, transport: Saying, http: httpx.AsyncClient, org: DemoOrg) -> None:
        self.clock, self.org, self.transport = clock, org, transport
        self.client = OAuthClient(http, clock, issuer=org.issuer, client_id=DEMO_CLIENT_ID)

    async def kids(self, token: str = "") -> list[str]:
        return [key["kid"] for key in (await self.client.keys_for(token, cause=None)).keys]

    @property
    def fetches(self) -> int:
        return self.org.counters["keys"]

    def fail(self, fault: str) -> None:
        self.org.faults.switch_on([Fault.parse(fault)])


@pytest.fixture(scope="module")
def first_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
async def issuer(clock: SimClock, first_key: SigningKey) -> AsyncIterator[Issuer]:
    org = DemoOrg(clock, ledger=MemoryLedger(first_key))
    transport = Saying(org)
    async with httpx.AsyncClient(transport=transport) as http:
        yield Issuer(clock, transport, http, org)


def signed_by(kid: str, alg: str = "RS256") -> str:
    """A token of that kid; nobody checks its signature here."""
    return f"{part(json.dumps({'alg': alg, 'kid': kid}).encode())}.{part(b'{}')}.AAAA"


async def test_keys_are_fetched_once_and_kept(issuer: Issuer, clock: SimClock) -> None:
    first = await issuer.kids()
    clock.jump(299)
    assert await issuer.kids(signed_by(first[0])) == first
    assert issuer.fetches == 1


@pytest.mark.parametrize(
    ("said", "kept_s"),
    [
        (None, 300),  # the org says max-age=60; five minutes are kept at least
        ("max-age=0", 300),
        ("max-age=299", 300),
        ("max-age=301", 301),
        ("public, MAX-AGE=7200, must-revalidate", 7200),
        ('max-age="7200"', 7200),
        ("max-age=86401", 86_400),
        ("max-age=999999999999", 86_400),
        ("", 3600),
        ("public", 3600),
        ("max-age=-5", 3600),
        ("max-age=soon", 3600),
        ("s-maxage=7200", 3600),
        ("no-store", 300),
        ("No-Cache, max-age=7200", 300),
    ],
)
async def test_how_long_keys_are_kept(issuer: Issuer, clock: SimClock, said: str | None, kept_s: int) -> None:
    issuer.transport.cache_control = said
    await issuer.kids()
    clock.jump(kept_s - 1)
    await issuer.kids()
    assert issuer.fetches == 1
    clock.jump(1)
    await issuer.kids()
    assert issuer.fetches == 2


async def test_an_unknown_kid_is_worth_one_fetch_a_minute(issuer: Issuer, clock: SimClock) -> None:
    await issuer.kids()
    for _ in range(5):
        await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == 2, "the first one at once, however young the keys are"
    clock.jump(59)
    await issuer.kids(signed_by("somebody else"))
    assert issuer.fetches == 2
    clock.jump(1)
    await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == 3


async def test_a_known_kid_is_worth_none(issuer: Issuer, clock: SimClock) -> None:
    (known,) = await issuer.kids()
    clock.jump(200)
    for _ in range(5):
        await issuer.kids(signed_by(known))
    assert issuer.fetches == 1


@pytest.mark.parametrize("overlap", [True, False])
@pytest.mark.parametrize("after_s", [0, 60, 299, 300])
async def test_a_rotated_key_is_found(issuer: Issuer, clock: SimClock, overlap: bool, after_s: int) -> None:
    (old,) = await issuer.kids()
    new = issuer.org.ledger.rotate_keys(overlap=overlap).kid
    clock.jump(after_s)
    found = await issuer.kids(signed_by(new))
    assert found == ([new, old] if overlap else [new])
    assert await issuer.kids(signed_by(new)) == found
    assert issuer.fetches == 2


async def test_with_overlap_the_old_key_goes_on_without_a_fetch(issuer: Issuer, clock: SimClock) -> None:
    (old,) = await issuer.kids()
    issuer.org.ledger.rotate_keys(overlap=True)
    clock.jump(299)
    assert await issuer.kids(signed_by(old)) == [old]
    assert issuer.fetches == 1


async def test_a_key_that_was_removed_is_trusted_no_longer_than_it_is_kept(issuer: Issuer, clock: SimClock) -> None:
    (old,) = await issuer.kids()
    new = issuer.org.ledger.rotate_keys(overlap=False).kid
    clock.jump(299)
    assert await issuer.kids(signed_by(old)) == [old]
    clock.jump(1)
    assert await issuer.kids(signed_by(old)) == [new]
    assert issuer.fetches == 2


async def test_two_rotations_within_a_minute_are_found_a_minute_apart(issuer: Issuer, clock: SimClock) -> None:
    await issuer.kids()
    first = issuer.org.ledger.rotate_keys(overlap=False).kid
    assert await issuer.kids(signed_by(first)) == [first]
    second = issuer.org.ledger.rotate_keys(overlap=False).kid
    assert await issuer.kids(signed_by(second)) == [first]
    clock.jump(60)
    assert await issuer.kids(signed_by(second)) == [second]


async def test_keys_that_were_forgotten_are_asked_for_however_lately_they_were(issuer: Issuer) -> None:
    await issuer.kids()
    first = issuer.org.ledger.rotate_keys(overlap=False).kid
    assert await issuer.kids(signed_by(first)) == [first]
    second = issuer.org.ledger.rotate_keys(overlap=False).kid
    issuer.client.forget_keys()
    assert await issuer.kids(signed_by(second)) == [second]


async def test_who_has_travelled_back_need_not_wait_for_the_time_that_was(issuer: Issuer, clock: SimClock) -> None:
    await issuer.kids()
    await issuer.kids(signed_by("nobody"))
    clock.jump(-100_000)
    await issuer.kids(signed_by("nobody"))
    assert issuer.fetches == 3


@pytest.mark.parametrize("text", ["", "opaque", "a.b.c", "..", "x" * 100_000, "[" * 1000])
async def test_what_is_no_token_costs_no_fetch(issuer: Issuer, text: str) -> None:
    await issuer.kids()
    await issuer.kids(text)
    assert issuer.fetches == 1


async def test_a_token_no_key_could_fit_costs_one_at_most(issuer: Issuer) -> None:
    (known,) = await issuer.kids()
    for alg in ("none", "HS256", "ES256"):
        await issuer.kids(signed_by(known, alg))
    assert issuer.fetches == 2


@pytest.mark.parametrize("fault", TROUBLE)
async def test_old_keys_stay_when_new_ones_cannot_be_had(issuer: Issuer, clock: SimClock, fault: str) -> None:
    first = await issuer.kids()
    issuer.fail(fault)
    clock.jump(301)
    assert await issuer.kids(signed_by("nobody")) == first
    before = issuer.fetches
    clock.jump(59)
    for _ in range(5):
        assert await issuer.kids(signed_by("nobody")) == first
    assert issuer.fetches == before, "a server in trouble is not asked again at once"
    clock.jump(1)
    assert await issuer.kids() == first
    assert issuer.fetches == before + 1
    assert issuer.client.known_keys is not None


@pytest.mark.parametrize("fault", TROUBLE)
@pytest.mark.parametrize("said", [None, "max-age=86400"])
async def test_trouble_does_not_prolong_the_life_of_old_keys(
    issuer: Issuer, clock: SimClock, fault: str, said: str | None
) -> None:
    (old,) = await issuer.kids()
    new = issuer.org.ledger.rotate_keys(overlap=False).kid
    issuer.fail(f"{fault}*1")
    issuer.transport.cache_control = said
    clock.jump(300)
    assert await issuer.kids(signed_by(old)) == [old]
    clock.jump(60)
    assert await issuer.kids(signed_by(old)) == [new]


@pytest.mark.parametrize(("fault", "error"), [("503@keys", UnusableAnswer), ("close-before@keys", Unreachable)])
async def test_without_any_keys_the_trouble_is_told_and_the_next_one_asks_again(
    issuer: Issuer, fault: str, error: type[Exception]
) -> None:
    issuer.fail(f"{fault}*1")
    with pytest.raises(error):
        await issuer.kids()
    assert issuer.client.known_keys is None
    assert await issuer.kids()


async def test_decoys_and_secrets_beside_the_key_do_no_harm(issuer: Issuer) -> None:
    issuer.fail("decoy-keys@keys")
    keys = await issuer.client.keys_for("", cause=None)
    assert len(keys.keys) > 1
    kid = issuer.org.ledger.keys[0].kid
    assert len(keys.fitting({"alg": "RS256", "kid": kid})) == 1


async def test_nothing_is_known_before_it_is_asked_for(issuer: Issuer) -> None:
    assert issuer.client.known_keys is None
    assert issuer.client.known_metadata is None
    await issuer.kids()
    assert issuer.client.known_keys is not None
    assert issuer.client.known_keys.source == f"{issuer.org.issuer}/v1/keys"


async def test_a_stranger_who_takes_the_kid_is_not_the_issuer(issuer: Issuer) -> None:
    (kid,) = await issuer.kids()
    token = Signer(kid=kid).sign(claims(iss=issuer.org.issuer, aud=DEMO_CLIENT_ID))
    with pytest.raises(InvalidIdToken) as caught:
        await issuer.client.verify_id_token(Secret(token), access_token=ACCESS, nonce="n", cause=None)
    assert caught.value.rule == "signature"
    assert issuer.fetches == 1
