"""What end-to-end tests share: a real keyring, commands as processes, a served demo org."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.keyring_daemon import gnome_keyring
from tests.patience import PATIENCE_S
from tests.processes import running

ROOT = Path(__file__).parents[2]
BROWSER = f"{sys.executable} {Path(__file__).parent / 'scripted_browser.py'} %s"


@pytest.fixture(scope="session")
def keyring_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with gnome_keyring(tmp_path_factory.mktemp("keyring")) as env:
        yield env


@dataclass
class Commands:
    """Runs `python -m app …` as a person's terminal would; what is `started` and not ended ends with the test."""

    env: dict[str, str]
    started: ExitStack

    def start(self, *args: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "app", *args]
        return self.started.enter_context(
            running(command, cwd=ROOT, env=self.env, stdin=stdin, stdout=pipe, stderr=pipe)
        )

    def __call__(self, *args: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*args)
        out, err = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(args, process.returncode, out, err)


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Commands]]:
    """Make a runner with a home of its own; the keyring is the one in the environment given, or none."""

    def make(more: dict[str, str]) -> Commands:
        env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        if "DBUS_SESSION_BUS_ADDRESS" in more:
            env.pop("PYTHON_KEYRING_BACKEND", None)
        else:
            env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        return Commands({**env, "LAPSE_HOME": str(tmp_path / "lapse"), "BROWSER": BROWSER, **more}, started)

    with ExitStack() as started:
        yield make


@dataclass
class Served:
    process: "subprocess.Popen[str]"
    issuer: str
    client_id: str
    api_url: str


@pytest.fixture
def served(commands: Callable[[dict[str, str]], Commands]) -> Iterator[Served]:
    """A demo org of its own, by `lapse serve`; no token lapses between two commands, however long they take."""
    process = commands({}).start("serve", "--json", "--access-token-lifetime", "3600")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    yield Served(process, ready["issuer"], ready["client_id"], ready["api_url"])
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
