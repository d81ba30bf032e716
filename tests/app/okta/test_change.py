"""The change before it is made: what differs, what goes back untouched, and Okta's refusals in Okta's words."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.demo.applications import Grant
from app.errors import OktaRefused
from app.okta.change import App, AppField, GrantChange, WantedChange, differing, plan, wanted_for
from app.okta.validation import Note, problems_of
from tests.app.demo.administrator import client, identity
from tests.app.okta.conftest import Office

pytestmark = pytest.mark.anyio
STRANGE: dict[str, Any] = {"a": [1, 2.5, {"ü": None}], "empty": {}, "big": 12345678901234567890, "tiny": 1e-300}


def rows(change: GrantChange) -> dict[AppField, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {each.field: (each.before, each.after) for each in change.fields}


async def test_without_the_grant_three_fields_change(office: Office) -> None:
    app = await office.without_grant()
    change = plan(app, WantedChange("ROTATE", 20))
    others = tuple(grant.value for grant in Grant if grant is not Grant.REFRESH)
    uris = office.org.application.redirect_uris
    assert rows(change) == {
        AppField.GRANT_TYPES: (others, (*others, "refresh_token")),
        AppField.ROTATION: ((), ("ROTATE",)),
        AppField.GRACE: ((), ("20",)),
        AppField.REDIRECT_URIS: (uris, uris),
    }
    grants = change.fields[0]
    assert (grants.added, grants.removed, grants.is_change) == (("refresh_token",), (), True)
    assert (change.label, change.client_id, change.app_id) == ("Lapse", "0oa-demo-native", "0oa-demo-native")
    assert change.is_needed
    assert (change.problems, change.notes) == ((), ())


async def test_what_is_wanted_already_needs_no_change(office: Office) -> None:
    app = await office.app()
    change = plan(app, wanted_for(app))
    assert change.wanted == WantedChange("ROTATE", 30)
    assert not change.is_needed
    assert change.before == change.after
    assert plan(app, wanted_for(app, rotation_type="STATIC")).fields[1].removed == ("ROTATE",)


async def test_without_anything_said_the_token_rotates(office: Office) -> None:
    app = await office.without_grant()
    assert wanted_for(app) == WantedChange("ROTATE", 30)
    assert wanted_for(app, grace_s=0, redirect_uri="http://127.0.0.1:1/x") == WantedChange(
        "ROTATE", 0, "http://127.0.0.1:1/x"
    )


async def test_a_redirect_uri_is_added_once_and_others_stay(office: Office) -> None:
    app = await office.app()
    known = office.org.application.redirect_uris
    more = plan(app, WantedChange(redirect_uri="http://127.0.0.1:9/callback"))
    assert rows(more)[AppField.REDIRECT_URIS][1] == (*known, "http://127.0.0.1:9/callback")
    assert not plan(app, WantedChange(redirect_uri=known[0])).is_needed


async def test_everything_else_goes_back_as_it_came(office: Office) -> None:
    app = {**await office.without_grant(), "zzz": STRANGE, "_embedded": {"x": 1}}
    client(app)["future_member"] = STRANGE
    client(app)["refresh_token"] = {"future": "kept"}
    read = copy.deepcopy(app)
    change = plan(app, WantedChange())
    assert app == read, "planning must not touch what was read"
    touched = {"settings.oauthClient.grant_types"} | {
        f"settings.oauthClient.refresh_token.{name}" for name in ("rotation_type", "leeway")
    }
    assert set(differing(change.before, change.after)) == touched
    assert list(change.after) == list(read), "the order of members too"
    for kept in (change.after["zzz"], client(change.after)["future_member"]):
        assert json.dumps(kept) == json.dumps(STRANGE)
    assert client(change.after)["refresh_token"]["future"] == "kept"


async def test_a_client_secret_goes_back_and_is_printed_nowhere(office: Office) -> None:
    app = await office.without_grant()
    identity(app)["client_secret"] = "s3cr3t-of-the-app"
    change = plan(app, WantedChange())
    assert identity(change.after)["client_secret"] == "s3cr3t-of-the-app"
    assert "s3cr3t" not in repr(change)


def sets(**members: Any) -> Callable[[App], None]:
    return lambda app: client(app).update(members)


def no_pkce(app: App) -> None:
    identity(app)["pkce_required"] = False


def no_label(app: App) -> None:
    app["label"] = " "


def no_label_as_long(app: App) -> None:
    app["label"] = "x" * 101


def settings_without(name: str) -> Callable[[App], None]:
    return lambda app: client(app)["refresh_token"].pop(name)


NOTHING = sets()


@pytest.mark.parametrize(
    ("wanted", "broken"),
    [
        (WantedChange(grace_s=61), NOTHING),
        (WantedChange(grace_s=-1), NOTHING),
        (WantedChange(grace_s=True), NOTHING),
        (WantedChange(grace_s=1.5), NOTHING),  # type: ignore[arg-type]
        (WantedChange(rotation_type="rotate"), NOTHING),
        (WantedChange(rotation_type=""), NOTHING),
        (WantedChange(), settings_without("rotation_type")),
        (WantedChange(), sets(grant_types=["authorization_code"])),
        (WantedChange(), sets(grant_types=["refresh_token"])),
        (WantedChange(), sets(grant_types=["authorization_code", "refresh_token", "client_credentials"])),
        (WantedChange(), sets(response_types=["token"])),
        (WantedChange(), sets(response_types=["cookie"])),
        (WantedChange(), sets(redirect_uris=[])),
        (WantedChange(redirect_uri="javascript:alert(1)"), NOTHING),
        (WantedChange(redirect_uri="http://127.0.0.1:1/x#y"), NOTHING),
        (WantedChange(redirect_uri="http://127.0.0.1:70000/"), NOTHING),
        (WantedChange(redirect_uri="nothing"), NOTHING),
        (WantedChange(), sets(redirect_uris=[f"http://127.0.0.1:1/{n}" for n in range(101)])),
        (WantedChange(), no_pkce),
        (WantedChange(), no_label),
        (WantedChange(), no_label_as_long),
    ],
)
async def test_what_okta_refuses_is_found_first_and_said_alike(
    office: Office, wanted: WantedChange, broken: Callable[[App], None]
) -> None:
    """The demo org speaks Okta's words (tests/app/demo); ours must be the same without sending anything."""
    body = plan(await office.app(), wanted).after
    broken(body)
    ours = problems_of(body)[0]
    answer = await office.admin.put(body)
    said = answer.json()
    causes = [each["errorSummary"] for each in said["errorCauses"]]
    assert answer.status_code in (400, 403)
    assert (ours.code, ours.summary, [ours.cause] if ours.cause else []) == (
        said["errorCode"],
        said["errorSummary"],
        causes,
    )


