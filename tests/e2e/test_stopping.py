"""Processes that are stopped: at any moment without a word, and never with a rotated token on its way."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID
from app.demo.faults import Fault
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from tests.e2e.conftest import ROOT, Commands
from tests.patience import PATIENCE_S

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
# Begins as `python -m` does, and is sent a signal just when it imports that module.
_STOPPED_AT = """
import os, runpy, sys
class Stopper:
    def find_spec(self, name, *_):
        if name == module and not told:
            told.append(name)
            os.kill(os.getpid(), number)
module, number, told = sys.argv[1], int(sys.argv[2]), []
sys.argv = sys.argv[3:]
sys.path.insert(0, "")
sys.meta_path.insert(0, Stopper())
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
HEADLESS, WINDOW, INSTALLED = ("app", "status"), ("ui",), ("app.launcher.lapse",)


class SlowFront:
    """In front of an org; once `slow`, a token response takes two seconds after its rotation is committed."""

    def __init__(self, front: Any) -> None:
        self._front = front
        self.slow, self.rotated = False, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_late(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.rotated += 1
                await asyncio.sleep(2)
            await send(message)

        is_late = self.slow and scope.get("path", "").endswith("/token")
        await self._front(scope, receive, send_late if is_late else send)


@pytest.fixture
def strict() -> Iterator[ServedOrg]:
    org = DemoOrg(SystemClock())
    org.turn(grace_s=0)  # it takes no refresh token twice
    served = ServedOrg(org)
    served.app = SlowFront(served.app)
    served.start()
    yield served
    served.stop()


def until(true: Callable[[], bool]) -> None:
    pulse = threading.Event()
    for _ in range(20 * PATIENCE_S):
        if true():
            return
        pulse.wait(0.05)
    raise AssertionError("it never came to that")


@pytest.mark.e2e("gnome-keyring")
@pytest.mark.parametrize("signals", [(INT, INT), (TERM, INT), (HUP, TERM), (INT, HUP, INT, TERM)])
def test_what_was_rotated_is_stored_however_often_one_is_told_to_stop(
    strict: ServedOrg,
    commands: Callable[[dict[str, str]], Commands],
    keyring_env: dict[str, str],
    signals: tuple[signal.Signals, ...],
) -> None:
    lapse = commands(keyring_env)
    url = f"{strict.base_url}/api/me"
    assert lapse("sign-in", "--issuer", strict.issuer, "--client-id", DEMO_CLIENT_ID).returncode == 0
    org, front = strict.org, strict.app
    assert isinstance(front, SlowFront)
    front.slow = True
    org.faults.switch_on([Fault.parse("until-refreshed=1@api")])
    call = lapse.start("call", url)
    until(lambda: front.rotated == 1)
    pulse = threading.Event()
    for number in signals:
        call.send_signal(number)
        pulse.wait(0.15)
    _, err = call.communicate(timeout=PATIENCE_S)
    assert (call.returncode, "Traceback" in err) == (130, False), err
    front.slow = False
    again = lapse("refresh")  # with what was stored
    assert again.returncode == 0, again.stderr
    assert lapse("call", url).returncode == 0
    assert lapse("sign-out", "--no-browser").returncode == 0


def environment(home: Path) -> dict[str, str]:
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "QT_QPA_PLATFORM": "offscreen"}
    return {**os.environ, **keyring, "LAPSE_HOME": str(home), "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("number", [INT, TERM, HUP])
@pytest.mark.parametrize(
    ("door", "module"),
    [
        (HEADLESS, "argparse"),
        (HEADLESS, "app.connections"),
        (WINDOW, "PySide6.QtGui"),
        (WINDOW, "ui.window.main_window"),
        (WINDOW, "qasync"),
        (WINDOW, "app.connections"),  # on a thread, while the loop listens
        (INSTALLED, "ui.display"),
    ],
)
def test_who_is_stopped_while_it_begins_says_nothing(
    tmp_path: Path, door: tuple[str, ...], module: str, number: signal.Signals
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED_AT, module, str(int(number)), *door],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
