"""What an answer says in any dialect: the tokens in it, its error, and nothing that is neither."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.errors import OAuthError, UnusableAnswer
from app.errors.reasons import FailureKind
from app.oauth.error_codes import POLLING, is_of_protocol, is_reason_phrase, plain_code
from app.oauth.grants import error_response, read_refresh_token, read_token_response
from app.oauth.lenient_json import read_members
from app.secret import KnownSecrets, Secret, masked
from app.session import failure_table, words
from app.wire.fetch import FetchedResponse

TOKENS = {"access_token": "at", "refresh_token": "rt", "token_type": "Bearer", "expires_in": 30}


def answer(
    body: object, *, status: int = 200, media_type: str = "application/json", secrets: tuple[str, ...] = ()
) -> FetchedResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = httpx.Headers({"content-type": media_type})
    return FetchedResponse(status, "", headers, raw, False, len(raw), KnownSecrets(map(Secret, secrets)))


@pytest.mark.parametrize(
    "body",
    [
        TOKENS,
        [TOKENS],
        {"error": None, "data": TOKENS},
        {"error": "", "data": TOKENS},
        {"errors": [], "data": TOKENS},
        {"errors": {}, "data": {"items": [TOKENS]}},
        {"errorCode": 0, "result": TOKENS},
        {"errorCode": "0", "result": json.dumps(TOKENS)},
        {"id_token": "x", "tokens": TOKENS},
        {"access_token": None, "refresh_token": "", "tokens": TOKENS},
        {"access_token": "other", "user": TOKENS},
        {"request": {"refresh_token": "old"}, "response": TOKENS},
        {"error": "warning", "data": TOKENS},
        {**TOKENS, "refresh_token": "", "refreshToken": "rt"},
        {**TOKENS, "refresh_token": None, "Refresh-Token": ["rt"]},
        {**TOKENS, "error": None, "errors": []},
        {"list": list(range(5000)), "data": TOKENS},
        b'access_token=at&refresh_token=rt&token_type=bearer&scope="openid"',
        b"refresh_token=rt&access_token=at&note=%7B{<",
    ],
)
def test_both_tokens_are_read(body: object) -> None:
    found = read_token_response(answer(body))
    assert (found.access_token, found.refresh_token, found.flaw) == (Secret("at"), Secret("rt"), None)


@pytest.mark.parametrize(
    "body",
    [
        b"{'access_token': 'at', 'refresh_token': 'rt'}",
        b"""{'access_token': "at", 'refresh_token': "rt", 'error': None}""",
        b"""{"access_token": 'at', "refresh_token" : 'rt'}""",
        b"{'note': 'it\\'s', 'refresh_token': 'rt'",
        b"<r><access_token>at</access_token><refresh_token>rt</refresh_token></r>",
        b'<?xml version="1.0"?><o:r xmlns:o="x"><o:RefreshToken type="x">\n rt \n</o:RefreshToken></o:r>',
        b"<r><refresh_token><![CDATA[rt]]></refresh_token></r>",
        b"<r><refresh_token>&#114;t</refresh_token></r>",
        b'callback({"access_token":"at","refresh_token":"rt"});',
        b'{"access_token":"at","refresh_token":"rt"}\n{"a":1}',
        b'{"refresh_token":"rt","refreshToken":""',
        {"refresh": {"refresh_token": "rt"}, "access": {"access_token": "at"}},
    ],
)
def test_a_refresh_token_is_read_by_any_sensible_reading(body: object) -> None:
    assert read_refresh_token(read_members(answer(body))) == Secret("rt")
    assert read_token_response(answer(body)).refresh_token == Secret("rt")


def test_an_id_token_beside_a_wrapper_is_read_and_one_inside_counts_before_it() -> None:
    assert read_token_response(answer({"id_token": "outer", "tokens": TOKENS})).id_token == Secret("outer")
    both = {"id_token": "outer", "tokens": {**TOKENS, "idToken": "inner"}}
    assert read_token_response(answer(both)).id_token == Secret("inner")


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NOISE = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
EMPTY = st.dictionaries(
    st.sampled_from(["error", "errors", "errorCode", "access_token", "refresh_token", "refreshToken"]),
    st.sampled_from([None, "", " ", [], {}]),
)


@given(
    layers=st.lists(st.tuples(st.dictionaries(st.text(max_size=8), NOISE, max_size=4), EMPTY), max_size=6),
    as_text=st.booleans(),
)
@example(layers=[({"a": "[" * 3000}, {}), ({"": "{}"}, {"error": None})], as_text=True)
def test_noise_around_the_tokens_hides_nothing(layers: list[tuple[Any, Any]], *, as_text: bool) -> None:
    found: object = TOKENS
    for noise, empty in layers:
        found = {**noise, **empty, "data": json.dumps(found) if as_text else [found]}
    read = read_token_response(answer(found))
    assert (read.access_token, read.refresh_token) == (Secret("at"), Secret("rt"))


@given(body=st.binary(max_size=300) | st.text("<>{}[]'\":=&\\/ refshtokn_", max_size=200).map(str.encode))
def test_nothing_that_is_read_raises(body: bytes) -> None:
    read_members(answer(body))


HOSTILE = [
    b"'error':",
    b"'error':'",
    b"'error':\"",
    b'"error":\'',
    b'"error":"\\',
    b"'error':'\\'",
    b"<error>",
    b"<error ",
    b"<a:error:",
    b"<error><![CDATA[",
    b"<error>&#9",
    b"&#99999999",
    b'{"a":',
    b'["{',
    b"[",
    b"error=&",
    b"error=%",
    b"\\",
    b" ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_mebibyte_is_read_at_once(piece: bytes) -> None:
    for begin in (b"", b"{", b"<error>", b"'refresh_token':'", b'"refresh_token":"', b"error="):
        body = (begin + piece * ((1 << 20) // len(piece)))[: 1 << 20]
        read_members(answer(body))  # what looks back from every place would take hours


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "authorization_pending"}, "authorization_pending"),
        ({"code": "SLOW_DOWN"}, "SLOW_DOWN"),
        ({"data": {"error": "authorization-pending"}}, "authorization-pending"),
    ],
)
def test_a_success_without_tokens_may_tell_what_a_poll_is_told(body: object, code: str) -> None:
    with pytest.raises(OAuthError) as caught:
        read_token_response(answer(body))
    assert caught.value.code == code
    assert plain_code(code) in POLLING


@pytest.mark.parametrize("body", [{}, {"status": "ok"}, {"code": "invalid_grant"}, {"status": 200, "code": None}])
def test_another_one_tells_nothing(body: object) -> None:
    with pytest.raises(UnusableAnswer) as caught:
        read_token_response(answer(body))
    assert caught.value.kind is FailureKind.INCOMPLETE


def test_only_the_status_in_words_is_no_error() -> None:
    for phrase in ("Bad Request", "UNAUTHORIZED", "forbidden", "I'm a Teapot", "NOT_FOUND", "Unprocessable Entity"):
        assert is_reason_phrase(phrase), phrase
        trouble = error_response(answer({"error": phrase, "message": "Why."}, status=400))
        assert isinstance(trouble, UnusableAnswer)
        assert trouble.kind is FailureKind.SILENT
        assert "Why." in (trouble.raw or "")
    for code in ("invalid_request", "access_denied", "unauthorized_client", "Service Unavailable", "too_many_requests"):
        assert not is_reason_phrase(code), code


@pytest.mark.parametrize(
    ("said", "secrets", "code"),
    [
        ("invalid_grant", ("invalid", "grant"), "invalid_grant"),
        ("SERVER_ERROR", ("SERVER",), "SERVER_ERROR"),
        ("temporarily_\x1b[1munavailable", (), "temporarily_ [1munavailable"),
        ("hunter2hunter2", ("hunter2hunter2",), masked("hunter2hunter2")),
    ],
)
def test_a_code_is_judged_as_it_came_unless_it_is_a_secret(said: str, secrets: tuple[str, ...], code: str) -> None:
    trouble = error_response(answer({"error": said}, status=400, secrets=secrets))
    assert isinstance(trouble, OAuthError)
    assert trouble.code == code


def test_a_secret_that_is_repeated_in_a_code_or_its_description_is_not_told() -> None:
    body = {"error": "bad_token_hunter2hunter2", "error_description": "invalid: hunter2hunter2"}
    trouble = error_response(answer(body, status=400, secrets=("hunter2hunter2",)))
    assert isinstance(trouble, OAuthError)
    assert "hunter2" not in f"{trouble.code} {trouble.description} {trouble.raw} {trouble}"


def test_every_code_that_is_judged_is_made_of_the_protocols_words() -> None:
    judged = {*POLLING, *failure_table._BUSY, *failure_table._NEEDS_PERSON, *words.CURES}
    judged |= {
        "invalid_grant",
        "bad_refresh_token",
        "refresh_token_expired",
        "token_is_unusable",
        "invalidRefreshToken",
    }
    assert [code for code in sorted(judged) if not is_of_protocol(code)] == []
