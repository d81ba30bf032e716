"""The `lapse` command as processes against oidc-provider: a session lives from command to command, in a keyring."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Commands
from tests.e2e.oidc_provider.conftest import Serve

pytestmark = pytest.mark.e2e("gnome-keyring")

BROWSER = f"{sys.executable} {Path(__file__).with_name('browser.py')} %s"


def test_a_session_lives_from_command_to_command(
    commands: Callable[[dict[str, str]], Commands], keyring_env: dict[str, str], serve: Serve
) -> None:
    provider, lapse = serve("es256"), commands({**keyring_env, "BROWSER": BROWSER})
    signed_in = lapse("sign-in", "--issuer", provider.issuer, "--client-id", provider.client_id, "--json")
    assert signed_in.returncode == 0, signed_in.stderr
    assert json.loads(signed_in.stdout)["name"] == "Ada Lovelace"

    provider.turn("end_access_tokens")
    call = lapse("call", provider.api_url, "--json")
    assert call.returncode == 0, call.stderr
    told = json.loads(call.stdout)
    assert (told["status"], told["refreshed"], json.loads(told["body"])["sub"]) == (200, True, "ada")
    assert [each.grant for each in provider.asked("token")] == ["authorization_code", "refresh_token"]

    signed_out = lapse("sign-out", "--json")
    assert (signed_out.returncode, json.loads(signed_out.stdout)["revoked"]) == (0, True), signed_out.stderr
    assert lapse("token").returncode == 4
