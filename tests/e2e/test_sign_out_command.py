"""`lapse sign-out` as a process, with a browser that notes what it was started with."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Commands, Served

Make = Callable[[dict[str, str]], Commands]
_BROWSER = """
import sys, urllib.request
with open({notes!r}, "a") as notes:
    print(*sys.argv[1:], file=notes)
try:
    with urllib.request.build_opener(urllib.request.ProxyHandler({{}})).open(sys.argv[1]) as page:
        print(page.url.partition("?")[0], page.status, file=open({notes!r}, "a"))
except OSError as failed:
    print(failed, file=open({notes!r}, "a"))
"""


@pytest.mark.e2e("gnome-keyring")
def test_the_command_says_what_came_of_each_part(
    commands: Make, keyring_env: dict[str, str], served: Served, tmp_path: Path
) -> None:
    notes, browser = tmp_path / "notes.txt", tmp_path / "browser.py"
    browser.write_text(_BROWSER.format(notes=str(notes)))
    signing_in = commands(keyring_env)
    signing_out = commands({**keyring_env, "BROWSER": f"{sys.executable} {browser} %s"})

    def sign_in() -> None:
        assert signing_in("sign-in", "--issuer", served.issuer, "--client-id", served.client_id).returncode == 0

    sign_in()
    told = signing_out("sign-out", "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert {name: found[name] for name in ("signed_out", "revoked", "revocation", "browser", "forgotten")} == {
        "signed_out": True, "revoked": True, "revocation": "done", "browser": "done", "forgotten": "done",
    }  # fmt: skip
    opened, *_ = notes.read_text().splitlines()
    assert opened.startswith("http://127.0.0.1:")
    assert "eyJ" not in notes.read_text() + told.stdout + told.stderr

    sign_in()
    notes.unlink()
    alone = signing_out("sign-out", "--no-browser")
    assert (alone.returncode, alone.stdout.splitlines()) == (
        0,
        [
            "Signed out here.",
            "The server revoked the tokens.",
            "The browser's session was left as it is: --no-browser was given.",
        ],
    )
    assert not notes.exists()
