"""Rooms really deleted: what does not stand on them still starts, shows its help, and does its work."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.cli.parser import COMMANDS
from tests.patience import PATIENCE_S
from tests.processes import not_for_ever, running

_ROOT = Path(__file__).parents[2]
_BROWSER = f"{sys.executable} {_ROOT / 'tests' / 'e2e' / 'scripted_browser.py'} %s"
_ADDRESS = ("--issuer", "http://127.0.0.1:9/nobody", "--client-id", "drill")
# One process for several commands; each tells its exit code after what it has said.
_COMMANDS = """
import json, sys
from app.__main__ import main
for words in json.loads(sys.argv[1]):
    try:
        code = main(words)
    except SystemExit as ended:
        code = ended.code
    print(f"\\n=> {code}", flush=True)
"""
# The window as it starts; once its connection is up, or is not, it says what it shows and is closed.
_WINDOW = """
import json, sys
from PySide6.QtCore import QTimer
from ui.window import controller
from ui.boot import run_window

start = controller.WindowController.start

def start_and_close(self):
    def look():
        if not self.tasks.running("connect"):
            window = self._window
            tabs = [window.side.tabs.tabText(each) for each in range(window.side.tabs.count())]
            error = "" if window.error_panel.isHidden() else window.error_panel.text()
            menus = [title for title, _ in window.commands._menus()]
            print(json.dumps({"page": window.page.name, "tabs": tabs, "menus": menus, "error": error}), flush=True)
            timer.stop()
            window.close()

    start(self)
    timer = QTimer(self)
    timer.timeout.connect(look)
    timer.start(20)

controller.WindowController.start = start_and_close
sys.exit(run_window(["lapse"]))
"""


class Rest:
    """A copy of the program in which some rooms are deleted, run with a home of its own."""

    def __init__(self, folder: Path, deleted: tuple[str, ...]) -> None:
        self.folder = folder
        for room in ("app", "ui", "resources"):
            shutil.copytree(_ROOT / room, folder / room)  # with times and __pycache__: nothing is compiled again
        for room in deleted:
            shutil.rmtree(folder / room)

    def _options(self) -> dict[str, object]:
        keyless = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "LAPSE_HOME": str(self.folder / "home")}
        environment = {**os.environ, **keyless, "BROWSER": _BROWSER, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ""}
        pipe = subprocess.PIPE
        return {"cwd": self.folder, "env": environment, "stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe}

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        with running([sys.executable, *command], **self._options()) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
            return subprocess.CompletedProcess(command, process.returncode, out, err)

    def do(self, *commands: tuple[str, ...]) -> list[tuple[int, str]]:
        """Return the exit code of each command, and what it said on standard output."""
        done = self._run("-c", _COMMANDS, json.dumps(commands))
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        parts = done.stdout.split("\n=> ")
        codes = [each.partition("\n")[0] for each in parts[1:]]
        said = [parts[0], *(each.partition("\n")[2] for each in parts[1:-1])]
        return [(int(code), text) for code, text in zip(codes, said, strict=True)]

    def window(self) -> dict[str, object]:
        """Open the window and close it; return what it showed."""
        done = self._run("-c", _WINDOW)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return dict(json.loads(done.stdout))

    @contextmanager
    def served(self) -> Iterator[dict[str, str]]:
        """Run `lapse serve`; yield its ready line."""
        command = [sys.executable, "-m", "app", "serve", "--json"]
        with running(command, **self._options()) as process, not_for_ever(process):
            assert process.stdout is not None
            yield dict(json.loads(process.stdout.readline()))


Without = Callable[..., Rest]


@pytest.fixture
def without(tmp_path: Path) -> Without:
    return lambda *deleted: Rest(tmp_path / "rest", deleted)


def offered(help_text: str) -> set[str]:
    words = {line.split()[0] for line in help_text.splitlines() if line.startswith("    ") and line.strip()}
    return words & {each.name for each in COMMANDS}


def test_without_the_window_the_commands_do_their_work(without: Without) -> None:
    rest = without("ui")
    with rest.served() as org:
        address = ("--issuer", org["issuer"], "--client-id", org["client_id"])
        version, usage, status, signed_in = rest.do(("--version",), ("--help",), ("status",), ("sign-in", *address))
    assert version[0] == 0
    assert version[1].startswith("lapse ")
    assert offered(usage[1]) == {each.name for each in COMMANDS}
    assert status[0] == 4
    assert signed_in[0] == 0
    assert "Signed in as Ada Lovelace." in signed_in[1]


def test_without_the_demo_org_there_is_a_client_that_says_so(without: Without) -> None:
    rest = without("app/demo")
    version, usage, nowhere, status, inspected = rest.do(
        ("--version",), ("--help",), ("status", "--json"), ("status", *_ADDRESS), ("inspect", "nonsense", "--offline")
    )
    assert version[0] == 0
    assert {each.name for each in COMMANDS} - offered(usage[1]) == {"serve", "lesson", "lab"}
    assert nowhere[0] == 2
    assert "is not part of this installation" in nowhere[1]
    assert status[0] == 4
    assert "Not signed in." in status[1]
    assert inspected[0] == 2
    window = rest.window()
    assert window["tabs"] == ["Doctor"]
    assert window["menus"] == ["Session", "Tokens", "Lessons", "View", "Export"]  # the guide stands under Lessons
    assert "is not part of this installation" in str(window["error"])


def test_without_lessons_lab_and_doctor_one_signs_in_all_the_same(without: Without) -> None:
    rest = without("app/lessons", "app/lab", "app/doctor")
    version, usage, status = rest.do(("--version",), ("--help",), ("status",))
    assert version[0] == 0
    assert {each.name for each in COMMANDS} - offered(usage[1]) == {"lesson", "lab", "doctor"}
    assert status[0] == 4
    window = rest.window()
    assert (window["page"], window["tabs"], window["error"]) == ("SIGNED_OUT", ["Demo org"], "")


def test_without_the_client_the_demo_org_serves(without: Without) -> None:
    rest = without("app/session", "app/oauth")
    (usage,) = rest.do(("--help",))
    assert offered(usage[1]) == {"serve"}
    with rest.served() as org, httpx.Client(trust_env=False) as http:
        found = http.get(f"{org['issuer']}/.well-known/openid-configuration").json()
        assert found["issuer"] == org["issuer"]
        form = {"grant_type": "refresh_token", "refresh_token": "nobody's", "client_id": org["client_id"]}
        refused = http.post(found["token_endpoint"], data=form)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
