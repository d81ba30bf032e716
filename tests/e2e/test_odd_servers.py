"""Commands at a server that answers in its own dialect, with a real keyring: what is said, kept, and sent again."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID
from app.demo.asgi import asgi
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from tests.e2e.conftest import Commands
from tests.e2e.keyring_daemon import gnome_keyring
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.e2e("gnome-keyring")
LOCK = "import secretstorage as s; c = s.dbus_init(); [each.lock() for each in s.get_all_collections(c)]"


class OddServer:
    """A demo org behind a door that answers refreshes and API calls in its place, where it was told how."""

    def __init__(self, org: DemoOrg) -> None:
        self._inner = asgi(org)
        self.refresh: Callable[[dict[str, str]], Response] | None = None
        self.api: Callable[[], Response] | None = None
        self.refreshes: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.endswith("/v1/token"):
            body = await Request(scope, receive).body()
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if form.get("grant_type") == "refresh_token":
                self.refreshes.append(form["refresh_token"])
                if self.refresh is not None:
                    await self.refresh(form)(scope, receive, send)
                    return

            async def again() -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            await self._inner(scope, again, send)
        elif path.startswith("/api/me") and self.api is not None:
            await self.api()(scope, receive, send)
        else:
            await self._inner(scope, receive, send)


class Terminal:
    """The commands of a person who is signed in at the odd server."""

    def __init__(self, run: Commands, served: ServedOrg, server: OddServer, home: Path) -> None:
        self.run = run
        self.served = served
        self.server = server
        self.home = home

    def call(self) -> "subprocess.CompletedProcess[str]":
        return self.run("call", self.served.api_url)

    def written(self) -> str:
        return "".join(path.read_text() for path in self.home.rglob("*") if path.is_file())


@pytest.fixture
def terminal(commands: Callable[[dict[str, str]], Commands], tmp_path: Path) -> Iterator[Terminal]:
    org = DemoOrg(SystemClock())
    server = OddServer(org)
    served = ServedOrg(org)
    served.app = server
    served.start()
    org.turn(grace_s=0, access_token_lifetime_s=1)
    with gnome_keyring(tmp_path / "keyring") as keyring:
        run = commands(keyring)
        signed_in = run("sign-in", "--issuer", served.issuer, "--client-id", DEMO_CLIENT_ID)
        assert signed_in.returncode == 0, signed_in.stderr
        org.set_time(moved_s=60)  # the access token is over for the server
        org.turn(access_token_lifetime_s=300)
        yield Terminal(run, served, server, tmp_path / "lapse")
    served.stop()


def refused(error: dict[str, str], status: int) -> Callable[[dict[str, str]], Response]:
    return lambda _form: Response(json.dumps(error), status, media_type="text/plain")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"error": "bad_refresh_token", "error_description": "It is incorrect or expired."}, 200),
        ({"error": "interaction_required", "error_description": "Use your second factor."}, 400),
    ],
)
def test_what_needs_a_person_ends_it_once(terminal: Terminal, error: dict[str, str], status: int) -> None:
    terminal.server.refresh = refused(error, status)
    ended = terminal.run("refresh")
    assert ended.returncode == 1
    assert error["error_description"] in ended.stderr
    assert terminal.call().returncode == 4
    assert terminal.run("status").returncode == 4
    assert len(terminal.server.refreshes) == 1


def test_a_refusal_without_a_word_is_sent_twice_and_kept(terminal: Terminal) -> None:
    terminal.server.refresh = lambda _form: Response(b"", 400)
    terminal.server.api = lambda: Response(b"", 401)
    first, second, third = terminal.call(), terminal.call(), terminal.call()
    assert {each.returncode for each in (first, second, third)} == {3}
    assert "most likely dead" not in first.stderr
    for each in (second, third):
        assert "most likely dead" in each.stderr
        assert "Sign in again" in each.stderr
        assert "network" not in each.stderr
        assert "transient" not in each.stderr
    assert len(terminal.server.refreshes) == 2
    # the access token's one second may not be over yet
    asked = (terminal.run("status") for _ in itertools.count())
    status = next(each for each in asked if "needs no refresh" not in each.stdout)
    assert status.returncode == 0
    assert "Signed in as" in status.stdout
    assert "most likely dead" in status.stdout
    terminal.server.refresh = terminal.server.api = None
    assert terminal.run("refresh").returncode == 0
    assert terminal.call().returncode == 0


def test_a_server_that_repeats_the_refresh_token_puts_it_nowhere(terminal: Terminal) -> None:
    terminal.server.refresh = lambda form: Response(
        json.dumps({"error": "invalid_request", "error_description": f"The token {form['refresh_token']} is odd"}), 400
    )
    told = [terminal.run("refresh"), terminal.run("refresh", "--json"), terminal.run("doctor", "--offline")]
    [sent] = set(terminal.server.refreshes)
    assert "is odd" in told[0].stderr
    assert "is odd" in terminal.written()
    for text in (*(each.stdout + each.stderr for each in told), terminal.written()):
        assert sent not in text


def test_a_401_without_a_header_and_a_way_to_a_sign_in_page(terminal: Terminal) -> None:
    terminal.server.api = lambda: RedirectResponse("/login?next=/api/me", 302)
    redirected = terminal.call()
    assert redirected.returncode == 2
    assert "looks like a sign-in page" in redirected.stderr
    assert len(terminal.server.refreshes) <= 1
    before = len(terminal.server.refreshes)
    terminal.server.api = lambda: Response(b"", 401)
    refused_again = [terminal.call() for _ in range(3)]
    assert {each.returncode for each in refused_again} == {2}
    assert "the API refuses fresh tokens too: audience or scope?" in refused_again[-1].stderr
    assert len(terminal.server.refreshes) <= before + 1


def test_a_locked_keyring_is_said_to_be_locked(terminal: Terminal) -> None:
    subprocess.run([sys.executable, "-c", LOCK], env=terminal.run.env, check=True, timeout=PATIENCE_S)
    for command in (["status"], ["token"], ["refresh"], ["call", terminal.served.api_url], ["sign-out"]):
        told = terminal.run(*command)
        assert told.returncode == 3, command
        assert "The keyring is locked." in told.stderr
        assert not re.search("nobody (is|was) signed in", told.stdout + told.stderr, re.IGNORECASE)
    assert terminal.server.refreshes == []
