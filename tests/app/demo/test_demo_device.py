"""The device grant and the page where a person allows a device."""

import re
import uuid
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo import dialect
from app.demo.applications import LAPSE, Application, Grant
from app.demo.one_time_code import current_code
from app.demo.org import GRACE, DemoOrg
from app.demo.system_log import LogEvent
from app.sim_loop import SimClock
from tests.app.demo.somebody import V1, Somebody
from tests.app.demo.test_demo_authorize import NASTY, Fields
from tests.app.demo.test_demo_tokens import assert_refused, claims

pytestmark = pytest.mark.anyio

SCOPE = "openid profile offline_access"
PATH = "/activate"


def last(org: DemoOrg) -> LogEvent:
    return list(org.log)[-1]


async def started(somebody: Somebody, v1: str = V1, **changes: str | None) -> httpx.Response:
    form = {"client_id": DEMO_CLIENT_ID, "scope": SCOPE, **changes}
    sent = {name: value for name, value in form.items() if value is not None}
    return await somebody.http.post(f"{v1}/device/authorize", data=sent)


async def start(somebody: Somebody) -> dict[str, Any]:
    response = await started(somebody)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def poll(somebody: Somebody, device: dict[str, Any], **changes: str | None) -> httpx.Response:
    return await somebody.token_request({"grant_type": Grant.DEVICE, "device_code": device["device_code"], **changes})


async def submit(somebody: Somebody, device: dict[str, Any], action: str, **form: str) -> httpx.Response:
    sent = {"user_code": device["user_code"], "action": action, **form}
    return await somebody.http.post(PATH, data=sent)


async def sign_in(somebody: Somebody, device: dict[str, Any]) -> httpx.Response:
    return await submit(somebody, device, "sign-in", username="ada", password=somebody.org.user.password)


async def allow(somebody: Somebody, device: dict[str, Any]) -> httpx.Response:
    ticket = Fields((await sign_in(somebody, device)).text).inputs["ticket"]["value"] or ""
    return await submit(somebody, device, "allow", ticket=ticket)


# Asking for a code.


async def test_device_gets_a_code_as_okta_makes_it(ada: Somebody, org: DemoOrg) -> None:
    found = await start(ada)
    assert re.fullmatch(r"[A-Z]{8}", found["user_code"])
    assert str(uuid.UUID(found["device_code"])) == found["device_code"]
    page = f"{org.issuer_base}/activate"
    assert found == {
        "user_code": found["user_code"],
        "device_code": found["device_code"],
        "interval": 5,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={found['user_code']}",
        "expires_in": 600,
    }
    assert org.counters["device_authorize"] == 1
    assert (last(org).succeeded, last(org).client_id) == (True, DEMO_CLIENT_ID)
    assert last(org).scopes == ("openid", "profile", "offline_access")


async def test_interval_is_the_policys(ada: Somebody, org: DemoOrg) -> None:
    org.turn(poll_interval_s=1)
    assert (await start(ada))["interval"] == 1


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"client_id": None}, dialect.NO_CREDENTIALS),
        ({"client_id": "nobody"}, dialect.INVALID_CLIENT_ID),
        ({"scope": None}, dialect.NO_SCOPES),
        ({"scope": "openid nonsense"}, dialect.UNKNOWN_SCOPE),
        ({"scope": "profile"}, dialect.OPENID_REQUIRED),
    ],
)
async def test_device_request_refused(
    ada: Somebody, org: DemoOrg, changes: dict[str, str | None], row: dialect.OktaError
) -> None:
    assert_refused(await started(ada, **changes), row)
    assert (last(org).endpoint, last(org).reason) == ("device_authorize", row.reason)
    assert not org.pending.devices


async def test_application_without_the_grant_is_refused(ada: Somebody, org: DemoOrg) -> None:
    device = await start(ada)
    org.applications[LAPSE.id] = replace(LAPSE, grant_types=(Grant.CODE, Grant.REFRESH))
    row = dialect.UNAUTHORIZED_CLIENT.about("[authorization_code, refresh_token]")
    assert_refused(await started(ada), row)
    assert last(org).grant == "device_code"
    assert_refused(await poll(ada, device), row)


# Polling.


