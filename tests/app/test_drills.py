"""Drills: what the org does with a token that is ended on purpose, what the session learns, what the journal says."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.decision import ExpirySource, Reason, Verdict
from app.demo.addresses import addresses_of
from app.demo.control_client import ControlClient
from app.demo.drills import Drills
from app.demo.ledger import hashed
from app.errors import BadInput, Refusal
from app.events.demo import ControlRequested
from app.events.session import StorePlace
from app.events.wire import ExchangeKind
from app.events.words import sentence
from app.secret import Secret
from app.session.sign_out import revoke_and_forget
from app.sim_loop import SimClock
from app.testing.sessions import World
from tests.names import AT, RT

pytestmark = pytest.mark.anyio
API = "/api/me"


class Bench:
    def __init__(self, world: World) -> None:
        self.world = world
        self.api = world.org.issuer_base + API
        addresses = addresses_of(world.org.issuer_base, world.org.ledger.identity)
        self.controller = ControlClient(world.http, addresses)
        self.drills = Drills(world.session, world.client, world.journal, self.controller)

    async def call(self) -> httpx.Response | None:
        result = await self.world.calls.call("GET", self.api)
        return None if result.response is None else result.response.status

    def sentences(self) -> list[str]:
        return [entry.sentence() for entry in self.world.told]


@pytest.fixture
async def bench(clock: SimClock) -> AsyncIterator[Bench]:
    async with World(clock) as world:
        await world.sign_in()
        yield Bench(world)


async def test_a_revoked_access_token_is_found_out_by_the_api(bench: Bench) -> None:
    await bench.drills.revoke("access")
    assert bench.world.session.decide("me").verdict is Verdict.USE  # nobody told the client
    assert await bench.call() == 200
    assert bench.world.tokens.number == 2
    assert "AT-1 was revoked at the demo org on request; the session is not told." in bench.sentences()


async def test_a_revoked_refresh_token_ends_the_session_at_the_next_refresh(bench: Bench) -> None:
    await bench.drills.revoke("refresh")
    assert await bench.call() is None
    assert isinstance(bench.world.session.ended, Refusal)


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_the_org_is_told_which_token_it_revokes_by_its_hash(bench: Bench, kind: str) -> None:
    held = {"access": bench.world.tokens.access, "refresh": bench.world.tokens.refresh}[kind]
    assert held is not None
    assert (await bench.drills.revoke(kind)).name == {"access": AT(1), "refresh": RT(1)}[kind]
    sent = bench.world.network.requests[-1]
    assert sent.url.path == "/demo/control/revoke"
    assert json.loads(sent.content) == {"token_hash": hashed(held.value.reveal())}


@pytest.mark.parametrize("act", ["revoke", "expire"])
async def test_what_the_controls_did_is_told_under_who_asked(bench: Bench, act: str) -> None:
    await getattr(bench.drills, act)("access")
    asked = next(entry for entry in bench.world.told if isinstance(entry.event, ControlRequested))
    led = [type(entry.event).__name__ for entry in bench.world.told if entry.cause == asked.seq]
    assert led == ["Exchange", {"revoke": "TokenRevoked", "expire": "TokenExpired"}[act]]


async def test_an_access_token_made_to_expire_is_lapsed_for_everybody(bench: Bench, clock: SimClock) -> None:
    clock.jump(7)
    await bench.drills.expire("access")
    decision = bench.world.session.decide("me")
    assert (decision.verdict, decision.reason, decision.source) == (Verdict.REFRESH, Reason.LAPSED, ExpirySource.ASKED)
    assert bench.world.tokens.expires_at == clock.now()
    restored = bench.world.second_session()
    assert await restored.restore()
    assert restored.decide("me").reason is Reason.LAPSED
    token = bench.world.tokens.access
    assert token is not None
    headers = {"Authorization": f"Bearer {token.value.reveal()}"}
    refused = await bench.world.http.get(bench.api, headers=headers)
    assert refused.json()["error_description"] == "The token has expired."
    assert await bench.call() == 200


async def test_a_refresh_token_made_to_expire_is_refused_and_the_client_did_not_know(bench: Bench) -> None:
    await bench.drills.expire("refresh")
    assert await bench.call() == 200  # the access token lives on
    await bench.world.session.drop_access_token()
    assert await bench.call() is None
    assert bench.world.session.ended is not None
    assert any("let it expire" in each.cause for each in bench.world.org.log)


async def test_a_replay_inside_the_grace_period_is_accepted_and_changes_nothing_here(bench: Bench) -> None:
    bench.world.turn(grace_s=30)
    await bench.world.session.fresh_token(asked_for=True)
    before = bench.world.tokens
    answered = await bench.drills.replay()
    assert (answered.name, answered.error) == (RT(1), None)
    assert bench.world.tokens == before
    await bench.world.session.fresh_token(asked_for=True)


async def test_a_replay_after_the_grace_period_kills_the_family(bench: Bench, clock: SimClock) -> None:
    bench.world.turn(grace_s=0)
    await bench.world.session.fresh_token(asked_for=True)
    clock.jump(5)
    answered = await bench.drills.replay()
    assert (answered.name, answered.error) == (RT(1), "invalid_grant")
    with pytest.raises(Refusal):
        await bench.world.session.fresh_token(asked_for=True)
    assert "Replaying RT-1, which was replaced, on request." in bench.sentences()


async def test_without_an_older_refresh_token_there_is_nothing_to_replay(bench: Bench) -> None:
    with pytest.raises(BadInput, match="no older refresh token"):
        await bench.drills.replay()
    await bench.world.session.fresh_token(asked_for=True)
    await revoke_and_forget(bench.world.session, bench.world.client, bench.world.journal)
    with pytest.raises(BadInput, match="no older refresh token"):
        await bench.drills.replay()


async def test_what_is_not_held_cannot_be_troubled(bench: Bench) -> None:
    await bench.world.session.drop_access_token()
    for act in (bench.drills.revoke, bench.drills.expire):
        with pytest.raises(BadInput, match="no access token in the session"):
            await act("access")


async def test_a_foreign_token_is_refused_in_the_orgs_words(bench: Bench) -> None:
    bench.world.org.reset()
    with pytest.raises(BadInput, match="There is no such token"):
        await bench.drills.expire("access")


async def test_neither_token_nor_its_hash_is_in_the_journal(bench: Bench) -> None:
    held = bench.world.tokens.access
    assert held is not None
    await bench.drills.expire("access")
    kinds = [entry.event.kind for entry in bench.world.told if hasattr(entry.event, "kind")]
    assert ExchangeKind.CONTROL in kinds
    assert not any(held.value.reveal() in repr(entry) for entry in bench.world.told)


async def test_a_token_that_came_while_the_old_one_was_ended_is_not_taken_for_lapsed(bench: Bench) -> None:
    async def ended_late(token: Secret, **_: object) -> None:
        await bench.world.session.fresh_token(asked_for=True)

    bench.controller.expire = ended_late  # type: ignore[method-assign]
    told = await bench.drills.expire("access")
    assert sentence(told) == "AT-1 was made to expire now, on request."
    assert bench.world.session.decide("me").verdict is Verdict.USE
    assert bench.world.tokens.number == 2


async def test_a_token_ended_after_the_sign_out_is_told_and_nothing_else(bench: Bench) -> None:
    async def ended_late(token: Secret, **_: object) -> None:
        await revoke_and_forget(bench.world.session, bench.world.client, bench.world.journal)

    bench.controller.expire = ended_late  # type: ignore[method-assign]
    assert (await bench.drills.expire("access")).name == AT(1)
    assert bench.world.session.tokens is None


async def test_the_token_of_a_session_that_ended_is_not_kept_for_a_replay(bench: Bench) -> None:
    await bench.world.session.fresh_token(asked_for=True)
    assert bench.world.session.replaced is not None
    await bench.drills.revoke("refresh")
    with pytest.raises(Refusal):
        await bench.world.session.fresh_token(asked_for=True)
    assert bench.world.session.replaced is None


async def test_what_another_process_replaced_can_be_replayed_here(bench: Bench, tmp_path: Path) -> None:
    bench.world.lock_folder, bench.world.store.place = tmp_path, StorePlace.KEYRING
    here, there = bench.world.second_session(), bench.world.second_session()
    await here.restore()
    await there.restore()
    await there.fresh_token(asked_for=True)
    await here.fresh_token(asked_for=True)  # takes over what is stored
    assert (bench.world.network.token_requests(), here.replaced) == (1, bench.world.tokens.refresh)
