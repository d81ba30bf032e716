"""The one assembly that window, command line, lessons and tests share."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import truststore

from app import events, settings
from app.clock import Clock, SystemClock
from app.connection import Connection, check_connection
from app.demo.addresses import Addresses
from app.demo.host import DemoHost, Hosting
from app.demo.policy import Policy
from app.errors import BadInput, LapseError
from app.inspection.desk import Desk
from app.journal import Journal
from app.lanes import Limits
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller, CallResult
from app.session.session import Session
from app.session.sign_in import OpenBrowser, Waiting, browser_sign_in, open_system_browser
from app.session.store import KeyringStore, TokenStore
from app.session.worker import Worker
from app.settings import Settings
from app.urls import check_url
from app.wire.details import Details
from app.wire.recorder import RecordingTransport

if TYPE_CHECKING:
    from app.demo.org import DemoOrg
    from app.trouble import Trouble

_STOP_WITHIN_S = 5.0


class Workbench:
    """Journal, clock, settings, and for the connection in use: its client, session and API caller.

    `connect` must have been awaited before `session`, `client` or `calls` are used.
    """

    session: Session
    client: OAuthClient
    connection: Connection

    def __init__(
        self,
        *,
        clock: Clock,
        journal: Journal,
        folder: Path,
        found: Settings,
        host: DemoHost,
        store: TokenStore | None,
        open_browser: OpenBrowser,
    ) -> None:
        self.clock = clock
        self.journal = journal
        self.settings = found
        self.host = host
        self._folder = folder
        self._store = store or KeyringStore(self._keyring_awaited)
        self.open_browser = open_browser
        self.details = Details()
        self._worker = Worker("lapse-workbench")
        self._http: httpx.AsyncClient | None = None

    async def connect(self, connection: Connection | None = None) -> None:
        """Take up `connection` (the one in use by default) and restore its session, without any network request.

        For the embedded demo org this starts it, or finds the one another Lapse runs. Raises LapseError.
        """
        wanted = connection or self.settings.connection
        if self._http is not None:
            await self.session.close()
        else:
            self._http = await self._worker.run(self._new_http)
        if wanted.embedded:
            wanted = self._embedded(wanted, await self._ensure_demo_org())
        self.connection = check_connection(wanted)
        self.client = OAuthClient(
            self._http, self.clock, issuer=self.connection.issuer, client_id=self.connection.client_id
        )
        self.session = Session(
            self.client,
            self._store,
            self.journal,
            self.clock,
            key=self.connection.key,
            leeway_s=self.connection.leeway_s,
            lock_folder=self._folder,
        )
        self.desk = Desk(self._http, self.client, self.session, self.clock)
        self._calls = ApiCaller(self._http, self.session, self.journal, self.clock)
        await self.session.restore()

    async def sign_in(self, show: Callable[[Waiting], None]) -> None:
        """Sign in through the browser; `show` is told the URL while it waits. Cancel by cancelling the task.

        Raises LapseError; an earlier session stays as it was until the new one is complete.
        """
        try:
            answer, claims, attempt = await browser_sign_in(
                self.client,
                self.connection,
                self.journal,
                self.clock,
                show=show,
                open_browser=self.open_browser,
            )
        except LapseError as trouble:
            self.journal.append(events.SignInFinished(trouble.what))
            raise
        except asyncio.CancelledError:
            self.journal.append(events.SignInFinished("It was cancelled."))
            raise
        await self.session.begin(answer, claims, cause=attempt)

    async def call_api(self, method: str, url: str) -> CallResult:
        """Call the API once; see `ApiCaller.call`."""
        return await self._calls.call(method, url)

    async def call_api_many(
        self, method: str, url: str, times: int, done: Callable[[CallResult], None] = lambda _: None
    ) -> list[CallResult]:
        """Call the API `times` times at once; `done` is told each result as it comes. Raises BadInput."""
        check_url(url, "The API URL")

        async def one() -> CallResult:
            result = await self._calls.call(method, url)
            done(result)
            return result

        return list(await asyncio.gather(*(one() for _ in range(times))))

    async def sign_out(self) -> str | None:
        """Sign out; see `Session.sign_out`."""
        return await self.session.sign_out()

    async def reset_demo_org(self) -> None:
        """Make the demo org forget every grant and change its key; its session here ends with it."""
        await self._worker.run(self.host.reset)
        self.journal.append(events.DemoOrgReset())
        await self.connect(self.settings.connection)
        await self.session.forget()

    async def demo_addresses(self) -> Addresses:
        """Return where the demo org is and what opens its doors; raises LapseError when it cannot be had."""
        return await self._worker.run(self.host.addresses)

    def limits(self) -> Limits:
        """Return what bounds refresh tokens: known of a demo org this process serves, stated by no other server."""
        org = self.host.org
        return limits_of(org) if org is not None and self.connection.embedded else Limits()

    async def trouble(self) -> "Trouble":
        """Return the means to trouble the session at the demo org on purpose; raises BadInput for any other."""
        if not self.connection.embedded or self._http is None:
            raise BadInput("Only the demo org can be troubled on purpose.", next_step="Choose the demo org first.")
        from app.demo.controller import Controller
        from app.trouble import Trouble

        controller = Controller(self._http, await self.demo_addresses())
        return Trouble(self.session, self.client, self.journal, controller)

    def remember_connection(self, connection: Connection, *, instead_of: str | None = None) -> None:
        """Use this connection from now on, in the next run too; in the place of the one named so, if there is one.

        Raises BadInput when another has its name, or when it cannot be saved.
        """
        if connection.embedded:
            self._remember(replace(self.settings, current=connection.name))
        else:
            self._remember(self.settings.with_connection(connection, instead_of=instead_of or connection.name))

    def remember_scheme(self, choice: str) -> None:
        """Look so in the next run too: system, light or dark. Raises BadInput when it cannot be saved."""
        self._remember(replace(self.settings, scheme=choice))

    def remember_window(self, kept: dict[str, str]) -> None:
        """Open the window as it was left, in the next run. Raises BadInput when it cannot be saved."""
        self._remember(replace(self.settings, window=kept))

    def _remember(self, found: Settings) -> None:
        self.settings = found
        settings.save(found, settings.config_dir())

    async def close(self) -> None:
        """Let a running refresh finish, close the connections, stop the demo org if it is ours."""
        if self._http is not None:
            if hasattr(self, "session"):
                await self.session.close()
            await self._http.aclose()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                await self._worker.run(self.host.close)
        except TimeoutError:
            pass  # its thread is a daemon and its ledger is written: the process may go

    async def _ensure_demo_org(self) -> Hosting:
        before = self.host.hosting
        hosting = await self._worker.run(self.host.ensure)
        if hosting != before:
            self.journal.append(_hosting_event(hosting))
            if hosting.set_aside is not None:
                self.journal.append(events.DemoOrgLedgerSetAside(hosting.set_aside.name))
        return hosting

    def _embedded(self, connection: Connection, hosting: Hosting) -> Connection:
        return replace(connection, issuer=hosting.issuer, api_url=f"{hosting.base_url}/api/me")

    def _new_http(self) -> httpx.AsyncClient:
        # The operating system's trust store, so that a company's own authority is known without a switch.
        trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        wire: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(verify=trust)
        return httpx.AsyncClient(
            transport=RecordingTransport(_DemoOrgRevival(wire, self), self.journal, self.clock, self.details),
            follow_redirects=False,
            trust_env=False,
        )

    def _keyring_awaited(self, waiting: bool) -> None:  # noqa: FBT001 - a callback's one argument
        self.journal.append(events.KeyringAwaited(waiting))


class _DemoOrgRevival(httpx.AsyncBaseTransport):
    """Starts the demo org again when the Lapse that served it has gone; nothing was sent, so sending again is safe."""

    def __init__(self, inner: httpx.AsyncBaseTransport, bench: Workbench) -> None:
        self._inner = inner
        self._bench = bench

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except httpx.ConnectError:
            bench = self._bench
            if not (bench.connection.embedded and request.url.port == bench.host.port):
                raise
            with suppress(LapseError):  # then the connection is refused again, and that is what is told
                await bench._ensure_demo_org()  # noqa: SLF001 - two halves of one assembly
            return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _hosting_event(hosting: Hosting) -> events.Event:
    if hosting.role == "guest":
        return events.DemoOrgFound(hosting.issuer, hosting.port)
    if hosting.port != hosting.wanted_port:
        return events.DemoOrgPortTaken(hosting.wanted_port, hosting.port)
    return events.DemoOrgStarted(hosting.issuer, hosting.port)


def limits_of(org: "DemoOrg") -> Limits:
    """Return what bounds refresh tokens at a demo org."""
    knobs = org.knobs()
    rotates = knobs["rotation_type"] == "ROTATE"
    return Limits(
        grace_s=float(knobs["leeway_s"]) if rotates else 0.0,
        idle_s=float(knobs["refresh_idle_s"]) or None,
        absolute_s=float(knobs["refresh_token_lifetime_s"]) or None,
    )


@asynccontextmanager
async def open_workbench(
    *,
    clock: Clock | None = None,
    store: TokenStore | None = None,
    policy: Policy | None = None,
    open_browser: OpenBrowser = open_system_browser,
) -> AsyncIterator[Workbench]:
    """Open the assembly on this machine's settings; it is not yet connected. Leaving closes everything.

    Raises BadInput when the settings cannot be read.
    """
    clock = clock or SystemClock()
    folder = settings.data_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    bench = Workbench(
        clock=clock,
        journal=Journal(clock),
        folder=folder,
        found=settings.load(settings.config_dir()),
        host=DemoHost(folder, clock, policy=policy or Policy()),
        store=store,
        open_browser=open_browser,
    )
    try:
        yield bench
    finally:
        await bench.close()