async def test_allowed_device_gets_tokens(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    device = await start(ada)
    waiting = await poll(ada, device)
    assert (waiting.status_code, waiting.json()) == (
        400,
        {
            "error": "authorization_pending",
            "error_description": "The device authorization is pending. Please try again later.",
        },
    )
    signed_in_at = int(clock.now())
    page = await allow(ada, device)
    assert (page.status_code, "Device activated" in page.text) == (200, True)
    clock.jump(60)
    response = await poll(ada, device)
    assert response.status_code == 200, response.text
    tokens = response.json()
    assert set(tokens) == {"token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"}
    found = claims(tokens["id_token"])
    assert (found["sub"], found["amr"], found["auth_time"]) == ("00u-demo-ada", ["pwd"], signed_in_at)
    assert (last(org).grant, last(org).family in org.ledger.families) == ("device_code", True)
    await ada.refreshed(tokens["refresh_token"])


async def test_device_code_is_good_once(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    device = await start(ada)
    await allow(ada, device)
    assert (await poll(ada, device)).status_code == 200
    clock.jump(60)
    response = await poll(ada, device)
    assert (response.status_code, response.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "The device code is invalid or has expired."},
    )
    assert last(org).cause == "The device code was used before."
    assert len(org.ledger.families) == 1


async def test_unknown_device_code_is_refused(ada: Somebody, org: DemoOrg) -> None:
    assert_refused(await poll(ada, {"device_code": str(uuid.uuid4())}), dialect.INVALID_DEVICE_CODE)
    assert "never issued" in last(org).cause
    assert_refused(
        await ada.token_request({"grant_type": Grant.DEVICE}), dialect.MISSING_PARAMETER.about("device_code")
    )


async def test_polling_too_fast_makes_the_interval_grow(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    device = await start(ada)
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)
    clock.jump(4)
    response = await poll(ada, device)
    assert (response.status_code, response.json()) == (
        400,
        {"error": "slow_down", "error_description": "Slow down the polling frequency. Please try again later."},
    )
    assert last(org).cause == "The device polled again within 5 s."
    clock.jump(9)
    assert_refused(await poll(ada, device), dialect.SLOW_DOWN)
    assert last(org).cause == "The device polled again within 10 s."
    clock.jump(14.9)
    assert_refused(await poll(ada, device), dialect.SLOW_DOWN)
    clock.jump(20)
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)


async def test_polling_at_the_interval_is_no_hurry(ada: Somebody, clock: SimClock) -> None:
    device = await start(ada)
    for _ in range(4):
        assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)
        clock.jump(5)


async def test_clock_moved_back_makes_nobody_fast(ada: Somebody, org: DemoOrg) -> None:
    device = await start(ada)
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)
    org.set_time(moved_s=-3600)
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)


