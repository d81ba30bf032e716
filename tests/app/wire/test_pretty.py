"""An exchange in full: forms a parameter a line, JSON indented, masks left as they are, failures named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.secret import MASK, masked
from app.wire.details import Detail, Details
from app.wire.formatted import NOT_KEPT, laid_out, pretty_body, request_text, response_text
from app.wire.redact import ShownBody, shown_body

FORM = "application/x-www-form-urlencoded"


def detail(body: ShownBody | None = None, answer: ShownBody | None = None, headers: bool = True) -> Detail:
    return Detail(
        url="https://x/token",
        http_version="HTTP/2",
        request_headers=(("Accept", "*/*"),),
        request_body=body,
        reason="OK",
        response_headers=(("Date", "today"),) if headers else (),
        response_body=answer,
    )


def test_a_form_is_a_parameter_a_line() -> None:
    shown = shown_body(FORM, b"grant_type=refresh_token&refresh_token=s3cret&scope=openid+a%26b&empty=")
    assert pretty_body(shown).splitlines() == [
        "grant_type = refresh_token",
        f"refresh_token = {masked('s3cret')}",
        "scope = openid a&b",
        "empty = ",
    ]


@pytest.mark.parametrize(
    ("media_type", "text", "shown"),
    [
        ("application/json", '{"a":[1,{"b":null}],"é":"✓"}', ['{\n  "a": [\n    1,', '"é": "✓"']),
        ("application/problem+json", "[1,2]", ["[\n  1,\n  2\n]"]),
        ("application/json", '{"cut": "of', ['{"cut": "of']),
        ("application/json", "[" * 5000, ["[[[["]),
        ("text/html", "<b>&amp;</b>", ["<b>&amp;</b>"]),
        (FORM, "no pairs at all", ["no pairs at all"]),
        (FORM, "&".join(["a=b"] * 600), ["a=b&a=b"]),
    ],
)
def test_bodies(media_type: str, text: str, shown: list[str]) -> None:
    found = pretty_body(ShownBody(media_type, text, len(text)))
    assert not [part for part in shown if part not in found]


@given(st.text(), st.sampled_from((FORM, "application/json", "text/plain", "")))
def test_whatever_a_server_sends_can_be_shown(text: str, media_type: str) -> None:
    body = ShownBody(media_type, text, len(text))
    assert isinstance(pretty_body(body), str)
    assert request_text("GET", detail(body)).startswith("GET https://x/token HTTP/2\nAccept: */*")


def test_what_is_not_shown_whole_says_so() -> None:
    assert request_text("GET", detail(ShownBody("image/png", "", 1234))).endswith(
        "(1,234 bytes of image/png, not shown)"
    )
    assert response_text(200, None, detail(answer=ShownBody("", "", 9))).endswith(
        "(9 bytes of an unstated type, not shown)"
    )
    assert response_text(200, None, detail(answer=ShownBody("text/plain", "ab", 2000, is_cut=True))).endswith(
        "ab\n(cut: 2,000 bytes in all)"
    )


def test_a_failure_is_named_after_everything_that_came() -> None:
    part = ShownBody("text/plain", "the first pa", 12)
    assert response_text(200, "ReadError", detail(answer=part)).splitlines() == [
        "HTTP/2 200 OK",
        "Date: today",
        "",
        "the first pa",
        "",
        "Broken off here: ReadError.",
    ]
    assert response_text(None, "ConnectError", detail(headers=False)) == "No answer: ConnectError."
    assert response_text(None, None, detail(headers=False)) == "No answer: it was given up."
    assert response_text(200, None, None) == request_text("GET", None) == NOT_KEPT


def test_details_are_bounded() -> None:
    kept = Details()
    for seq in range(2001):
        kept.keep(seq, detail())
    assert (len(kept), kept.get(0)) == (2000, None)
    kept = Details()
    for seq in range(200):
        kept.keep(seq, detail(ShownBody("text/plain", MASK * 20_000, 60_000)))
    assert 0 < sum(found.weight for seq in range(200) if (found := kept.get(seq))) <= 4 * 1024 * 1024
    assert kept.get(199) is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'),
        ("[1.10,1E2,12345678901234567890.0]", "[\n  1.10,\n  1E2,\n  12345678901234567890.0\n]"),
        ('{"a":"\\u00e9\\/","b":{},"c":[ ]}\n', '{\n  "a": "\\u00e9\\/",\n  "b": {},\n  "c": []\n}'),
        ('{ "a":\n1}', '{ "a":\n1}'),
        ('{"a":"b', '{"a":"b'),
        ("}{", "}{"),
    ],
)
def test_laying_out_changes_nothing_but_space(text: str, shown: str) -> None:
    assert laid_out(text) == shown


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(TREES, st.booleans())
def test_json_is_laid_out_as_pythons_own_does(tree: object, ascii_only: bool) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only, separators=(",", ":"))
    assert laid_out(text) == json.dumps(tree, ensure_ascii=ascii_only, indent=2)


@given(st.text('{}[]:,"\\ a1●', max_size=40))
def test_whatever_is_laid_out_says_the_same(text: str) -> None:
    assert "".join(laid_out(text).split()) == "".join(text.split())
