"""Pasted text: a token is found in whatever it comes wrapped in."""

import json

import pytest

from app.inspection.pasted_text import access_token_among, find_tokens

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.c2ln"


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"  {TOKEN}\n",
        f'"{TOKEN}"',
        f"'{TOKEN}',",
        f"`{TOKEN}`",
        "\n".join(TOKEN[start : start + 10] for start in range(0, len(TOKEN), 10)),
        "\r\n  ".join(TOKEN[start : start + 10] for start in range(0, len(TOKEN), 10)),
        json.dumps(TOKEN),
    ],
)
def test_a_bare_token(text: str) -> None:
    (found,) = find_tokens(text)
    assert (found.token.reveal(), found.label) == (TOKEN, "")


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {TOKEN}",
        f"bearer   {TOKEN}",
        f"DPoP {TOKEN}",
        f"Authorization: Bearer {TOKEN}",
        f"authorization:bearer {TOKEN}\r\n",
        f"-H 'Authorization: Bearer {TOKEN}'",
        f'curl -H "Authorization: Bearer {TOKEN}" https://api.example/me',
        f"GET /me HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer {TOKEN}\r\nAccept: */*\r\n",
    ],
)
def test_an_authorization_header(text: str) -> None:
    (found,) = find_tokens(text)
    assert (found.token.reveal(), found.label) == (TOKEN, "access token")


def test_a_token_answer_brings_all_of_its_tokens() -> None:
    answer = {"token_type": "Bearer", "expires_in": 30, "refresh_token": "r", "id_token": TOKEN, "access_token": "a"}
    found = find_tokens(json.dumps(answer, indent=2))
    assert [(each.label, each.token.reveal()) for each in found] == [
        ("access token", "a"),
        ("ID token", TOKEN),
        ("refresh token", "r"),
    ]
    access = access_token_among(found)
    assert access is not None
    assert access.reveal() == "a"


@pytest.mark.parametrize("joint", ["#", "?"])
def test_a_redirect_url(joint: str) -> None:
    found = find_tokens(f"http://127.0.0.1:8765/callback{joint}state=s&access_token=a&id_token={TOKEN}&expires_in=30")
    assert [(each.label, each.token.reveal()) for each in found] == [("access token", "a"), ("ID token", TOKEN)]


@pytest.mark.parametrize("text", ["", "  \n", '""', "{}", "[]", "Bearer ", '{"access_token": 5}', '"{}"'])
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert find_tokens(text) == ()


@pytest.mark.parametrize("text", ["{" * 100_000, '{"a":' * 100_000, "x" * 2_000_000, '"' * 1000, "\ud800"])
def test_hostile_text_is_taken_for_one_strange_token(text: str) -> None:
    assert len(find_tokens(text)) <= 1
