"""The headless commands as processes, against a served demo org and a real keyring."""

import json
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.__main__ import main
from tests.e2e.conftest import Commands, Served
from tests.patience import PATIENCE_S
from tests.ports import free_port

Make = Callable[[dict[str, str]], Commands]


@pytest.mark.e2e("gnome-keyring")
def test_a_session_lives_from_command_to_command(commands: Make, keyring_env: dict[str, str], served: Served) -> None:
    lapse = commands(keyring_env)
    signed_in = lapse("sign-in", "--issuer", served.issuer, "--client-id", served.client_id, "--json")
    assert (signed_in.returncode, json.loads(signed_in.stdout)["kept_in"]) == (0, "the OS keyring"), signed_in.stderr

    status = json.loads(lapse("status", "--json").stdout)
    assert (status["signed_in"], status["name"], status["verdict"]) == (True, "Ada Lovelace", "use")

    token = lapse("token")
    assert token.returncode == 0
    assert token.stdout.count("\n") == 1
    response = httpx.get(served.api_url, headers={"Authorization": f"Bearer {token.stdout.strip()}"}, trust_env=False)
    assert response.status_code == 200
    assert lapse("token").stdout == token.stdout  # still fresh: no refresh

    call = lapse("call", served.api_url, "-n", "3", "--json")
    lines = [json.loads(line) for line in call.stdout.splitlines()]
    assert call.returncode == 0
    assert [(line["status"], line["refreshed"]) for line in lines] == [(200, False)] * 3

    assert lapse("sign-out").returncode == 0
    gone = lapse("token")
    assert (gone.returncode, gone.stdout) == (4, "")
    assert "Sign in first." in gone.stderr


@pytest.mark.e2e("gnome-keyring")
def test_the_embedded_org_remembers_its_grants_between_commands(commands: Make, keyring_env: dict[str, str]) -> None:
    lapse = commands(keyring_env)
    own_port(lapse)
    assert lapse("sign-in").returncode == 0
    status = json.loads(lapse("status", "--json").stdout)
    base = status["issuer"].removesuffix("/oauth2/default")
    call = lapse("call", f"{base}/api/orders")
    assert call.returncode == 0, call.stderr
    assert "200" in call.stderr
    assert json.loads(call.stdout)
    assert lapse("sign-out").returncode == 0


def own_port(lapse: Commands) -> None:
    """Let the embedded org of these commands be remembered by a port that nobody else takes between two of them."""
    assert lapse("status").returncode == 4
    path = Path(lapse.env["LAPSE_HOME"], "demo-org", "ledger.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "port": free_port()}))


def test_a_first_sign_in_brings_its_own_org(commands: Make) -> None:
    signed_in = commands({})("sign-in", "--json")
    assert (signed_in.returncode, json.loads(signed_in.stdout)["name"]) == (0, "Ada Lovelace"), signed_in.stderr


def test_without_a_keyring_nothing_is_kept_and_no_file_is_written(
    commands: Make, served: Served, tmp_path: Path
) -> None:
    lapse = commands({})
    signed_in = lapse("sign-in", "--issuer", served.issuer, "--client-id", served.client_id)
    assert signed_in.returncode == 0
    assert "memory" in signed_in.stdout
    assert "No keyring is running on this machine." in signed_in.stderr
    assert "will not survive a restart" in signed_in.stderr
    assert lapse("status").returncode == 4
    kept = "".join(path.read_text() for path in (tmp_path / "lapse").rglob("*") if path.is_file())
    assert "eyJ" not in kept
    assert "refresh_token" not in kept


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["token"], 4, "Sign in first."),
        (["sign-out"], 4, ""),
        (["call", "nonsense"], 2, "is not a URL"),
        (["call", "http://example.com/"], 2, "plain http"),
        (["call", "https://example.com/", "-n", "0"], 2, "between 1 and 100"),
        (["sign-in", "--issuer", "http://127.0.0.1:9/x", "--client-id", "c"], 3, "could not be reached"),
        (["sign-in", "--issuer", "http://example.com/", "--client-id", "c"], 2, "plain http"),
        (["sign-in", "--issuer", "https://example.com/"], 2, "needs --client-id"),
        (["sign-in", "--client-id", "c"], 2, "needs --issuer"),
        (["sign-in", "--redirect-uri", "https://example.com/cb"], 2, "redirect URI"),
        (["serve", "--port", "70000"], 2, "between"),
        (["serve", "--access-token-lifetime", "0"], 2, "between 1 and"),
    ],
)
def test_bad_input_gets_a_clear_sentence_and_an_honest_exit_code(
    capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str
) -> None:
    assert main(args) == code
    assert said in capsys.readouterr().err
    assert main([*args, "--json"]) == code
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_so_it_is_for_a_process_too(commands: Make) -> None:
    done = commands({})("call", "nonsense")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "is not a URL" in done.stderr


