"""Okta's management SDK, as an administrator of the demo org."""

import pytest

from tests.e2e.third_party.conftest import Org, ServeOrg, StartClient, sign_in
from tests.e2e.third_party.program import Program

pytestmark = pytest.mark.e2e


@pytest.fixture
def org(serve: ServeOrg) -> Org:
    return serve("--grace", "0", tls=True)


@pytest.fixture
def admin(org: Org, okta_sdk: Program) -> Program:
    okta_sdk.ask("open", org_url=org.org_url, api_token=org.api_token)
    return okta_sdk


def test_it_reads_the_application(org: Org, admin: Program) -> None:
    application = admin.ask("application", app_id=org.client_id)
    assert {name: application[name] for name in ("id", "client_id", "sign_on_mode", "application_type", "status")} == {
        "id": org.client_id,
        "client_id": org.client_id,
        "sign_on_mode": "OPENID_CONNECT",
        "application_type": "native",
        "status": "ACTIVE",
    }
    assert {"authorization_code", "refresh_token"} <= set(application["grant_types"])
    assert application["refresh_token"] == ["ROTATE", 0]


def test_the_grant_goes_with_its_settings_and_comes_back(org: Org, admin: Program) -> None:
    before = admin.ask("application", app_id=org.client_id)
    error, description = admin.refusal("switch_refresh_grant", app_id=org.client_id, on=False, keep_settings=True)
    assert error == "E0000001"
    assert "'refresh_token' grant type is required" in description
    assert admin.ask("application", app_id=org.client_id) == before

    off = admin.ask("switch_refresh_grant", app_id=org.client_id, on=False)
    assert off == {
        **before,
        "grant_types": [each for each in before["grant_types"] if each != "refresh_token"],
        "refresh_token": None,
    }
    on = admin.ask("switch_refresh_grant", app_id=org.client_id, on=True)
    assert set(on["grant_types"]) == set(before["grant_types"])
    assert on["refresh_token"] is not None
    assert admin.ask("set_rotation", app_id=org.client_id, rotation_type="STATIC", leeway=60)["refresh_token"] == [
        "STATIC",
        60,
    ]


def test_the_grant_switch_decides_over_refreshes(client: Program, serve: ServeOrg, okta_sdk: Program) -> None:
    org = serve("--access-token-lifetime", "300")
    sign_in(client, org)
    okta_sdk.ask("open", org_url=org.org_url, api_token=org.api_token, allow_http=True)

    granted = okta_sdk.ask("switch_refresh_grant", app_id=org.client_id, on=False)
    assert "refresh_token" not in granted["grant_types"]
    error, description = client.refusal("refresh")
    assert error == "unauthorized_client"
    assert description.startswith("The client is not authorized to use the provided grant type. Configured grant types")

    okta_sdk.ask("switch_refresh_grant", app_id=org.client_id, on=True)
    assert client.ask("refresh") == {"access_token": True, "refresh_token": True}

    okta_sdk.ask("set_rotation", app_id=org.client_id, rotation_type="STATIC", leeway=30)
    assert client.ask("refresh") == {"access_token": True, "refresh_token": False}


@pytest.mark.parametrize(
    ("app_id", "token", "error"), [("nobody", None, "E0000007"), (None, "not-the-token", "E0000011")]
)
def test_it_understands_refusals(
    org: Org, okta_sdk: Program, app_id: str | None, token: str | None, error: str
) -> None:
    okta_sdk.ask("open", org_url=org.org_url, api_token=token or org.api_token)
    assert okta_sdk.refusal("application", app_id=app_id or org.client_id)[0] == error


def test_it_reads_in_the_system_log_what_the_client_was_not_told(
    org: Org, admin: Program, start_client: StartClient
) -> None:
    client = start_client("authlib_client")
    sign_in(client, org)
    client.ask("refresh")
    client.refusal("refresh", again=True)
    assert {"result": "FAILURE", "reason": "invalid_refresh_token"} in admin.ask(
        "log", event_type="app.oauth2.as.token.grant"
    )
    assert len(admin.ask("log", event_type="app.oauth2.as.token.detect_reuse")) == 1


def test_it_wants_https(okta_sdk: Program) -> None:
    assert "must start with" in okta_sdk.refusal("open", org_url="http://127.0.0.1:8899", api_token="none-is-sent")[1]
    okta_sdk.ask("open", org_url="http://127.0.0.1:8899", api_token="none-is-sent", allow_http=True)
