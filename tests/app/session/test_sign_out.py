"""Signing out at the real demo org: the order of the three parts, each failing, and the ID token shown to nobody."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from filelock import FileLock

from app.errors import OAuthError, StoreFailed
from app.events.session import BrowserSessionLeft, SignOutFinished, StorePlace, Undone
from app.events.words import sentence, undone
from app.oauth.client import OAuthClient
from app.oauth.logout import SignOutPage, end_session_url, sign_out_page
from app.secret import Secret
from app.session import lock
from app.session import sign_out as signing_out
from app.session.sign_out import PartResult, SignOutResult, sign_out
from app.session.states import SignedOut as Nobody
from app.sim_loop import SimClock
from app.testing.sessions import World
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
Told = Callable[[bool], None]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the page is served on a real socket


class Browser:
    """Opens the page as a browser would and goes where it leads, at the world's org; `opened` are its arguments."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.opened: list[str] = []
        self.responses: list[httpx.Response] = []
        self.sent_to: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    def __call__(self, url: str, told: Told) -> None:
        self.opened.append(url)
        told(True)
        self._tasks.append(asyncio.get_running_loop().create_task(self._go(url)))

    async def _go(self, url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            first = await http.get(url, headers={"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"})
        assert first.status_code == 303
        self.sent_to.append(first.headers["location"])
        self.responses += [first, await self._world.http.get(first.headers["location"])]

    async def done(self) -> None:
        await asyncio.gather(*self._tasks)


@pytest.fixture
async def world(clock: SimClock) -> AsyncIterator[World]:
    async with World(clock) as found:
        await found.sign_in()
        yield found


async def leave(world: World, open_browser: Any, **more: Any) -> SignOutResult:
    how = await sign_out(world.session, world.client, world.journal, open_browser=open_browser, **more)
    assert isinstance(world.session.state, Nobody)
    assert await world.store.load("demo") is None
    return how


def asked(world: World) -> list[str]:
    return [request.url.path.rpartition("/")[2] for request in world.network.requests]


def last(world: World, kind: type) -> Any:
    return [entry.event for entry in world.told if isinstance(entry.event, kind)][-1]


def nobody_comes(url: str, told: Told) -> None:
    told(True)


async def test_the_three_parts_in_order(world: World) -> None:
    browser, refresh = Browser(world), world.tokens.refresh
    assert refresh is not None
    assert len(world.org.pending.sessions) == 1
    how = await leave(world, browser)
    await browser.done()
    assert how == SignOutResult(PartResult.DONE, PartResult.DONE, PartResult.DONE)
    assert how.lines() == (
        "Signed out here.",
        "The server revoked the tokens.",
        "The browser was sent to the server's sign-out page.",
    )
    assert asked(world) == ["revoke", "logout"]
    assert [name for name in world.names() if name != "Exchange"][-2:] == ["SignOutFinished", "BrowserSessionLeft"]
    assert not world.org.pending.sessions
    with pytest.raises(OAuthError, match="invalid_grant"):
        await world.client.refresh(refresh.value, cause=None)


async def test_the_sign_out_says_whose_session_ends(world: World) -> None:
    browser = Browser(world)
    id_token = world.tokens.id
    assert id_token is not None
    await leave(world, browser)
    await browser.done()
    url = urlsplit(browser.sent_to[0])
    metadata = world.client.known_metadata
    assert metadata is not None
    assert f"{url.scheme}://{url.netloc}{url.path}" == metadata.end_session_endpoint
    assert parse_qs(url.query) == {
        "id_token_hint": [id_token.value.reveal()],
        "client_id": [world.client.client_id],
    }


async def test_the_id_token_is_no_argument_and_in_no_journal_or_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="app")
    caplog.set_level(logging.DEBUG, logger="asyncio")
    browser = Browser(world)
    held = [each.value.reveal() for each in (world.tokens.id, world.tokens.refresh, world.tokens.access) if each]
    how = await leave(world, browser)
    said = " ".join((*browser.opened, repr(list(world.journal)), how.sentence(), repr(how), caplog.text))
    await browser.done()
    assert browser.opened[0].startswith("http://127.0.0.1:")
    for value in held:
        assert value not in said
        assert value.split(".")[-1] not in said


