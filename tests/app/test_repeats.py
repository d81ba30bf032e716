"""`lapse call` prints what an API says of its own byte for byte; nothing that only looks like a secret is one."""

import asyncio
import json
import time
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.cli.repeated_secrets import without_secrets
from app.connections import Connections
from app.events.wire import ExchangeKind
from app.journal import Journal
from app.json_masking import json_places
from app.secret import MASK, KnownSecrets, Secret, masked
from app.session.calls import CallResult
from app.sim_loop import SimClock, SimLoop
from app.wire.details import Details
from app.wire.fetch import fetch
from app.wire.randomness import looks_random
from app.wire.recorder import RecordingTransport
from app.wire.redact import shown_body, shown_headers

ACCESS = "aCcess-t0ken-0f-Nobody-1234"
JSON = "application/json"


class Called:
    """An API called once with the access token: what is printed of its response, and what is recorded of it."""

    def __init__(self, body: bytes, headers: dict[str, str] | None = None, *known: str, media_type: str = JSON) -> None:
        self.journal = Journal(SimClock(), secrets=KnownSecrets(map(Secret, known)))
        self._details = Details(self.journal.secrets)
        self._response = httpx.Response(200, headers={"content-type": media_type, **(headers or {})}, content=body)
        with asyncio.Runner(loop_factory=SimLoop) as runner:
            self.printed = runner.run(self._call())
        (entry,) = self.journal
        detail = self._details.get(entry.seq)
        assert detail is not None
        assert detail.response_body is not None
        self.recorded = detail.response_body.text

    async def _call(self) -> bytes:
        inner = httpx.MockTransport(lambda _: self._response)
        recorder = RecordingTransport(inner, self.journal, SimClock(), self._details)
        request = httpx.Request("GET", "https://api.example/x", headers={"Authorization": f"Bearer {ACCESS}"})
        async with httpx.AsyncClient(transport=recorder) as http:
            response = await fetch(http, request, kind=ExchangeKind.API)
        result = CallResult(method="GET", url="https://api.example/x", steps=(), duration_s=0.0, response=response)
        bench = SimpleNamespace(secrets=self.journal.secrets, session=SimpleNamespace(tokens=None))
        (cleaned,) = without_secrets([result], cast("Connections", bench))
        assert cleaned.response is not None
        return cleaned.response.body


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, {"token": "inv_9f8e7d6c5b4a", "url": "https://x/inv_9f8e7d6c5b4a"}),
        ({}, {"nextPage": {"token": 12345678}, "total": 12345678}),
        ({"X-Token-Expires-In": "3600"}, {"max_age": 3600, "n": "3600"}),
        ({"Set-Cookie": "user=alice@example.com"}, {"email": "alice@example.com"}),
        ({"Set-Cookie": "sid=8f14e45fceea167a5a36dedd4bea2543"}, {"id": "8f14e45fceea167a5a36dedd4bea2543"}),
        ({}, {"password": "changed-2024-05-01", "changed": "changed-2024-05-01"}),
        ({}, {"otp": 10115, "plz": 10115}),
        ({"X-Session-Region": "us-east-1"}, {"url": "https://auth.us-east-1.example.com"}),
    ],
)
def test_what_the_api_sends_of_its_own_is_printed(
    headers: dict[str, str], found: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps(found).encode()
    assert Called(body, headers).printed == body
    assert "repeats" not in capsys.readouterr().err


def test_what_was_sent_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    called = Called(json.dumps({"echo": f"Bearer {ACCESS}", "token": "inv_9f8e7d6c5b4a"}).encode())
    assert json.loads(called.printed) == {"echo": f"Bearer {masked(ACCESS)}", "token": "inv_9f8e7d6c5b4a"}
    assert "The response repeats a secret that was sent; it is masked here." in capsys.readouterr().err


NAMES = st.sampled_from(("token", "otp", "password", "code", "access_token", "session", "id", "Authorization", "a"))
ORDINARY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=4),
    max_leaves=12,
)
HEADERS = st.dictionaries(
    st.sampled_from(("X-Access-Token", "X-Token-Expires-In", "X-Session-Id", "Set-Cookie", "Location")),
    st.from_regex(r"[a-z0-9=?&.:/@-]{1,30}", fullmatch=True),
    max_size=3,
)


