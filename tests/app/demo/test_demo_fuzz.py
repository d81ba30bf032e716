"""Any malformed request gets an answer in Okta's shape: never a 500, a traceback, or the sender's own markup."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from app.clock import SystemClock
from app.demo.applications import Grant
from app.demo.front import Front
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from tests.app.demo.somebody import Somebody


def _encoded(pairs: list[tuple[bytes, bytes]]) -> bytes:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()


FUZZ = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NASTY = "<script>alert(1)</script>"
NAMES = st.sampled_from(
    [
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "code",
        "code_verifier",
        "redirect_uri",
        "refresh_token",
        "scope",
        "username",
        "password",
        "otp",
        "login_hint",
        "mfa_token",
        "oob_code",
        "binding_code",
        "channel_hint",
        "challenge_hint",
        "challenge_types_supported",
        "device_code",
        "user_code",
        "token",
        "token_type_hint",
        "response_type",
        "response_mode",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "id_token_hint",
        "post_logout_redirect_uri",
        "ticket",
        "action",
        "number",
        "push",
        "nonce",
        "limit",
        "after",
        "since",
        "until",
        "filter",
        "q",
        "sortOrder",
    ]
)
GOOD = st.sampled_from(
    [
        *Grant,
        "0oa-demo-native",
        "openid profile offline_access",
        "http://127.0.0.1:8765/callback",
        "code",
        "S256",
        "form_post",
        "none",
        "login consent",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "ada",
        "engine-1843",
        "compiler-1952",
        "sign-in",
        "allow",
        "cancel",
        "push",
        NASTY,
        '" onload="x',
        "{{7*7}}",
        "0",
        "-1",
        "9" * 40,
        "\x00",
        "é" * 3,
        "x" * 5000,
        'eventType eq "x"',
        "((((",
        "2026-01-01T00:00:00Z",
    ]
)
VALUES = (
    GOOD.map(str.encode)
    | st.binary(max_size=40)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
)
PAIRS = st.lists(st.tuples(NAMES.map(str.encode) | st.binary(max_size=8), VALUES), max_size=12)
RAW = st.sampled_from(
    [b"%", b"%zz", b"%ff=%ff", b"&&&===", b"a=1;b=2", b"\xff\xfe=\x00", b"=" * 50, b"a&" * 300, b"x" * 70_000]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | GOOD,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8)
            | NAMES
            | st.sampled_from(["settings", "oauthClient", "label", "grant_types", "preset", "faults", "family"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODIES = (
    PAIRS.map(_encoded)
    | RAW
    | TREES.map(lambda tree: json.dumps(tree).encode())
    | st.sampled_from([b"[" * 60_000, b'{"a":' * 10_000, b"\xef\xbb\xbf{}", b"NaN", b'{"leeway_s": 1e999}', b""])
    | st.binary(max_size=200)
)
TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain",
        "",
        "multipart/form-data; boundary=x",
        "x" * 300,
    ]
)
TOKENS = st.sampled_from(
    [
        "",
        "Bearer",
        "Bearer x.y.z",
        "Bearer " + "a" * 9000,
        "Basic !!!",
        "Basic eDp5",
        "SSWS",
        "DPoP x",
        "CONTROL",
        "API",
        "\x7f",
    ]
)


@pytest.fixture(scope="module")
def org(key: SigningKey) -> DemoOrg:
    return DemoOrg(SystemClock(), ledger=MemoryLedger(key))


def doors(org: DemoOrg) -> list[tuple[str, str]]:
    """Every path with every method it takes, from the routes themselves."""
    front = org.app
    assert isinstance(front, Front)
    routes: list[Any] = front._inner.routes  # type: ignore[attr-defined]
    found = []
    for route in routes:
        assert isinstance(route, Route)
        path = route.path.replace("{id}", "0oa-demo-native").replace("{app_id}", "0oa-demo-native")
        found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def asked(org: DemoOrg, method: str, path: str, query: bytes, headers: dict[str, str], body: bytes) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(org.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=org.issuer_base) as http:
            url = httpx.URL(org.issuer_base).copy_with(raw_path=path.encode() + (b"?" + query if query else b""))
            return await http.request(method, url, content=body, headers=headers)

    return asyncio.run(ask())


def check(answer: httpx.Response, path: str) -> None:
    assert answer.status_code < 500, (path, answer.text[:200])
    assert "Traceback" not in answer.text
    assert NASTY not in answer.text or "json" in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-okta-request-id"]
    if "max-age" not in answer.headers["cache-control"]:
        assert "no-store" in answer.headers["cache-control"]
    if answer.status_code >= 400:
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in ("application/json", "text/html")
        if kind == "application/json":
            found = answer.json()
            assert {"error", "error_description"} <= found.keys() or {"errorCode", "errorSummary"} <= found.keys()


@pytest.mark.parametrize("door", doors(DemoOrg(SystemClock())), ids="{0[0]} {0[1]}".format)
@settings(FUZZ, max_examples=25)
@given(data=st.data())
def test_any_request_to_any_door(org: DemoOrg, door: tuple[str, str], data: st.DataObject) -> None:
    method, path = door
    token = data.draw(TOKENS)
    token = {"CONTROL": f"Bearer {org.control_token}", "API": f"SSWS {org.api_token}"}.get(token, token)
    headers = {
        "content-type": data.draw(TYPES),
        "authorization": token,
        "cookie": data.draw(st.sampled_from(["", "lapse-demo-sid-8899=x", "a=b; " * 50])),
    }
    query = data.draw(PAIRS.map(_encoded) | RAW.filter(lambda raw: len(raw) < 1000 and raw.isascii()))
    body = data.draw(BODIES) if method != "GET" else b""
    check(asked(org, method, path, query, headers, body), path)


OF_GRANTS = {
    Grant.CODE: ("code", "redirect_uri", "code_verifier"),
    Grant.REFRESH: ("refresh_token", "scope"),
    Grant.PASSWORD: ("username", "password", "scope"),
    Grant.OTP: ("login_hint", "otp", "scope"),
    Grant.OOB: ("oob_code", "binding_code", "scope"),
    Grant.MFA_OTP: ("mfa_token", "otp", "scope"),
    Grant.MFA_OOB: ("mfa_token", "oob_code", "binding_code", "scope"),
    Grant.DEVICE: ("device_code",),
}
OF_ENDPOINTS = {
    "revoke": ("token", "token_type_hint"),
    "introspect": ("token", "token_type_hint"),
    "device/authorize": ("scope",),
    "primary-authenticate": ("login_hint", "channel_hint", "challenge_hint"),
    "challenge": ("mfa_token", "channel_hint", "challenge_types_supported"),
}
LIVE = st.sampled_from([b"LIVE REFRESH TOKEN", b"LIVE ACCESS TOKEN", b"ada", b"grace", b"openid"])


@pytest.fixture(scope="module")
def live(org: DemoOrg) -> dict[bytes, bytes]:
    """Tokens that are good, so that what lies behind the first checks is reached too."""
    org.turn(rotation_type="STATIC", access_token_lifetime_s=3600)

    async def sign_in() -> dict[str, Any]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(org.app), base_url=org.issuer_base) as http:
            return await Somebody(org, http).tokens()

    tokens = asyncio.run(sign_in())
    return {
        b"LIVE REFRESH TOKEN": tokens["refresh_token"].encode(),
        b"LIVE ACCESS TOKEN": tokens["access_token"].encode(),
    }


@pytest.mark.parametrize("where", [*OF_GRANTS, *OF_ENDPOINTS])
@settings(FUZZ, max_examples=90)
@given(data=st.data())
def test_any_values_of_a_known_clients_parameters(
    org: DemoOrg, live: dict[bytes, bytes], where: str, data: st.DataObject
) -> None:
    """Revoking is tried with dead tokens only: the live ones must stay for the examples after it."""
    grant = where if where in OF_GRANTS else None
    names = OF_GRANTS[Grant(where)] if grant else OF_ENDPOINTS[where]
    form = {name: data.draw(VALUES | LIVE, label=name) for name in names if data.draw(st.integers(0, 9))}
    known = {} if where == "revoke" else live
    sent = {"client_id": b"0oa-demo-native", **({"grant_type": grant.encode()} if grant else {}), **form}
    body = _encoded([(name.encode(), known.get(value, value)) for name, value in sent.items()])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/oauth2/default/v1/{'token' if grant else where}"
    answer = asked(org, "POST", path, b"", headers, body)
    check(answer, path)
    assert answer.status_code in (200, 400, 401, 403, 413)


@FUZZ
@given(changes=st.dictionaries(NAMES, GOOD | st.text(max_size=10), max_size=4))
def test_any_authorization_request(org: DemoOrg, changes: dict[str, str]) -> None:
    asked_for = {
        "client_id": "0oa-demo-native",
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        **changes,
    }
    query = _encoded([(name.encode(), value.encode("utf-8", "replace")) for name, value in asked_for.items()])
    answer = asked(org, "GET", "/oauth2/default/v1/authorize", query, {}, b"")
    check(answer, "authorize")
    location = answer.headers.get("location")
    assert location is None or location.startswith("http://127.0.0.1:8765/callback?")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:8899.evil.example", "localhost:8899", "", "127.0.0.1:8899, evil"]
)
def test_a_foreign_host_opens_no_door(org: DemoOrg, host: str) -> None:
    for method, path in doors(org):
        answer = asked(org, method, path, b"", {"host": host, "authorization": f"Bearer {org.control_token}"}, b"")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_no_door_knows_other_origins(org: DemoOrg) -> None:
    for method, path in doors(org):
        answer = asked(org, method, path, b"", {"origin": "https://evil.example"}, b"")
        assert not [name for name in answer.headers if name.startswith("access-control")]
        preflight = asked(
            org, "OPTIONS", path, b"", {"origin": "https://evil.example", "access-control-request-method": method}, b""
        )
        assert preflight.status_code in (404, 405)


@pytest.fixture(scope="module")
def served(key: SigningKey) -> Iterator[ServedOrg]:
    found = ServedOrg(DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
    found.start()
    yield found
    found.stop()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /oauth2/default/v1/token HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100\r\n\r\ngrant_type=",
        b"POST /oauth2/default/v1/token HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n",
        b"POST /oauth2/default/v1/token HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n",
        b"POST /oauth2/default/v1/token HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    ],
)
def test_raw_bytes_never_bring_it_down(served: ServedOrg, raw: bytes) -> None:
    host = served.base_url.removeprefix("http://")
    there = ("127.0.0.1", served.port)
    with socket.create_connection(there, timeout=5) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(raw.replace(b"HOST", host.encode()))
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65_536)
        assert b"Traceback" not in answer
        assert not answer.startswith(b"HTTP/1.1 5")
    good = httpx.get(f"{served.issuer}/.well-known/openid-configuration", trust_env=False)
    assert good.json()["issuer"] == served.issuer
