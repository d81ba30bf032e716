"""The org over real HTTP: served, shared, taken over, and run alone."""

import asyncio
import http.server
import json
import logging
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.demo import host as host_module
from app.demo.addresses import Addresses
from app.demo.host import DemoHost, Hosting, Role
from app.demo.identity import identity_proof, read_identity
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from app.demo.standalone import run_standalone
from app.errors import BadInput, Unreachable
from tests import ports
from tests.patience import PATIENCE_S

MakeHost = Callable[[], DemoHost]


@pytest.fixture
def free_port() -> int:
    return ports.free_port()


@pytest.fixture
def make_host(tmp_path: Path, free_port: int) -> Iterator[MakeHost]:
    made: list[DemoHost] = []

    def make() -> DemoHost:
        made.append(DemoHost(tmp_path / "data", SystemClock(), preferred_port=free_port))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def served(key: SigningKey) -> Iterator[ServedOrg]:
    found = ServedOrg(DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
    found.start()
    yield found
    found.stop()


def kid(where: Hosting) -> str:
    found: str = httpx.get(f"{where.issuer}/v1/keys", trust_env=False).json()["keys"][0]["kid"]
    return found


def test_served_org_answers_on_loopback(served: ServedOrg, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG, "uvicorn")
    found = httpx.get(f"{served.issuer}/.well-known/openid-configuration", trust_env=False)
    assert found.json()["issuer"] == served.issuer == f"http://127.0.0.1:{served.port}/oauth2/default"
    assert len(found.headers.get_list("date")) == 1
    assert "server" not in found.headers
    with socket.create_connection(("127.0.0.1", served.port)) as broken:
        broken.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert broken.recv(100).startswith(b"HTTP/1.1 400")
    assert (capfd.readouterr(), caplog.messages) == (("", ""), [])


def test_stop_waits_for_nobody(served: ServedOrg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.demo.serve._STOP_WITHIN_S", PATIENCE_S)
    thread = served._thread
    assert thread is not None
    with (
        httpx.Client(trust_env=False) as keeping_alive,
        socket.create_connection(("127.0.0.1", served.port)),
        socket.create_connection(("127.0.0.1", served.port)) as halfway,
    ):
        keeping_alive.get(served.api_url)
        head = f"POST /oauth2/default/v1/token HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Length: 100\r\n\r\n"
        halfway.sendall(head.encode() + b"grant")
        served.stop()
        assert not thread.is_alive()
    assert not served.running
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.api_url, trust_env=False)


def test_start_on_a_taken_port(served: ServedOrg, key: SigningKey) -> None:
    with pytest.raises(OSError, match="in use"):
        ServedOrg(DemoOrg(SystemClock(), ledger=MemoryLedger(key)), port=served.port).start()


def test_first_host_owns_the_second_is_its_guest(make_host: MakeHost, free_port: int) -> None:
    owner, guest = make_host(), make_host()
    first, second = owner.ensure(), guest.ensure()
    assert (first.role, first.port, first.wanted_port) == (Role.OWNER, free_port, free_port)
    assert (second.role, second.base_url, second.issuer) == (Role.GUEST, first.base_url, first.issuer)
    assert (owner.role, guest.role, guest.port, guest.org) == (Role.OWNER, Role.GUEST, free_port, None)
    assert owner.ensure() is first


def test_guest_takes_over_on_the_same_port(make_host: MakeHost) -> None:
    owner, guest = make_host(), make_host()
    before = owner.ensure()
    guest.ensure()
    its_kid = kid(before)
    owner.close()
    after = guest.ensure()
    assert (after.role, after.port, after.issuer) == (Role.OWNER, before.port, before.issuer)
    assert kid(after) == its_kid


def test_port_and_key_survive_a_restart(make_host: MakeHost, tmp_path: Path) -> None:
    first = make_host()
    before, its_kid = first.ensure(), kid(first.ensure())
    first.close()
    other_preference = DemoHost(tmp_path / "data", SystemClock(), preferred_port=1)
    after = other_preference.ensure()
    assert (after.port, kid(after)) == (before.port, its_kid)
    other_preference.close()


def test_foreign_program_on_the_port(make_host: MakeHost, free_port: int) -> None:
    host = make_host()
    with socket.create_server(("127.0.0.1", free_port)):
        found = host.ensure()
        assert (found.wanted_port, found.role) == (free_port, Role.OWNER)
        assert found.port != free_port
        guest = make_host().ensure()
        assert (guest.port, guest.wanted_port) == (found.port, free_port)
    host.close()
    again = make_host()
    assert again.ensure().port == free_port


def test_nothing_secret_beside_the_ledger(make_host: MakeHost, tmp_path: Path) -> None:
    host = make_host()
    found = host.ensure()
    folder = tmp_path / "data"
    assert (folder / "demo-org.port").read_text() == f"{found.port}\n"
    assert stat.S_IMODE((folder / "demo-org" / "ledger.json").stat().st_mode) == 0o600
    identity = read_identity(folder / "demo-org" / "ledger.json")
    assert identity is not None
    assert identity not in repr(found)


class Impostor(http.server.BaseHTTPRequestHandler):
    """Answers every challenge, without knowing the secret."""

    def do_GET(self) -> None:
        body = json.dumps({"proof": identity_proof("guessed", "x"), "challenge": "", "issuer": "evil"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        pass


def test_impostor_on_the_port_is_not_trusted(
    make_host: MakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_module, "_PATIENCE_S", 0.3)
    owner, guest = make_host(), make_host()
    owner.ensure()
    with http.server.HTTPServer(("127.0.0.1", 0), Impostor) as impostor:
        thread = threading.Thread(target=impostor.serve_forever)
        thread.start()
        (tmp_path / "data" / "demo-org.port").write_text(f"{impostor.server_port}\n")
        try:
            with pytest.raises(Unreachable, match=f"does not respond on port {impostor.server_port}"):
                guest.ensure()
        finally:
            impostor.shutdown()
            thread.join()


@pytest.mark.parametrize("noted", ["", "many", "0", "70000", "-1"])
def test_spoiled_port_file_is_not_believed(
    make_host: MakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: str
) -> None:
    monkeypatch.setattr(host_module, "_PATIENCE_S", 0.1)
    owner, guest = make_host(), make_host()
    owner.ensure()
    (tmp_path / "data" / "demo-org.port").write_text(noted)
    with pytest.raises(Unreachable):
        guest.ensure()


def test_owner_and_guest_may_reset(make_host: MakeHost) -> None:
    owner, guest = make_host(), make_host()
    where = owner.ensure()
    kids = [kid(where)]
    for each in (guest, owner, guest):
        each.reset()
        kids.append(kid(where))
    assert len(set(kids)) == 4


def test_reset_needs_the_control_token_and_identity_a_nonce(served: ServedOrg) -> None:
    with httpx.Client(base_url=served.base_url, trust_env=False) as http_client:
        found = http_client.get("/demo/identity", params={"nonce": "n" * 16}).json()
        for wrong in ("none", "0" * 64, found["proof"]):
            headers = {"Authorization": f"Bearer {wrong}"}
            assert http_client.post("/demo/control/reset", headers=headers).status_code == 401
        right = {"Authorization": f"Bearer {served.org.control_token}"}
        assert http_client.post("/demo/control/reset", headers=right).status_code == 204
        for nonce in ("", "short", "n" * 129):
            assert http_client.get("/demo/identity", params={"nonce": nonce}).status_code == 400


def test_spoiled_ledger_is_reported(make_host: MakeHost, tmp_path: Path) -> None:
    ledger = tmp_path / "data" / "demo-org" / "ledger.json"
    ledger.parent.mkdir(parents=True)
    ledger.write_text("spoiled")
    assert make_host().ensure().set_aside == ledger.with_name("ledger.unreadable-1.json")


def test_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    host = DemoHost(tmp_path / "file" / "data", SystemClock())
    with pytest.raises(BadInput, match="cannot use its folder"):
        host.ensure()
    host.close()


def test_close_ends_a_wait(make_host: MakeHost, tmp_path: Path) -> None:
    owner, guest = make_host(), make_host()
    owner.ensure()
    (tmp_path / "data" / "demo-org.port").unlink()
    guest._closing.set()
    with pytest.raises(Unreachable):
        guest.ensure()


def test_standalone_tells_how_to_use_it_and_stops() -> None:
    lines: list[Addresses] = []

    async def run() -> None:
        stop = asyncio.Event()

        def ready(line: Addresses) -> None:
            lines.append(line)
            stop.set()

        await run_standalone(DemoOrg(SystemClock()), 0, ready=ready, log=lambda _: None, stop=stop)

    asyncio.run(run())
    (line,) = lines
    assert line.api_url == line.issuer.replace("/oauth2/default", "/api/me")
    assert (line.client_id, line.username) == ("0oa-demo-native", "ada")


def test_standalone_on_a_taken_port(served: ServedOrg) -> None:
    async def run() -> None:
        await run_standalone(
            DemoOrg(SystemClock()), served.port, ready=lambda _: None, log=lambda _: None, stop=asyncio.Event()
        )

    with pytest.raises(BadInput, match=f"cannot listen on port {served.port}: Address already in use"):
        asyncio.run(run())
