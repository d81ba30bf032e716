"""Who gets in: only the org's own Host, no other origin, no other method, nobody without the right token."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SystemClock
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from tests.app.demo.caller import Caller, check
from tests.app.demo.doors import ANY_DOOR, EVERY_DOOR
from tests.app.demo.nasty import CHARACTERS
from tests.app.demo.somebody import V1


def test_any_method_at_any_door(caller: Caller) -> None:
    for path in dict(EVERY_DOOR[::-1]).values():
        for method in ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
            response = caller.ask(method, path)
            check(response, path)
            known = {known for known, where in EVERY_DOOR if where == path}
            if method != "HEAD" and method not in known:
                assert (response.status_code, response.json()["errorCode"]) == (405, "E0000022")


FOREIGN = [
    [],
    [b""],
    [b"127.0.0.1:8899", b"127.0.0.1:8899"],
    [b"127.0.0.1:8899", b"evil.example"],
    *([name] for name in (b"evil.example", b"127.0.0.1", b"localhost:8899", b"[::1]:8899", b"127.0.0.1:08899")),
    *([name] for name in (b"127.0.0.1:8899.evil.example", b"127.0.0.1:8899, evil", b"u@127.0.0.1:8899", b"\xff\xfe")),
]


@pytest.mark.parametrize("hosts", FOREIGN, ids=repr)
def test_a_foreign_host_opens_no_door(caller: Caller, hosts: list[bytes]) -> None:
    for token in (f"Bearer {caller.org.control_token}", f"SSWS {caller.org.api_token}"):
        for method, path in EVERY_DOOR:
            response = caller.ask(method, path, b"", [(b"authorization", token.encode())], hosts=hosts)
            check(response, path)
            assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert not caller.org.counters


@given(host=CHARACTERS | st.text("0123456789.:[]@ abcdef", max_size=20).map(str.encode))
def test_any_host_but_its_own(runner: asyncio.Runner, key: SigningKey, host: bytes) -> None:
    caller = Caller(runner, DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
    assert (caller.ask("GET", f"{V1}/keys", hosts=[host]).status_code == 200) is (host == b"127.0.0.1:8899")


@ANY_DOOR
def test_no_door_knows_other_origins(caller: Caller, door: tuple[str, str]) -> None:
    method, path = door
    origin = (b"origin", b"https://evil.example")
    asks = [origin, (b"access-control-request-method", method.encode())]
    for response in (caller.ask(method, path, headers=[origin]), caller.ask("OPTIONS", path, headers=asks)):
        assert not [name for name in response.headers if name.startswith("access-control")]
    assert response.status_code == 405


@pytest.mark.parametrize("token", [b"", b"Bearer", b"Bearer wrong", b"SSWS wrong", b"Bearer API", b"SSWS CONTROL"])
def test_nothing_opens_without_the_right_token(caller: Caller, token: bytes) -> None:
    token = token.replace(b"API", caller.org.api_token.encode())
    token = token.replace(b"CONTROL", caller.org.control_token.encode())
    guarded = [door for door in EVERY_DOOR if door[1].startswith(("/demo/control", "/api/"))]
    assert len(guarded) > 15
    for method, path in guarded:
        assert caller.ask(method, path, b"", [(b"authorization", token)]).status_code == 401
