"""Sign-in through a browser against the real demo org: what the request says, how it comes back, what is refused."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.faults import Fault
from app.errors import BadInput, SignInFailed, UnusableResponse
from app.events import Event
from app.events.sign_in import AuthorizationPushed, RedirectPortsTaken, SignInFinished
from app.session.sign_in import Waiting, browser_sign_in
from app.session.sign_in_result import SignIn, journalled
from app.testing.sessions import World
from tests.app.demo.test_demo_authorize import Fields
from tests.patience import PATIENCE_S
from tests.ports import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the redirect listener is a real socket


@dataclass
class Browser:
    """Walks the org's pages in process and comes back over a real socket; every page is kept."""

    world: World
    action: str = "sign-in"
    opened: list[str] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    pages: list[httpx.Response] = field(default_factory=list)

    def __call__(self, url: str, told_opened: Callable[[bool], None]) -> None:
        self.opened.append(url)
        self.tasks.append(asyncio.ensure_future(self._walk(url)))  # noqa: TID251 - somebody else
        told_opened(True)

    @property
    def query(self) -> dict[str, str]:
        return dict(httpx.URL(self.opened[-1]).params)

    async def _walk(self, url: str) -> None:
        form = {"username": "ada", "password": self.world.org.user.password, "action": self.action}
        page = await self.world.http.post(url, data=form)
        if page.status_code == 200 and "ticket" in Fields(page.text).inputs:  # consent
            ticket = Fields(page.text).inputs["ticket"]["value"] or ""
            page = await self.world.http.post(url, data={"action": "allow", "ticket": ticket})
        self.pages.append(page)
        async with httpx.AsyncClient(trust_env=False) as outside:
            if page.is_redirect:
                self.pages.append(await outside.get(page.headers["location"]))
            elif page.is_success:
                sent = {name: each["value"] or "" for name, each in Fields(page.text).inputs.items()}
                self.pages.append(await outside.post(self.query["redirect_uri"], data=sent))


def connection(world: World, **more: Any) -> Connection:
    given = {"name": "Demo", "issuer": world.org.issuer, "client_id": DEMO_CLIENT_ID, **more}
    return Connection(**given)


async def sign_in(
    world: World, browser: Browser | None = None, shown: list[Waiting] | None = None, **more: Any
) -> SignIn:
    browser = browser or Browser(world)
    signing_in = browser_sign_in(
        world.client,
        connection(world, **more),
        world.journal,
        world.clock,
        show=(shown if shown is not None else []).append,
        open_browser=browser,
    )
    async with asyncio.timeout(PATIENCE_S):
        try:
            return await journalled(world.journal, signing_in)
        finally:
            await asyncio.gather(*browser.tasks)


def forms(world: World, path: str) -> list[dict[str, str]]:
    asked = [each for each in world.network.requests if each.url.path.endswith(path) and each.method == "POST"]
    return [dict(httpx.QueryParams(each.content.decode())) for each in asked]


def happened(world: World, kind: type[Event]) -> list[Event]:
    return [entry.event for entry in world.told if isinstance(entry.event, kind)]


async def test_the_api_is_named_in_every_request_and_the_connections_parameters_are_sent(world: World) -> None:
    browser = Browser(world)
    more = {"audience": "api://x", "resource": "https://api.example/", "authorize_params": (("acr_values", "phr"),)}
    response, claims, attempt = await sign_in(world, browser, **more)
    found = browser.query
    assert (found["audience"], found["resource"], found["acr_values"]) == ("api://x", "https://api.example/", "phr")
    assert "prompt" not in found  # the org is Okta's kind
    await world.session.begin(response, claims, cause=attempt)
    await world.session.fresh_token(asked_for=True)
    code, refresh = forms(world, "/token")
    assert (code["grant_type"], code["resource"]) == ("authorization_code", "https://api.example/")
    assert (refresh["grant_type"], refresh["resource"]) == ("refresh_token", "https://api.example/")
    assert "audience" not in code


async def test_refreshes_name_no_api_of_a_sign_in_that_came_to_nothing(world: World) -> None:
    with pytest.raises(SignInFailed):
        await sign_in(world, Browser(world, action="cancel"), resource="https://api.example/")
    assert world.client.resource == ""


async def test_parameters_of_a_connection_never_take_the_place_of_our_own(world: World) -> None:
    browser = Browser(world)
    await sign_in(world, browser, authorize_params=(("state", "evil"), ("scope", "evil"), ("prompt", "login")))
    assert browser.query["state"] != "evil"
    assert browser.query["scope"] != "evil"
    assert browser.query["prompt"] == "login"


