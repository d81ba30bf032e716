"""The authorization endpoint and its page."""

from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from app.demo import dialect
from app.demo.dialect import OktaError
from app.demo.org import LAPSE, DemoOrg
from tests.app.demo.somebody import REDIRECT_URI, V1, Somebody

pytestmark = pytest.mark.anyio

NASTY = "\"><script>alert(1)</script><img src=x onerror='a'>{{7*7}}"


class Fields(HTMLParser):
    """The tags of a page, and the attributes of its inputs and buttons."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.buttons: list[dict[str, str | None]] = []
        self.labels: set[str | None] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "input":
            self.inputs[found["name"] or ""] = found
        elif tag == "button":
            self.buttons.append(found)
        elif tag == "label":
            self.labels.add(found["for"])


def returned(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303
    location = response.headers["location"]
    assert location.startswith(REDIRECT_URI + "?")
    assert response.headers["referrer-policy"] == "no-referrer"
    return dict(httpx.URL(location).params)


async def test_page_can_be_used_by_everybody(ada: Somebody, org: DemoOrg) -> None:
    response = await ada.open_page()
    page = Fields(response.text)
    assert response.status_code == 200
    assert page.inputs["username"]["value"] == "ada"
    assert page.inputs["password"]["type"] == "password"
    assert {field["id"] for field in page.inputs.values()} <= page.labels
    assert [button["value"] for button in page.buttons] == ["sign-in", "cancel"]
    assert org.user.password in response.text
    assert '<html lang="en">' in response.text


async def test_page_needs_and_allows_nothing_from_elsewhere(ada: Somebody) -> None:
    response = await ada.open_page()
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:45454;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in Fields(response.text).tags
    assert response.headers["cache-control"] == "no-cache, no-store"


async def test_page_may_redirect_to_ipv6_loopback(ada: Somebody) -> None:
    response = await ada.open_page(redirect_uri="http://[::1]:45454/callback")
    assert response.status_code == 200
    assert "form-action 'self' http:;" in response.headers["content-security-policy"]


async def test_sign_in_sends_the_browser_back(ada: Somebody, org: DemoOrg) -> None:
    response = await ada.submit({"username": "ada@example.com", "password": org.user.password, "action": "sign-in"})
    found = returned(response)
    assert found.keys() == {"code", "state", "iss"}
    assert (found["state"], found["iss"]) == ("state-1", org.issuer)


async def test_cancel_is_access_denied(ada: Somebody) -> None:
    found = returned(await ada.submit({"action": "cancel"}))
    assert (found["error"], found["error_description"]) == ("access_denied", dialect.ACCESS_DENIED.description)
    assert found["state"] == "state-1"


@pytest.mark.parametrize("form", [{"username": "ada", "password": "wrong"}, {"username": "bob"}, {}])
async def test_wrong_password_stays_on_the_page(ada: Somebody, form: dict[str, str]) -> None:
    response = await ada.submit(form)
    assert response.status_code == 400
    assert "Unable to sign in" in response.text
    assert Fields(response.text).inputs["username"]["value"] == form.get("username", "ada")


async def test_page_escapes_everything(ada: Somebody, org: DemoOrg) -> None:
    org.applications[LAPSE.id] = type(LAPSE)(id=LAPSE.id, label=NASTY)
    for response in (
        await ada.open_page(login_hint=NASTY),
        await ada.submit({"username": NASTY, "password": NASTY}),
    ):
        page = Fields(response.text)
        assert page.inputs["username"]["value"] == NASTY
        assert not {"script", "img"} & set(page.tags)
        assert "49" not in Fields(response.text).inputs["username"]["value"]


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"client_id": None}, dialect.INVALID_CLIENT_ID),
        ({"client_id": NASTY}, dialect.INVALID_CLIENT_ID),
        ({"redirect_uri": None}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": "https://evil.example/callback"}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": "http://localhost:45454/callback"}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": "http://127.0.0.1:45454/callback/x"}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": "http://127.0.0.1:45454/callback\n"}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": "http://127.0.0.1:99999/callback"}, dialect.ILLEGAL_REDIRECT_URI),
        ({"redirect_uri": "http://127.0.0.1:1@evil.example:80/callback"}, dialect.ILLEGAL_REDIRECT_URI),
    ],
)
async def test_untrusted_redirect_gets_a_page(ada: Somebody, changes: dict[str, Any], row: OktaError) -> None:
    response = await ada.open_page(**changes)
    assert response.status_code == row.status
    assert "location" not in response.headers
    assert "form-action 'none'" in response.headers["content-security-policy"]
    assert row.description.replace("'", "&#39;") in response.text
    assert "script" not in Fields(response.text).tags


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"state": None}, dialect.INVALID_STATE),
        ({"state": "a b"}, dialect.INVALID_STATE),
        ({"response_type": None}, dialect.MISSING_PARAMETER.about("response_type")),
        ({"response_type": "token"}, dialect.UNSUPPORTED_RESPONSE_TYPE.about("[code]")),
        ({"response_mode": "fragment"}, dialect.UNSUPPORTED_RESPONSE_MODE.about("[query, form_post]")),
        ({"code_challenge": None}, dialect.MISSING_CHALLENGE),
        ({"code_challenge_method": None}, dialect.UNSUPPORTED_CHALLENGE.about("[S256]")),
        ({"code_challenge_method": "plain"}, dialect.UNSUPPORTED_CHALLENGE.about("[S256]")),
        ({"scope": None}, dialect.NO_SCOPES),
        ({"scope": "openid nonsense"}, dialect.UNKNOWN_SCOPE),
        ({"scope": "profile"}, dialect.OPENID_REQUIRED),
        ({"prompt": "none"}, dialect.NO_SESSION),
        ({"prompt": "perhaps"}, dialect.INVALID_PROMPT.about("[none, login, consent, login consent]")),
        ({"max_age": "-1"}, dialect.INVALID_MAX_AGE),
        ({"max_age": "2147483648"}, dialect.INVALID_MAX_AGE),
    ],
)
async def test_error_by_redirect(ada: Somebody, changes: dict[str, Any], row: OktaError) -> None:
    found = returned(await ada.open_page(**changes))
    assert (found["error"], found["error_description"]) == (row.error, row.description)
    assert found.get("state") == changes.get("state", "state-1")
    assert "code" not in found


async def test_parameter_given_twice_gets_a_page(ada: Somebody) -> None:
    query = httpx.QueryParams(ada.query()).add("state", "state-2")
    response = await ada.http.get(f"{V1}/authorize", params=query)
    assert (response.status_code, "multiple parameters" in response.text) == (400, True)


async def test_form_of_another_site_is_refused(ada: Somebody, org: DemoOrg) -> None:
    response = await ada.http.post(
        f"{V1}/authorize",
        params=ada.query(),
        data={"username": "ada", "password": org.user.password},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert (response.status_code, "location" in response.headers) == (403, False)
