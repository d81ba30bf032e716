"""The browser's session at the org: prompt, max_age, consent, the ways back, and sign-out."""

import re
from typing import Any

import httpx
import pytest

from app.demo import dialect
from app.demo.dialect import OktaError, listed
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.somebody import REDIRECT_URI, V1, Somebody
from tests.app.demo.test_demo_authorize import Fields, returned

pytestmark = pytest.mark.anyio

HOUR_S = 3600
SIGNED_OUT_URI = "http://127.0.0.1:8765/signed-out"


def is_sign_in_page(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and "<h1>Sign in</h1>" in answer.text


async def test_a_session_spares_the_second_sign_in(ada: Somebody, clock: SimClock) -> None:
    first = await ada.tokens()
    clock.jump(60)
    found = returned(await ada.open_page(state="again"))
    assert (found["state"], "code" in found) == ("again", True)
    second = (await ada.exchange(found["code"])).json()
    assert claims(second["id_token"])["auth_time"] == claims(first["id_token"])["auth_time"]


def claims(token: str) -> dict[str, Any]:
    import jwt

    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(ada: Somebody) -> None:
    answer = await ada.submit({"username": "ada", "password": ada.org.user.password})
    cookie = answer.headers["set-cookie"]
    assert re.match(r"lapse-demo-sid-8899=[A-Za-z0-9_-]{32}; HttpOnly; Path=/; SameSite=lax$", cookie)


async def test_a_session_ends_by_the_orgs_clock(ada: Somebody, clock: SimClock) -> None:
    await ada.code()
    clock.jump(2 * HOUR_S - 1)
    assert "code" in returned(await ada.open_page())
    clock.jump(1)
    assert is_sign_in_page(await ada.open_page())


async def test_prompt_login_asks_again(ada: Somebody) -> None:
    await ada.code()
    assert is_sign_in_page(await ada.open_page(prompt="login"))


@pytest.mark.parametrize(("age_s", "asks"), [(59, False), (60, False), (61, True)])
async def test_max_age_asks_again_when_the_sign_in_is_too_old(
    ada: Somebody, clock: SimClock, age_s: int, *, asks: bool
) -> None:
    await ada.code()
    clock.jump(age_s)
    assert is_sign_in_page(await ada.open_page(max_age="60")) is asks


@pytest.mark.parametrize(
    ("signed_in", "changes", "row"),
    [
        (False, {}, dialect.NO_SESSION),
        (True, {"max_age": "0"}, dialect.LOGIN_REQUIRED),
    ],
)
async def test_prompt_none_never_shows_a_page(
    ada: Somebody, changes: dict[str, str], row: OktaError, *, signed_in: bool
) -> None:
    if signed_in:
        await ada.code()
        assert "code" in returned(await ada.open_page(prompt="none"))
    found = returned(await ada.open_page(prompt="none", **changes))
    assert (found["error"], found["error_description"]) == (row.error, row.description)


async def consent(ada: Somebody, answer: httpx.Response, action: str = "allow", **changes: str) -> httpx.Response:
    ticket = Fields(answer.text).inputs["ticket"]["value"] or ""
    return await ada.submit({"action": action, "ticket": ticket}, **changes)


async def test_prompt_consent_asks_for_it_every_time(ada: Somebody) -> None:
    for _ in range(2):
        page = await ada.submit({"username": "ada", "password": ada.org.user.password}, prompt="consent")
        assert "Ada Lovelace" in page.text
        assert "<code>offline_access</code>" in page.text
        assert "code" in returned(await consent(ada, page, prompt="consent"))


async def test_an_application_that_requires_consent_asks_once(ada: Somebody, org: DemoOrg) -> None:
    org.turn(requires_consent=True)
    page = await ada.submit({"username": "ada", "password": org.user.password})
    found = returned(await ada.open_page(prompt="none"))
    row = dialect.CONSENT_REQUIRED.about(listed(ada.query()["scope"].split()))
    assert (found["error"], found["error_description"]) == (row.error, row.description)
    assert "code" in returned(await consent(ada, page))
    assert "code" in returned(await ada.open_page(prompt="none"))


async def test_consent_refused(ada: Somebody) -> None:
    page = await ada.submit({"username": "ada", "password": ada.org.user.password}, prompt="consent")
    found = returned(await consent(ada, page, action="cancel", prompt="consent"))
    assert found["error"] == "access_denied"


@pytest.mark.parametrize("ticket", ["", "forged"])
async def test_consent_without_a_ticket_asks_for_the_password(ada: Somebody, ticket: str) -> None:
    answer = await ada.submit({"action": "allow", "ticket": ticket}, prompt="consent")
    assert is_sign_in_page(answer)


async def test_a_ticket_serves_once_and_five_minutes(ada: Somebody, clock: SimClock) -> None:
    form = {"username": "ada", "password": ada.org.user.password}
    page = await ada.submit(form, prompt="consent")
    await consent(ada, page, prompt="consent")
    assert is_sign_in_page(await consent(ada, page, prompt="consent"))
    page = await ada.submit(form, prompt="consent")
    clock.jump(300)
    assert is_sign_in_page(await consent(ada, page, prompt="consent"))


async def test_form_post_takes_the_answer_back_in_a_form(ada: Somebody) -> None:
    answer = await ada.submit({"username": "ada", "password": ada.org.user.password}, response_mode="form_post")
    page = Fields(answer.text)
    assert {name: page.inputs[name]["value"] for name in ("state", "iss")} == {
        "state": "state-1",
        "iss": ada.org.issuer,
    }
    assert f'action="{REDIRECT_URI}"' in answer.text
    code = page.inputs["code"]["value"]
    assert code
    assert (await ada.exchange(code)).status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy


async def test_errors_come_back_by_form_post_too(ada: Somebody) -> None:
    answer = await ada.open_page(response_mode="form_post", prompt="none", max_age="0")
    page = Fields(answer.text)
    assert page.inputs["error"]["value"] == "login_required"
    assert page.inputs["state"]["value"] == "state-1"


@pytest.mark.parametrize(
    ("uri", "by_default", "exactly"),
    [
        ("http://127.0.0.1:8765/callback", True, True),
        ("http://127.0.0.1:1/callback", True, False),
        ("http://[::1]:50000/callback", True, False),
        ("http://127.0.0.1:65536/callback", False, False),
        ("http://127.0.0.1:8765/other", False, False),
        ("http://localhost:8765/callback", False, False),
        ("http://127.0.0.1:8765/callback?x=1", False, False),
        ("https://127.0.0.1:8765/callback", False, False),
        ("http://127.0.0.1.example.com:8765/callback", False, False),
    ],
)
async def test_redirect_uris_by_rfc_8252_and_exactly(
    ada: Somebody, org: DemoOrg, uri: str, *, by_default: bool, exactly: bool
) -> None:
    for exact, good in ((False, by_default), (True, exactly)):
        org.turn(exact_redirect_uris=exact)
        answer = await ada.open_page(redirect_uri=uri)
        assert is_sign_in_page(answer) is good
        assert good or dialect.ILLEGAL_REDIRECT_URI.description.replace("'", "&#39;") in answer.text


async def sign_out(ada: Somebody, method: str = "GET", **fields: str | None) -> httpx.Response:
    sent = {name: value for name, value in fields.items() if value is not None}
    if method == "GET":
        return await ada.http.get(f"{V1}/logout", params=sent)
    return await ada.http.post(f"{V1}/logout", data=sent)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_sign_out_ends_the_session_and_revokes_nothing(ada: Somebody, method: str) -> None:
    tokens = await ada.tokens()
    answer = await sign_out(
        ada, method, id_token_hint=tokens["id_token"], post_logout_redirect_uri=SIGNED_OUT_URI, state="s&t"
    )
    assert (answer.status_code, answer.headers["location"]) == (302, f"{SIGNED_OUT_URI}?state=s%26t")
    assert is_sign_in_page(await ada.open_page())
    assert (await ada.refresh(tokens["refresh_token"])).status_code == 200
    assert (await ada.call(tokens["access_token"])).status_code == 200


async def test_sign_out_without_a_way_back_shows_a_page(ada: Somebody) -> None:
    tokens = await ada.tokens()
    answer = await sign_out(ada, id_token_hint=tokens["id_token"])
    assert (answer.status_code, "<h1>Signed out</h1>" in answer.text) == (200, True)


async def test_an_expired_hint_is_a_good_one(ada: Somebody, clock: SimClock) -> None:
    tokens = await ada.tokens()
    clock.jump(30 * 24 * HOUR_S)
    assert (await sign_out(ada, id_token_hint=tokens["id_token"])).status_code == 200


@pytest.mark.parametrize("kind", ["none", "nonsense", "access_token", "spoilt"])
async def test_sign_out_needs_an_id_token_of_this_server(ada: Somebody, kind: str) -> None:
    tokens = await ada.tokens()
    hints = {
        "none": None,
        "nonsense": "nonsense",
        "access_token": tokens["access_token"],
        "spoilt": tokens["id_token"][:-8] + "AAAAAAAA",
    }
    answer = await sign_out(ada, id_token_hint=hints[kind], post_logout_redirect_uri=SIGNED_OUT_URI)
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert "code" in returned(await ada.open_page()), "the session must not end by a refused sign-out"


async def test_sign_out_goes_to_registered_uris_only(ada: Somebody) -> None:
    tokens = await ada.tokens()
    answer = await sign_out(
        ada, id_token_hint=tokens["id_token"], post_logout_redirect_uri="https://evil.example/signed-out"
    )
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert dialect.ILLEGAL_SIGN_OUT_URI.description.replace("'", "&#39;") in answer.text
