"""`lapse serve` as a process: its ready line, its flags, its faults, and a log without a secret."""

import base64
import hashlib
import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from app.__main__ import main
from tests.e2e.conftest import Commands
from tests.patience import PATIENCE_S

Make = Callable[[dict[str, str]], Commands]
Serve = Callable[..., "Org"]
REDIRECT_URI = "http://127.0.0.1:8765/callback"
VERIFIER = "v" * 43


class Org:
    """A served org and somebody who signs in there."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.ready: dict[str, str] = json.loads(process.stdout.readline())
        self.http = httpx.Client(trust_env=False)

    def sign_in(self) -> dict[str, Any]:
        asked = {
            "client_id": self.ready["client_id"],
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "openid profile offline_access",
            "state": "s",
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
            .rstrip(b"=")
            .decode(),
            "code_challenge_method": "S256",
            "prompt": "login",
        }
        form = {"username": self.ready["username"], "password": self.ready["password"], "action": "sign-in"}
        response = self.http.post(f"{self.ready['issuer']}/v1/authorize", params=asked, data=form)
        code = httpx.URL(response.headers["location"]).params["code"]
        proof = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
        found: dict[str, Any] = self.token(**proof, redirect_uri=REDIRECT_URI).json()
        return found

    def token(self, **form: str) -> httpx.Response:
        return self.http.post(f"{self.ready['issuer']}/v1/token", data={"client_id": self.ready["client_id"], **form})

    def refresh(self, token: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)

    def control(self, method: str, path: str = "", body: object = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.ready['control_token']}"}
        return self.http.request(method, self.ready["control_url"] + path, json=body, headers=headers)

    def stop(self) -> tuple[str, str]:
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def serve(commands: Make) -> Iterator[Serve]:
    started: list[Org] = []

    def start(*args: str) -> Org:
        started.append(Org(commands({}).start("serve", "--json", *args)))
        return started[-1]

    yield start
    for org in started:
        if org.process.poll() is None:
            org.stop()


def test_the_ready_line_has_everything_a_program_needs(serve: Serve) -> None:
    org = serve()
    assert set(org.ready) == {
        "issuer",
        "client_id",
        "api_url",
        "username",
        "password",
        "org_url",
        "api_token",
        "control_url",
        "control_token",
    }
    tokens = org.sign_in()
    api = org.http.get(org.ready["api_url"], headers={"Authorization": f"Bearer {tokens['access_token']}"})
    apps = org.http.get(
        f"{org.ready['org_url']}/api/v1/apps/{org.ready['client_id']}",
        headers={"Authorization": f"SSWS {org.ready['api_token']}"},
    )
    assert [response.status_code for response in (api, apps, org.control("GET"))] == [200, 200, 200]


def test_two_orgs_have_nothing_in_common(serve: Serve) -> None:
    one, other = serve(), serve()
    for name in ("issuer", "api_token", "control_token"):
        assert one.ready[name] != other.ready[name]


@pytest.mark.parametrize(
    ("args", "knobs"),
    [
        (["--access-token-lifetime", "7"], {"access_token_lifetime_s": 7}),
        (["--refresh-token-lifetime", "0"], {"refresh_token_lifetime_s": 0}),
        (["--idle", "60"], {"refresh_idle_s": 60}),
        (["--rotation", "static"], {"rotation_type": "STATIC"}),
        (["--grace", "0"], {"grace_s": 0}),
        (["--preset", "strict-single-use"], {"grace_s": 0, "rotation_type": "ROTATE"}),
        (["--preset", "okta-spa", "--grace", "5"], {"grace_s": 5, "access_token_lifetime_s": 3600}),
    ],
)
def test_every_flag_turns_its_knob(serve: Serve, args: list[str], knobs: dict[str, object]) -> None:
    found = serve(*args).control("GET").json()["knobs"]
    assert {name: found[name] for name in knobs} == knobs


def test_faults_and_scenarios_from_the_command_line(serve: Serve) -> None:
    org = serve(
        "--fault", "503=5@token.refresh*1", "--fault", "close-after@token.refresh*1", "--scenario", "fapi2-decoy-keys"
    )
    assert len(org.http.get(f"{org.ready['issuer']}/v1/keys").json()["keys"]) > 1
    token = org.sign_in()["refresh_token"]
    response = org.refresh(token)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    with pytest.raises(httpx.RemoteProtocolError):
        org.refresh(token)
    assert org.refresh(token).status_code == 200, "the grace period forgives a lost response"
    assert org.control("GET").json()["families"][0]["refreshes"] == 2


def test_the_log_tells_causes_and_no_secrets(serve: Serve) -> None:
    org = serve("--grace", "0")
    first = org.sign_in()
    second = org.refresh(first["refresh_token"]).json()
    assert org.refresh(first["refresh_token"]).status_code == 400
    org.http.get(org.ready["api_url"], headers={"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30.secret-signature"})
    org.token(grant_type="refresh_token", refresh_token="a-secret-of-somebody")
    org.token(grant_type="password", username="ada", password="a-wrong-password", scope="openid")
    out, err = org.stop()
    assert out == ""
    assert "detect_reuse" in err
    assert "Refresh token 1 was exchanged" in err
    secrets = [each for tokens in (first, second) for name, each in tokens.items() if name.endswith("_token")]
    secrets += [org.ready["api_token"], org.ready["control_token"], org.ready["password"]]
    for secret in (*secrets, "secret-signature", "a-secret-of-somebody", "a-wrong-password"):
        assert secret not in err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--preset", "nonsense"], "There is no preset 'nonsense'."),
        (["--grace", "61"], "between 0 and 60"),
        (["--idle", "-1"], "between 0 and"),
        (["--fault", "503@nowhere"], "There is no endpoint 'nowhere'."),
        (["--fault", "gone@token"], "There is no fault 'gone'."),
        (["--fault", "delay=long@api"], "must be a number"),
        (["--scenario", "nonsense"], "There is no scenario 'nonsense'."),
        (["--base-url", "https://example.com"], "cannot be the base URL"),
        (["--rotation", "sometimes"], "invalid choice"),
    ],
)
def test_bad_flags_get_a_sentence(capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    try:
        code = main(["serve", *args])
    except SystemExit as usage:  # argparse's way
        code = int(usage.code or 0)
    error = capsys.readouterr().err
    assert (code, said in error) == (2, True), error
