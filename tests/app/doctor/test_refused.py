"""Why a refresh token was refused: one `invalid_grant`, and the cause that was made must be named first."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from app.demo import words
from app.demo.cause import Cause
from app.demo.control_client import ControlClient
from app.demo.drills import Drills
from app.demo.org import ADA
from app.doctor.records import Certainty, Finding
from app.journal import Journal
from app.lanes import Limits
from app.oauth.client import OAuthClient
from app.refusal_cause import RefusalCause
from app.session.session import Session
from app.session.states import Ended
from app.session.store import MemoryStore
from app.testing.network import lost_after_commit
from app.wire.recorder import RecordingTransport
from tests.app.doctor.conftest import Ward

pytestmark = pytest.mark.anyio

DAY_S = 86400.0
HOUR_S = 3600.0
Words = Callable[[Finding], str]


def is_over(ward: Ward) -> bool:
    return isinstance(ward.world.session.state, Ended)


async def test_an_old_refresh_token_was_sent_again(ward: Ward, evidence: Words) -> None:
    await ward.sign_in()
    await ward.refresh()
    world = ward.world
    world.clock.jump(45)
    replay = await Drills(world.session, world.client, world.journal, None).replay()  # type: ignore[arg-type]
    assert replay.error == "invalid_grant"
    await ward.refresh()
    assert is_over(ward)
    found = ward.expect("reused", Certainty.LIKELY)
    assert "RT-1 was sent once more at" in evidence(found)
    assert "45 s after RT-2 had replaced it" in evidence(found)
    seq = found.evidence[0].seq
    assert seq is not None
    entry = world.journal.entry(seq)
    assert type(entry.event if entry else None).__name__ == "ReplayAnswered"
    await ward.read_org()
    found = ward.expect("reused", Certainty.SURE)
    assert "Its family was ended for reuse" in evidence(found)
    assert "RT-1 was sent once more" in evidence(found)
    assert [each.rule for each in ward.diagnose()] == ["reused"]


async def test_the_response_to_the_refresh_was_lost(ward: Ward, evidence: Words) -> None:
    ward.world.turn(grace_s=0)
    await ward.sign_in()
    ward.world.network.faults.append(lost_after_commit)
    await ward.refresh()
    assert is_over(ward)
    found = ward.expect("lost_answer", Certainty.LIKELY)
    assert "RT-1" in found.what
    assert "No response came to the refresh" in evidence(found)
    await ward.read_org()
    ward.expect("reused", Certainty.SURE)


async def test_it_lay_idle_for_too_long(ward: Ward, evidence: Words) -> None:
    ward.world.turn(refresh_token_lifetime_s=0)
    await ward.sign_in()
    ward.world.clock.jump(8 * DAY_S)
    await ward.refresh()
    assert is_over(ward)
    found = ward.expect("idle_limit", Certainty.LIKELY)
    assert "RT-1 had not been used for 8 d" in evidence(found)
    assert any(each.against for each in found.evidence)
    ward.tell_limits()
    assert "idle limit is 7 d" in evidence(ward.expect("idle_limit", Certainty.SURE))
    ward.tell_limits(Limits())
    assert "idle_limit" not in [each.rule for each in ward.diagnose()]
    await ward.read_org()
    ward.expect("idle_limit", Certainty.SURE)


async def test_a_server_that_states_no_limit_leaves_it_open(ward: Ward) -> None:
    ward.world.turn(refresh_idle_s=int(HOUR_S))
    await ward.sign_in()
    ward.world.clock.jump(2 * HOUR_S)
    await ward.refresh()
    open_ones = {each.rule: each.certainty for each in ward.diagnose()}
    assert open_ones["idle_limit"] is Certainty.CANNOT_KNOW
    assert open_ones["absolute_limit"] is Certainty.CANNOT_KNOW
    assert open_ones["password_changed"] is Certainty.CANNOT_KNOW


async def test_the_family_came_to_its_end(ward: Ward, evidence: Words) -> None:
    await ward.sign_in()
    ward.world.clock.jump(6 * HOUR_S)
    await ward.refresh()
    ward.world.clock.jump(HOUR_S)
    await ward.refresh()
    assert is_over(ward)
    ward.tell_limits()
    found = ward.expect("absolute_limit", Certainty.SURE)
    assert "total lifetime of refresh tokens is 7 h" in evidence(found)
    ward.known = type(ward.known)()
    await ward.read_org()
    assert "lifetime ended" in evidence(ward.expect("absolute_limit", Certainty.SURE))


async def test_an_administrator_revoked_it(ward: Ward, evidence: Words) -> None:
    await ward.sign_in()
    ward.world.org.revoke(None)
    await ward.refresh()
    found = ward.expect("revoked", Certainty.LIKELY)
    assert any(each.against for each in found.evidence)
    assert len(ward.diagnose()) > 1
    await ward.read_org()
    assert "An administrator revoked it" in evidence(ward.expect("revoked", Certainty.SURE))


async def test_it_was_revoked_by_a_sign_out_elsewhere(ward: Ward) -> None:
    await ward.sign_in()
    refresh = ward.world.tokens.refresh
    assert refresh is not None
    assert await ward.world.client.revoke(refresh.value, cause=None)
    await ward.refresh()
    ward.expect("revoked", Certainty.LIKELY)
    await ward.read_org()
    ward.expect("revoked", Certainty.SURE)


async def test_it_was_revoked_from_this_window(ward: Ward) -> None:
    await ward.sign_in()
    world = ward.world
    controller = ControlClient(world.http, world.org.addresses)
    await Drills(world.session, world.client, world.journal, controller).revoke("refresh")
    await ward.refresh()
    assert "RT-1 was revoked" in ward.expect("revoked", Certainty.SURE).evidence[0].text


@pytest.fixture
async def elsewhere(ward: Ward) -> AsyncIterator[Session]:
    """A copy of the session in another program, whose journal nobody here sees."""
    await ward.sign_in()
    world = ward.world
    journal, store = Journal(world.clock), MemoryStore()
    await store.save("demo", world.store.written[-1])
    async with httpx.AsyncClient(transport=RecordingTransport(world.network, journal, world.clock)) as http:
        client = OAuthClient(http, world.clock, issuer=world.org.issuer, client_id=world.client.client_id)
        session = Session(client, store, journal, world.clock, key="demo", leeway_s=1.0)
        assert await session.restore()
        yield session
        await session.close()


async def test_another_program_used_it(ward: Ward, elsewhere: Session, evidence: Words) -> None:
    await ward.refresh(elsewhere)
    assert elsewhere.tokens is not None
    ward.world.clock.jump(60)
    await ward.refresh()
    assert is_over(ward)
    assert "other_process" in [each.rule for each in ward.diagnose()]
    await ward.read_org()
    found = ward.expect("other_process", Certainty.SURE)
    assert "This journal has no refresh at" in evidence(found)


async def test_another_program_used_it_before_this_one_started(ward: Ward, elsewhere: Session) -> None:
    await ward.refresh(elsewhere)
    ward.world.clock.jump(60)
    world = ward.world
    restarted = Journal(world.clock)
    session = Session(world.client, world.store, restarted, world.clock, key="demo", leeway_s=1.0)
    assert await session.restore()
    world.journal = restarted
    await ward.refresh(session)
    found = ward.expect("other_process", Certainty.LIKELY, session)
    assert "came from the store" in found.evidence[0].text
    await session.close()


async def test_the_password_was_changed(ward: Ward) -> None:
    await ward.sign_in()
    org = ward.world.org
    (family,) = org.ledger.families
    org.log.add("user.account.update_password", user_id=ADA.id)
    org.ledger.end(family, Cause(kind=RefusalCause.REVOKED_BY_ADMIN))
    await ward.refresh()
    unknown = {each.rule: each.certainty for each in ward.diagnose()}
    assert unknown["password_changed"] is Certainty.CANNOT_KNOW
    await ward.read_org()
    ward.expect("password_changed", Certainty.SURE)


async def test_the_account_was_deactivated(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.org.log.add("user.lifecycle.deactivate", user_id=ADA.id)
    ward.world.org.revoke(None)
    await ward.refresh()
    await ward.read_org()
    ward.expect("user_deactivated", Certainty.SURE)


async def test_what_the_server_knows_is_quoted(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.org.reset()
    await ward.refresh()
    await ward.read_org()
    assert "forgot it at a reset" in ward.expect("server_knows", Certainty.SURE).what


async def replayed(ward: Ward) -> None:
    await ward.refresh()
    ward.world.clock.jump(45)
    await Drills(ward.world.session, ward.world.client, ward.world.journal, None).replay()  # type: ignore[arg-type]


async def idle(ward: Ward) -> None:
    ward.world.turn(refresh_idle_s=60)
    ward.world.clock.jump(HOUR_S)


async def lapsed_family(ward: Ward) -> None:
    ward.world.clock.jump(7 * HOUR_S)


async def over(ward: Ward) -> None:
    await lapsed_family(ward)
    ward.world.org.ledger.prune(ward.world.clock.now())  # whose end is known only as that it came


async def revoked_by_admin(ward: Ward) -> None:
    ward.world.org.revoke(None)


async def revoked_by_client(ward: Ward) -> None:
    refresh = ward.world.tokens.refresh
    assert refresh is not None
    await ward.world.client.revoke(refresh.value, cause=None)


async def expired_by_admin(ward: Ward) -> None:
    (token,) = ward.world.org.ledger.refresh
    ward.world.org.expire(token)


async def reset(ward: Ward) -> None:
    ward.world.org.reset()


Make = Callable[[Ward], Awaitable[None]]
SURE: dict[Make, tuple[str, RefusalCause]] = {
    replayed: ("reused", RefusalCause.FAMILY_ENDED),
    idle: ("idle_limit", RefusalCause.IDLE),
    lapsed_family: ("absolute_limit", RefusalCause.LIFETIME_ENDED),
    over: ("absolute_limit", RefusalCause.LIFETIME_ENDED),
    revoked_by_admin: ("revoked", RefusalCause.REVOKED_BY_ADMIN),
    revoked_by_client: ("revoked", RefusalCause.REVOKED_BY_CLIENT),
    expired_by_admin: ("revoked", RefusalCause.EXPIRED_BY_ADMIN),
    reset: ("server_knows", RefusalCause.NEVER_ISSUED),
}


@pytest.mark.parametrize("make", SURE, ids=lambda make: make.__name__)
async def test_no_sure_verdict_hangs_on_a_sentence(ward: Ward, monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    for kind in RefusalCause:
        monkeypatch.setitem(words.SENTENCES, kind, "Reworded.")
    monkeypatch.setattr(words, "_LIFETIME_OVER", "Reworded.")
    await ward.sign_in()
    await make(ward)
    await ward.refresh()
    assert is_over(ward)
    rule, kind = SURE[make]
    refused = list(ward.world.org.log)[-1]
    assert (refused.cause, refused.refusal_cause) == ("Reworded.", kind)
    await ward.read_org()
    ward.expect(rule, Certainty.SURE)


async def test_a_log_without_causes_leaves_it_to_documented_events(ward: Ward) -> None:
    await ward.sign_in()
    await replayed(ward)
    await ward.refresh()
    await ward.read_org()
    bare = tuple(replace(each, cause="", refusal_cause=None) for each in ward.known.server_log)
    ward.known = replace(ward.known, server_log=bare)
    ward.expect("reused", Certainty.LIKELY)  # the family's refusal alone says nothing
    at_once = tuple(replace(each, at=bare[0].at) if each.event_type.endswith("detect_reuse") else each for each in bare)
    ward.known = replace(ward.known, server_log=at_once)
    ward.expect("reused", Certainty.SURE)  # by app.oauth2.as.token.detect_reuse beside it


async def test_a_cause_nobody_knows_here_is_quoted(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.org.revoke(None)
    await ward.refresh()
    await ward.read_org()
    stranger = tuple(replace(each, cause="The moon.", refusal_cause=None) for each in ward.known.server_log)
    ward.known = replace(ward.known, server_log=stranger)
    assert "The moon." in ward.expect("server_knows", Certainty.SURE).what
