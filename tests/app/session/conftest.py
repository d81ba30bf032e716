"""A session against the real demo org, in process and in simulated time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.connection import DEFAULT_SCOPES, DEMO_CLIENT_ID
from app.demo.asgi import asgi
from app.demo.org import ADA, DemoOrg
from app.demo.policy import Policy
from app.errors import StoreFailed
from app.events import Entry
from app.journal import Journal
from app.oauth.client import OAuthClient
from app.oauth.grants import authorization_params
from app.oauth.pkce import Pkce
from app.secret import Secret
from app.session.calls import ApiCaller
from app.session.session import Session
from app.session.states import SignedIn
from app.session.store import MemoryStore, TokenStore
from app.session.tokens import TokenSet
from app.sim_loop import SimClock
from app.urls import with_query
from app.wire.recorder import RecordingTransport

REDIRECT_URI = "http://127.0.0.1:1/callback"
Fault = Callable[[httpx.Request, Callable[[], Awaitable[httpx.Response]]], Awaitable[httpx.Response]]


class ServerClock(SimClock):
    """The server's clock, which is right while the client's wall is off by `skew_s`."""

    def __init__(self, client: SimClock, skew_s: float = 0.0) -> None:
        super().__init__()
        self._client = client
        self.skew_s = skew_s

    def now(self) -> float:
        return self._client.now() - self.skew_s


class Network(httpx.AsyncBaseTransport):
    """The way to the org: `faults` are asked in turn, one a token request, and may answer, delay or lose it."""

    def __init__(self, org: DemoOrg) -> None:
        self._inner = httpx.ASGITransport(app=asgi(org))
        self.faults: list[Fault] = []
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)

        async def onwards() -> httpx.Response:
            return await self._inner.handle_async_request(request)

        if request.url.path.endswith("/token") and self.faults:
            return await self.faults.pop(0)(request, onwards)
        return await onwards()

    def token_requests(self) -> int:
        return sum(request.url.path.endswith("/token") for request in self.requests)


class WatchedStore(MemoryStore):
    """A memory store that keeps what was written, in order, and fails on demand."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.broken = False

    async def save(self, key: str, text: str) -> None:
        if self.broken:
            raise StoreFailed("The keyring is broken.")
        self.written.append(text)
        await super().save(key, text)


@dataclass
class World:
    clock: SimClock
    org: DemoOrg
    network: Network
    journal: Journal
    http: httpx.AsyncClient
    client: OAuthClient
    store: WatchedStore
    session: Session
    calls: ApiCaller
    lock_folder: Path | None = None
    told: list[Entry] = field(default_factory=list)

    @property
    def tokens(self) -> TokenSet:
        assert isinstance(self.session.state, SignedIn)
        return self.session.state.tokens

    async def sign_in(self, scopes: str = DEFAULT_SCOPES) -> None:
        pkce = Pkce.new()
        metadata = await self.client.metadata()
        params = authorization_params(
            metadata,
            client_id=DEMO_CLIENT_ID,
            redirect_uri=REDIRECT_URI,
            scopes=scopes,
            state="state",
            nonce="nonce",
            pkce=pkce,
        )
        url = with_query(metadata.authorization_endpoint, params)
        form = {"username": ADA.login, "password": ADA.password, "action": "sign-in"}
        page = await self.http.post(url, data=form)
        code = parse_qs(urlsplit(page.headers["location"]).query)["code"][0]
        answer = await self.client.exchange_code(code=Secret(code), redirect_uri=REDIRECT_URI, pkce=pkce, cause=None)
        assert answer.id_token is not None
        claims = await self.client.verify_id_token(
            answer.id_token, access_token=answer.access_token, nonce="nonce", cause=None
        )
        await self.session.begin(answer, claims, cause=None)
        self.network.requests.clear()

    def second_session(self, store: TokenStore | None = None) -> Session:
        """Another process's session over the same store."""
        return new_session(self, store or self.store)

    def turn(self, **knobs: object) -> None:
        self.org.turn(**knobs)

    def names(self) -> list[str]:
        return [type(entry.event).__name__ for entry in self.told]


def new_session(world: World, store: TokenStore) -> Session:
    return Session(
        world.client,
        store,
        world.journal,
        world.clock,
        key="demo",
        leeway_s=1.0,
        lock_folder=world.lock_folder,
    )


@pytest.fixture
async def world(clock: SimClock) -> AsyncIterator[World]:
    found = new_world(clock)
    yield found
    await found.session.close()
    await found.http.aclose()


def new_world(clock: SimClock) -> World:
    org = DemoOrg(clock, Policy(refresh_token_lifetime_s=7 * 3600))
    network = Network(org)
    journal = Journal(clock)
    http = httpx.AsyncClient(transport=RecordingTransport(network, journal, clock))
    client = OAuthClient(http, clock, issuer=org.issuer, client_id=DEMO_CLIENT_ID)
    store = WatchedStore()
    session = Session(client, store, journal, clock, key="demo", leeway_s=1.0)
    found = World(clock, org, network, journal, http, client, store, session, ApiCaller(http, session, journal, clock))
    journal.subscribe(found.told.append)
    return found


async def lost_after_commit(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The server rotated; the answer never arrives."""
    await onwards()
    raise httpx.ReadError("gone", request=request)


def answers(status: int, body: bytes = b"", **headers: str) -> Fault:
    """The server, or somebody in between, answers this instead."""

    async def fault(request: httpx.Request, onwards: object) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, headers=named, stream=httpx.ByteStream(body), request=request)

    return fault


def slow(seconds: float) -> Fault:
    async def fault(request: httpx.Request, onwards: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        await asyncio.sleep(seconds)
        return await onwards()

    return fault


def refused(kind: type[httpx.TransportError] = httpx.ConnectError) -> Fault:
    async def fault(request: httpx.Request, onwards: object) -> httpx.Response:
        raise kind("no route", request=request)

    return fault