@given(ORDINARY, HEADERS, st.booleans(), st.sampled_from((None, 2)))
@example({"token": ["aB3dE5gH7jK9mN1p"], "x": "aB3dE5gH7jK9mN1p"}, {}, True, None)
def test_ordinary_responses_are_printed_byte_for_byte(
    found: object, headers: dict[str, str], ascii_only: bool, indent: int | None
) -> None:
    body = json.dumps(found, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    assert Called(body, headers).printed == body


# Whatever of a response is a secret that was sent: what is JSON stays JSON.
KNOWN = st.sampled_from(("10115", "482913", "12345678", 'a","b', 'back\\slash\\"', "hunter-2", "e3"))
REPEATING = st.recursive(
    st.integers(0, 9)
    | KNOWN
    | KNOWN.filter(str.isdigit).map(int)
    | KNOWN.map("x {} ".format)
    | st.sampled_from((10115.5, -12345678, 912345678)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KNOWN | NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(REPEATING, st.sets(KNOWN, min_size=1), st.sampled_from(("", "\n")))
@example({"otp": 10115, "plz": 10115}, {"10115"}, "")
@example(482913, {"482913"}, "\n")
def test_masked_json_is_json(found: object, known: set[str], end: str) -> None:
    called = Called((json.dumps(found) + end).encode(), None, *known)
    json.loads(called.printed)
    json.loads(called.recorded)
    if "12345678" in known:
        assert b"12345678" not in called.printed


def test_lines_of_json_stay_lines_of_json() -> None:
    printed = Called(b'{"plz":10115}\n{"plz":-10115}\n', None, "10115").printed
    assert [MASK in json.loads(line)["plz"] for line in printed.splitlines()] == [True, True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Token-Expires-In", "3600"),
        ("X-Session-Region", "us-east-1"),
        ("GitHub-Authentication-Token-Expiration", "2025-01-01 00:00:00 UTC"),
        ("X-Cookie-Policy", "strict-and-long-0123456789a1b2"),
        ("Access-Control-Allow-Headers", "authorization, x-csrf-token"),
    ],
)
def test_headers_about_secrets_are_none(name: str, value: str) -> None:
    secrets = KnownSecrets()
    assert shown_headers([(name, value)], secrets) == ((name, value),)
    assert len(secrets) == 0


@pytest.mark.parametrize(
    "name",
    [
        *("Proxy-Authorization", "DPoP", "X-Api-Key", "X-Auth-Token", "X-Access-Token", "X-Refresh-Token"),
        *("X-CSRF-Token", "Refresh-Token", "X-Vault-Token", "X-Session-Id", "X-SessionToken"),
    ],
)
def test_headers_that_hold_secrets(name: str) -> None:
    ((_, shown),) = shown_headers([(name, ACCESS)])
    assert shown == masked(ACCESS)


@pytest.mark.parametrize(
    "cookie", ["user=alice@example.com", "user=alice%40example.com", "host=idp.example.com", "cid=0oa1b2c3d4client"]
)
def test_a_cookie_with_a_public_value_teaches_nothing(cookie: str) -> None:
    secrets = KnownSecrets()
    for is_ours, name in ((False, "Set-Cookie"), (True, "Cookie")):  # we send it back
        ((_, shown),) = shown_headers([(name, cookie)], secrets, is_ours=is_ours)
        assert MASK in shown
    assert len(secrets) == 0


def test_only_a_token_endpoint_teaches_a_short_code() -> None:
    body = b'{"user_code":"WDJB-MJHT","otp":"2025","password":"https://idp.example/reset-1a2b3c"}'
    secrets = KnownSecrets()
    shown_body(JSON, body, secrets=secrets, issues=False)
    assert len(secrets) == 0
    shown_body(JSON, body, secrets=secrets)
    text = "WDJB-MJHT on 2025-05-01 at https://idp.example/reset-1a2b3c in 2025"
    assert secrets.clean(text) == text.replace("WDJB-MJHT", masked("WDJB-MJHT"))


def test_our_client_id_is_public_whatever_a_server_calls_it() -> None:
    client_id = "5b1f2a9c-77d0-4e1a-9f0e-2c3d4e5f6a7b"
    secrets = KnownSecrets()
    secrets.receive(client_id)
    shown_body(
        "application/x-www-form-urlencoded", f"client_id={client_id}&a=b".encode(), secrets=secrets, is_ours=True
    )
    shown_headers([("Set-Cookie", f"client={client_id}")], secrets)
    assert secrets.clean(f"as {client_id}") == f"as {client_id}"


@pytest.mark.parametrize(
    ("value", "is_random"),
    [
        ("inv_9f8e7d6c5b4a", True),
        ("8f14e45fceea167a5a36dedd4bea2543", True),
        ("kJHdfgQWErtyUIoplKJhGH", True),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl", True),
        ("482913", False),
        ("1234567890123456789", False),
        ("2025-05-01T10:11:12.345Z", False),
        ("20250501T101112Z", False),
        ("alice.b2c3d@mail.example.com", False),
        ("idp2b3c4.eu-west-1.example.com:8443", False),
        ("https://idp.example/a1b2c3d4e5f6", False),
        ("changed-2024-05-01", False),
        ("TheQuickBrownFoxJumps", False),
        ("00u1a2b3c4d5e6f7g8h9", False),
        ("fe80::1ff:fe23:4567:890a", False),
    ],
)
def test_what_looks_like_a_secret(value: str, is_random: bool) -> None:
    assert looks_random(value) is is_random


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("invalid", "invalid_grant"),
        ("required", "interaction_required"),
        ("expired", "token_expired"),
        ("pending", "authorization_pending"),
        ("authorization", "authorization_pending"),
        ("interaction", "interaction_required"),
        ("offline", "offline_access"),
        ("s3cret", "s3cret-santa"),
        ("2025", "2025-05-01"),
        ("invalid_grant", "invalid_grant"),
    ],
)
def test_the_protocols_words_stay_whole(secret: str, text: str) -> None:
    assert KnownSecrets([Secret(secret)]).clean(f'{{"error": "{text}"}}') == f'{{"error": "{text}"}}'


