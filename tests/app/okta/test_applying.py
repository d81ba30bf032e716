"""The change made: read anew, sent whole, read back; and what happens when something comes between."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo.applications import Grant
from app.errors import LapseError, OktaRefused, StoreFailed, Unreachable
from app.okta.applying import Applied, apply
from app.okta.change import AppField, GrantChange, WantedChange, plan
from app.okta.kept_token import forget_token, keep_token, kept_token, token_key
from app.okta.management import ManagementClient
from app.secret import Secret
from app.session.store import MemoryStore
from app.sim_loop import SimClock
from app.testing.sessions import WatchedStore, World
from tests.app.demo.administrator import Document, client, without_refresh
from tests.app.okta.conftest import Office

pytestmark = pytest.mark.anyio
STRANGE: dict[str, Any] = {"a": [1, 2.5, {"ü": "\u2028"}], "big": 12345678901234567890, "none": None, "e": []}


async def failing(office: Office, change: GrantChange) -> LapseError:
    with pytest.raises(LapseError) as found:
        await apply(office.management, change)
    return found.value


def loses(request: httpx.Request) -> Exception:
    return httpx.ReadError("gone", request=request)


def refuses_connections(request: httpx.Request) -> Exception:
    return httpx.ConnectError("refused", request=request)


async def test_read_sent_whole_and_read_back(office: Office) -> None:
    change = await office.planned(WantedChange("STATIC", 5, "http://127.0.0.1:9/callback"))
    assert not office.org.application.may(Grant.REFRESH)
    done = await apply(office.management, change)
    assert office.way.methods() == ["GET", "PUT", "GET"]
    application = office.org.application
    assert application.may(Grant.REFRESH)
    assert (application.rotation_type, application.grace_s) == ("STATIC", 5)
    assert application.redirect_uris[-1] == "http://127.0.0.1:9/callback"
    assert done.others == ()
    assert {each.field: each.added for each in done.fields} == {
        AppField.GRANT_TYPES: ("refresh_token",),
        AppField.ROTATION: ("STATIC",),
        AppField.GRACE: ("5",),
        AppField.REDIRECT_URIS: ("http://127.0.0.1:9/callback",),
    }
    assert (done.app_id, done.client_id, done.label) == (DEMO_CLIENT_ID, DEMO_CLIENT_ID, "Lapse")


async def test_what_lapse_does_not_know_is_sent_back_as_it_came(office: Office) -> None:
    before = await office.without_grant()
    strange = {**before, "zzz": STRANGE, "settings": {**before["settings"], "new": STRANGE}}
    office.way.instead = [lambda _: httpx.Response(200, json=strange)] * 2
    change = plan(await office.app(), WantedChange())
    await apply(office.management, change)
    sent = json.loads(office.way.requests[-2].content)
    assert office.way.requests[-2].method == "PUT"
    for found in (sent["zzz"], sent["settings"]["new"]):
        assert json.dumps(found) == json.dumps(STRANGE)
    client(sent)["grant_types"].remove("refresh_token")
    del client(sent)["refresh_token"]
    assert json.dumps(sent) == json.dumps(strange), "nothing but the grant differs, order included"


async def test_the_put_itself_is_the_bytes_that_were_read(office: Office) -> None:
    """Against a server that keeps what it is sent: the member in question, byte for byte."""
    text = '"zzz": {"a": [1, 2.5, {"ü": "\u2028"}], "big": 12345678901234567890, "none": null}'
    app = json.dumps(await office.without_grant(), ensure_ascii=False)
    body = f"{app[:-1]}, {text}}}".encode()
    office.way.instead = [lambda _: httpx.Response(200, content=body)] * 2
    await apply(office.management, plan(await office.app(), WantedChange()))
    assert text.encode() in office.way.requests[-2].content


async def test_nothing_needed_is_nothing_sent(office: Office) -> None:
    change = plan(await office.app(), WantedChange())
    office.way.requests.clear()
    done = await apply(office.management, change)
    assert office.way.methods() == ["GET", "GET"]
    assert not any(each.is_change for each in done.fields)


async def test_a_problem_is_told_and_nothing_sent(office: Office) -> None:
    error = await failing(office, await office.planned(WantedChange(grace_s=61)))
    assert office.way.requests == []
    assert error.lines() == (
        "Okta would not accept the change: leeway: The field must lie between 0 and 60",
        "Your session has not changed.",
        "Nothing was sent. Correct it and try again.",
    )


async def test_who_changed_the_app_meanwhile_is_not_overwritten(office: Office) -> None:
    change = await office.planned()

    def rename(document: Document) -> None:
        document["label"] = "Renamed"

    office.clock.jump(5)
    assert (await office.admin.changed(rename)).status_code == 200
    error = await failing(office, change)
    assert isinstance(error, OktaRefused)
    assert error.what == "The app was changed in the meantime: label, lastUpdated."
    assert "PUT" not in office.way.methods()
    assert office.org.application.label == "Renamed"
    again = plan(await office.app(), WantedChange())
    assert (await apply(office.management, again)).label == "Renamed"


async def test_a_save_that_changed_nothing_else_counts_as_well(office: Office) -> None:
    change = await office.planned()
    office.clock.jump(5)
    office.org.register(replace(office.org.application, last_updated=office.clock.now()))
    assert "lastUpdated" in (await failing(office, change)).what


async def test_a_lost_response_is_looked_after(office: Office) -> None:
    change = await office.planned()
    office.way.after = [None, loses]
    done = await apply(office.management, change)
    assert isinstance(done, Applied)
    assert office.way.methods() == ["GET", "PUT", "GET"]


async def test_a_lost_request_is_told_as_not_made(office: Office) -> None:
    change = await office.planned()
    office.way.instead = [None, loses]
    error = await failing(office, change)
    assert isinstance(error, Unreachable)
    assert error.what.endswith("The app is as it was.")
    assert error.next_step == "Apply the change again."


async def test_a_request_that_was_never_sent_is_not_looked_after(office: Office) -> None:
    change = await office.planned()
    office.way.instead = [None, refuses_connections]
    error = await failing(office, change)
    assert isinstance(error, Unreachable)
    assert not error.sent
    assert office.way.methods() == ["GET", "PUT"]


@pytest.mark.parametrize("late", [loses, lambda _: httpx.Response(429), lambda _: httpx.Response(502)])
async def test_made_but_not_read_back(office: Office, late: Any) -> None:
    change = await office.planned()
    office.way.instead = [None, None, late]
    error = await failing(office, change)
    assert error.what.startswith("The change was sent, but could not be confirmed.")
    assert error.next_step == "Most likely it was made. Read the app again to see."
    assert error.exit_code == 3


@pytest.mark.parametrize(
    ("wanted", "kept", "missing"),
    [
        (WantedChange("ROTATE", 30), {"leeway": 29}, "settings.oauthClient.refresh_token.leeway"),
        (WantedChange("ROTATE", 30), {"rotation_type": "STATIC"}, "settings.oauthClient.refresh_token.rotation_type"),
    ],
)
async def test_taken_but_not_there_is_no_success(
    office: Office, wanted: WantedChange, kept: dict[str, Any], missing: str
) -> None:
    change = await office.planned(wanted)
    shown = json.loads(json.dumps(change.after))
    client(shown)["refresh_token"].update(kept)
    office.way.instead = [None, None, lambda _: httpx.Response(200, json=shown)]
    error = await failing(office, change)
    assert error.what == f"Okta took the change, but the app does not show it: {missing}."


async def test_the_grant_itself_missing_afterwards(office: Office) -> None:
    change = await office.planned()
    office.way.instead = [None, lambda _: httpx.Response(200, json={})]
    error = await failing(office, change)
    assert "settings.oauthClient.grant_types" in error.what


async def test_without_rotation_the_grace_period_need_not_be_shown(office: Office) -> None:
    change = await office.planned(WantedChange("STATIC", 30))
    shown = json.loads(json.dumps(change.after))
    del client(shown)["refresh_token"]["leeway"]
    office.way.instead = [None, None, lambda _: httpx.Response(200, json=shown)]
    assert (await apply(office.management, change)).others == ()


async def test_what_okta_tidied_up_is_told(office: Office) -> None:
    change = await office.planned()
    shown = {**json.loads(json.dumps(change.after)), "profile": {"tidied": True}}
    office.way.instead = [None, None, lambda _: httpx.Response(200, json=shown)]
    assert (await apply(office.management, change)).others == ("profile.tidied",)


async def test_a_token_without_the_right_changes_nothing(office: Office) -> None:
    change = await office.planned()
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission to perform the requested action"}
    office.way.instead = [None, lambda _: httpx.Response(403, json=body)]
    error = await failing(office, change)
    assert error.what == "The admin who created the API token may not do this."
    assert not office.org.application.may(Grant.REFRESH)


async def test_a_refresh_token_comes_at_the_next_sign_in_and_not_before(clock: SimClock) -> None:
    world = World(clock)
    org = world.org
    management = ManagementClient(world.http, clock, org_url=org.issuer_base, token=Secret(org.api_token))
    app = await management.read_app(DEMO_CLIENT_ID)
    without_refresh(app)
    await management.replace_app(DEMO_CLIENT_ID, app)
    await world.sign_in()
    assert world.tokens.refresh is None
    clock.jump(1)
    await apply(management, plan(await management.read_app(DEMO_CLIENT_ID), WantedChange("ROTATE", 0)))
    assert world.tokens.refresh is None, "the sign-in before it has none for good"
    await world.sign_in()
    first = world.tokens.refresh
    assert first is not None
    clock.jump(3600)
    assert await world.session.fresh_token() is not None
    assert world.tokens.refresh not in (None, first), "and it rotates, as was wanted"
    await world.close()


async def test_a_kept_token_is_an_org_s_own_and_can_be_forgotten() -> None:
    store = MemoryStore()
    one, other = "https://one.okta.com", "https://other.okta.com"
    await keep_token(store, one, Secret(" SSWS 00t0ken "))
    assert token_key(one) == "https://one.okta.com#okta-api-token"
    assert await kept_token(store, one) == Secret("00t0ken")
    assert await kept_token(store, other) is None
    await forget_token(store, one)
    await forget_token(store, one)
    assert await kept_token(store, one) is None


async def test_a_keyring_that_fails_says_what_of_the_token_became() -> None:
    store = WatchedStore()
    store.broken = True
    with pytest.raises(StoreFailed) as found:
        await keep_token(store, "https://one.okta.com", Secret("00t0ken"))
    assert found.value.what == "The API token was not kept: the keyring is broken."
    assert found.value.lines()[1] == "Your session has not changed."
    assert "session" not in found.value.next_step