async def test_offline_access_is_asked_with_consent_where_the_server_is_not_oktas_kind(world: World) -> None:
    metadata = await world.client.metadata()
    endpoint = metadata.authorization_endpoint
    moved = endpoint.replace("/oauth2/default/v1/authorize", "/auth")

    async def elsewhere(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth":
            request.url = request.url.copy_with(path="/oauth2/default/v1/authorize")
        return await inner(request)

    inner = world.network.handle_async_request
    world.network.handle_async_request = elsewhere  # type: ignore[method-assign]
    world.client._metadata = replace(metadata, authorization_endpoint=moved)
    browser = Browser(world)
    response, _, _ = await sign_in(world, browser)
    assert (browser.query["prompt"], response.refresh_token is not None) == ("consent", True)
    await sign_in(world, browser, authorize_params=(("prompt", "login"),))
    assert browser.query["prompt"] == "login"
    await sign_in(world, browser, scopes="openid")
    assert "prompt" not in browser.query


# The response.


async def test_the_response_may_come_as_a_form(world: World) -> None:
    browser = Browser(world)
    _, claims, _ = await sign_in(world, browser, authorize_params=(("response_mode", "form_post"),))
    assert claims["name"] == "Ada Lovelace"
    assert browser.pages[-1].request.method == "POST"
    assert "safe to close" in browser.pages[-1].text


async def test_a_refusal_may_come_as_a_form(world: World) -> None:
    browser = Browser(world, action="cancel")
    with pytest.raises(SignInFailed, match="declined"):
        await sign_in(world, browser, authorize_params=(("response_mode", "form_post"),))


@pytest.mark.parametrize("mode", ["query", "form_post"])
@pytest.mark.parametrize("fault", ["wrong-iss@sign_in", "no-iss@sign_in"])
async def test_a_response_of_another_issuer_is_not_used(world: World, mode: str, fault: str) -> None:
    world.org.faults.switch_on((Fault.parse(fault),))
    with pytest.raises(SignInFailed, match="another issuer"):
        await sign_in(world, authorize_params=(("response_mode", mode),))
    assert not forms(world, "/token")


async def test_a_server_that_states_neither_scope_nor_lifetime(world: World) -> None:
    async def terse(request: httpx.Request, onwards: Any) -> httpx.Response:
        full = await onwards()
        await full.aread()
        left = {name: value for name, value in full.json().items() if name not in ("scope", "expires_in")}
        return httpx.Response(200, json=left, request=request)

    world.network.faults = [terse]
    response, claims, attempt = await sign_in(world)
    assert (response.scope, response.expires_in_s) == (connection(world).scopes, None)
    await world.session.begin(response, claims, cause=attempt)
    assert world.tokens.expires_at is None


async def test_opaque_access_tokens_are_as_good(world: World) -> None:
    world.org.turn(access_token_format="opaque")
    response, claims, _ = await sign_in(world)
    assert "." not in response.access_token.reveal()
    assert claims["name"] == "Ada Lovelace"


# Where it comes back to.


async def test_the_next_redirect_uri_is_used_where_a_port_is_taken(world: World) -> None:
    taken, free = free_port(), free_port()
    uris = tuple(f"http://127.0.0.1:{port}/callback" for port in (taken, free))
    holder = await asyncio.start_server(lambda *_: None, "127.0.0.1", taken)
    shown: list[Waiting] = []
    browser = Browser(world)
    async with holder:
        await sign_in(world, browser, shown, redirect_uris=uris)
        assert (shown[0].redirect_uri, shown[0].taken_ports) == (uris[1], (taken,))
        assert browser.query["redirect_uri"] == uris[1]
        assert happened(world, RedirectPortsTaken) == [RedirectPortsTaken((taken,), uris[1])]
        with pytest.raises(BadInput, match=f"Port {taken} is in use"):
            await sign_in(world, redirect_uris=uris[:1])
        other = await asyncio.start_server(lambda *_: None, "127.0.0.1", free)
        async with other:
            with pytest.raises(BadInput, match=f"Ports {taken} and {free} are in use"):
                await sign_in(world, redirect_uris=uris)
    assert isinstance(world.told[-1].event, SignInFinished)


# Pushed requests.


@pytest.mark.parametrize("knob", ["offers_pushed_requests", "requires_pushed_requests"])
async def test_the_browser_carries_a_reference_where_requests_can_be_pushed(world: World, knob: str) -> None:
    world.turn(**{knob: True})
    browser = Browser(world)
    _, claims, _ = await sign_in(world, browser, resource="https://api.example/")
    assert claims["name"] == "Ada Lovelace"
    assert browser.query.keys() == {"client_id", "request_uri"}
    [pushed] = forms(world, "/par")
    assert {"state", "nonce", "code_challenge", "redirect_uri", "scope", "resource"} <= pushed.keys()
    assert happened(world, AuthorizationPushed)


async def test_a_refused_push_says_so_before_the_browser_opens(world: World) -> None:
    world.turn(offers_pushed_requests=True, exact_redirect_uris=True)
    browser = Browser(world)
    with pytest.raises(SignInFailed, match="refused the sign-in request before the browser was opened") as failed:
        await sign_in(world, browser)
    assert (failed.value.raw or "").startswith("invalid_request: The 'redirect_uri' parameter must be")
    assert all(failed.value.lines())
    assert not browser.opened


async def test_a_push_endpoint_that_is_not_there_says_so(world: World) -> None:
    metadata = await world.client.metadata()
    world.client._metadata = replace(metadata, pushed_authorization_request_endpoint=f"{world.org.issuer}/nothing")
    with pytest.raises(UnusableResponse, match="pushed authorization request endpoint answered 404"):
        await sign_in(world)


async def test_pushes_that_are_required_and_nowhere_taken(world: World) -> None:
    metadata = await world.client.metadata()
    world.client._metadata = replace(metadata, require_pushed_authorization_requests=True)
    with pytest.raises(SignInFailed, match="does not say where to push them"):
        await sign_in(world)
