"""Any malformed request gets an answer in Okta's shape: never a 500, a traceback, or the sender's own markup."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SystemClock
from app.demo.applications import Grant
from app.demo.dialect import ROWS
from app.demo.faults import FaultKind
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.presets import PRESETS
from app.demo.scenarios import SCENARIOS
from app.demo.serve import ServedOrg
from tests.app.demo.caller import Caller, check
from tests.app.demo.doors import ANY_DOOR
from tests.app.demo.nasty import (
    BODIES,
    BROKEN,
    COOKIES,
    CREDENTIALS,
    FORM,
    GOOD,
    JSON,
    NAMES,
    PAIRS,
    SPOILT,
    TYPES,
    VALUES,
    encoded,
)
from tests.app.demo.somebody import V1
from tests.examples import share
from tests.patience import PATIENCE_S


@ANY_DOOR
def test_any_request_to_any_door(caller: Caller, door: tuple[str, str]) -> None:
    method, path = door
    opens = [f"Bearer {caller.org.control_token}".encode(), f"SSWS {caller.org.api_token}".encode()]

    for spoilt, media_type in product([] if method == "GET" else SPOILT, (FORM, JSON)):
        for credentials in opens:
            check(caller.ask(method, path, b"", [media_type, (b"authorization", credentials)], spoilt), path)

    @share(3)
    @given(
        queries=PAIRS.map(encoded) | st.sampled_from(BROKEN),
        body=BODIES,
        content_type=TYPES,
        credentials=CREDENTIALS | st.sampled_from(opens),
        cookies=COOKIES,
    )
    def attack(queries: bytes, body: bytes, content_type: bytes, credentials: bytes, cookies: bytes) -> None:
        headers = [(b"content-type", content_type), (b"authorization", credentials), (b"cookie", cookies)]
        check(caller.ask(method, path, queries, headers, b"" if method == "GET" else body), path)

    attack()
    if path.startswith(("/demo/control", "/api/v1")):
        assert caller.control("POST", "/reset").status_code == 204
    caller.check_alive()


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
ALIVE = [b"LIVE REFRESH TOKEN", b"LIVE ACCESS TOKEN", b"ada", b"grace", b"openid"]


@pytest.mark.parametrize("where", [*OF_GRANTS, *OF_ENDPOINTS])
def test_any_values_of_a_known_clients_parameters(caller: Caller, where: str) -> None:
    """With live tokens, so that what lies behind the first checks is reached too."""
    caller.org.turn(rotation_type="STATIC", access_token_lifetime_s=3600)
    is_grant = where in OF_GRANTS
    names = OF_GRANTS[Grant(where)] if is_grant else OF_ENDPOINTS[where]
    known = {b"client_id": b"0oa-demo-native", **({b"grant_type": where.encode()} if is_grant else {})}
    path = f"{V1}/{'token' if is_grant else where}"
    live: dict[bytes, bytes] = {}

    @share(2)
    @given(form=st.fixed_dictionaries({}, optional={name: VALUES | st.sampled_from(ALIVE) for name in names}))
    def attack(form: dict[str, bytes]) -> None:
        if where == "revoke" or not live:
            tokens = caller.run(caller.sign_in())
            live[ALIVE[0]], live[ALIVE[1]] = tokens["refresh_token"].encode(), tokens["access_token"].encode()
        sent = [*known.items(), *((name.encode(), live.get(value, value)) for name, value in form.items())]
        answer = caller.ask("POST", path, headers=[FORM], body=encoded(sent))
        check(answer, path)
        assert answer.status_code in (200, 400, 401, 403, 413)

    attack()
    caller.check_alive()


def test_any_authorization_request(caller: Caller) -> None:
    good = {
        "client_id": "0oa-demo-native",
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    page = st.dictionaries(st.sampled_from(["username", "password", "action", "ticket", "otp"]), GOOD, max_size=4)

    @given(changes=st.dictionaries(NAMES, GOOD | st.text(max_size=10), max_size=4), form=st.none() | page)
    def attack(changes: dict[str, str], form: dict[str, str] | None) -> None:
        body = encoded([(name.encode(), value.encode()) for name, value in (form or {}).items()])
        query = [(name.encode(), value.encode("utf-8", "replace")) for name, value in {**good, **changes}.items()]
        answer = caller.ask("GET" if form is None else "POST", f"{V1}/authorize", encoded(query), [FORM], body)
        check(answer, "authorize")
        location = answer.headers.get("location")
        assert location is None or location.startswith("http://127.0.0.1:8765/callback?")

    attack()
    caller.check_alive()


KNOBS = st.sampled_from(sorted(DemoOrg(SystemClock()).knobs()))
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | GOOD | st.sampled_from(["\ud800", []])
)
# those that wait would let the tests wait
WAITS = {FaultKind.DELAY, FaultKind.DRIP}
FAULTS = st.sampled_from(sorted(set(FaultKind) - WAITS)).map("{}@*".format) | st.sampled_from(sorted(ROWS)).map(
    "refuse={}@token".format
)
ORDERS = st.one_of(
    st.tuples(st.just("PATCH /policy"), st.dictionaries(KNOBS, SCALARS, max_size=2)),
    st.tuples(st.just("PATCH /policy"), st.fixed_dictionaries({"preset": st.sampled_from(sorted(PRESETS)) | SCALARS})),
    st.tuples(st.just("POST /faults"), st.fixed_dictionaries({"fault": FAULTS | SCALARS})),
    st.tuples(st.just("POST /faults"), st.fixed_dictionaries({"faults": st.lists(FAULTS | SCALARS, max_size=3)})),
    st.tuples(st.just("POST /faults"), st.fixed_dictionaries({"scenario": st.sampled_from(sorted(SCENARIOS))})),
    st.tuples(st.just("DELETE /faults"), st.dictionaries(st.just("number"), SCALARS, max_size=1)),
    st.tuples(
        st.just("POST /clock"), st.dictionaries(st.sampled_from(["jump_s", "skew_s"]), SCALARS | st.floats(-9e8, 9e8))
    ),
    st.tuples(st.just("POST /revoke"), st.dictionaries(st.sampled_from(["family", "what"]), SCALARS)),
    st.tuples(st.just("POST /keys/rotate"), st.dictionaries(st.just("overlap"), SCALARS)),
    st.tuples(st.just("POST /phone"), st.dictionaries(st.sampled_from(["push", "answer", "number"]), SCALARS)),
)


def test_any_orders_to_the_control_api(
    runner: asyncio.Runner, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the org was turned, it answers; and a reset takes all of it back."""
    monkeypatch.setattr(SigningKey, "generate", lambda: key)  # a new one takes a tenth of a second

    @given(orders=st.lists(ORDERS, min_size=1, max_size=4))
    def attack(orders: list[tuple[str, Any]]) -> None:
        caller = Caller(runner, DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
        for order, body in orders:
            method, path = order.split()
            answer = caller.control(method, path, body)
            check(answer, "/demo/control")
            assert answer.status_code in (200, 201, 204, 400)
        assert caller.control("GET", "").status_code == 200
        caller.control("DELETE", "/faults")
        for path in (f"{V1}/keys", "/api/me", "/activate", "/phone", "/nowhere"):
            check(caller.ask("GET", path), path)
        check(caller.ask("POST", f"{V1}/token", headers=[FORM], body=b"client_id=0oa-demo-native"), "token")
        assert caller.control("POST", "/reset").status_code == 204
        caller.check_alive()

    attack()


def test_any_path(caller: Caller) -> None:
    parts = st.sampled_from(
        ["oauth2", "default", "v1", "api", "apps", "demo", "control", "..", "", "%2e%2e", "%00", "%ff"]
    )

    @given(path=st.lists(parts | st.text(max_size=8).map(lambda text: quote_from_bytes(text.encode())), max_size=6))
    def attack(path: list[str]) -> None:
        check(caller.ask("GET", f"/{'/'.join(path)}"), "/".join(path))

    attack()
    caller.check_alive()


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
        b"GET http://evil.example/oauth2/v1/keys HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
        b"GET /oauth2/v1/keys HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"POST /oauth2/v1/token HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"POST /oauth2/v1/token HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /oauth2/v1/keys HTTP/1.1\r\nHost: HOST\r\n\r\n" * 50,
        b"GET /oauth2/v1/keys HTTP/1.1\r\nHost: HOST\r\nX: \x00\x7f\r\n\r\n",
    ],
)
def test_raw_bytes_never_bring_it_down(served: ServedOrg, raw: bytes) -> None:
    host = served.base_url.removeprefix("http://")
    there = ("127.0.0.1", served.port)
    with socket.create_connection(there, timeout=PATIENCE_S) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(raw.replace(b"HOST", host.encode()))
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65_536)
        assert b"Traceback" not in answer
        assert not answer.startswith(b"HTTP/1.1 5")
    check_good(served)


