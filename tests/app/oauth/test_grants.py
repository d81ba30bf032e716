"""Reading answers of the token endpoint: tokens, OAuth errors, and everything that is neither."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import OAuthError, UnusableAnswer
from app.oauth import grants
from app.oauth.metadata import ServerMetadata
from app.oauth.pkce import Pkce
from app.secret import Secret
from app.urls import with_query
from app.wire.fetch import FetchedResponse

METADATA = ServerMetadata(
    issuer="https://as.example",
    authorization_endpoint="https://as.example/authorize?tenant=1",
    token_endpoint="https://as.example/token",
    jwks_uri="https://as.example/keys",
)
GOOD: dict[str, Any] = {"access_token": "at", "token_type": "Bearer", "expires_in": 30}
WITH_REFRESH_TOKEN = {**GOOD, "refresh_token": "rt"}


def answer(
    body: object, *, status: int = 200, headers: dict[str, str] | None = None, truncated: bool = False
) -> FetchedResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = httpx.Headers({"content-type": "application/json", **(headers or {})})
    return FetchedResponse(status, "", found, raw, truncated, len(raw))


def test_the_authorization_url_has_every_parameter_and_keeps_the_endpoints_own() -> None:
    pkce = Pkce.new()
    params = grants.authorization_params(
        METADATA,
        client_id="c",
        redirect_uri="http://127.0.0.1:1/callback",
        scopes="openid",
        state="s",
        nonce="n",
        pkce=pkce,
    )
    url = with_query(METADATA.authorization_endpoint, params)
    assert parse_qs(urlsplit(url).query) == {
        "tenant": ["1"],
        "response_type": ["code"],
        "client_id": ["c"],
        "redirect_uri": ["http://127.0.0.1:1/callback"],
        "scope": ["openid"],
        "state": ["s"],
        "nonce": ["n"],
        "code_challenge": [pkce.challenge],
        "code_challenge_method": ["S256"],
    }
    assert pkce.verifier.reveal() not in url


def params(metadata: ServerMetadata = METADATA, **more: Any) -> dict[str, str]:
    given: dict[str, Any] = {"scopes": "openid offline_access", "state": "s", "nonce": "n", "pkce": Pkce.new(), **more}
    return grants.authorization_params(metadata, client_id="c", redirect_uri="http://127.0.0.1:1/callback", **given)


def test_offline_access_is_asked_with_consent_unless_that_is_known_to_be_needless() -> None:
    assert params()["prompt"] == "consent"
    assert params(replace(METADATA, prompt_values_supported=("none", "consent")))["prompt"] == "consent"
    assert "prompt" not in params(replace(METADATA, prompt_values_supported=("none", "login")))
    assert "prompt" not in params(scopes="openid offline_access_more")
    assert params(more=(("prompt", "login"),))["prompt"] == "login"


@pytest.mark.parametrize(
    ("path", "is_okta"),
    [
        ("/oauth2/v1/authorize", True),
        ("/oauth2/default/v1/authorize", True),
        ("/oauth2/aus1x2y3z4/v1/authorize?x=1", True),
        ("/oauth2/a/b/v1/authorize", False),
        ("/oauth2/authorize", False),
        ("/my-oauth2/v1/authorize", False),
        ("/oauth2/default/v1/authorize/more", False),
    ],
)
def test_okta_is_told_by_where_its_authorization_endpoint_lies(path: str, is_okta: bool) -> None:
    metadata = replace(METADATA, authorization_endpoint=f"https://login.example.com{path}")
    assert metadata.is_okta is is_okta
    assert ("prompt" in params(metadata)) is not is_okta


def test_further_parameters_cannot_take_the_place_of_the_requests_own() -> None:
    evil = tuple((name, "evil") for name in ("state", "nonce", "client_id", "scope", "code_challenge", "redirect_uri"))
    assert "evil" not in params(more=evil).values()
    found = params(more=(("acr_values", "phr"),), audience="api://x", resource="https://api.example/")
    assert (found["acr_values"], found["audience"], found["resource"]) == ("phr", "api://x", "https://api.example/")
    assert not {"audience", "resource"} & params().keys()


def test_requests_are_forms_with_the_client_in_the_body_and_no_authorization() -> None:
    request = grants.refresh_request(METADATA, client_id="c", refresh_token=Secret("rt"))
    assert request.method == "POST"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["c"],
        "refresh_token": ["rt"],
    }
    assert "authorization" not in request.headers
    code = grants.code_request(METADATA, client_id="c", code=Secret("x"), redirect_uri="u", pkce=Pkce.new())
    assert set(parse_qs(code.content.decode())) == {"grant_type", "client_id", "code", "redirect_uri", "code_verifier"}
    named = grants.refresh_request(METADATA, client_id="c", refresh_token=Secret("rt"), resource="https://api.example/")
    assert parse_qs(named.content.decode())["resource"] == ["https://api.example/"]


def test_a_good_answer_is_read() -> None:
    body = {**GOOD, "refresh_token": "rt", "id_token": "a.b.c", "scope": "openid", "more": [1]}
    read = grants.read_token_response(answer(body, headers={"date": "Mon, 23 Nov 2026 12:00:00 GMT"}))
    assert read.access_token == Secret("at")
    assert read.refresh_token == Secret("rt")
    assert (read.expires_in_s, read.scope, read.server_time) == (30.0, "openid", 1795435200.0)


def test_absent_expiry_and_scope_are_unknown() -> None:
    read = grants.read_token_response(answer({"access_token": "at", "token_type": "bEARER"}))
    assert (read.expires_in_s, read.scope, read.refresh_token, read.id_token) == (None, None, None, None)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"access_token": ""}, grants.AccessTokenFlaw.NO_ACCESS_TOKEN),
        ({"access_token": None}, grants.AccessTokenFlaw.NO_ACCESS_TOKEN),
        ({"access_token": 1}, grants.AccessTokenFlaw.ODD_ACCESS_TOKEN),
        ({"access_token": "a\nb"}, grants.AccessTokenFlaw.ODD_ACCESS_TOKEN),
        ({"token_type": "DPoP"}, grants.AccessTokenFlaw.OTHER_TYPE),
    ],
)
def test_without_an_access_token_the_refresh_token_is_handed_on(
    changes: dict[str, Any], flaw: grants.AccessTokenFlaw
) -> None:
    read = grants.read_token_response(answer({**WITH_REFRESH_TOKEN, **changes}))
    assert (read.access_token, read.flaw) == (None, flaw)
    assert read.refresh_token == Secret("rt")


@pytest.mark.parametrize(
    "value", [0, -1, True, "soon", "", None, 10**400, "9" * 5000, [], {"a": 1}, 1e300, "-1", "0", "1e3"]
)
def test_a_lifetime_that_cannot_be_one_is_not_stated(value: object) -> None:
    read = grants.read_token_response(answer({**WITH_REFRESH_TOKEN, "expires_in": value}))
    assert read.expires_in_s is None
    assert (read.access_token, read.refresh_token) == (Secret("at"), Secret("rt"))


@pytest.mark.parametrize("value", ["3600", "3600.0", 3600, 3600.0, " 3600 "])
def test_a_lifetime_may_be_written_in_several_ways(value: object) -> None:
    assert grants.read_token_response(answer({**GOOD, "expires_in": value})).expires_in_s == 3600.0


@pytest.mark.parametrize(
    "body",
    [
        {**GOOD, "access_token": "", "refresh_token": ""},
        {"token_type": "Bearer"},
        b"",
        b"null",
        b"[1]",
        b"<html>",
        b"[" * 200_000,
        b'{"access_token": NaN}',
        b'{"n": ' + b"1" * 5000 + b"}",
        b"\xff\xfe",
    ],
)
def test_garbage_is_an_unusable_answer(body: object) -> None:
    with pytest.raises(UnusableAnswer):
        grants.read_token_response(answer(body))


@given(st.binary(max_size=200), st.sampled_from([200, 204, 301, 400, 401, 429, 500, 503]))
def test_no_bytes_raise_anything_else(body: bytes, status: int) -> None:
    with pytest.raises((UnusableAnswer, OAuthError)):
        grants.read_token_response(answer(body, status=status))


def test_a_web_page_and_a_redirect_say_what_they_are() -> None:
    page = answer(b"<html>", status=302, headers={"content-type": "text/html"})
    with pytest.raises(UnusableAnswer, match="web page"):
        grants.read_token_response(page)
    with pytest.raises(UnusableAnswer, match="redirect"):
        grants.read_token_response(answer(b"", status=302, headers={"location": "https://x"}))
    with pytest.raises(UnusableAnswer, match="larger than 1 MiB"):
        grants.read_token_response(answer({"access_token": "at"}, truncated=True))
    with pytest.raises(UnusableAnswer, match="web page"):
        grants.read_token_response(answer(b"<html><p>Sign in</p>", headers={"content-type": "text/html"}))


def test_an_oauth_error_keeps_code_description_and_wait() -> None:
    body = {"error": "invalid_grant", "error_description": "The refresh token is invalid or expired."}
    with pytest.raises(OAuthError) as caught:
        grants.read_token_response(answer(body, status=429, headers={"retry-after": "7"}))
    error = caught.value
    assert (error.code, error.status, error.retry_after_s) == ("invalid_grant", 429, 7.0)
    assert error.raw == "invalid_grant: The refresh token is invalid or expired."


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "5"}, 5.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:09 GMT", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 9.0),
        ({"retry-after": "soon", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, None),
        ({"x-rate-limit-reset": "1795435230", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 30.0),
        ({"x-rate-limit-reset": "1", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 1.0),
        ({"x-rate-limit-reset": "1795435230"}, None),
        ({}, None),
    ],
)
def test_how_long_the_server_asks_us_to_wait(headers: dict[str, str], wait: float | None) -> None:
    assert grants.retry_after_s(answer({}, status=503, headers=headers)) == wait
