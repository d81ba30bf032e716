"""Commands at odd terminals and in odd surroundings: one sentence, an honest exit code, never a traceback."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.connection import DEMO_CLIENT_ID
from tests.e2e.conftest import ROOT, Commands, Served
from tests.patience import PATIENCE_S
from tests.warm import begins_alike

Make = Callable[[dict[str, str]], Commands]
LAPSE = (sys.executable, "-m", "app")
ASCII = ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})


def part(found: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(found).encode()).decode().rstrip("=")


TOKEN = f"{part({'alg': 'RS256'})}.{part({'iss': 'https://as.example', 'name': 'Łukasz'})}.c2ln"


def run(lapse: Commands, *args: str | bytes, shell: str = "", more: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Run a command, in a line of shell with it as "$@" if one is given; return exit code and all it said."""
    env = {**lapse.env, **(more or {})}
    code, said = _warm(lapse, env, args) if begins_alike(env) and not shell else _cold(env, args, shell)
    for word in (b"Traceback", b"Error:", b"Exception ignored", b"UnicodeEncodeError"):
        assert word not in said, said
    return code, said


def _warm(lapse: Commands, env: dict[str, str], args: tuple[str | bytes, ...]) -> tuple[int, bytes]:
    done = replace(lapse, env=env)(*map(os.fsdecode, args))
    return done.returncode, (done.stdout + done.stderr).encode()