async def test_device_code_ends_after_ten_minutes(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    device = await start(ada)
    await allow(ada, device)
    late = await start(ada)
    clock.jump(600)
    response = await poll(ada, device)
    assert (response.status_code, response.json()) == (
        400,
        {"error": "expired_token", "error_description": "The device code has expired."},
    )
    assert last(org).cause == "The device code is past its end."
    refused = await submit(ada, late, "enter")
    assert (refused.status_code, "Invalid code. Try again." in refused.text) == (400, True)


async def test_denied_device_is_told(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    device = await start(ada)
    await sign_in(ada, device)
    page = await submit(ada, device, "deny")
    assert (page.status_code, "Device not activated" in page.text) == (200, True)
    assert_refused(await poll(ada, device), dialect.ACCESS_DENIED)
    assert last(org).cause == "The user chose Deny."
    # and nobody can allow it any more
    assert (await submit(ada, device, "enter")).status_code == 400


async def test_device_code_belongs_to_its_client_and_server(ada: Somebody, org: DemoOrg) -> None:
    org.applications["other"] = Application(id="other", label="Other")
    device = await start(ada)
    await allow(ada, device)
    assert_refused(await poll(ada, device, client_id="other"), dialect.MISMATCHED_CLIENT)
    form = {"client_id": DEMO_CLIENT_ID, "grant_type": Grant.DEVICE, "device_code": device["device_code"]}
    assert_refused(await ada.http.post("/oauth2/v1/token", data=form), dialect.MISMATCHED_SERVER)
    assert (await poll(ada, device)).status_code == 200


async def test_own_server_of_the_org_has_devices_too(ada: Somebody, org: DemoOrg) -> None:
    device = (await started(ada, v1="/oauth2/v1")).json()
    await allow(ada, device)
    form = {"client_id": DEMO_CLIENT_ID, "grant_type": Grant.DEVICE, "device_code": device["device_code"]}
    response = await ada.http.post("/oauth2/v1/token", data=form)
    assert claims(response.json()["id_token"])["iss"] == org.issuer_base


async def test_user_who_is_not_assigned_gets_nothing(ada: Somebody, org: DemoOrg) -> None:
    device = await start(ada)
    await allow(ada, device)
    org.turn(user_is_assigned=False)
    assert_refused(await poll(ada, device), dialect.USER_NOT_ASSIGNED)
    assert not org.ledger.families


# The page.


async def test_page_asks_for_the_code_and_fills_in_the_links(ada: Somebody, org: DemoOrg) -> None:
    device = await start(ada)
    empty, filled = Fields((await ada.http.get(PATH)).text), await ada.http.get(device["verification_uri_complete"])
    assert empty.inputs["user_code"]["value"] == ""
    page = Fields(filled.text)
    assert page.inputs["user_code"]["value"] == device["user_code"]
    assert {"user_code"} <= page.labels
    assert [button["value"] for button in page.buttons] == ["enter"]
    assert "form-action 'self';" in filled.headers["content-security-policy"]
    assert "script" not in page.tags
    assert org.counters["activate"] == 2
    # looking is not allowing
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)


async def test_page_shows_who_asks_and_for_whom(ada: Somebody) -> None:
    device = await start(ada)
    asked = await submit(ada, device, "enter")
    assert (asked.status_code, "to continue to <strong>Lapse</strong>" in asked.text) == (200, True)
    assert Fields(asked.text).inputs["user_code"]["value"] == device["user_code"]
    consent = await sign_in(ada, device)
    for told in ("<strong>Lapse</strong>", "<strong>Ada Lovelace</strong>", device["user_code"], "offline_access"):
        assert told in consent.text
    assert [button["value"] for button in Fields(consent.text).buttons] == ["allow", "deny"]


async def test_signed_in_browser_is_not_asked_for_the_password(ada: Somebody, clock: SimClock) -> None:
    await ada.code()
    at = int(clock.now())
    clock.jump(60)
    device = await start(ada)
    page = Fields((await submit(ada, device, "enter")).text)
    assert "password" not in page.inputs
    await submit(ada, device, "allow", ticket=page.inputs["ticket"]["value"] or "")
    found = claims((await poll(ada, device)).json()["id_token"])
    assert found["auth_time"] == at


async def test_sign_in_on_the_page_signs_the_browser_in(ada: Somebody, org: DemoOrg) -> None:
    await sign_in(ada, await start(ada))
    assert (await ada.open_page()).status_code == 303


@pytest.mark.parametrize("write", [str.lower, lambda code: f" {code[:4]}-{code[4:]} "])
async def test_code_may_be_typed_in_any_case_and_with_a_dash(ada: Somebody, write: Any) -> None:
    device = await start(ada)
    response = await ada.http.post(PATH, data={"user_code": write(device["user_code"]), "action": "enter"})
    assert response.status_code == 200


async def test_wrong_password_is_asked_again(ada: Somebody) -> None:
    device = await start(ada)
    response = await submit(ada, device, "sign-in", username="ada", password="wrong")
    assert (response.status_code, "Unable to sign in" in response.text) == (400, True)
    assert Fields(response.text).inputs["user_code"]["value"] == device["user_code"]


async def test_second_factor_is_asked_for_on_the_page(ada: Somebody, org: DemoOrg) -> None:
    device = await start(ada)
    asked = await submit(ada, device, "sign-in", username="grace", password=GRACE.password)
    page = Fields(asked.text)
    ticket = page.inputs["ticket"]["value"] or ""
    assert page.inputs["user_code"]["value"] == device["user_code"]
    # the password alone allows nothing
    await submit(ada, device, "allow", ticket=ticket)
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)
    ticket = (
        Fields((await submit(ada, device, "sign-in", username="grace", password=GRACE.password)).text).inputs["ticket"][
            "value"
        ]
        or ""
    )
    consent = await submit(ada, device, "verify", ticket=ticket, otp=current_code(org, GRACE).code)
    await submit(ada, device, "allow", ticket=Fields(consent.text).inputs["ticket"]["value"] or "")
    org.set_time(moved_s=60)
    assert claims((await poll(ada, device)).json()["id_token"])["amr"] == ["pwd", "otp", "mfa"]


