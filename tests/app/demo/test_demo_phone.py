"""The stand-in for a person's phone: its page, and the control API's way to it."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo import dialect
from app.demo.applications import LAPSE
from app.demo.asgi import asgi
from app.demo.org import GRACE, DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.grace import Grace
from tests.app.demo.test_demo_authorize import NASTY, Fields
from tests.app.demo.test_demo_tokens import assert_refused

pytestmark = pytest.mark.anyio


@pytest.fixture
async def grace(org: DemoOrg) -> AsyncIterator[Grace]:
    transport = httpx.ASGITransport(asgi(org))
    async with httpx.AsyncClient(transport=transport, base_url=org.issuer_base) as http:
        yield Grace(org, http)


async def shown(grace: Grace) -> str:
    response = await grace.http.get("/phone")
    assert response.status_code == 200
    return response.text


async def press(grace: Grace, form: dict[str, str], **headers: str) -> httpx.Response:
    return await grace.http.post("/phone", data=form, headers=headers)


# The page.


async def test_page_shows_the_code_and_for_how_long(grace: Grace, org: DemoOrg, clock: SimClock) -> None:
    clock.step_wall(-(clock.now() % 30) + 9)
    text = await shown(grace)
    assert f"<code>{await grace.code_shown()}</code>" in text
    assert "One-time code of <strong>Grace Hopper</strong>" in text
    assert "Good for 21 s more." in text
    assert "Ada" not in text
    await grace.otp()
    assert "Used; the next one comes in 21 s." in await shown(grace)
    clock.jump(21)
    assert "Good for 30 s more." in await shown(grace)


async def test_page_shows_who_asks(grace: Grace) -> None:
    assert "No request is waiting" in await shown(grace)
    await grace.primary()
    text = await shown(grace)
    assert "sign in to <strong>Lapse</strong>, Grace Hopper?" in text
    assert "Waits 300 s more." in text
    assert "No request is waiting" not in text


async def test_page_approves_by_number(grace: Grace) -> None:
    started = (await grace.primary()).json()
    page = Fields(await shown(grace))
    numbers = [button["value"] for button in page.buttons if button.get("name") == "number"]
    assert started["binding_code"] in numbers
    assert len(numbers) == 3
    assert "approve" not in [button.get("value") for button in page.buttons]
    response = await press(grace, {"push": page.inputs["push"]["value"] or "", "number": started["binding_code"]})
    assert (response.status_code, response.headers["location"]) == (303, "/phone")
    assert (await grace.oob(started["oob_code"])).status_code == 200


async def test_wrong_number_on_the_page_rejects(grace: Grace) -> None:
    started = (await grace.primary()).json()
    push = await grace.push()
    wrong = next(each for each in push["numbers"] if each != started["binding_code"])
    assert (await press(grace, {"push": push["id"], "number": wrong})).status_code == 303
    assert_refused(await grace.oob(started["oob_code"]), dialect.OOB_REJECTED)


async def test_page_approves_and_denies_without_numbers(grace: Grace, org: DemoOrg) -> None:
    org.turn(number_challenge=False)
    approved = (await grace.primary()).json()["oob_code"]
    page = Fields(await shown(grace))
    assert [button.get("value") for button in page.buttons if button.get("name")] == ["approve", "deny"]
    await press(grace, {"push": (await grace.push())["id"], "answer": "approve"})
    denied = (await grace.primary()).json()["oob_code"]
    await press(grace, {"push": (await grace.push())["id"], "answer": "deny"})
    assert (await grace.oob(approved)).status_code == 200
    assert_refused(await grace.oob(denied), dialect.OOB_REJECTED)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"push": "unknown", "answer": "approve"}, "is not pending"),
        ({"push": "unknown", "answer": "deny"}, "is not pending"),
        ({"answer": "deny"}, "is not pending"),
        ({"answer": "approve"}, "asks for the number the program shows"),
        ({"number": "07"}, "asks for the number the program shows"),
        ({}, "Approve or deny it."),
        ({"answer": "perhaps"}, "Approve or deny it."),
    ],
)
async def test_an_answer_that_is_none_changes_nothing(grace: Grace, form: dict[str, str], message: str) -> None:
    started = (await grace.primary()).json()
    given = {} if form == {"answer": "deny"} or "push" in form else {"push": (await grace.push())["id"]}
    response = await press(grace, {**given, **form})
    assert (response.status_code, message in response.text) == (400, True)
    assert_refused(await grace.oob(started["oob_code"]), dialect.OOB_PENDING)


async def test_push_is_answered_once(grace: Grace) -> None:
    started = (await grace.primary()).json()
    push = (await grace.push())["id"]
    await press(grace, {"push": push, "answer": "deny"})
    again = await press(grace, {"push": push, "number": started["binding_code"]})
    assert again.status_code == 400
    assert_refused(await grace.oob(started["oob_code"]), dialect.OOB_REJECTED)


async def test_ended_push_is_not_shown_and_cannot_be_answered(grace: Grace, clock: SimClock) -> None:
    await grace.primary()
    await grace.primary(channel_hint="sms")
    push = (await grace.push())["id"]
    clock.jump(300)
    text = await shown(grace)
    assert (push in text, "verification code" in text) == (False, False)
    assert (await press(grace, {"push": push, "answer": "deny"})).status_code == 400


async def test_page_shows_messages(grace: Grace) -> None:
    await grace.primary(channel_hint="sms")
    await grace.primary(channel_hint="voice")
    text = await shown(grace)
    for message in (await grace.phone())["messages"]:
        assert f"Your verification code is <code>{message['code']}</code>." in text
    assert text.index("Call to") < text.index("SMS to")


async def test_form_of_another_site_is_refused(grace: Grace) -> None:
    started = (await grace.primary()).json()
    push = (await grace.push())["id"]
    response = await press(grace, {"push": push, "number": started["binding_code"]}, **{"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert_refused(await grace.oob(started["oob_code"]), dialect.OOB_PENDING)


async def test_parameter_given_twice_gets_a_page(grace: Grace) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await grace.http.post("/phone", content=b"push=a&push=b", headers=headers)
    assert (response.status_code, "multiple parameters" in response.text) == (400, True)


async def test_page_escapes_everything(grace: Grace, org: DemoOrg) -> None:
    await grace.primary()
    await grace.primary(channel_hint="sms")
    org.applications[LAPSE.id] = replace(LAPSE, label=NASTY)
    text = await shown(grace)
    assert text.count("{{7*7}}") == 2
    # the one script is the page's own
    assert Fields(text).tags.count("script") == 1
    assert "img" not in Fields(text).tags


async def test_page_may_run_its_own_script_only(grace: Grace) -> None:
    response = await grace.http.get("/phone")
    script = re.search(r"<script>(.*?)</script>", response.text)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}';" in policy
    assert "unsafe" not in policy
    assert "form-action 'self';" in policy


async def test_page_of_an_application_that_is_gone_names_its_id(grace: Grace, org: DemoOrg) -> None:
    await grace.primary()
    del org.applications[LAPSE.id]
    assert DEMO_CLIENT_ID in await shown(grace)


# The control API.


async def test_control_api_tells_what_the_phone_shows(grace: Grace, clock: SimClock) -> None:
    clock.step_wall(-(clock.now() % 30) + 9)
    await grace.primary()
    await grace.primary(channel_hint="sms")
    found = await grace.phone()
    (code,), (push,), (message,) = found["codes"], found["pushes"], found["messages"]
    assert re.fullmatch(r"\d{6}", code.pop("code"))
    assert code == {"user_id": GRACE.id, "login": "grace@example.com", "remaining_s": 21, "is_used": False}
    assert (push["user_id"], push["client_id"], push["remaining_s"]) == (GRACE.id, DEMO_CLIENT_ID, 300)
    assert (message["user_id"], message["channel"]) == (GRACE.id, "sms")
    assert set(push) == {"id", "user_id", "client_id", "numbers", "remaining_s"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"push": "unknown", "answer": "approve"},
        {"push": 7, "answer": "approve"},
        {"push": None, "answer": "perhaps"},
        {"push": None, "answer": "approve"},
        {"push": None, "answer": "approve", "number": 12},
        {"push": None, "answer": "approve", "number": "07"},
    ],
)
async def test_control_api_refuses_responses_that_are_none(grace: Grace, body: dict[str, Any]) -> None:
    started = (await grace.primary()).json()
    given = {"push": (await grace.push())["id"]} if "push" in body and body["push"] is None else {}
    response = await grace.press({**body, **given})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert_refused(await grace.oob(started["oob_code"]), dialect.OOB_PENDING)


async def test_control_api_names_the_numbers_to_choose_from(grace: Grace) -> None:
    await grace.primary()
    push = await grace.push()
    response = await grace.press({"push": push["id"], "answer": "approve"})
    assert response.json()["next_step"] == f"Choose one of {', '.join(push['numbers'])}."


async def test_control_api_of_the_phone_needs_the_control_token(grace: Grace) -> None:
    assert (await grace.http.get("/demo/control/phone")).status_code == 401
    response = await grace.http.post("/demo/control/phone", json={"push": "any", "answer": "deny"})
    assert response.status_code == 401