@pytest.mark.parametrize(
    ("trouble", "fate", "why"),
    [
        ("503", PartResult.FAILED, "The revocation endpoint answered 503"),
        ("dropped", PartResult.FAILED, "The exchange with 127.0.0.1 broke off (gone)"),
        ("silent", PartResult.FAILED, "the server did not answer the revocation in time"),
        ("no endpoint", PartResult.NOT_OFFERED, "the server offers no revocation"),
        ("no metadata", PartResult.FAILED, "The issuer answered 503 where its metadata should be"),
    ],
)
async def test_a_revocation_that_fails_hinders_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str, fate: PartResult, why: str
) -> None:
    monkeypatch.setattr(signing_out, "REVOKE_WITHIN_S", 0.2 if trouble == "silent" else PATIENCE_S)
    onwards = world.network.handle_async_request

    async def response(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if trouble == "no metadata" or (trouble == "503" and path.endswith("/revoke")):
            return httpx.Response(503, stream=httpx.ByteStream(b""), request=request)
        if trouble == "dropped" and path.endswith("/revoke"):
            raise httpx.ReadError("gone", request=request)
        if trouble == "silent" and path.endswith("/revoke"):
            await asyncio.sleep(60)
        response = await onwards(request)
        if trouble == "no endpoint" and ".well-known" in path:
            text = (await response.aread()).replace(b'"revocation_endpoint"', b'"other"')
            headers = {"content-type": "application/json"}
            return httpx.Response(200, headers=headers, stream=httpx.ByteStream(text), request=request)
        return response

    monkeypatch.setattr(world.network, "handle_async_request", response)
    world.client._metadata = None  # asked for again, as by another process
    browser = Browser(world)
    how = await leave(world, browser)
    await browser.done()
    assert (how.revoked, how.revoked_why, how.forgotten) == (fate, why, PartResult.DONE)
    finished = last(world, SignOutFinished)
    assert (finished.revoked, undone(finished.why, error=finished.error)) == (False, why)
    led = trouble != "no metadata"
    assert (how.browser is PartResult.DONE) is led
    assert how.browser_why == ("" if led else "the server's metadata could not be fetched")
    assert bool(browser.opened) is led


async def test_without_a_refresh_token_the_access_token_is_revoked(world: World) -> None:
    await world.sign_in("openid profile")
    assert world.tokens.refresh is None
    how = await leave(world, None)
    assert how.revoked is PartResult.DONE
    sent = parse_qs(world.network.requests[-1].content.decode())
    assert sent["token_type_hint"] == ["access_token"]


async def test_a_server_without_sign_out_in_the_browser(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = await world.client.metadata()
    world.client._metadata = type(metadata)(
        issuer=metadata.issuer,
        authorization_endpoint=metadata.authorization_endpoint,
        token_endpoint=metadata.token_endpoint,
        jwks_uri=metadata.jwks_uri,
        revocation_endpoint=metadata.revocation_endpoint,
    )
    browser = Browser(world)
    how = await leave(world, browser)
    assert (how.revoked, how.browser, how.forgotten) == (PartResult.DONE, PartResult.NOT_OFFERED, PartResult.DONE)
    assert browser.opened == []
    assert last(world, BrowserSessionLeft) == BrowserSessionLeft(sent=False, why=Undone.NO_SIGN_OUT)


async def test_a_browser_that_cannot_be_opened_is_not_waited_for(world: World) -> None:
    how = await leave(world, lambda _, told: told(False))
    assert (how.browser, how.browser_why) == (PartResult.FAILED, "no browser could be opened")
    assert how.revoked is PartResult.DONE


async def test_a_browser_that_does_not_come_is_given_up_and_nobody_stays_signed_in_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_out, "BROWSER_WITHIN_S", 0.1)
    signed_in: list[bool] = []

    def watching(url: str, told: Told) -> None:
        signed_in.append(world.session.tokens is not None)
        told(True)

    how = await leave(world, watching)
    assert (how.browser, how.browser_why) == (PartResult.FAILED, "the browser did not come within 0 s")
    assert signed_in == [False]


async def test_no_port_for_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*asked: object, **more: object) -> None:
        raise OSError("no sockets left")

    monkeypatch.setattr(asyncio, "start_server", none)
    how = await leave(world, nobody_comes)
    assert (how.browser, how.forgotten) == (PartResult.FAILED, PartResult.DONE)
    assert "no free port" in how.browser_why


async def test_the_browser_is_left_alone_where_it_is_not_wanted(world: World) -> None:
    how = await leave(world, None, not_wanted="nobody signed in by it")
    assert (how.browser, how.revoked) == (PartResult.NOT_WANTED, PartResult.DONE)
    assert how.lines()[2] == "The browser's session was left as it is: nobody signed in by it."
    assert "BrowserSessionLeft" not in world.names()


async def test_nobody_is_signed_out_without_a_request(world: World) -> None:
    await leave(world, None)
    world.network.requests.clear()
    browser = Browser(world)
    how = await leave(world, browser)
    assert (how.revoked, how.browser, how.forgotten) == (PartResult.NOT_WANTED, PartResult.NOT_WANTED, PartResult.DONE)
    assert (world.network.requests, browser.opened) == ([], [])


