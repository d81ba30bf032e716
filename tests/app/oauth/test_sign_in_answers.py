"""Reading what prepares a sign-in: device codes, pushed requests, challenges; nothing odd gets to a person's eyes."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import OAuthError, UnusableAnswer
from app.oauth import device, direct, par
from app.oauth.metadata import ServerMetadata
from app.secret import Secret
from tests.app.oauth.test_grants import METADATA, answer

DEVICE: dict[str, Any] = {
    "device_code": "dc",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://as.example/device",
    "expires_in": 600,
}
PUSH: dict[str, Any] = {"oob_code": "oob", "binding_method": "none", "expires_in": 300, "interval": 5}


def read_device(**changes: Any) -> device.DeviceCodes:
    found = {**DEVICE, **changes}
    return device.read_device_response(answer({name: value for name, value in found.items() if value is not None}))


def test_device_codes_are_read() -> None:
    complete = "https://as.example/device?user_code=ABCD-EFGH"
    assert read_device(interval=7, verification_uri_complete=complete) == device.DeviceCodes(
        device_code=Secret("dc"),
        user_code="ABCD-EFGH",
        verification_uri="https://as.example/device",
        verification_uri_complete=complete,
        expires_in_s=600.0,
        interval_s=7.0,
    )


@pytest.mark.parametrize(
    ("interval", "seconds"), [(None, 5), (0, 1), (0.5, 1), (12.5, 12.5), ("9", 5), (True, 5), (-1, 5)]
)
def test_polls_are_never_nearer_than_a_second(interval: object, seconds: float) -> None:
    assert read_device(interval=interval).interval_s == seconds


def test_what_a_server_leaves_out_has_a_bound() -> None:
    assert read_device(expires_in=None).expires_in_s == 300
    assert read_device(verification_uri=None, verification_url="https://as.example/d").verification_uri.endswith("/d")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://as.example/", "https://u:p@as.example/", 7, ""])
def test_a_link_that_may_not_be_opened_is_none(link: object) -> None:
    assert read_device(verification_uri_complete=link).verification_uri_complete is None
    with pytest.raises(UnusableAnswer, match="no verification_uri"):
        read_device(verification_uri=link)


@pytest.mark.parametrize(
    "changes",
    [
        {"device_code": None},
        {"device_code": 7},
        {"user_code": None},
        {"user_code": ""},
        {"user_code": "A\u202eB"},
        {"user_code": "A\nB"},
        {"user_code": "A" * 101},
        {"verification_uri": None},
    ],
)
def test_device_codes_nobody_could_use(changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableAnswer, match="device authorization endpoint"):
        read_device(**changes)


def test_a_pushed_request_has_a_reference() -> None:
    found = answer({"request_uri": "urn:x:1", "expires_in": 60}, status=201)
    assert par.read_pushed(found) == "urn:x:1"
    assert par.read_pushed(answer({"request_uri": "urn:x:1"})) == "urn:x:1"
    assert par.reference("c", "urn:x:1") == {"client_id": "c", "request_uri": "urn:x:1"}


@pytest.mark.parametrize("request_uri", [None, "", 7, "urn:x y", "urn:x\n"])
def test_a_reference_nobody_could_use(request_uri: object) -> None:
    with pytest.raises(UnusableAnswer, match="pushed authorization request endpoint"):
        par.read_pushed(answer({"request_uri": request_uri}, status=201))


def test_how_the_phone_was_asked_is_read() -> None:
    plain = direct.read_challenge(answer(PUSH))
    assert (plain.oob_code, plain.number, plain.needs_code) == (Secret("oob"), None, False)
    numbered = direct.read_challenge(answer({**PUSH, "binding_method": "transfer", "binding_code": "95"}))
    assert numbered.number == "95"
    assert direct.read_challenge(answer({**PUSH, "binding_method": "prompt"})).needs_code


@pytest.mark.parametrize(
    "changes",
    [
        {"oob_code": None},
        {"binding_method": "transfer"},
        {"binding_method": "transfer", "binding_code": 95},
        {"binding_method": "transfer", "binding_code": "9" * 11},
        {"binding_method": "transfer", "binding_code": "9\n"},
    ],
)
def test_a_challenge_nobody_could_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableAnswer, match="challenge endpoint"):
        direct.read_challenge(answer({**PUSH, **changes}))


def test_a_second_factor_is_wanted_only_with_a_handle_for_it() -> None:
    wanted = {"error": "mfa_required", "error_description": "Verify.", "mfa_token": "mfa"}
    assert direct.read_first_response(answer(wanted, status=403)) == direct.MfaRequired(Secret("mfa"))
    with pytest.raises(OAuthError, match="mfa_required"):
        direct.read_first_response(answer({"error": "mfa_required"}, status=403))
    with pytest.raises(OAuthError, match="access_denied"):
        direct.read_first_response(answer({**wanted, "error": "access_denied"}, status=403))


@pytest.mark.parametrize(
    ("token", "challenge"),
    [
        ("https://as.example/oauth2/v1/token", "https://as.example/oauth2/v1/challenge"),
        ("https://as.example/token?x=1", None),
        ("https://as.example/access", None),
    ],
)
def test_the_challenge_endpoint_lies_beside_the_token_endpoint(token: str, challenge: str | None) -> None:
    metadata = ServerMetadata(
        issuer=METADATA.issuer, authorization_endpoint="https://as.example/a", token_endpoint=token, jwks_uri="x"
    )
    assert direct.challenge_endpoint(metadata) == challenge


@given(st.binary(max_size=200), st.sampled_from([200, 201, 302, 400, 403, 429, 503]))
def test_no_bytes_raise_anything_else(body: bytes, status: int) -> None:
    found = answer(body, status=status)
    for read in (device.read_device_response, par.read_pushed, direct.read_challenge, direct.read_first_response):
        with pytest.raises((UnusableAnswer, OAuthError)):
            read(found)


def test_requests_are_forms_with_the_client_in_the_body_and_no_authorization() -> None:
    requests = (
        device.device_request("https://as.example/d", client_id="c", scopes="openid"),
        device.token_request(METADATA, client_id="c", device_code=Secret("dc")),
        direct.password_request(METADATA, client_id="c", scopes="openid", username="u", password=Secret("p w")),
        direct.otp_request(METADATA, client_id="c", scopes="openid", mfa_token=Secret("m"), otp=Secret("1")),
        direct.challenge_request("https://as.example/c", client_id="c", mfa_token=Secret("m")),
        direct.oob_request(METADATA, client_id="c", scopes="openid", mfa_token=Secret("m"), oob_code=Secret("o")),
        par.pushed_request("https://as.example/par", {"client_id": "c"}),
    )
    for request in requests:
        assert (request.method, "authorization" in request.headers) == ("POST", False)
        assert httpx.QueryParams(request.content.decode())["client_id"] == "c"
        assert not request.url.query