def test_a_discovery_that_is_a_web_page_says_so(commands: Make, served: Served) -> None:
    issuer = served.issuer + "/v1/authorize?x=1"
    done = commands({})("sign-in", "--issuer", issuer, "--client-id", "c")
    assert done.returncode == 2
    done = commands({})("sign-in", "--issuer", served.issuer + "/nothing", "--client-id", "c")
    assert done.returncode == 3
    assert "404" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_stops_at_once_and_cleanly(served: Served, number: signal.Signals) -> None:
    with httpx.Client(trust_env=False) as held_open:
        held_open.get(served.issuer + "/.well-known/openid-configuration")
        served.process.send_signal(number)
        out, err = served.process.communicate(timeout=PATIENCE_S)
    assert served.process.returncode == 0
    assert (out, err) == ("", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_waiting_sign_in_stops_at_once_and_frees_its_port(
    commands: Make, served: Served, number: signal.Signals
) -> None:
    port = free_port()
    lapse = commands({"BROWSER": "true %s"})
    uri = f"http://127.0.0.1:{port}/callback"
    process = lapse.start("sign-in", "--issuer", served.issuer, "--client-id", served.client_id, "--redirect-uri", uri)
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in err
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_a_declined_sign_in_says_so(commands: Make, served: Served) -> None:
    script = (
        "import sys; sys.path.insert(0, {root!r}); from tests.e2e.scripted_browser import sign_in; "
        "sign_in(sys.argv[1], action='cancel')"
    )
    path = Path(commands({}).env["LAPSE_HOME"]).parent / "decline.py"
    path.write_text(script.format(root=str(Path(__file__).parents[2])))

    lapse = commands({"BROWSER": f"{sys.executable} {path} %s"})
    done = lapse("sign-in", "--issuer", served.issuer, "--client-id", served.client_id)
    assert done.returncode == 4
    assert "The sign-in was declined." in done.stderr
    assert "access_denied" in done.stderr


@pytest.mark.e2e("chromium")
def test_one_sign_in_through_a_real_browser(commands: Make, served: Served) -> None:
    script = Path(__file__).parent / "chromium.py"
    log = Path(commands({}).env["LAPSE_HOME"]).parent / "browser.log"
    lapse = commands({"BROWSER": f"sh -c '{sys.executable} {script} \"$0\" >{log} 2>&1' %s"})
    done = lapse("sign-in", "--issuer", served.issuer, "--client-id", served.client_id)
    assert done.returncode == 0, done.stderr + log.read_text()
    assert "Signed in as Ada Lovelace" in done.stdout


def test_a_lesson_is_played_by_a_process_and_leaves_nothing(commands: Make) -> None:
    lapse = commands({"PYTHONWARNINGS": "error"})
    played = lapse("lesson", "offline", "--json")
    assert (played.returncode, played.stderr) == (0, "")
    assert [json.loads(line)["passed"] for line in played.stdout.splitlines()] == [True] * 3
    assert not list(Path(lapse.env["LAPSE_HOME"]).rglob("*"))
