"""Sessions of OAuth clients nobody here wrote: sign-in, refresh, rotation, replay, revocation, the grant switch."""

import pytest

from tests.e2e.third_party.conftest import ServeOrg, StartClient, sign_in
from tests.e2e.third_party.program import Program

pytestmark = pytest.mark.e2e

DEAD = ("invalid_grant", "The refresh token is invalid or expired.")


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_session_from_sign_in_to_revocation(client: Program, serve: ServeOrg, tls: bool) -> None:
    org = serve("--access-token-lifetime", "300", tls=tls)
    sign_in(client, org)
    assert client.ask("userinfo")["email"] == "ada@example.com"
    assert client.ask("introspect", which="access_token")["active"] is True

    assert client.ask("refresh") == {"access_token": True, "refresh_token": True}
    assert client.ask("call", url=org.api_url)["name"] == "Ada Lovelace"
    known = client.ask("introspect", which="refresh_token")
    assert (known["active"], known["client_id"]) == (True, org.client_id)

    assert client.ask("revoke", which="refresh_token") == 200
    assert client.ask("introspect", which="refresh_token") == {"active": False}
    assert client.ask("introspect", which="access_token") == {"active": False}
    assert client.refusal("userinfo")[0] == "401"
    assert client.refusal("refresh") == DEAD


def test_a_session_at_the_orgs_own_server(client: Program, serve: ServeOrg) -> None:
    org = serve()
    sign_in(client, org, issuer=org.org_url)
    assert client.ask("refresh") == {"access_token": True, "refresh_token": True}
    assert client.ask("userinfo")["email"] == "ada@example.com"
    assert client.ask("introspect", which="access_token")["active"] is True
    assert client.ask("revoke", which="refresh_token") == 200
    assert client.refusal("refresh") == DEAD


def test_revoking_an_access_token_leaves_the_session(client: Program, serve: ServeOrg) -> None:
    org = serve("--access-token-lifetime", "300")
    sign_in(client, org)
    assert client.ask("revoke", which="access_token") == 200
    assert client.refusal("userinfo")[0] == "401"
    assert client.ask("refresh")["access_token"]
    assert client.ask("userinfo")["name"] == "Ada Lovelace"


def test_a_replay_within_the_grace_is_answered(client: Program, serve: ServeOrg) -> None:
    org = serve("--access-token-lifetime", "300", "--grace", "60")
    sign_in(client, org)
    client.ask("refresh")
    assert client.ask("refresh", again=True)["access_token"]


def test_a_replay_after_the_grace_ends_the_session(client: Program, serve: ServeOrg) -> None:
    org = serve("--access-token-lifetime", "300", "--grace", "0")
    sign_in(client, org)
    client.ask("refresh")
    assert client.refusal("refresh", again=True) == DEAD
    assert client.refusal("refresh") == DEAD
    assert client.refusal("userinfo")[0] == "401"


def test_authlib_refreshes_by_itself_when_a_call_needs_it(serve: ServeOrg, start_client: StartClient) -> None:
    org, client = serve("--access-token-lifetime", "30"), start_client("authlib_client")
    sign_in(client, org)
    first = client.ask("show")["access_token"]
    client.ask("userinfo")
    assert client.ask("show")["access_token"] == first
    client.ask("set_leeway", seconds=60)
    assert client.ask("userinfo")["name"] == "Ada Lovelace"
    assert client.ask("show")["access_token"] != first


def test_openid_client_signs_out(serve: ServeOrg, start_client: StartClient) -> None:
    org, client = serve("--access-token-lifetime", "300"), start_client("openid_client")
    sign_in(client, org)
    back = "http://127.0.0.1:8765/signed-out"
    with org.browser() as browser:
        browser.open(client.ask("sign_out_url", return_to=back))
        assert browser.sent_to == back
