"""The Applications API, row by row: what it shows, what a PUT does, and how it refuses."""

import dataclasses
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from okta.models import OpenIdConnectApplication

from app.demo import dialect
from app.demo.applications import Application, Grant, Rotation
from app.demo.dialect import listed
from app.demo.faults import Fault, FaultKind
from app.demo.management.application_json import iso
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.administrator import (
    APP,
    Administrator,
    Change,
    client,
    identity,
    with_refresh,
    without_refresh,
)
from tests.app.demo.somebody import Somebody

pytestmark = pytest.mark.anyio


@pytest.fixture
def admin(org: DemoOrg, ada: Somebody) -> Administrator:
    return Administrator(org, ada.http)


def assert_error(answer: httpx.Response, status: int, code: str, summary: str, *causes: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["errorCode"], body["errorSummary"]) == (status, code, summary)
    assert body["errorLink"] == code
    assert body["errorId"]
    assert [each["errorSummary"] for each in body["errorCauses"]] == list(causes)
    assert "x-rate-limit-limit" in answer.headers or status == 405


def sets(where: Any, **members: Any) -> Change:
    return lambda document: where(document).update(members)


def drops(where: Any, name: str) -> Change:
    return lambda document: where(document).pop(name)


def top(document: dict[str, Any]) -> dict[str, Any]:
    return document


# What it shows.


async def test_the_document(admin: Administrator, org: DemoOrg) -> None:
    found = await admin.document()
    assert {name: found[name] for name in ("id", "name", "label", "status", "signOnMode", "orn", "created")} == {
        "id": "0oa-demo-native",
        "name": "oidc_client",
        "label": "Lapse",
        "status": "ACTIVE",
        "signOnMode": "OPENID_CONNECT",
        "orn": "orn:okta:idp:00o-demo-org:apps:oidc_client:0oa-demo-native",
        "created": "2026-01-20T00:00:00.000Z",
    }
    assert identity(found) == {
        "client_id": "0oa-demo-native",
        "token_endpoint_auth_method": "none",
        "pkce_required": True,
        "autoKeyRotation": True,
    }
    shown = client(found)
    assert shown["grant_types"] == list(Grant)
    assert shown["refresh_token"] == {"rotation_type": "ROTATE", "leeway": 30}
    assert (shown["application_type"], shown["response_types"], shown["consent_method"]) == (
        "native",
        ["code"],
        "TRUSTED",
    )
    assert shown["redirect_uris"] == list(org.application.redirect_uris)
    assert {"features", "visibility", "accessibility", "profile", "_links"} <= found.keys()


async def test_okta_s_own_models_read_it_and_their_put_changes_nothing(admin: Administrator) -> None:
    before = await admin.document()
    model = OpenIdConnectApplication.from_dict(before)
    assert model is not None
    sent = json.loads(json.dumps(model.to_dict(), default=str))
    answer = await admin.put(sent)
    assert answer.status_code == 200
    assert {**answer.json(), "lastUpdated": before["lastUpdated"]} == before


async def test_the_list_in_pages(admin: Administrator, org: DemoOrg) -> None:
    for name in ("a", "b"):
        org.register(Application(id=f"0oa-{name}", label=f"{name.upper()} thing", is_active=name == "a"))
    first = await admin.ask("GET", "/api/v1/apps", params={"limit": 2})
    assert [each["id"] for each in first.json()] == ["0oa-a", "0oa-b"]
    assert first.links["self"]["url"] == f"{org.issuer_base}/api/v1/apps?limit=2"
    rest = await admin.ask("GET", first.links["next"]["url"])
    assert [each["id"] for each in rest.json()] == ["0oa-demo-native"]
    assert "next" not in rest.links
    named = await admin.ask("GET", "/api/v1/apps", params={"q": "a t"})
    asleep = await admin.ask("GET", "/api/v1/apps", params={"filter": 'status eq "INACTIVE"'})
    assert [[each["id"] for each in found.json()] for found in (named, asleep)] == [["0oa-a"], ["0oa-b"]]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "9" * 5000, "²"])
async def test_a_limit_that_is_none(admin: Administrator, limit: str) -> None:
    answer = await admin.ask("GET", "/api/v1/apps", params={"limit": limit})
    assert_error(
        answer, 400, "E0000001", "Api validation failed: limit", "limit: The number must lie between 1 and 200."
    )


