"""Refusals in other dialects: what needs a person ends the session, what says nothing does not, and never a loop."""

import json

import pytest

from app.errors import Hiccup, OAuthError, Refusal, SilentRefusal, UnusableResponse
from app.secret import Secret
from app.session.failure_table import judge, refuses_token
from app.session.states import Ended, SignedIn
from app.testing.network import NetworkFault, responses
from app.testing.sessions import World
from tests.names import AT

pytestmark = pytest.mark.anyio
JSON = "application/json"


def told(body: object, *, status: int = 400, media_type: str = JSON, **headers: str) -> NetworkFault:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return responses(status, raw, content_type=media_type, **headers)


AADSTS = "AADSTS50076: Due to a configuration change you must use multi-factor authentication."
ENDS: list[tuple[NetworkFault, str]] = [
    (told({"error": "bad_refresh_token", "error_description": "It is expired."}, status=200), "It is expired."),
    (told({"error": "interaction_required", "error_description": AADSTS, "suberror": "basic_action"}), AADSTS),
    (told({"error": "login_required"}), "login_required"),
    (told({"error": "consent_required"}, status=401), "consent_required"),
    (told({"error": "invalid_grant", "error_description": "expired"}, media_type="text/plain"), "expired"),
    (told({"error": "invalid_grant"}, media_type="text/html"), "invalid_grant"),
    (told({"error": "invalid_grant"}, status=403), "invalid_grant"),
    (told({"error": "invalid_grant"}, status=404), "invalid_grant"),
    (told({"error": "INVALID_GRANT"}), "INVALID_GRANT"),
    (told({"error": "invalid_refresh_token", "ok": False}, status=200), "invalid_refresh_token"),
    (told({"error": "token_revoked", "ok": False}, status=200), "token_revoked"),
    (told({"error": {"code": "invalid_grant", "message": "Session has expired."}}), "Session has expired."),
    (told({"error": {"type": "invalid_grant", "message": "Gone."}}), "Gone."),
    (told({"errors": [{"code": "invalid", "field": "refresh_token", "resource": "RefreshToken"}]}), "refresh_token"),
    (told({"errors": [{"message": "Used before.", "code": "invalid_grant"}]}), "Used before."),
    (told({"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}), "missing or invalid"),
    (told({"code": "invalid_grant", "message": "Bye."}), "Bye."),
    (told({"errorCode": "invalid_grant", "errorSummary": "The refresh token is expired."}), "is expired."),
    (told({"result": {"error": "invalid_grant"}}), "invalid_grant"),
    (told(b"error=invalid_grant&error_description=Used+up", media_type="text/plain"), "Used up"),
    (told(b"error=bad_refresh_token", media_type="application/x-www-form-urlencoded", status=200), "bad_refresh_token"),
    (told(b"invalid_grant", media_type="text/plain"), "invalid_grant"),
    (told(b'"invalid_grant"'), "invalid_grant"),
    (told(b"", www_authenticate='Bearer error="invalid_grant", error_description="x"'), "invalid_grant"),
    (told('{"error":"invalid_grant"}'.encode("utf-16")), "invalid_grant"),
    (told(b'{"error":"invalid_grant","error_description":"It is'), "invalid_grant"),
    (told(b"{'error': 'invalid_grant'}", media_type="text/plain"), "invalid_grant"),
    (told(b"<oauth><error>invalid_grant</error></oauth>", media_type="application/xml"), "invalid_grant"),
    (told({"error": None, "data": {"error": "invalid_grant"}}), "invalid_grant"),
    (told({"error": "Bad Request", "response": {"error": "invalid_grant"}}), "invalid_grant"),
    (told({"error": "Unauthorized", "code": "invalid_grant"}, status=401), "invalid_grant"),
    (told({"error": "invalid_grant", "request": {"refresh_token": "the-one-that-was-sent"}}), "invalid_grant"),
]


@pytest.mark.parametrize(("fault", "words"), ENDS)
async def test_what_needs_a_person_ends_the_session_in_the_servers_words(
    world: World, fault: NetworkFault, words: str
) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(fault)
    with pytest.raises(Refusal) as caught:
        await world.session.fresh_token()
    assert words in (caught.value.raw or "")
    assert isinstance(world.session.state, Ended)
    for _ in range(3):
        with pytest.raises(Refusal):
            await world.session.fresh_token()
    assert world.network.token_requests() == 1
    assert not await world.second_session().restore()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": "unauthorized_client"}, 400),
        ({"error": "unsupported_grant_type"}, 400),
        ({"error": "invalid_client"}, 401),
        ({"error": "invalid_request", "error_description": "The token is odd"}, 400),
        ({"error": "invalid_scope"}, 400),
        ({"error": "access_denied"}, 403),
        ({"error": "invalid_dpop_proof"}, 400),
        ({"error": "invalid_grant"}, 429),
        ({"error": "invalid_grant"}, 503),
        ({"error": "server_error"}, 400),
        ({"error": "authorization_pending"}, 200),
    ],
)
async def test_any_other_error_keeps_it_and_says_what_the_server_said(
    world: World, body: dict[str, str], status: int
) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(told(body, status=status))
    with pytest.raises(Hiccup) as caught:
        await world.session.fresh_token()
    assert body["error"] in (caught.value.raw or "")
    assert "network" not in caught.value.next_step
    assert (await world.session.fresh_token()).access.name == AT(2)


SILENT = [
    told(b""),
    told({}),
    told(b"{}", status=401),
    told(b"Bad Request", media_type="text/plain"),
    told({"message": "Unauthorized"}, status=401),
    told(b"", status=403),
    told(b"null", status=410),
    told(b"\x00\x01", media_type="application/octet-stream", status=422),
    told({"timestamp": "2026-01-01T00:00:00", "status": 400, "error": "Bad Request", "path": "/token"}),
    told({"statusCode": 401, "message": "Invalid refresh token", "error": "Unauthorized"}, status=401),
    told({"error": "Forbidden"}, status=403),
    told({"error": "forbidden"}, status=400),
    told({"status": "BAD_REQUEST", "message": "no"}),
    told({"error": {"code": 401, "message": "Unauthorized"}}, status=401),
    told({"error": "Unprocessable Entity"}, status=422),
    told(b"", media_type="text/html; charset=utf-8"),
    told(b"\r\n", media_type="text/html"),
]


@pytest.mark.parametrize("fault", SILENT)
async def test_a_refusal_without_a_word_is_asked_about_once_more_and_no_more(world: World, fault: NetworkFault) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.extend([fault] * 2)
    with pytest.raises(SilentRefusal, match="did not say why") as first:
        await world.session.fresh_token()
    assert "most likely dead" not in str(first.value)
    for session in (world.session, world.session, world.second_session()):
        await session.look_again()
        with pytest.raises(SilentRefusal, match="most likely dead") as caught:
            await session.fresh_token()
        assert "Sign in again" in caught.value.next_step
        assert "network" not in caught.value.next_step
        assert isinstance(session.state, SignedIn)
    assert world.network.token_requests() == 2
    assert (await world.session.fresh_token(asked_for=True)).access.name == AT(2)
    assert not world.tokens.seems_dead


async def test_one_that_works_in_between_begins_the_count_anew(world: World) -> None:
    await world.sign_in()
    for _ in range(3):
        world.clock.jump(31)
        world.network.faults.append(told(b""))
        with pytest.raises(SilentRefusal, match="did not say why"):
            await world.session.fresh_token()
        await world.session.fresh_token()


@pytest.mark.parametrize("status", [404, 405, 408, 413, 425, 429, 451])
async def test_what_is_about_the_place_or_the_time_is_not_counted(world: World, status: int) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.extend([told(b"", status=status)] * 4)
    for _ in range(4):
        with pytest.raises(Hiccup) as caught:
            await world.session.fresh_token()
        assert not isinstance(caught.value, SilentRefusal)
    assert world.network.token_requests() == 4


@pytest.mark.parametrize("status", [400, 401, 403, 511])
async def test_a_web_page_is_no_refusal(world: World, status: int) -> None:
    await world.sign_in()
    world.clock.jump(31)
    page = told(b"<!doctype html><title>Hotel</title>", media_type="text/html", status=status)
    world.network.faults.extend([page] * 3)
    for _ in range(3):
        with pytest.raises(Hiccup, match="web page") as caught:
            await world.session.fresh_token()
        assert not isinstance(caught.value, SilentRefusal)
    assert (await world.session.fresh_token()).access.name == AT(2)


@pytest.mark.parametrize(
    ("code", "refuses"),
    [
        ("invalid_grant", True),
        ("expired_refresh_token", True),
        ("refresh-token-expired", True),
        ("invalid_token", True),
        ("unsupported_grant_type", False),
        ("invalid_grant_type", False),
        ("invalid_client", False),
        ("expired_certificate", False),
        ("token_type_unknown_here", False),
    ],
)
def test_codes_about_the_refresh_token_are_told_from_others(code: str, *, refuses: bool) -> None:
    assert refuses_token(code) is refuses
    assert isinstance(judge(OAuthError(code, "", status=400)), Refusal) is refuses


def test_no_response_of_a_server_is_blamed_on_the_network() -> None:
    for status in range(200, 600):
        for trouble in (UnusableResponse("It answered.", status=status), OAuthError("odd", "", status=status)):
            assert "network" not in judge(trouble).next_step


@pytest.mark.parametrize(("error", "status"), [("Service Unavailable", 400), ("Too Many Requests", 403), ("Gone", 503)])
async def test_a_status_in_words_that_tells_of_the_time_is_not_counted(world: World, error: str, status: int) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(told({"error": error}, status=status))
    with pytest.raises(Hiccup) as caught:
        await world.session.fresh_token()
    assert not isinstance(caught.value, SilentRefusal)
    assert "in a while" in caught.value.next_step


async def test_a_refusal_that_only_repeats_its_status_hands_on_its_message(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(told({"error": "Unauthorized", "message": "Invalid refresh token"}, status=401))
    with pytest.raises(SilentRefusal) as caught:
        await world.session.fresh_token()
    assert "Invalid refresh token" in (caught.value.raw or "")


async def test_a_password_that_is_part_of_a_code_does_not_hide_it(world: World) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.journal.secrets.add(Secret("invalid"))
    world.network.faults.append(told({"error": "invalid_grant"}))
    with pytest.raises(Refusal):
        await world.session.fresh_token()
    assert isinstance(world.session.state, Ended)
