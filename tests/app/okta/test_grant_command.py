"""`lapse grant` as a person and a script meet it, at a demo org that is served for real."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.__main__ import main
from app.clock import SystemClock
from app.demo.applications import Grant
from app.demo.host import DemoHost
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from tests.patience import PATIENCE_S
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
# Ctrl-C is for those whose terminal it is, and a new process has none.
_WITH_TERMINAL = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("app", run_name="__main__", alter_sys=True)
"""


@dataclass
class Terminal:
    """Runs the command in this process, or as one of its own at a terminal."""

    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    org: DemoOrg

    @property
    def where(self) -> list[str]:
        return ["--issuer", self.org.issuer, "--client-id", self.org.application.id]

    def __call__(self, *args: str, typed: str = "", ready: bool = True) -> tuple[int, str, str]:
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = main(["grant", *(self.where if ready else []), *args])
        said = self.capture.readouterr()
        return code, said.out, said.err

    def take_away(self) -> None:
        grants = tuple(each for each in Grant if each is not Grant.REFRESH)
        self.org.register(replace(self.org.application, grant_types=grants))


@pytest.fixture
def org() -> Iterator[DemoOrg]:
    found = DemoOrg(SystemClock())
    served = ServedOrg(found)
    served.start()
    yield found
    served.stop()


@pytest.fixture
def lapse(org: DemoOrg, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    found = Terminal(capsys, monkeypatch, org)
    found.take_away()
    return found


def test_the_change_is_shown_made_and_read_back(lapse: Terminal) -> None:
    code, out, err = lapse("--yes", "--grace", "10", typed=f"{lapse.org.api_token}\n")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"Lapse (0oa-demo-native) at {lapse.org.issuer_base}",
        "  Grant types",
        "    + refresh_token",
        "  Rotation",
        "    + ROTATE",
        "  Grace period, s",
        "    + 10",
        "Made, read back and confirmed. The next sign-in brings a refresh token if it asks for offline_access.",
    ]
    assert lapse.org.application.may(Grant.REFRESH)
    assert lapse.org.application.grace_s == 10


def test_nobody_to_ask_and_no_yes_changes_nothing(lapse: Terminal) -> None:
    code, out, err = lapse(typed=f"{lapse.org.api_token}\n")
    assert code == 2
    assert "+ refresh_token" in out
    assert "Use --yes" in err
    assert not lapse.org.application.may(Grant.REFRESH)


def test_as_json_it_is_one_object(lapse: Terminal) -> None:
    uri = "http://127.0.0.1:9/callback"
    code, out, _ = lapse(
        "--json", "--yes", "--rotation", "static", "--add-redirect-uri", uri, typed=lapse.org.api_token
    )
    found = json.loads(out)
    assert code == 0
    assert (found["applied"], found["confirmed"], found["others"], found["notes"]) == (True, True, [], [])
    assert [each["field"].rpartition(".")[2] for each in found["changes"]] == [
        "grant_types",
        "rotation_type",
        "leeway",
        "redirect_uris",
    ]
    assert lapse.org.application.redirect_uris[-1] == uri
    assert lapse.org.application.rotation_type == "STATIC"
    code, out, _ = lapse("--json", typed=lapse.org.api_token)
    assert (code, json.loads(out)["changes"], json.loads(out)["applied"]) == (0, [], False)


def test_a_wrong_token_and_none(lapse: Terminal) -> None:
    code, out, err = lapse("--yes", typed="00wrong-one\n")
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == "Okta does not accept the API token."
    assert "The server said: E0000011: Invalid token provided" in err
    assert "00wrong-one" not in err
    code, _, err = lapse("--yes", typed="")
    assert code == 2
    assert "Nothing was given for: API token" in err


def test_what_okta_would_refuse_is_said_before_it_is_sent(lapse: Terminal) -> None:
    code, out, err = lapse("--yes", "--grace", "61", typed=lapse.org.api_token)
    assert code == 1
    assert (
        "Okta would refuse it: Api validation failed: leeway. leeway: The field must lie between 0 and 60"
        in out.splitlines()[-1]
    )
    assert "Nothing was sent." in err
    assert not any(each.event_type == "application.lifecycle.update" for each in lapse.org.log)


def test_an_issuer_that_is_not_okta_s_gets_no_token(lapse: Terminal) -> None:
    args = ["--issuer", "https://accounts.example.com/realms/master", "--client-id", "c"]
    code, _, err = lapse(*args, typed="00t0ken", ready=False)
    assert code == 2
    assert "no issuer of Okta's" in err


def test_the_token_is_no_argument(lapse: Terminal) -> None:
    with pytest.raises(SystemExit) as stopped:
        lapse("--api-token", "00t0ken")
    assert stopped.value.code == 2


def test_at_the_embedded_demo_org_no_token_is_asked_for(lapse: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DemoHost.__init__, "__defaults__", (None, free_port()))
    code, out, err = lapse("--yes", "--grace", "7", ready=False)
    assert (code, err) == (0, "")
    assert "+ 7" in out
    assert "read back and confirmed" in out


def at_terminal(lapse: Terminal, *lines: str, stop: bool = False) -> tuple[int, str]:
    """Run the command at a terminal of its own and type a line at each prompt."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are Unix'")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _WITH_TERMINAL, "grant", *lapse.where],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    watchdog.start()
    said = b""
    for line in lines:
        asked = b""
        while not asked.rstrip().endswith((b"kept):", b"[y/N]")):
            asked += os.read(ours, 4096)
        said += asked
        os.write(ours, b"\x03" if stop and line is lines[-1] else line.encode() + b"\n")
    try:
        while more := os.read(ours, 4096):
            said += more
    except OSError:
        pass  # Linux says so when the other side has gone
    os.close(ours)
    watchdog.cancel()
    return process.wait(PATIENCE_S), said.decode()


def test_at_a_terminal_the_token_is_not_shown_and_the_change_is_asked_for(lapse: Terminal) -> None:
    code, said = at_terminal(lapse, lapse.org.api_token, "n")
    assert code == 1, said
    assert lapse.org.api_token not in said
    assert "Nothing was changed." in said
    assert not lapse.org.application.may(Grant.REFRESH)
    code, said = at_terminal(lapse, lapse.org.api_token, "yes")
    assert code == 0, said
    assert lapse.org.application.may(Grant.REFRESH)


def test_ctrl_c_ends_a_question_at_once(lapse: Terminal) -> None:
    for lines in (["token"], [lapse.org.api_token, "y"]):
        code, said = at_terminal(lapse, *lines, stop=True)
        assert code == 130, said
        assert "Traceback" not in said
    assert not lapse.org.application.may(Grant.REFRESH)
