"""oidc-provider-mock from PyPI (Authlib on Flask) as a process on a free loopback port."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import ROOT

_PATIENCE_S = 20.0
_READY = re.compile(r"running on (http://\S+)")
_ADA = {"sub": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def issuer() -> Iterator[str]:
    """Start a server that knows Ada; return its issuer."""
    command = [
        sys.executable,
        "-m",
        "tests.e2e.oidc_provider_mock.server",
        "--port",
        "0",
        "--user-claims",
        json.dumps(_ADA),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield _listening(process)
        finally:
            process.kill()


def _listening(process: "subprocess.Popen[bytes]") -> str:
    """Return where the server says it listens; what it says from then on is read and thrown away."""
    assert process.stderr is not None
    watchdog = threading.Timer(_PATIENCE_S, process.kill)
    watchdog.start()
    said = []
    for line in process.stderr:
        said.append(line.decode(errors="replace"))
        if found := _READY.search(said[-1]):
            watchdog.cancel()
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[1]
    raise AssertionError("the server broke:\n" + "".join(said))
