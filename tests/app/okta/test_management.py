"""The management API as a client: where it is, who is asked, what is recorded, and every refusal in three lines."""

import json

import httpx
import pytest

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID
from app.demo.asgi import asgi
from app.errors import BadInput, LapseError, OktaRefused, Unreachable, UnusableResponse
from app.events.wire import Exchange, ExchangeKind
from app.okta.addresses import org_url
from app.okta.kept_token import checked_token
from app.okta.management import ManagementClient
from app.secret import Secret
from app.wire.redact import shown_headers
from tests.app.demo.administrator import identity
from tests.app.okta.conftest import Answering, Office

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("issuer", "origin"),
    [
        ("https://org.okta.com/oauth2/default", "https://org.okta.com"),
        ("https://org.okta.com/oauth2/aus1a2B3c/", "https://org.okta.com"),
        ("https://org.okta.com", "https://org.okta.com"),
        (" https://org.okta.com/ ", "https://org.okta.com"),
        ("https://login.example.com:8443/oauth2/default", "https://login.example.com:8443"),
        ("http://127.0.0.1:8899/oauth2/default", "http://127.0.0.1:8899"),
        ("http://[::1]:8899/oauth2/default", "http://[::1]:8899"),
    ],
)
def test_where_the_management_api_is(issuer: str, origin: str) -> None:
    assert org_url(issuer) == origin


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.microsoftonline.com/tenant/v2.0",
        "https://example.com/realms/master",
        "https://org.okta.com/oauth2/default/v1/token",
        "https://org.okta.com/oauth2/default?x=1",
        "http://org.okta.com/oauth2/default",
        "https://user@org.okta.com",
        "org.okta.com",
    ],
)
def test_what_is_no_org_of_okta_s(issuer: str) -> None:
    with pytest.raises(BadInput):
        org_url(issuer)


async def test_the_token_goes_to_the_org_alone_and_in_okta_s_scheme(office: Office) -> None:
    assert (await office.app())["label"] == "Lapse"
    (request,) = office.way.requests
    assert str(request.url) == f"{office.org.issuer_base}/api/v1/apps/{DEMO_CLIENT_ID}"
    assert request.headers["authorization"] == f"SSWS {office.org.api_token}"


async def test_a_redirect_is_not_followed(office: Office) -> None:
    office.way.instead = [lambda _: httpx.Response(302, headers={"Location": "https://elsewhere.example/"})]
    with pytest.raises(UnusableResponse, match="answered 302"):
        await office.app()
    assert len(office.way.requests) == 1


@pytest.mark.parametrize("url", ["http://org.okta.com", "https://org.okta.com/path", "ftp://127.0.0.1", ""])
async def test_it_sends_a_token_nowhere_else(office: Office, url: str) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(BadInput):
            ManagementClient(http, SystemClock(), org_url=url, token=Secret("00t0ken"))


@pytest.mark.parametrize("text", ["00t0ken", " 00t0ken\n", "SSWS 00t0ken", "ssws  00t0ken "])
def test_a_token_is_taken_as_it_is_copied(text: str) -> None:
    assert checked_token(Secret(text)) == Secret("00t0ken")


@pytest.mark.parametrize("text", ["", "  ", "SSWS ", "two words", "line\nbreak", "t\u00f6ken", "x" * 5000])
def test_what_is_no_token(text: str) -> None:
    with pytest.raises(BadInput) as told:
        checked_token(Secret(text))
    assert not text.strip() or len(text) < 6 or text not in str(told.value)


@pytest.mark.parametrize("app_id", ["", ".", "..", "x" * 101])
async def test_what_is_no_client_id(office: Office, app_id: str) -> None:
    with pytest.raises(BadInput):
        await office.management.read_app(app_id)
    assert office.way.requests == []


async def test_an_id_stays_one_segment_of_the_path(office: Office) -> None:
    with pytest.raises(OktaRefused, match="no app with the ID"):
        await office.management.read_app("../users/00u?x#y")
    assert office.way.requests[0].url.raw_path == b"/api/v1/apps/..%2Fusers%2F00u%3Fx%23y"


async def test_recorded_as_what_it_is_without_the_token_or_a_client_secret(office: Office) -> None:
    app = await office.app()
    identity(app)["client_secret"] = "s3cr3t-of-the-app"
    with pytest.raises(OktaRefused):  # for its empty label
        await office.management.replace_app(DEMO_CLIENT_ID, {**app, "label": ""})
    events = [(each.seq, each.event) for each in office.told if isinstance(each.event, Exchange)]
    assert [event.kind for _, event in events] == [ExchangeKind.MANAGEMENT] * 2
    details = [office.details.get(seq) for seq, _ in events]
    put = details[1]
    assert put is not None
    assert put.request_body is not None
    headers = {name.lower(): value for name, value in put.request_headers}
    assert headers["authorization"].startswith(f"SSWS ●●● {Secret(office.org.api_token).fingerprint}")
    assert '"client_secret": "●●●' in put.request_body.text
    kept = repr(details) + repr(office.told)
    assert office.org.api_token not in kept
    assert "s3cr3t" not in kept


@pytest.mark.parametrize("header", ["SSWS 00t0ken", "SSWS00t0ken", "ssws\t00t0ken", "SSWS  00t0ken"])
def test_a_token_is_masked_however_it_is_sent(header: str) -> None:
    assert "00t0ken" not in repr(shown_headers([("Authorization", header), ("authorization", header)]))