def test_a_weak_password_is_still_masked_as_a_word() -> None:
    secrets = KnownSecrets(map(Secret, ("invalid", "482913")))
    assert secrets.clean("It is invalid, -invalid-") == f"It is {masked('invalid')}, -{masked('invalid')}-"
    assert secrets.clean("text/x-482913") == f"text/x-{masked('482913')}"


@given(st.text('\\"u0041x/', max_size=40), st.data())
def test_a_mask_splits_no_escape(text: str, data: st.DataObject) -> None:
    written = json.dumps([text])
    start = data.draw(st.integers(0, len(written) - 1))
    end = data.draw(st.integers(start + 1, len(written)))
    places = json_places(written)
    assert places is not None
    for place in reversed(list(places.fit(start, end))):
        written = written[: place.start] + "mask" + written[place.end :]
    json.loads(written)


def test_many_masks_in_one_string_cost_no_more_than_the_string() -> None:
    def cost_s(size: int) -> float:
        body = json.dumps(["\\" * 20 + ACCESS] * 2 + [("\\" + ACCESS + '"') * size]).encode()
        began = time.process_time()
        KnownSecrets([Secret(ACCESS)]).clean_bytes(body)
        return time.process_time() - began

    assert min(cost_s(4000) for _ in range(3)) < 5 * 8 * min(cost_s(500) for _ in range(3))