async def test_a_service_app_may_not(office: Office) -> None:
    app = await office.app()
    client(app)["application_type"] = "service"
    (problem,) = [each for each in plan(app, WantedChange()).problems if each.code == "E0000006"]
    assert problem.sentence() == "You do not have permission to perform the requested action"


async def test_several_problems_are_all_told(office: Office) -> None:
    problems = plan(await office.app(), WantedChange("NEVER", 99, "x y")).problems
    assert [each.cause for each in problems] == [
        "rotationType: The field has an invalid value",
        "leeway: The field must lie between 0 and 60",
        "redirectUris: The field has an invalid value",
    ]
    assert problems[1].sentence() == "Api validation failed: leeway. leeway: The field must lie between 0 and 60"


async def test_what_okta_lets_pass_is_noted(office: Office) -> None:
    app = await office.app()
    app["status"] = "INACTIVE"
    client(app)["application_type"] = "web"
    client(app)["grant_types"] = ["client_credentials"]
    assert plan(app, WantedChange()).notes == (Note.INACTIVE, Note.NO_CODE)


@pytest.mark.parametrize(
    "app",
    [{}, {"signOnMode": "SAML_2_0", "settings": {}}, {"signOnMode": "OPENID_CONNECT", "settings": {"oauthClient": []}}],
)
def test_what_is_no_oidc_app_is_refused(app: App) -> None:
    with pytest.raises(OktaRefused, match="no OpenID Connect app"):
        plan(app, WantedChange())


@pytest.mark.parametrize("found", ["refresh_token", {"a": 1}, [1]])
async def test_grants_that_are_no_list_of_texts(office: Office, found: object) -> None:
    app = await office.app()
    client(app)["grant_types"] = found
    with pytest.raises(OktaRefused, match="grant_types"):
        plan(app, WantedChange())