def says(status: int, code: str = "", summary: str = "", *causes: str, **headers: str) -> Answering:
    body = {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": "oae1",
        "errorCauses": [{"errorSummary": each} for each in causes],
    }
    return lambda _: httpx.Response(
        status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


async def told(office: Office, answering: Answering) -> LapseError:
    office.way.instead = [answering]
    with pytest.raises(LapseError) as found:
        await office.app()
    return found.value


async def test_a_wrong_token_at_the_real_demo_org(office: Office) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi(office.org))) as http:
        stranger = ManagementClient(http, office.clock, org_url=office.org.issuer_base, token=Secret("00wrong"))
        with pytest.raises(OktaRefused) as found:
            await stranger.read_app(DEMO_CLIENT_ID)
    error = found.value
    assert (error.code, error.status, error.exit_code) == ("E0000011", 401, 1)
    assert error.lines()[0] == "Okta does not accept the API token."
    assert error.lines()[1] == "Your session has not changed."
    assert "Security > API > Tokens" in error.lines()[2]
    assert error.raw == "E0000011: Invalid token provided"


async def test_an_app_nobody_has_at_the_real_demo_org(office: Office) -> None:
    with pytest.raises(OktaRefused) as found:
        await office.management.read_app("0oa-nobody")
    assert found.value.code == "E0000007"
    assert found.value.what == "The org has no app with the ID 0oa-nobody."
    assert found.value.raw == "E0000007: Not found: Resource not found: 0oa-nobody (AppInstance)"


async def test_a_change_the_real_demo_org_refuses(office: Office) -> None:
    with pytest.raises(OktaRefused) as found:
        await office.management.replace_app(DEMO_CLIENT_ID, {**await office.app(), "label": ""})
    assert found.value.causes == ("label: The field cannot be left blank",)
    assert found.value.what == "Okta does not accept the change: label: The field cannot be left blank."
    assert found.value.raw == "E0000001: Api validation failed: label label: The field cannot be left blank"


@pytest.mark.parametrize(
    ("status", "code", "what", "exit_code"),
    [
        (401, "E0000004", "Okta does not accept the API token.", 1),
        (403, "E0000006", "The admin who created the API token may not do this.", 1),
        (401, "E0000015", "The admin who created the API token may not do this.", 1),
        (403, "E0000005", "Okta does not accept the API token from here.", 1),
        (400, "E0000003", "Okta could not read what Lapse sent.", 1),
        (405, "E0000022", "The server does not allow this change of apps.", 1),
        (400, "E9999999", "The org answered 400 E9999999.", 1),
        (500, "E0000009", "The org failed (500).", 3),
        (503, "E0000010", "The org is read only at the moment.", 3),
    ],
)
async def test_refusals_in_three_lines(office: Office, status: int, code: str, what: str, exit_code: int) -> None:
    error = await told(office, says(status, code, "Okta's own words"))
    assert isinstance(error, OktaRefused)
    assert (error.what, error.exit_code, error.raw) == (what, exit_code, f"{code}: Okta's own words")
    assert all(error.lines())


async def test_a_rate_limit_says_how_long_by_the_server_s_own_clock(office: Office) -> None:
    date = "Tue, 22 Sep 2026 14:03:20 GMT"  # 1790085800; our clock counts for nothing
    limited = says(429, "E0000047", "API call exceeded rate limit.", X_Rate_Limit_Reset="1790085842", Date=date)
    error = await told(office, limited)
    assert isinstance(error, OktaRefused)
    assert error.retry_after_s == 42.0
    assert error.lines()[2] == "Wait 42 s, then try again."
    assert error.exit_code == 3


@pytest.mark.parametrize(("reset", "wait_s"), [("+7", 7.0), ("-100", 1.0), ("soon", 1.0), ("", 1.0)])
async def test_a_rate_limit_without_a_date(office: Office, reset: str, wait_s: float) -> None:
    said = str(int(office.clock.now()) + int(reset)) if reset.lstrip("+-").isdigit() else reset
    error = await told(office, lambda _: httpx.Response(429, headers={"X-Rate-Limit-Reset": said}))
    assert isinstance(error, OktaRefused)
    assert error.retry_after_s == pytest.approx(wait_s, abs=1.0)


@pytest.mark.parametrize("status", [200, 400, 404, 502])
@pytest.mark.parametrize("body", [b"<html>captive portal</html>", b"", b"[]", b'"text"', b"[" * 100_000])
async def test_responses_that_are_not_okta_s(office: Office, status: int, body: bytes) -> None:
    error = await told(office, lambda _: httpx.Response(status, content=body))
    assert isinstance(error, UnusableResponse)


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '{"a": 0.12345678901234567890}', '{"a": NaN}', '{"a": 1e999}'])
async def test_an_app_that_could_not_be_sent_back_unchanged(office: Office, body: str) -> None:
    error = await told(office, lambda _: httpx.Response(200, text=body))
    assert isinstance(error, UnusableResponse)


async def test_strange_error_bodies_are_told_in_part(office: Office) -> None:
    body = {
        "errorCode": "E0000001",
        "errorSummary": 7,
        "errorCauses": [None, {"errorSummary": 1}, {"errorSummary": "x"}],
    }
    error = await told(office, lambda _: httpx.Response(400, text=json.dumps(body)))
    assert isinstance(error, OktaRefused)
    assert error.causes == ("x",)
    assert error.raw == "E0000001 x"


async def test_no_response_at_all(office: Office) -> None:
    error = await told(office, lambda request: httpx.ConnectError("refused", request=request))
    assert isinstance(error, Unreachable)
    assert not error.sent