@pytest.mark.parametrize("where", ["revocation", "browser"])
async def test_cancelled_in_the_middle_it_is_forgotten_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    there = asyncio.Event()

    async def hanging(self: OAuthClient, *asked: object, **more: object) -> bool:
        there.set()
        await asyncio.sleep(60)
        return True

    if where == "revocation":
        monkeypatch.setattr(OAuthClient, "revoke", hanging)

    def opening(url: str, told: Told) -> None:
        there.set()

    signing = sign_out(world.session, world.client, world.journal, open_browser=opening)
    task = asyncio.get_running_loop().create_task(signing)
    await there.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(world.session.state, Nobody)
    assert await world.store.load("demo") is None
    left = last(world, SignOutFinished)
    assert (left.revoked, left.why) == ((False, Undone.CANCELLED) if where == "revocation" else (True, None))
    if where == "browser":
        assert last(world, BrowserSessionLeft) == BrowserSessionLeft(sent=False, why=Undone.CANCELLED)


async def test_a_store_that_does_not_delete_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.store.place = StorePlace.KEYRING
    session = world.second_session()
    await session.restore()

    async def broken(key: str) -> None:
        raise StoreFailed("The keyring is locked.")

    monkeypatch.setattr(world.store, "delete", broken)
    how = await sign_out(session, world.client, world.journal, open_browser=None)
    assert isinstance(session.state, Nobody)
    assert (how.forgotten, how.forgotten_why) == (PartResult.FAILED, "The keyring is locked")
    assert how.lines()[0] == "Signed out here, but not deleted from the store: The keyring is locked."
    assert "could not be deleted from its store (The keyring is locked)" in sentence(last(world, SignOutFinished))


async def test_a_lock_another_process_never_lets_go_does_not_keep_the_session(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_GIVE_UP_POLLS", 2)
    world.lock_folder = tmp_path
    session = world.second_session()
    await session.restore()
    name = f"session-{hashlib.sha256(b'demo').hexdigest()[:16]}.lock"
    with FileLock(tmp_path / name, thread_local=False):
        how = await sign_out(session, world.client, world.journal, open_browser=None)
    assert (how.revoked, how.forgotten) == (PartResult.DONE, PartResult.DONE)
    assert await world.store.load("demo") is None


# --- the page ---------------------------------------------------------------------------------------------------------

ONWARDS = "https://login.example/logout?id_token_hint=eyJ.hint.sig"


@asynccontextmanager
async def page() -> AsyncIterator[tuple[SignOutPage, httpx.AsyncClient]]:
    async with sign_out_page(Secret(ONWARDS)) as found, httpx.AsyncClient(trust_env=False) as http:
        yield found, http


async def test_the_page_leads_one_navigation_on_and_leaves_no_trace() -> None:
    async with page() as (found, http):
        response = await http.get(found.url)
        assert (response.status_code, response.headers["location"]) == (303, ONWARDS)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "eyJ" not in response.text
        assert await found.visited(timeout_s=1.0)
        again = await http.get(found.url)
        assert (again.status_code, "location" in again.headers) == (410, False)
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.get(found.url)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"headers": {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}}, 403),
        ({"headers": {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}}, 403),
        ({"headers": {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"}}, 403),
        ({"headers": {"Host": "rebound.example"}}, 421),
        ({"method": "POST"}, 405),
        ({"method": "HEAD"}, 405),
        ({"path": "/"}, 404),
        ({"path": "/sign-out/guessed"}, 404),
        ({"more": "?x=1"}, 404),
        ({"more": "/"}, 404),
    ],
)
async def test_the_page_leads_nobody_else_on_and_is_not_used_up_by_them(asked: dict[str, Any], status: int) -> None:
    async with page() as (found, http):
        url = found.url + asked.get("more", "")
        if "path" in asked:
            url = str(httpx.URL(found.url).copy_with(path=asked["path"]))
        response = await http.request(asked.get("method", "GET"), url, headers=asked.get("headers"))
        assert (response.status_code, "location" in response.headers) == (status, False)
        assert not await found.visited(timeout_s=0.0)
        assert (await http.get(found.url)).status_code == 303


async def test_sockets_that_say_nothing_are_hung_up_on_at_the_end() -> None:
    async with page() as (found, http):
        port = httpx.URL(found.url).port
        assert port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await http.get(found.url)  # came later, so the silent one is being read from by now
    async with asyncio.timeout(PATIENCE_S):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


def test_a_query_of_the_endpoint_s_own_is_kept() -> None:
    url = end_session_url("https://login.example/logout?tenant=a", client_id="c d", id_token=None)
    assert url.reveal() == "https://login.example/logout?tenant=a&client_id=c+d"
