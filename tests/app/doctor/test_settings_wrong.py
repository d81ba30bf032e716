"""What is set up wrongly at the server or in the connection: made at the real org, and named first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.asgi import asgi
from app.doctor.diagnose import diagnose
from app.doctor.records import Certainty, Finding
from app.errors import InvalidIdToken, SignInFailed, StoreFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import SignInFinished, SignInStarted
from app.session.sign_in import browser_sign_in
from app.session.sign_in_result import finished
from tests.app.doctor.conftest import LAPSED_S, Ward
from tests.ports import free_port

pytestmark = pytest.mark.anyio

Words = Callable[[Finding], str]


async def test_the_app_may_not_refresh(ward: Ward, evidence: Words) -> None:
    await ward.sign_in()
    ward.world.turn(refresh_grant_enabled=False)
    await ward.refresh()
    found = ward.expect("unauthorized_client", Certainty.SURE)
    assert found.can_turn_on_grant
    assert "Grant types the app may use: authorization_code, password" in evidence(found)
    assert found.evidence[0].seq is not None
    assert found.evidence[1].text.endswith("The client is not authorized to use the provided grant type.")


async def refused_by(ward: Ward, row: str) -> None:
    await ward.sign_in()
    ward.strike(f"refuse={row}@token.refresh")
    await ward.refresh()


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("mismatched_client", "other_client"),
        ("mismatched_authorization_server", "other_client"),
        ("no_scope_allowed", "no_scope_allowed"),
        ("no_matching_scope", "unknown_scope"),
        ("invalid_dpop_proof_invalid_public_key_binding", "bound_to_key"),
        ("user_rate_limited", "rate_limited"),
        ("no_matching_policy", "no_policy"),
    ],
)
async def test_what_okta_says_in_as_many_words(ward: Ward, row: str, rule: str) -> None:
    await refused_by(ward, row)
    assert ward.expect(rule, Certainty.SURE).evidence[0].seq is not None


async def test_there_is_no_access_policy(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.turn(has_access_policy=False)
    await ward.refresh()
    found = ward.expect("no_policy", Certainty.SURE)
    assert "401 access_denied" in found.evidence[0].text
    assert "Access Policies" in " ".join(found.cure)
    assert len(found.evidence) == 1
    ward.known = replace(ward.known, has_access_policy=False)
    assert len(ward.expect("no_policy", Certainty.SURE).evidence) == 2


async def test_the_person_is_not_assigned_any_more(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.turn(user_is_assigned=False)
    await ward.refresh()
    ward.expect("not_assigned", Certainty.SURE)


async def test_the_app_was_deactivated(ward: Ward, evidence: Words) -> None:
    await ward.sign_in()
    ward.world.turn(is_active=False)
    await ward.refresh()
    assert "has worked here before" in evidence(ward.expect("client_gone", Certainty.LIKELY))
    await ward.read_org()
    ward.expect("client_gone", Certainty.SURE)


async def test_a_refresh_asked_for_more_than_was_granted(ward: Ward) -> None:
    async def wants_more(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        body = urlencode({**form, "scope": "openid address"}).encode()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi(ward.world.org))) as http:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return await http.send(httpx.Request("POST", request.url, content=body, headers=headers), stream=True)

    await ward.sign_in()
    ward.world.network.faults.append(wants_more)
    await ward.refresh()
    found = ward.expect("scope_too_broad", Certainty.SURE)
    assert "Denied scopes: address" in found.evidence[0].text


async def lost_in_the_browser(ward: Ward, uri: str) -> None:
    """Sign in with a browser that meets the org's page and is sent nowhere."""
    world = ward.world
    connection = Connection(name="d", issuer=world.org.issuer, client_id=DEMO_CLIENT_ID, redirect_uris=(uri,))
    pages: list[str] = []
    with pytest.raises(SignInFailed) as failed:
        await browser_sign_in(
            world.client,
            connection,
            world.journal,
            world.clock,
            show=lambda _: None,
            open_browser=lambda url, _: pages.append(url),
        )
    response = await world.http.get(pages[0])
    assert response.status_code == 400
    assert "location" not in response.headers
    world.journal.append(finished(failed.value))