def _cold(env: dict[str, str], args: tuple[str | bytes, ...], shell: str) -> tuple[int, bytes]:
    done = subprocess.run(
        ["sh", "-c", shell, "sh", *LAPSE, *args] if shell else [*LAPSE, *args],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("more", [*ASCII, {"PYTHONIOENCODING": "cp1252"}])
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("inspect", "--offline", TOKEN), 1, b"\\u0141ukasz"),
        (("lesson", "refresh"), 0, b"passed"),
        (("lab", "--calls", "20"), 0, b"on-demand"),
        (("--help",), 0, b"fault of Lapse's own"),
        (("sign-in", "--issuer", "https://☃.example", "--client-id", "c"), 2, b"no server can have such an address"),
    ],
)
def test_a_terminal_that_lacks_letters_gets_others(
    commands: Make, more: dict[str, str], args: tuple[str, ...], code: int, said: bytes
) -> None:
    found = run(commands({}), *args, more=more)
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize("more", ASCII)
def test_a_qr_code_is_drawn_with_what_there_is(commands: Make, served: Served, more: dict[str, str]) -> None:
    env = {**commands({}).env, **more}
    args = [*LAPSE, "sign-in", "--device", "--issuer", served.issuer, "--client-id", DEMO_CLIENT_ID]
    process = subprocess.Popen(args, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    seen = b""
    while b"##" not in seen and (line := process.stderr.readline()):
        seen += line
    process.terminate()
    process.communicate(timeout=PATIENCE_S)
    assert b"##" in seen
    assert b"Traceback" not in seen


@pytest.mark.parametrize(
    ("args", "shell", "code", "said"),
    [
        (("status",), '{ "$@" || echo "code $?" >&2; } 2>&1 | cat >&2', 0, b"code 4"),
        (("status",), '{ PYTHONUNBUFFERED=1 "$@"; } | true', 0, b""),
        (("status",), '{ PYTHONUNBUFFERED= "$@"; } | true', 0, b""),
        (("lab", "--calls", "20", "--json"), '{ "$@"; } | true', 0, b""),
        (("--help",), '{ "$@"; } | true', 0, b""),
        (("token",), '{ "$@" 2>&1; } | true', 0, b""),
        (("status",), 'PYTHONUNBUFFERED= "$@" >/dev/full', 2, b"could not be written: No space left on device."),
        (("status",), 'PYTHONUNBUFFERED=1 "$@" >/dev/full', 2, b"could not be written: No space left on device."),
        (("--help",), '"$@" >/dev/full', 2, b"could not be written: No space left on device."),
        (("status",), '"$@" >/dev/full 2>&1', 2, b""),
        (("token",), '"$@" >&- 2>&-', 4, b""),
        (("inspect", "-"), '"$@" <&-', 2, b"There is no token to inspect."),
        (("inspect", "-"), r'printf "\377\376" | "$@"', 2, b"OPAQUE"),
        (("sign-in", "--username", "ada"), '"$@" <&-', 2, b"Nothing was given for: Password for ada."),
        (("sign-in", "--username", "ada"), r'printf "\377\n" | "$@"', 2, b"not UTF-8: Password for ada."),
    ],
)
def test_output_that_goes_nowhere_and_input_that_is_none(
    commands: Make, args: tuple[str, ...], shell: str, code: int, said: bytes
) -> None:
    # Unbuffered it is print that fails, else what is done at the end.
    found = run(commands({}), *args, shell=shell)
    assert found[0] == code, found
    assert said in found[1]
    assert found[1] == b"" or said != b""


@pytest.mark.parametrize(
    "args",
    [
        (b"inspect", b"\xff"),
        (b"call", b"https://\xff.example/"),
        (b"call", b"-X", b"\xff", b"https://as.example/"),
        (b"sign-in", b"--issuer", b"https://as.example", b"--client-id", b"\xff"),
        (b"sign-in", b"--issuer", b"https://\xff", b"--client-id", b"c"),
        (b"inspect", b"x", b"--jwks", b"/nowhere/\xff"),
        (b"lesson", b"\xff"),
        (b"serve", b"--fault", b"\xff"),
        (b"\xff",),
    ],
)
def test_arguments_that_are_no_text_get_a_sentence(commands: Make, args: tuple[bytes, ...]) -> None:
    assert run(commands({}), *args)[0] == 2


def test_arguments_in_utf_8_are_understood_whatever_the_locale(commands: Make) -> None:
    code, said = run(commands({}), "inspect", "--offline", "Łukasz", more=ASCII[1])
    assert (code, b"opaque, 6 characters" in said) == (2, True)


@pytest.mark.parametrize("home", ["file", "file/below", "/proc/lapse", ""])
def test_commands_that_only_read_need_no_folder(commands: Make, tmp_path: Path, home: str) -> None:
    (tmp_path / "file").touch()
    more = {"LAPSE_HOME": str(tmp_path / home) if home else "", "HOME": ""}
    where = ("--issuer", "https://as.example", "--client-id", "c")
    for args, code in ((("status", *where), 4), (("token", *where), 4), (("sign-out", *where), 4)):
        found = run(commands({}), *args, more=more)
        assert found[0] == code, found
        assert b"keep" in found[1]
    assert run(commands({}), "inspect", TOKEN, more=more)[0] == 1
    assert run(commands({}), "status", more=more)[0] == 2  # the demo org is kept there


@pytest.mark.e2e("gnome-keyring")
def test_signing_out_forgets_the_session_though_no_folder_can_be_written(
    commands: Make, keyring_env: dict[str, str], served: Served, tmp_path: Path
) -> None:
    lapse = commands(keyring_env)
    where = ("--issuer", served.issuer, "--client-id", served.client_id)
    assert lapse("sign-in", *where).returncode == 0
    (tmp_path / "file").touch()
    nowhere = {"LAPSE_HOME": str(tmp_path / "file")}
    assert run(lapse, "call", served.api_url, *where, more=nowhere)[0] == 0
    assert run(lapse, "sign-out", "--no-browser", *where, more=nowhere)[0] == 0
    assert lapse("status", *where).returncode == 4


@pytest.mark.parametrize("text", ['{"version": 2, "connections": [], "current": "", "scheme": "", "window": []}', "["])
def test_odd_settings_are_told_and_stay(commands: Make, text: str) -> None:
    lapse = commands({})
    path = Path(lapse.env["LAPSE_HOME"], "settings.json")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    code, said = run(lapse, "status")
    assert (code, str(path).encode() in said, path.read_text()) == (2, True, text)
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]
