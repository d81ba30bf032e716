"""oidc-provider-mock from PyPI (Authlib on Flask) as a process on a free loopback port."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import ROOT
from tests.processes import not_for_ever, running

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
    with running(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        yield _listening(process)


def _listening(process: "subprocess.Popen[str]") -> str:
    """Return where the server says it listens; what it says from then on is read and thrown away."""
    assert process.stderr is not None
    said = []
    with not_for_ever(process):
        for line in process.stderr:
            said.append(line)
            if found := _READY.search(line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return found[1]
    raise AssertionError("the server broke:\n" + "".join(said))