async def test_the_redirect_uri_is_not_registered(ward: Ward, evidence: Words) -> None:
    ward.world.turn()
    ward.world.org.policy = replace(ward.world.org.policy, exact_redirect_uris=True)
    uri = f"http://127.0.0.1:{free_port()}/callback"
    await lost_in_the_browser(ward, uri)
    found = ward.expect("redirect_uri", Certainty.LIKELY)
    assert "may simply have been closed" in evidence(found)
    await ward.read_org()
    found = ward.expect("redirect_uri", Certainty.SURE)
    assert f"Lapse's redirect URI: {uri}" in evidence(found)
    assert "Registered: http://127.0.0.1:8765/callback" in evidence(found)
    assert uri in " ".join(found.cure)


async def test_a_registered_redirect_uri_is_not_suspected(ward: Ward) -> None:
    ward.world.org.policy = replace(ward.world.org.policy, exact_redirect_uris=True)
    await lost_in_the_browser(ward, f"http://127.0.0.1:{free_port()}/callback")
    await ward.read_org()
    case = replace(ward.case(), redirect_uri="http://127.0.0.1:8765/callback")
    assert "redirect_uri" not in [each.rule for each in diagnose(case)]


async def test_a_cancelled_sign_in_says_little(ward: Ward) -> None:
    ward.world.journal.append(SignInStarted(ward.world.org.issuer, "http://127.0.0.1:8765/cb", ward.scopes))
    ward.world.journal.append(SignInFinished("It was cancelled.", SignInEnded.CANCELLED))
    ward.expect("redirect_uri", Certainty.CANNOT_KNOW)


async def test_a_browser_that_came_back_is_not_suspected(ward: Ward) -> None:
    ward.world.journal.append(SignInStarted(ward.world.org.issuer, "http://127.0.0.1:8765/cb", ward.scopes))
    ward.world.journal.append(SignInFinished("The server sent no ID token.", SignInEnded.NOT_ACCEPTED))
    assert ward.diagnose() == ()


async def test_a_sign_in_under_a_wrong_clock(ward: Ward) -> None:
    ward.world.org.set_time(skew_s=3600)
    with pytest.raises(InvalidIdToken) as wrong:
        await ward.world.sign_in()
    ward.world.journal.append(
        finished(SignInFailed(wrong.value.what, reason=SignInEnded.NOT_ACCEPTED, rule=wrong.value.rule))
    )
    ward.expect("clock_skew", Certainty.LIKELY)
    await ward.look()
    ward.expect("clock_skew", Certainty.SURE)


async def test_the_clocks_differ(ward: Ward, evidence: Words) -> None:
    await ward.sign_in()
    ward.world.org.set_time(skew_s=3600)
    await ward.refresh()
    found = ward.expect("clock_skew", Certainty.SURE)
    assert "behind the server's by 1 h" in evidence(found)
    assert "did not pass (iat)" in evidence(found)


async def test_a_small_skew_is_no_finding_and_a_larger_one_is(ward: Ward) -> None:
    await ward.sign_in()
    ward.world.org.set_time(skew_s=-40)
    await ward.look()
    assert ward.diagnose() == ()
    ward.world.org.set_time(skew_s=-90)
    await ward.look()
    found = ward.expect("clock_skew", Certainty.LIKELY)
    assert "ahead of the server's by 1 min 30 s" in found.evidence[0].text


async def test_the_keyring_does_not_keep_it(ward: Ward) -> None:
    ward.world.store.broken = True
    await ward.sign_in()
    found = ward.expect("keyring", Certainty.SURE)
    assert "The keyring is broken." in found.what
    assert found.evidence[0].seq is not None
    assert "prompt" in found.cure[0]


async def test_a_keyring_that_is_locked_at_the_start(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.errors.reasons import KeyringState

    async def locked(_key: str) -> str | None:
        raise StoreFailed("The keyring is locked.", state=KeyringState.LOCKED)

    monkeypatch.setattr(ward.world.store, "load", locked)
    session = ward.world.second_session()
    assert not await session.restore()
    assert ward.expect("keyring", Certainty.SURE, session).cure == ("Unlock your keyring, then sign in again.",)


async def test_too_many_requests_are_no_refusal(ward: Ward) -> None:
    await ward.sign_in()
    ward.strike("429=50@token.refresh*1")
    await ward.refresh()
    assert ward.world.session.tokens is not None
    found = ward.expect("rate_limited", Certainty.SURE)
    assert "still valid" in found.what
    assert "429 invalid_grant" in found.evidence[0].text
    await ward.refresh()
    assert "asked us to wait" in ward.expect("rate_limited", Certainty.SURE).evidence[0].text
    ward.world.clock.jump(LAPSED_S)
    await ward.refresh()
    assert ward.diagnose() == ()