async def test_allow_needs_the_ticket_of_this_device(ada: Somebody, clock: SimClock) -> None:
    mine, other = await start(ada), await start(ada)
    ticket = Fields((await sign_in(ada, mine)).text).inputs["ticket"]["value"] or ""
    for form in ({}, {"ticket": "guessed"}, {"ticket": ticket}):
        response = await submit(ada, other, "allow", **form)
        assert "That took too long. Sign in again." in response.text
    assert_refused(await poll(ada, other), dialect.DEVICE_PENDING)


async def test_allow_ends_after_five_minutes(ada: Somebody, clock: SimClock) -> None:
    device = await start(ada)
    ticket = Fields((await sign_in(ada, device)).text).inputs["ticket"]["value"] or ""
    clock.jump(300)
    assert (await submit(ada, device, "allow", ticket=ticket)).status_code == 400
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)


async def test_ten_wrong_codes_a_minute_are_too_many(ada: Somebody, org: DemoOrg, clock: SimClock) -> None:
    device = await start(ada)
    for _ in range(10):
        wrong = await submit(ada, {"user_code": "BBBBBBBB"}, "enter")
        assert (wrong.status_code, "Invalid code. Try again." in wrong.text) == (400, True)
        assert Fields(wrong.text).inputs["user_code"]["value"] == "BBBBBBBB"
        assert (last(org).reason, last(org).endpoint) == ("invalid_user_code", "activate")
    # from now on a right code is not told from a wrong one, whatever the form
    for action in ("enter", "sign-in", "deny"):
        response = await submit(ada, device, action)
        assert (response.status_code, "Too many wrong codes" in response.text) == (429, True)
    assert last(org).reason == "too_many_user_codes"
    clock.jump(59)
    assert (await submit(ada, device, "enter")).status_code == 429
    clock.jump(1)
    assert (await submit(ada, device, "enter")).status_code == 200


@pytest.mark.parametrize("form", [{}, {"user_code": "", "action": "allow"}, {"user_code": "12345678"}])
async def test_form_without_a_code_is_asked_again(ada: Somebody, form: dict[str, str]) -> None:
    response = await ada.http.post(PATH, data=form)
    assert (response.status_code, "Invalid code" in response.text) == (400, True)


async def test_form_of_another_site_is_refused(ada: Somebody) -> None:
    device = await start(ada)
    response = await ada.http.post(
        PATH,
        data={"user_code": device["user_code"], "action": "deny"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert_refused(await poll(ada, device), dialect.DEVICE_PENDING)


async def test_parameter_given_twice_gets_a_page(ada: Somebody) -> None:
    response = await ada.http.get(f"{PATH}?user_code=A&user_code=B")
    assert (response.status_code, "multiple parameters" in response.text) == (400, True)


async def test_pages_escape_everything(ada: Somebody, org: DemoOrg) -> None:
    org.applications[LAPSE.id] = replace(LAPSE, label=NASTY)
    device = await start(ada)
    filled = await ada.http.get(PATH, params={"user_code": NASTY})
    wrong = await submit(ada, {"user_code": NASTY}, "enter")
    for response in (filled, wrong):
        assert Fields(response.text).inputs["user_code"]["value"] == NASTY[:64]
    refused = await submit(ada, device, "sign-in", username=NASTY, password=NASTY)
    assert Fields(refused.text).inputs["username"]["value"] == NASTY
    code = await submit(ada, device, "sign-in", username="grace", password=GRACE.password)
    consent = await sign_in(ada, device)
    denied = await submit(ada, device, "deny")
    for response in (filled, wrong, refused, code, consent, denied):
        assert not {"script", "img"} & set(Fields(response.text).tags)
        assert "{{7*7}}" in response.text.replace("&#39;", "'")


async def test_waiting_devices_are_bounded(ada: Somebody, org: DemoOrg) -> None:
    first = await start(ada)
    for _ in range(1000):
        await start(ada)
    assert len(org.pending.devices) == 1000
    assert_refused(await poll(ada, first), dialect.INVALID_DEVICE_CODE)


async def test_no_secret_reaches_the_system_log(ada: Somebody, org: DemoOrg) -> None:
    device = await start(ada)
    await allow(ada, device)
    tokens = (await poll(ada, device)).json()
    text = repr(list(org.log))
    for secret in (device["device_code"], device["user_code"], tokens["access_token"], tokens["refresh_token"]):
        assert secret not in text
