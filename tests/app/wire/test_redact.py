"""Redaction at birth: no secret survives it, in headers, forms, JSON, URLs or by its looks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.secret import MASK, Secret, masked
from app.wire.redact import LONGEST, shown_body, shown_headers, shown_url

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def test_a_mask_tells_generations_apart() -> None:
    assert masked(JWT) == f"{MASK} {Secret(JWT).fingerprint} · {len(JWT)} chars"
    assert masked("") == ""


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {JWT}", f"Bearer {masked(JWT)}"),
        ("authorization", "abc", masked("abc")),
        ("Cookie", "sid=secret; theme=dark", f"sid={masked('secret')}; theme={masked('dark')}"),
        (
            "Set-Cookie",
            "sid=secret; Path=/; HttpOnly; SameSite=lax",
            f"sid={masked('secret')}; Path=/; HttpOnly; SameSite=lax",
        ),
        (
            "Location",
            "http://127.0.0.1:1/cb?code=secret&state=s",
            f"http://127.0.0.1:1/cb?code={masked('secret')}&state=s",
        ),
        ("X-Debug", f"token was {JWT}", f"token was {masked(JWT)}"),
        ("Content-Type", "text/html", "text/html"),
        ("WWW-Authenticate", 'Bearer error="invalid_token"', 'Bearer error="invalid_token"'),
    ],
)
def test_headers(name: str, value: str, shown: str) -> None:
    assert shown_headers([(name, value)]) == ((name, shown),)


def test_a_token_request() -> None:
    shown = shown_body(FORM, b"grant_type=refresh_token&refresh_token=s3cret&client_id=0oa&scope=openid+profile")
    assert shown.text == f"grant_type=refresh_token&refresh_token={masked('s3cret')}&client_id=0oa&scope=openid+profile"


def test_a_token_response() -> None:
    response = {"access_token": JWT, "refresh_token": "s3cret", "expires_in": 30, "nested": [{"id_token": JWT}]}
    found = json.loads(shown_body(JSON, json.dumps(response).encode()).text)
    assert found == {
        "access_token": masked(JWT),
        "refresh_token": masked("s3cret"),
        "expires_in": 30,
        "nested": [{"id_token": masked(JWT)}],
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "s3cret", "broken": ',
        '{"refresh_token":"s3cret"',
        f'{{"x": "{JWT}"',
        f"<html>{JWT}</html>",
        "[" * 100_000 + '"access_token": "s3cret"',
    ],
)
def test_what_cannot_be_read_keeps_no_secret_either(text: str) -> None:
    for media_type in (JSON, "text/html", ""):
        shown = shown_body(media_type, text.encode()).text
        assert JWT not in shown
        assert media_type != JSON or "s3cret" not in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:pw@as.example/x?y=1", "https://as.example/x?y=1"),
        ("https://as.example/x#access_token=s3cret", f"https://as.example/x#access_token={masked('s3cret')}"),
        (
            "https://as.example/logout?id_token_hint=s3cret",
            f"https://as.example/logout?id_token_hint={masked('s3cret')}",
        ),
        (f"https://as.example/{JWT}", f"https://as.example/{masked(JWT)}"),
        ("http://[broken?code=s3cret", "http://[broken"),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_long_and_binary_bodies() -> None:
    shown = shown_body("text/plain", b"x" * (LONGEST + 10))
    assert (len(shown.text), shown.length, shown.is_cut) == (LONGEST, LONGEST + 10, True)
    shown = shown_body("image/png", bytes(range(128, 256)))
    assert (shown.text, shown.length, shown.is_cut) == ("", 128, True)


SECRETS = st.sampled_from(["access_token", "refresh_token", "id_token", "code", "password", "client_secret", "otp"])
VALUES = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=6, max_size=40).map(
    lambda text: f"S{text}S"
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just("harmless"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=3),
    max_leaves=8,
)


@given(name=SECRETS, value=VALUES, tree=TREES)
def test_a_secret_by_name_never_survives(name: str, value: str, tree: object) -> None:
    body = json.dumps({"outer": [tree, {name: value}]}).encode()
    shown = shown_body(JSON, body).text
    assert json.loads(shown)["outer"][1][name] == masked(value)
