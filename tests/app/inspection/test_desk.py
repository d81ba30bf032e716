"""Inspections for a connection: offline from what is known, online only on request; with the real session and org."""

import json
from collections.abc import AsyncIterator

import pytest

from app.connection import DEMO_CLIENT_ID
from app.errors import BadInput
from app.inspection.difference import difference
from app.inspection.inspector import FOR_THE_API, FOR_THE_ORG, Conclusion, Inspection
from app.inspection.pasted_text import PastedTokens, access_token_among, find_tokens
from app.inspection.report import as_json, as_lines
from app.inspection.token_inspector import TokenInspector
from app.oauth.client import OAuthClient
from app.oauth.rules import RuleOutcome
from app.oauth.verify import JwtKind
from app.secret import Secret
from app.session.session import Session
from app.session.store import MemoryStore
from app.sim_loop import SimClock
from app.testing.sessions import World
from app.token_name import TokenKind, TokenName
from tests.names import AT, IDT, RT

pytestmark = pytest.mark.anyio


class Bench:
    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = TokenInspector(world.http, world.client, world.session, world.clock)

    def held(self) -> dict[TokenName, Inspection]:
        return {each.name: each for each in self.desk.held() if each.name is not None}


@pytest.fixture
async def bench(clock: SimClock) -> AsyncIterator[Bench]:
    async with World(clock) as world:
        yield Bench(world)


def outcomes(inspection: Inspection) -> dict[str, RuleOutcome]:
    assert inspection.verification is not None
    return {each.rule: each.outcome for each in inspection.verification.verdicts}


async def test_after_a_sign_in_everything_is_known_and_nothing_is_asked(bench: Bench) -> None:
    await bench.world.sign_in()
    found = bench.held()
    assert list(found) == [AT(1), IDT(1), RT(1)]
    assert {title: each.conclusion for title, each in found.items()} == {
        AT(1): Conclusion.VALID,
        IDT(1): Conclusion.VALID,
        RT(1): Conclusion.OPAQUE,
    }
    ids = outcomes(found[IDT(1)])
    assert {rule for rule, outcome in ids.items() if outcome is RuleOutcome.CANNOT_BE_CHECKED} == set()
    assert {ids[rule] for rule in ("iss", "aud", "nonce", "at_hash", "signature")} == {RuleOutcome.PASSED}
    assert found[AT(1)].remark == FOR_THE_API
    assert bench.world.network.requests == []


async def test_a_refreshed_id_token_is_held_against_the_sign_in(bench: Bench) -> None:
    await bench.world.sign_in()
    bench.world.clock.jump(40)
    await bench.world.session.fresh_token()
    found = outcomes(bench.held()[IDT(2)])
    assert {found[f"refreshed {claim}"] for claim in ("iss", "sub", "aud", "azp", "auth_time")} == {RuleOutcome.PASSED}
    assert found["nonce"] is RuleOutcome.NOT_APPLICABLE


async def test_a_lapsed_token_says_since_when(bench: Bench) -> None:
    await bench.world.sign_in()
    bench.world.clock.jump(40)
    access = bench.held()[AT(1)]
    assert (access.conclusion, access.sentence()) == (Conclusion.NOT_VALID, "The access token has expired.")
    assert bench.held()[IDT(1)].conclusion is Conclusion.VALID


async def test_after_a_restart_the_keys_are_fetched_on_request(bench: Bench, clock: SimClock) -> None:
    await bench.world.sign_in()
    world = bench.world
    client = OAuthClient(world.http, clock, issuer=world.org.issuer, client_id=DEMO_CLIENT_ID)
    store = MemoryStore()
    await store.save("demo", world.store.written[-1])
    session = Session(client, store, world.journal, clock, key="demo", leeway_s=1.0)
    await session.restore()
    desk = TokenInspector(world.http, client, session, clock)
    world.network.requests.clear()
    access = desk.held()[0]
    assert access.conclusion is Conclusion.NOT_VERIFIED
    assert access.sentence() == "There are no keys to check it with."
    assert world.network.requests == []
    await desk.fetch_keys()
    assert [request.url.path.rpartition("/")[2] for request in world.network.requests] == [
        "openid-configuration",
        "keys",
    ]
    assert desk.held()[0].conclusion is Conclusion.VALID


async def test_introspection_is_asked_on_request_and_kept_for_that_token(bench: Bench) -> None:
    await bench.world.sign_in()
    await bench.desk.introspect(RT(1))
    refresh = bench.held()[RT(1)]
    assert (refresh.conclusion, refresh.sentence()) == (Conclusion.VALID, "The server says it is active.")
    assert refresh.truth[-1].ends_at == bench.world.clock.now() + 7 * 3600
    bench.world.org.revoke(None)
    await bench.desk.introspect(AT(1))
    assert "not active any more" in bench.held()[AT(1)].truth[-1].sentence()
    with pytest.raises(BadInput, match="AT-9 is not in hand"):
        await bench.desk.introspect(AT(9))