def check_good(served: ServedOrg) -> None:
    good = httpx.get(f"{served.issuer}/.well-known/openid-configuration", trust_env=False)
    assert good.json()["issuer"] == served.issuer


@pytest.mark.parametrize("sent", [0, 1, 30, 100, 150, 10_000])
def test_whoever_leaves_in_the_middle_harms_nobody(served: ServedOrg, sent: int) -> None:
    host = served.base_url.removeprefix("http://")
    head = f"POST /oauth2/default/v1/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 60000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as connection:
        connection.sendall((head.encode() + b"a" * 60_000)[:sent])
    check_good(served)


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/me HTTP/1.1\r\n\r\n",
        b"GET /api/me HTTP/1.0\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\nHost: HOST.evil.example\r\nX-Forwarded-Host: HOST\r\n\r\n",
    ],
)
def test_the_host_is_checked_on_the_wire_too(served: ServedOrg, raw: bytes) -> None:
    host = served.base_url.removeprefix("http://")
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as connection:
        connection.sendall(raw.replace(b"HOST", host.encode()))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400")


def test_it_listens_on_the_loopback_only(served: ServedOrg) -> None:
    assert served._server is not None
    listeners = [each.getsockname()[0] for server in served._server.servers for each in server.sockets]
    assert listeners == ["127.0.0.1"]
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(ValueError, match="loopback"):
            ServedOrg(served.org, host)
    assert ServedOrg(served.org, "::1", 8899).base_url == "http://[::1]:8899"
