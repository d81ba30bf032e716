"""Lapse's own parts over real httpx, put together for one connection; the browser walks the server's pages."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import httpx

from app.clock import SystemClock
from app.connection import Connection
from app.decision import Decision
from app.errors import OAuthError
from app.events import Entry, Event
from app.events.refresh import Decided
from app.journal import Journal
from app.oauth.client import OAuthClient
from app.oauth.decode import decode
from app.secret import Secret
from app.session.calls import ApiCaller, CallResult
from app.session.session import Session
from app.session.sign_in import browser_sign_in
from app.session.states import SignedIn
from app.session.store import MemoryStore
from app.session.tokens import TokenSet
from app.wire.recorder import RecordingTransport
from tests.e2e.oidc_provider.browser import Browser
from tests.patience import PATIENCE_S

Told = TypeVar("Told", bound=Event)


@dataclass
class Lapse:
    """One connection's client, session and API caller, on a clock that can be moved; `told` is the journal."""

    connection: Connection
    clock: SystemClock
    journal: Journal
    client: OAuthClient
    session: Session
    calls: ApiCaller
    told: list[Entry]
    browser: Browser = field(default_factory=Browser)
    walk: threading.Thread = field(default_factory=threading.Thread)

    async def sign_in(self, **walked: Any) -> TokenSet:
        """Sign in by a browser that walks so; return the tokens."""
        async with asyncio.timeout(PATIENCE_S):
            response, claims, attempt = await browser_sign_in(
                self.client,
                self.connection,
                self.journal,
                self.clock,
                show=lambda _: None,
                open_browser=partial(self.browse, **walked),
            )
        await self.session.begin(response, claims, cause=attempt)
        return self.tokens

    def browse(self, url: str, told: Callable[[bool], None], **walked: Any) -> None:
        """Open the browser, on a thread: the loop has to hear what comes back."""
        self.walk = threading.Thread(target=self.browser.walk, args=(url,), kwargs=walked, name="browser", daemon=True)
        self.walk.start()
        told(True)

    async def walked(self) -> None:
        """Wait until the browser has come to the end of its walk."""
        if self.walk.is_alive():
            await asyncio.to_thread(self.walk.join, PATIENCE_S)

    async def call(self) -> CallResult:
        """Call the API."""
        return await self.calls.call("GET", self.connection.api_url)

    async def refused(self, tokens: TokenSet) -> str:
        """Return the error that a refresh with these tokens gets, past the session."""
        assert tokens.refresh is not None
        try:
            await self.client.refresh(tokens.refresh.value, cause=None)
        except OAuthError as refusal:
            return refusal.code
        raise AssertionError("the refresh token was taken")

    @property
    def tokens(self) -> TokenSet:
        """What is held."""
        assert isinstance(self.session.state, SignedIn), self.session.state
        return self.session.state.tokens

    @property
    def last_decision(self) -> Decision:
        """The last decision there was."""
        return self.events(Decided)[-1].decision

    def events(self, kind: type[Told]) -> list[Told]:
        """Return what was told of this kind."""
        return [entry.event for entry in self.told if isinstance(entry.event, kind)]


@asynccontextmanager
async def opened(connection: Connection, clock: SystemClock | None = None) -> AsyncIterator[Lapse]:
    """Put Lapse's parts together; nothing of them is left afterwards."""
    clock = clock or SystemClock()
    told: list[Entry] = []
    journal = Journal(clock)
    journal.subscribe(told.append)
    wire = RecordingTransport(httpx.AsyncHTTPTransport(), journal, clock)
    async with httpx.AsyncClient(transport=wire, trust_env=False) as http:
        client = OAuthClient(
            http, clock, issuer=connection.issuer, client_id=connection.client_id, resource=connection.resource
        )
        session = Session(client, MemoryStore(), journal, clock, key=connection.key, leeway_s=connection.leeway_s)
        calls = ApiCaller(http, session, journal, clock)
        lapse = Lapse(connection, clock, journal, client, session, calls, told)
        try:
            yield lapse
        finally:
            await session.close()
            await lapse.walked()
            lapse.browser.close()


def header(token: Secret) -> dict[str, Any]:
    """Return a JWT's header, unverified."""
    found = decode(token.reveal())
    assert found is not None, "the token is opaque"
    return found.header


async def status_of(url: str, tokens: TokenSet) -> int:
    """Return what an API answers to an access token that Lapse may have forgotten."""
    assert tokens.access is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(url, headers={"Authorization": f"Bearer {tokens.access.value.reveal()}"})).status_code