async def test_a_server_that_does_not_let_public_clients_introspect(bench: Bench) -> None:
    await bench.world.sign_in()
    metadata = await bench.world.client.metadata()
    object.__setattr__(metadata, "introspection_auth_methods", ("client_secret_basic",))
    with pytest.raises(BadInput, match="does not let clients without a secret"):
        await bench.desk.introspect(AT(1))


async def test_opaque_access_tokens_end_by_receipt_and_introspection(bench: Bench) -> None:
    bench.world.org.turn(access_token_format="opaque")
    await bench.world.sign_in()
    access = bench.held()[AT(1)]
    assert (access.conclusion, access.verification, access.kind) == (Conclusion.OPAQUE, None, JwtKind.ACCESS)
    assert access.truth[0].is_acted_on
    await bench.desk.introspect(AT(1))
    assert bench.held()[AT(1)].truth[-1].sentence() == "Agrees."


async def test_an_access_token_of_the_orgs_own_server_is_for_the_org_only(bench: Bench) -> None:
    world = bench.world
    client = OAuthClient(world.http, world.clock, issuer=world.org.issuer_base, client_id=DEMO_CLIENT_ID)
    world.client = client
    world.session = Session(client, MemoryStore(), world.journal, world.clock, key="org", leeway_s=1.0)
    await world.sign_in()
    found = {each.name: each for each in TokenInspector(world.http, client, world.session, world.clock).held()}
    assert found[AT(1)].remark == FOR_THE_ORG
    assert outcomes(found[AT(1)])["key"] is RuleOutcome.FAILED, "its key is published nowhere"
    assert found[IDT(1)].conclusion is Conclusion.VALID


async def test_a_pasted_token_response_is_verified_with_the_connections_keys(bench: Bench) -> None:
    await bench.world.sign_in()
    tokens = bench.world.tokens
    assert tokens.access is not None
    assert tokens.id is not None
    found = find_tokens(
        json.dumps({"access_token": tokens.access.value.reveal(), "id_token": tokens.id.value.reveal()})
    )
    inspections = [bench.desk.pasted(each, access_token=access_token_among(found)) for each in found]
    assert [each.title for each in inspections] == ["pasted access token", "pasted ID token"]
    assert [each.conclusion for each in inspections] == [Conclusion.VALID, Conclusion.VALID]
    assert outcomes(inspections[1])["at_hash"] is RuleOutcome.PASSED
    assert bench.world.network.requests == []


async def test_keys_of_another_issuer(bench: Bench) -> None:
    await bench.world.sign_in()
    metadata, keys = await bench.desk.keys_of(bench.world.org.issuer_base)
    assert metadata.issuer == bench.world.org.issuer_base
    assert keys.source.endswith("/oauth2/v1/keys")


async def test_generations_leave_their_claims_and_no_token(bench: Bench) -> None:
    await bench.world.sign_in()
    for _ in range(3):
        bench.world.clock.jump(40)
        await bench.world.session.fresh_token()
    generations = bench.world.session.generations
    assert [each.name for each in generations.of(TokenKind.ACCESS)] == [AT(1), AT(2), AT(3), AT(4)]
    first, last = generations.get(AT(1)), generations.get(AT(4))
    assert first is not None
    assert last is not None
    assert first.claims is not None
    assert last.claims is not None
    found = difference(first.claims, last.claims)
    assert (found.unexpected, {each.name for each in found.expected}) == ((), {"iat", "exp", "jti"})
    access = bench.world.tokens.access
    assert access is not None
    assert access.value.reveal() not in repr(list(generations))


async def test_a_narrowed_scope_stands_in_front(bench: Bench) -> None:
    await bench.world.sign_in()
    before = bench.world.session.generations.get(AT(1))
    await bench.world.sign_in("openid offline_access")
    after = bench.world.session.generations.get(AT(1))
    assert before is not None
    assert after is not None
    assert len(bench.world.session.generations.of(TokenKind.ACCESS)) == 1, "another sign-in is another family"
    found = difference(before.claims or {}, after.claims or {})
    assert [each.remark for each in found.unexpected] == ["The scope lost email, profile."]


async def test_the_report_says_the_same_as_the_window_and_no_token(bench: Bench) -> None:
    await bench.world.sign_in()
    for inspection in bench.desk.held():
        found = as_json(inspection)
        text = json.dumps(found) + "\n".join(as_lines(inspection, bench.world.clock.now()))
        for held in (bench.world.tokens.access, bench.world.tokens.id, bench.world.tokens.refresh):
            assert held is not None
            assert held.value.reveal() not in text
        if inspection.verification is not None:
            assert [each["rule"] for each in found["rules"]] == [each.rule for each in inspection.verification.verdicts]
            assert all(each["source"] for each in found["rules"])


@pytest.mark.parametrize("text", ["<b>bold</b>", "\x1b[31mred", "x" * 100_000, "{}"])
async def test_a_report_of_anything_is_one_of_words(clock: SimClock, text: str) -> None:
    from app.inspection.inspector import Against, inspect_text

    inspection = inspect_text(Secret(text), "", Against(now=clock.now()))
    assert "\x1b" not in "\n".join(as_lines(inspection, clock.now()))
    assert inspection.conclusion is Conclusion.OPAQUE
    assert PastedTokens(Secret(text)).label == ""
