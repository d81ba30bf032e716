"""What end-to-end tests share: a real keyring, commands as processes, a served demo org."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx
import pytest

from tests.e2e.keyring_daemon import gnome_keyring
from tests.e2e.scripted_browser import sign_in
from tests.patience import PATIENCE_S
from tests.processes import ended, running
from tests.warm import Stove, WarmProcess, begins_alike, stove

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
    stove: Stove

    def start(self, *args: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        options = {"cwd": ROOT, "env": self.env, "stdin": stdin, "stdout": pipe, "stderr": pipe}
        if begins_alike(self.env):
            return self.started.enter_context(ended(WarmProcess(self.stove, ["app", *args], **options)))
        return self.started.enter_context(running([sys.executable, "-m", "app", *args], **options))

    def __call__(self, *args: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*args)
        out, err = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(args, process.returncode, out, err)


@pytest.fixture(scope="session")
def warm_stove() -> Iterator[Stove]:
    with stove() as found:
        yield found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[str]:
    """Return a browser, as BROWSER names one, that takes URLs and signs in there, in this process."""
    urls = tmp_path / "urls"
    os.mkfifo(urls)
    both_ends = os.open(urls, os.O_RDWR)  # so it never comes to an end by itself
    with open(both_ends, encoding="utf-8") as asked:  # noqa: PTH123 - a number
        browsing = threading.Thread(target=_browse, args=(asked,))
        browsing.start()
        yield f"sh -c 'echo \"$0\" >{urls}' %s"
        os.write(both_ends, b"\n")
        browsing.join()


def _browse(asked: TextIO) -> None:
    while url := asked.readline().strip():
        with suppress(httpx.HTTPError, AssertionError):  # whoever waits for the redirect says what is missing
            sign_in(url)


@pytest.fixture
def commands(tmp_path: Path, warm_stove: Stove, browser: str) -> Iterator[Callable[[dict[str, str]], Commands]]:
    """Make a runner with a home of its own; the keyring is the one in the environment given, or none."""

    def make(more: dict[str, str]) -> Commands:
        env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        if "DBUS_SESSION_BUS_ADDRESS" in more:
            env.pop("PYTHON_KEYRING_BACKEND", None)
        else:
            env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        return Commands({**env, "LAPSE_HOME": str(tmp_path / "lapse"), "BROWSER": browser, **more}, started, warm_stove)

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