# Who may ask.


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("header", [None, "SSWS", "SSWS wrong", "Bearer {}", "SSWS {}x", "SSWS \xff", "{}"])
async def test_only_the_api_token_opens(admin: Administrator, org: DemoOrg, method: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.format(org.api_token).encode("latin-1")}
    answer = await admin.http.request(method, APP, headers=headers)
    assert_error(answer, 401, "E0000011", "Invalid token provided")


async def test_the_sdk_s_way_to_write_the_scheme(admin: Administrator, org: DemoOrg) -> None:
    answer = await admin.http.get(APP, headers={"Authorization": f"SSWS{org.api_token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_an_application_nobody_has(admin: Administrator, method: str) -> None:
    answer = await admin.ask(method, "/api/v1/apps/nobody", json={} if method == "PUT" else None)
    assert_error(answer, 404, "E0000007", "Not found: Resource not found: nobody (AppInstance)")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", APP), ("POST", "/api/v1/apps"), ("GET", f"{APP}/lifecycle/activate")]
)
async def test_a_method_that_is_none(admin: Administrator, method: str, path: str) -> None:
    answer = await admin.ask(method, path)
    assert_error(answer, 405, "E0000022", "The endpoint does not support the provided HTTP method")


async def test_rate_limit_headers_by_the_minute(admin: Administrator, clock: SimClock) -> None:
    async def told() -> list[int]:
        answer = await admin.ask("GET", APP)
        return [int(answer.headers[f"x-rate-limit-{name}"]) for name in ("limit", "remaining", "reset")]

    (limit, first, reset), (_, second, _) = await told(), await told()
    assert (limit, first, second) == (500, 499, 498)
    assert 0 < reset - clock.now() <= 60
    clock.jump(60)
    assert await told() == [limit, 499, reset + 60]


async def test_faults_and_counters_know_it(admin: Administrator, org: DemoOrg) -> None:
    org.faults.switch_on([Fault(kind=FaultKind.ERROR_500, endpoint="applications", times=1)])
    answer = await admin.ask("GET", APP)
    assert (answer.status_code, answer.json()["errorCode"]) == (500, "E0000009")
    assert (await admin.ask("GET", APP)).status_code == 200
    assert org.counters["applications"] == 2


# The story of the guide.


async def test_the_refresh_grant_off_and_on(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    token = (await ada.tokens())["refresh_token"]
    off = await admin.changed(without_refresh)
    assert off.status_code == 200
    assert "refresh_token" not in client(off.json())
    refused = await ada.refresh(token)
    configured = listed(client(off.json())["grant_types"])
    assert (refused.status_code, refused.json()) == (
        400,
        {
            "error": "unauthorized_client",
            "error_description": dialect.UNAUTHORIZED_CLIENT.about(configured).description,
        },
    )
    assert list(org.log)[-1].cause == "The refresh grant is not enabled for the application Lapse."
    assert "refresh_token" not in await ada.tokens(), "a sign-in without the grant brings none"
    on = await admin.changed(with_refresh)
    assert client(on.json())["refresh_token"] == {"rotation_type": "ROTATE", "leeway": 30}
    assert (await ada.refresh(token)).status_code == 200, "the refused request must not have used it up"


async def test_off_needs_the_settings_gone_too(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    before = await admin.document()
    answer = await admin.changed(lambda document: client(document)["grant_types"].remove("refresh_token"))
    assert_error(
        answer,
        400,
        "E0000001",
        "Api validation failed: App Instance",
        "'refresh_token' grant type is required to configure 'refresh_token' settings.",
    )
    assert await admin.document() == before
    assert (await ada.refresh((await ada.tokens())["refresh_token"])).status_code == 200


async def test_omitted_settings_stay_as_they_were(admin: Administrator) -> None:
    changed = {"rotation_type": "STATIC", "leeway": 7}
    assert (await admin.changed(sets(client, refresh_token=changed))).status_code == 200
    for change in (drops(client, "refresh_token"), sets(client, refresh_token=None)):
        assert client((await admin.changed(change)).json())["refresh_token"] == changed
    await admin.changed(without_refresh)
    assert client((await admin.changed(with_refresh)).json())["refresh_token"] == changed


async def test_rotation_acts_on_the_next_refresh(admin: Administrator, ada: Somebody, clock: SimClock) -> None:
    token = (await ada.tokens())["refresh_token"]
    await admin.changed(sets(client, refresh_token={"rotation_type": "STATIC"}))
    assert client(await admin.document())["refresh_token"]["leeway"] == 30
    assert (await ada.refreshed(token))["refresh_token"] == token
    await admin.changed(sets(client, refresh_token={"rotation_type": "ROTATE", "leeway": 0}))
    assert (await ada.refreshed(token))["refresh_token"] != token
    assert (await ada.refresh(token)).status_code == 400


# Full replace.


async def test_read_only_members_count_for_nothing(admin: Administrator, clock: SimClock) -> None:
    before = await admin.document()
    clock.jump(3600)
    stale = sets(top, id="other", name="other", status="INACTIVE", created="1999-01-01T00:00:00.000Z", orn="x")
    after = (await admin.changed(stale)).json()
    assert after["lastUpdated"] == iso(clock.now())
    assert {**after, "lastUpdated": before["lastUpdated"]} == before


async def test_what_the_org_does_not_act_on_is_kept_until_omitted(admin: Administrator) -> None:
    kept = {"client_uri": "https://example.com", "issuer_mode": "ORG_URL", "unheard_of": 1}
    answer = await admin.changed(
        sets(client, **kept),
        sets(top, profile={"team": "engines"}, nonsense=True),
        lambda document: document["visibility"].update(autoLaunch=True),
    )
    found = answer.json()
    assert (client(found)["client_uri"], client(found)["issuer_mode"]) == ("https://example.com", "ORG_URL")
    assert (found["profile"], found["visibility"]["autoLaunch"]) == ({"team": "engines"}, True)
    assert "unheard_of" not in client(found)
    assert "nonsense" not in found
    bare = await admin.changed(
        drops(top, "profile"), drops(top, "visibility"), drops(client, "client_uri"), drops(client, "issuer_mode")
    )
    found = bare.json()
    assert (found["profile"], found["visibility"]["autoLaunch"]) == ({}, False)
    assert (client(found)["client_uri"], client(found)["issuer_mode"]) == (None, "DYNAMIC")


async def test_label_uris_and_consent_act(admin: Administrator, org: DemoOrg, ada: Somebody) -> None:
    answer = await admin.changed(
        sets(top, label="  Engine "),
        sets(client, redirect_uris=["http://127.0.0.1:1/other"], consent_method="REQUIRED"),
        drops(client, "post_logout_redirect_uris"),
    )
    assert answer.json()["label"] == "Engine"
    assert org.application.requires_consent
    assert org.application.post_logout_redirect_uris == ()
    assert (await ada.open_page()).status_code == 400, "the redirect URI is not registered any more"


async def test_grants_the_org_knows_of_but_does_not_answer(admin: Administrator, org: DemoOrg) -> None:
    grants = ["authorization_code", "implicit", "refresh_token", "interaction_code"]
    found = client((await admin.changed(sets(client, grant_types=grants))).json())
    assert set(found["grant_types"]) == set(grants)
    assert org.application.grant_types == (Grant.CODE, Grant.REFRESH)
    model = OpenIdConnectApplication.from_dict(await admin.document())
    assert model is not None


async def test_a_change_outlives_a_restart(admin: Administrator, org: DemoOrg, clock: SimClock) -> None:
    await admin.changed(without_refresh, sets(client, client_uri="https://example.com"))
    again = DemoOrg(clock, ledger=org.ledger)
    assert not again.application.may(Grant.REFRESH)
    assert again.application.more["kept"]["settings"]["oauthClient"]["client_uri"] == "https://example.com"
    json.dumps(org.ledger.settings)


async def test_a_disk_that_refuses_changes_nothing(
    admin: Administrator, org: DemoOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, held = await admin.document(), dict(org.ledger.settings)

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(org.ledger, "save", full)
    answer = await admin.changed(without_refresh)
    assert_error(answer, 503, "E0000010", "Service is in read only mode")
    assert list(org.log)[-1].cause == "The ledger could not be written: No space left on device."
    assert (await admin.document(), org.ledger.settings) == (before, held)


async def test_the_log_says_what_changed(admin: Administrator, org: DemoOrg) -> None:
    await admin.changed(without_refresh)
    event = list(org.log)[-1]
    assert (event.event_type, event.succeeded, event.client_id) == (
        "application.lifecycle.update",
        True,
        "0oa-demo-native",
    )
    assert "grant_types" in event.cause


# How a PUT is refused; causes as the client is told them.


@pytest.mark.parametrize(
    ("change", "about", "cause"),
    [
        (
            sets(client, refresh_token={"leeway": 5}),
            "rotationType",
            "'rotation_type' is required.",
        ),
        (
            sets(client, refresh_token={"rotation_type": "rotate"}),
            "rotationType",
            "rotationType: The field has an invalid value",
        ),
        (
            sets(client, refresh_token={"rotation_type": "STATIC", "leeway": 61}),
            "leeway",
            "leeway: The field must lie between 0 and 60",
        ),
        (
            sets(client, refresh_token={"rotation_type": "STATIC", "leeway": -1}),
            "leeway",
            "leeway: The field must lie between 0 and 60",
        ),
        (sets(client, grant_types=["telepathy"]), "grantTypes", "grantTypes: The field has an invalid value"),
        (drops(client, "grant_types"), "grantTypes", "'grant_types' is required."),
        (
            sets(client, grant_types=["refresh_token"]),
            "App Instance",
            "'authorization_code' grant type is required for native applications.",
        ),
        (
            sets(client, grant_types=["authorization_code", "client_credentials", "refresh_token"]),
            "App Instance",
            "'client_credentials' grant type is not allowed for native applications.",
        ),
        (
            sets(client, response_types=["token"]),
            "App Instance",
            "'code' response type is required for the 'authorization_code' grant type.",
        ),
        (sets(client, response_types=["smoke"]), "responseTypes", "responseTypes: The field has an invalid value"),
        (
            sets(client, application_type="web"),
            "applicationType",
            "applicationType: 'application_type' cannot be changed.",
        ),
        (
            sets(client, application_type="toaster"),
            "applicationType",
            "applicationType: The field has an invalid value",
        ),
        (sets(client, consent_method="trusted"), "consentMethod", "consentMethod: The field has an invalid value"),
        (sets(client, issuer_mode="ANY"), "issuerMode", "issuerMode: The field has an invalid value"),
        (
            sets(client, dpop_bound_access_tokens=True),
            "dpopBoundAccessTokens",
            "dpopBoundAccessTokens: The demo org does not bind tokens to keys.",
        ),
        (
            sets(client, redirect_uris=[]),
            "redirectUris",
            "'redirect_uris' is required for the 'authorization_code' grant type.",
        ),
        *(
            (sets(client, redirect_uris=[uri]), "redirectUris", "redirectUris: The field has an invalid value")
            for uri in (
                "",
                "/callback",
                "https://",
                "http://h/#x",
                "http://[::1",
                "http://h:99999/",
                "javascript:a",
                "a b:",
            )
        ),
        (
            sets(identity, token_endpoint_auth_method="client_secret_basic"),
            "tokenEndpointAuthMethod",
            "tokenEndpointAuthMethod: The demo org has public applications only: 'none' is required.",
        ),
        (
            drops(identity, "token_endpoint_auth_method"),
            "tokenEndpointAuthMethod",
            "tokenEndpointAuthMethod: The demo org has public applications only: 'none' is required.",
        ),
        (
            sets(identity, pkce_required=False),
            "pkceRequired",
            "pkceRequired: 'pkce_required' must be true when 'token_endpoint_auth_method' is 'none'.",
        ),
        (sets(identity, client_id="0oa-other"), "clientId", "clientId: 'client_id' cannot be changed."),
        (drops(top, "label"), "label", "label: The field cannot be left blank"),
        (sets(top, label="  "), "label", "label: The field cannot be left blank"),
        (sets(top, label="x" * 101), "label", "label: The field is too long, it can have 100 characters"),
        (drops(top, "signOnMode"), "signOnMode", "signOnMode: The field cannot be left blank"),
        (sets(top, signOnMode="SAML_2_0"), "signOnMode", "signOnMode: The field has an invalid value"),
        (drops(top, "settings"), "settings", "settings: The field cannot be left blank"),
        (sets(top, settings={}), "oauthClient", "oauthClient: The field cannot be left blank"),
        (drops(top, "credentials"), "credentials", "credentials: The field cannot be left blank"),
    ],
)
async def test_a_put_that_fails_validation(admin: Administrator, change: Change, about: str, cause: str) -> None:
    before = await admin.document()
    assert_error(await admin.changed(change), 400, "E0000001", f"Api validation failed: {about}", cause)
    assert await admin.document() == before, "a refused PUT changes nothing"


@pytest.mark.parametrize(
    "change",
    [
        sets(top, label=5),
        sets(top, settings=[]),
        sets(client, grant_types="refresh_token"),
        sets(client, grant_types=[1]),
        sets(client, refresh_token="ROTATE"),
        sets(client, refresh_token={"rotation_type": "STATIC", "leeway": True}),
        sets(client, refresh_token={"rotation_type": "STATIC", "leeway": 1.5}),
        sets(client, client_uri=5),
        sets(top, visibility={"hide": {"web": "yes"}}),
    ],
)
async def test_a_member_of_another_type(admin: Administrator, change: Change) -> None:
    before = await admin.document()
    answer = await admin.changed(change)
    assert_error(answer, 400, "E0000003", "The request body was not well-formed.")
    assert await admin.document() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a":' * 21 + b"1" + b"}" * 21,
        b"[" * 30_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
async def test_a_body_that_is_no_object(admin: Administrator, body: bytes) -> None:
    answer = await admin.ask("PUT", APP, content=body, headers={"Content-Type": "application/json"})
    assert_error(answer, 400, "E0000003", "The request body was not well-formed.")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_does_not_say_it_is_json(admin: Administrator, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = await admin.ask("PUT", APP, content=b"{}", headers=headers)
    summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values."
    assert_error(answer, 400, "E0000021", summary)


async def test_a_body_too_large(admin: Administrator) -> None:
    answer = await admin.changed(sets(top, profile={"x": "y" * 66_000}))
    assert_error(answer, 413, "E0000001", "Api validation failed: The request is too large.")


async def test_a_charset_is_fine(admin: Administrator) -> None:
    body = json.dumps(await admin.document()).encode()
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    assert (await admin.ask("PUT", APP, content=body, headers=headers)).status_code == 200


async def test_service_applications_have_no_refresh_settings(admin: Administrator, org: DemoOrg) -> None:
    org.register(dataclasses.replace(org.application, application_type="service"))
    without_device = [grant for grant in Grant if grant is not Grant.DEVICE]
    answer = await admin.changed(sets(client, grant_types=without_device))
    assert_error(answer, 403, "E0000006", "You do not have permission to perform the requested action")


async def test_the_device_grant_is_for_native_applications(admin: Administrator, org: DemoOrg) -> None:
    org.register(dataclasses.replace(org.application, application_type="browser"))
    assert_error(
        await admin.changed(),
        400,
        "E0000001",
        "Api validation failed: App Instance",
        f"'{Grant.DEVICE}' grant type is not allowed for browser applications.",
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    ("label",), ("signOnMode",), ("profile",), ("visibility",), ("credentials",), ("credentials", "oauthClient"),
    ("settings",), ("settings", "notes"), ("settings", "oauthClient"), ("settings", "oauthClient", "grant_types"),
    ("settings", "oauthClient", "refresh_token"), ("settings", "oauthClient", "refresh_token", "leeway"),
    ("settings", "oauthClient", "redirect_uris"), ("settings", "oauthClient", "response_types"),
    ("settings", "oauthClient", "jwks"), ("settings", "oauthClient", "idp_initiated_login"),
]  # fmt: skip


@given(path=st.sampled_from(PATHS), value=JSON)
async def test_no_put_breaks_it(admin: Administrator, path: tuple[str, ...], value: Any) -> None:
    document = await admin.document()
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    body = json.dumps(document).encode()
    answer = await admin.ask("PUT", APP, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400), answer.text
    assert (await admin.ask("GET", APP)).status_code == 200


# The life of an application.


async def test_deactivating_ends_its_tokens_for_good(admin: Administrator, ada: Somebody, org: DemoOrg) -> None:
    tokens = await ada.tokens()
    answer = await admin.ask("POST", f"{APP}/lifecycle/deactivate")
    assert (answer.status_code, answer.json()) == (200, {})
    shown = await admin.document()
    assert shown["status"] == "INACTIVE"
    assert set(shown["_links"]) == {"self", "activate"}
    assert (await ada.refresh(tokens["refresh_token"])).json()["error"] == "invalid_client"
    assert (await admin.ask("POST", f"{APP}/lifecycle/activate")).status_code == 200
    assert (await admin.document())["status"] == "ACTIVE"
    assert (await ada.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert list(org.log)[-1].cause == "The application Lapse was deactivated."
    assert (await ada.call(tokens["access_token"])).status_code == 401
    types = [each.event_type for each in org.log if each.event_type.startswith("application.")]
    assert types == ["application.lifecycle.deactivate", "application.lifecycle.activate"]


async def test_a_step_of_life_that_is_none(admin: Administrator) -> None:
    answer = await admin.ask("POST", f"{APP}/lifecycle/resurrect")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "E0000007")


async def test_knobs_and_puts_turn_the_same(admin: Administrator, org: DemoOrg) -> None:
    org.turn(refresh_grant_enabled=False, rotation_type="STATIC", grace_s=3)
    assert "refresh_token" not in client(await admin.document())
    await admin.changed(with_refresh)
    assert client(await admin.document())["refresh_token"] == {"rotation_type": "STATIC", "leeway": 3}
    assert org.knobs()["refresh_grant_enabled"]
    assert org.application.rotation_type is Rotation.STATIC
