"""curl commands: what a shell makes of them is the request, masked, or real where the tokens are in hand."""

import json
import shlex
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.secret import MASK, Secret, masked
from app.wire.curl import curl
from app.wire.details import Detail
from app.wire.redact import ShownBody, shown_body, shown_headers, shown_url

FORM = "application/x-www-form-urlencoded"
SECRETS = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


def detail(url: str = "https://x/y", body: ShownBody | None = None, **headers: str) -> Detail:
    return Detail(
        url=shown_url(url), http_version="", request_headers=shown_headers(headers.items()), request_body=body
    )


def words(command: str) -> list[str]:
    return shlex.split(command, comments=True)


def known(secret: str) -> dict[str, Secret]:
    return {Secret(secret).fingerprint: Secret(secret)}


def test_what_the_library_adds_is_left_to_curl() -> None:
    command = curl("GET", detail(Host="x", Accept="a b", **{"Content-Length": "3"}))
    assert words(command) == ["curl", "-X", "GET", "https://x/y", "-H", "Accept: a b"]


def test_head_and_patterns() -> None:
    assert words(curl("HEAD", detail("https://x/[1-3]"))) == ["curl", "--head", "--globoff", "https://x/[1-3]"]


def test_masked_unless_the_token_is_in_hand() -> None:
    found = detail(Authorization="Bearer abc")
    assert MASK in curl("GET", found)
    assert MASK in curl("GET", found, known("xyz"))
    assert words(curl("GET", found, known("abc")))[-1] == "Authorization: Bearer abc"


@given(SECRETS)
def test_a_real_token_is_written_as_its_place_asks_for(secret: str) -> None:
    form = shown_body(FORM, f"grant_type=refresh_token&refresh_token={''}".encode())
    form = ShownBody(FORM, form.text + masked(secret), 10)
    *_, sent = words(curl("POST", detail(body=form), known(secret)))
    assert parse_qsl(sent) == [("grant_type", "refresh_token"), ("refresh_token", secret)]
    body = shown_body("application/json", json.dumps({"token": secret}).encode())
    *_, sent = words(curl("POST", detail(body=body), known(secret)))
    assert json.loads(sent) == {"token": secret}
    asked = Detail(url=f"https://x/y?code={masked(secret)}", http_version="", request_headers=(), request_body=None)
    *_, url = words(curl("GET", asked, known(secret)))
    assert parse_qs(urlsplit(url).query) == {"code": [secret]}


@given(st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1))
def test_no_text_breaks_out_of_its_word(text: str) -> None:
    command = curl("POST", detail(body=ShownBody("text/plain", text, len(text)), Cookie="a'b"))
    assert words(command)[-2:] == ["--data-raw", text]


@pytest.mark.parametrize(("is_cut", "comment"), [(True, "  # the body is not whole: 99 bytes were sent"), (False, "")])
def test_a_body_that_is_not_whole_is_said_to_be(is_cut: bool, comment: str) -> None:
    command = curl("POST", detail(body=ShownBody("text/plain", "a", 99, is_cut=is_cut)))
    assert command == f"curl -X POST https://x/y --data-raw a{comment}"
