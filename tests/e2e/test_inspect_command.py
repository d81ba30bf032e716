"""`lapse inspect`: its exit code is the verdict, and nothing is sent that was not asked for."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.__main__ import main
from tests.e2e.conftest import Commands, Served

Make = Callable[[dict[str, str]], Commands]
Inspected = Callable[..., tuple[int, list[dict[str, object]], str]]
NOTHING = "http://127.0.0.1:9/oauth2/default"


@pytest.fixture
def tokens(served: Served) -> dict[str, str]:
    """A token response of a sign-in at the served org."""
    import base64
    import hashlib

    verifier, redirect_uri = "v" * 43, "http://127.0.0.1:8765/callback"
    asked = {
        "client_id": served.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "openid profile offline_access",
        "state": "s",
        "nonce": "n",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    form = {"username": "ada", "password": "engine-1843", "action": "sign-in"}
    response = httpx.post(f"{served.issuer}/v1/authorize", params=asked, data=form, trust_env=False)
    code = httpx.URL(response.headers["location"]).params["code"]
    proof = {
        "grant_type": "authorization_code",
        "client_id": served.client_id,
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
    }
    found: dict[str, str] = httpx.post(f"{served.issuer}/v1/token", data=proof, trust_env=False).json()
    return found


@pytest.fixture
def inspected(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inspected:
    def inspect(text: str, *args: str) -> tuple[int, list[dict[str, object]], str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        code = main(["inspect", "-", "--json", *args])
        said = capsys.readouterr()
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    return inspect


def test_a_valid_response_is_0_and_every_rule_is_told(
    inspected: Inspected, served: Served, tokens: dict[str, str]
) -> None:
    code, found, _ = inspected(json.dumps(tokens), "--issuer", served.issuer, "--audience", "api://default")
    assert code == 1, "the audience is for the access token, not for the ID token"
    code, found, _ = inspected(json.dumps(tokens), "--issuer", served.issuer)
    assert (code, [each["conclusion"] for each in found]) == (0, ["valid", "valid", "opaque"])
    rules = {rule["rule"]: rule["outcome"] for rule in found[1]["rules"]}  # type: ignore[attr-defined]
    assert (rules["signature"], rules["at_hash"], rules["nonce"]) == ("passed", "passed", "cannot be checked")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--at", "2040-01-01T00:00:00Z"], "The access token has expired."),
        (["--at", "1000000000"], "The access token claims to come from the future."),
        (["--audience", "api://other"], "The access token is not for this audience."),
    ],
)
def test_what_is_not_valid_is_1_with_its_reason(
    inspected: Inspected, served: Served, tokens: dict[str, str], args: list[str], said: str
) -> None:
    code, (found,), _ = inspected(tokens["access_token"], "--issuer", served.issuer, *args)
    assert (code, found["conclusion"], found["sentence"]) == (1, "not valid", said)


def test_a_spoilt_signature_is_1(inspected: Inspected, served: Served, tokens: dict[str, str]) -> None:
    head, body, signature = tokens["id_token"].split(".")
    other = "B" if signature[20] != "B" else "C"
    spoilt = f"{head}.{body}.{signature[:20]}{other}{signature[21:]}"
    code, (found,), _ = inspected(spoilt, "--issuer", served.issuer)
    assert (code, found["sentence"]) == (1, "The token's signature does not hold.")


def test_offline_sends_nothing_and_is_never_valid(inspected: Inspected, tokens: dict[str, str], served: Served) -> None:
    served.process.kill()
    served.process.wait()
    code, (found,), _ = inspected(tokens["id_token"], "--offline")
    assert (code, found["conclusion"]) == (1, "not verified")
    assert found["claims"]["name"] == "Ada Lovelace"  # type: ignore[index]


def test_keys_from_a_file(inspected: Inspected, tokens: dict[str, str], served: Served, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(httpx.get(f"{served.issuer}/v1/keys", trust_env=False).text)
    served.process.kill()
    served.process.wait()
    assert inspected(f"Authorization: Bearer {tokens['access_token']}", "--jwks", str(file))[0] == 0
    file.write_text('{"keys": []}')
    code, _, err = inspected(tokens["access_token"], "--jwks", str(file))
    assert (code, "There is no public key in it" in err) == (2, True)
    code, _, err = inspected(tokens["access_token"], "--jwks", str(tmp_path / "none"))
    assert (code, "cannot be read" in err) == (2, True)


@pytest.mark.parametrize("text", ["", "   \n", "nonsense", "a.b.c", "x" * 3_000_000, "{}"])
def test_what_is_no_token_is_2(inspected: Inspected, text: str) -> None:
    code, _, err = inspected(text, "--offline")
    assert (code, "Traceback" in err) == (2, False)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["x", "--at", "yesterday"], "is not a time"),
        (["x", "--issuer", "http://example.com/"], "plain http"),
        (["--jwks", "keys.json"], "go with a token"),
        (["x", "--jwks", "f", "--offline"], "not allowed with"),
    ],
)
def test_bad_usage_is_2_with_a_sentence(commands: Make, args: list[str], said: str) -> None:
    done = commands({})("inspect", *args)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


def test_an_issuer_that_cannot_be_reached_is_3(inspected: Inspected, tokens: dict[str, str]) -> None:
    code, _, err = inspected(tokens["access_token"], "--issuer", NOTHING)
    assert (code, "could not be reached" in err) == (3, True)


@pytest.mark.e2e("gnome-keyring")
def test_without_a_token_the_sessions_own_are_inspected(
    commands: Make, keyring_env: dict[str, str], served: Served
) -> None:
    lapse = commands(keyring_env)
    assert lapse("inspect").returncode == 4
    assert lapse("sign-in", "--issuer", served.issuer, "--client-id", served.client_id).returncode == 0
    done = lapse("inspect")
    assert done.returncode == 0, done.stderr
    assert "AT-1 · access token · JWT" in done.stdout
    assert "VALID: The signature holds" in done.stdout
    assert "Lapse acts on this one." in done.stdout
    assert lapse("inspect", "--offline").returncode == 1
    assert lapse("sign-out").returncode == 0
