"""The grants beside the code grant, with clients nobody here wrote."""

import pytest

from tests.e2e.third_party.conftest import ServeOrg, StartClient, open_at
from tests.e2e.third_party.program import Program

pytestmark = pytest.mark.e2e


def test_the_password_grant_brings_a_session(client: Program, serve: ServeOrg) -> None:
    org = serve("--access-token-lifetime", "300")
    open_at(client, org)
    error, description = client.refusal("password", username=org.username, password="wrong")
    assert (error, description) == ("invalid_grant", "The credentials provided were invalid.")
    claims = client.ask("password", username=org.username, password=org.password)
    assert claims["name"] == "Ada Lovelace"
    assert client.ask("refresh")["access_token"]


def test_openid_client_signs_in_on_another_device(serve: ServeOrg, start_client: StartClient) -> None:
    org, client = serve("--access-token-lifetime", "300"), start_client("openid_client")
    open_at(client, org)
    with org.browser() as browser:
        browser.open(client.ask("device")["page"])
        browser.press("enter")
        browser.press("sign-in", username=org.username, password=org.password)
        browser.press("allow")
        assert "Device activated" in browser.text
    assert client.ask("device_tokens")["name"] == "Ada Lovelace"
    assert client.ask("refresh")["access_token"]
