"""Signing in without a browser from the command line, as processes against a served demo org."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import segno

from app.cli.qr import qr_lines
from app.demo.org import ADA, GRACE
from tests.app.demo.test_demo_authorize import Fields
from tests.e2e.conftest import ROOT, Commands
from tests.patience import PATIENCE_S
from tests.processes import not_for_ever

Make = Callable[[dict[str, str]], Commands]


@dataclass
class Org:
    """A served demo org and its controls."""

    issuer: str
    client_id: str
    http: httpx.Client

    @property
    def flags(self) -> list[str]:
        return ["--issuer", self.issuer, "--client-id", self.client_id]

    def phone(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get("/demo/control/phone").json()
        return found


@pytest.fixture
def org(commands: Make) -> Iterator[Org]:
    with commands({}).start("serve", "--json") as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {ready['control_token']}"}
        with httpx.Client(base_url=ready["org_url"], headers=headers, trust_env=False) as http:
            yield Org(ready["issuer"], ready["client_id"], http)
        process.terminate()


def signing_in(lapse: Commands, org: Org, *args: str) -> "subprocess.Popen[str]":
    """Start `lapse sign-in` at the org, with a pipe for its standard input."""
    return lapse.start("sign-in", *org.flags, *args, stdin=subprocess.PIPE)


def typed(lapse: Commands, org: Org, *args: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run `lapse sign-in` at the org with these lines on standard input."""
    with signing_in(lapse, org, *args) as process:
        out, err = process.communicate(given, timeout=PATIENCE_S)
    return subprocess.CompletedProcess(args, process.returncode, out, err)


def test_on_another_device(commands: Make, org: Org) -> None:
    with signing_in(commands({}), org, "--device", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        code = re.search(r"open (\S+) and type the code (\S+)", process.stderr.readline())
        assert code is not None
        form = {"user_code": code[2], "action": "sign-in", "username": "ada", "password": ADA.password}
        ticket = Fields(org.http.post(code[1], data=form).text).inputs["ticket"]["value"] or ""
        assert org.http.post(code[1], data={"user_code": code[2], "action": "allow", "ticket": ticket}).is_success
        err, out = process.stderr.read(), process.stdout.read()
    assert (process.returncode, json.loads(out)["name"]) == (0, "Ada Lovelace"), err
    link = f"{code[1]}?user_code={code[2]}"
    assert f"{link}\n" in err
    assert "\n".join(qr_lines(link, colours=False)) in err
    assert "\x1b" not in err  # it is no terminal


def test_by_password_from_standard_input(commands: Make, org: Org) -> None:
    done = typed(commands({}), org, "--username", "ada", "--json", given=f"{ADA.password}\n")
    assert (done.returncode, json.loads(done.stdout)["name"]) == (0, "Ada Lovelace"), done.stderr
    assert ADA.password not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "given", "code", "said"),
    [
        (["--username", "ada"], "wrong\n", 4, "did not accept the username and password"),
        (["--username", "ada"], "", 2, "Nothing was given for: Password for ada"),
        (["--username", "grace", "--factor", "code"], f"{GRACE.password}\n000000\n", 2, "Another one-time code"),
        (["--username", "ada", "--device"], "", 2, "not allowed with"),
    ],
)
def test_what_cannot_be_used_is_told(
    commands: Make, org: Org, args: list[str], given: str, code: int, said: str
) -> None:
    done = typed(commands({}), org, *args, given=given)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert said in done.stderr


def test_the_password_is_no_argument(commands: Make) -> None:
    assert "--password" not in commands({})("sign-in", "--help").stdout


def test_the_line_after_the_password_is_a_one_time_code(commands: Make, org: Org) -> None:
    code = org.phone()["codes"][0]["code"]
    done = typed(commands({}), org, "--username", "grace", given=f"{GRACE.password}\n{code}\n")
    assert (done.returncode, done.stdout.startswith("Signed in as Grace Hopper.")) == (0, True), done.stderr


def test_without_a_line_after_the_password_the_phone_is_asked(commands: Make, org: Org) -> None:
    with signing_in(commands({}), org, "--username", "grace") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(f"{GRACE.password}\n")
        process.stdin.close()
        number = re.search(r"Choose (\d+) on your phone", process.stderr.readline())
        assert number is not None
        [push] = org.phone()["pushes"]
        pressed = {"push": push["id"], "answer": "approve", "number": number[1]}
        assert org.http.post("/demo/control/phone", json=pressed).is_success
        err, out = process.stderr.read(), process.stdout.read()
    assert (process.returncode, "Grace Hopper" in out) == (0, True), err


# Run first in the child: without a terminal of its own, passwords would be asked for at the terminal of the tests.
_AT_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


@pytest.mark.skipif(sys.platform == "win32", reason="it has no pseudo-terminals")
def test_at_a_terminal_the_password_is_not_shown_and_ctrl_c_ends_the_question(commands: Make, org: Org) -> None:
    terminal, inner = os.openpty()
    command = [sys.executable, "-c", _AT_TERMINAL, "-m", "app", "sign-in", *org.flags, "--username", "grace"]
    env = commands({}).env
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
    ) as process:
        os.close(inner)
        with not_for_ever(process):
            seen = _until(terminal, b"Password for grace: ")
            os.write(terminal, f"{GRACE.password}\n".encode())
            seen += _until(terminal, b"Number, 1 to 2: ")
            os.write(terminal, b"1\n")
            seen += _until(terminal, b"One-time code: ")
            os.write(terminal, b"\x03")
            seen += _until(terminal, None)
    os.close(terminal)
    assert process.returncode == 130, seen
    assert GRACE.password.encode() not in seen
    assert b"Traceback" not in seen


def _until(terminal: int, wanted: bytes | None) -> bytes:
    seen = b""
    with suppress(OSError):  # what Linux says when the other end has gone
        while wanted is None or wanted not in seen:
            piece = os.read(terminal, 4096)
            if not piece:
                break
            seen += piece
    return seen


@pytest.mark.parametrize("text", ["https://example.okta.com/activate?user_code=ABCDEFGH", "a", "x" * 300])
def test_a_qr_code_in_text_has_every_square(text: str) -> None:
    rows = [list(map(int, row)) for row in segno.make_qr(text, error="l").matrix_iter(border=2)]
    squares = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    read: list[list[int]] = []
    for line in qr_lines(text, colours=False):
        pairs = [squares[each] for each in line]
        read += [[above for above, _ in pairs], [below for _, below in pairs]]
    assert read[: len(rows)] == rows
    assert qr_lines(text, colours=True)[0].startswith("\x1b[30;107m")
