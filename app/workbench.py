"""The one assembly that window, command line, lessons and tests share."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from app import settings
from app.clock import Clock, OwnClock, SystemClock
from app.connection import Connection, SignInKind, check_connection
from app.connection_field import ConnectionField
from app.demo.addresses import Addresses
from app.demo.host import DemoHost, Host, Hosting
from app.demo.policy import Policy
from app.demo.way import DemoOrgWay
from app.doctor.lasttrouble import TroubleMemory
from app.errors import BadInput, LapseError, SignInFailed, StoreFailed
from app.errors.reasons import Standing
from app.events import Event
from app.events.demo import (
    DemoOrgFound,
    DemoOrgLedgerSetAside,
    DemoOrgPortTaken,
    DemoOrgReset,
    DemoOrgStarted,
    TimeTravelled,
)
from app.events.session import KeyringAwaited
from app.events.tokens import TokensReceived
from app.in_use import InUse, take_up
from app.inspection.desk import Desk
from app.journal import Journal, Scribe
from app.lanes import Limits
from app.oauth.client import OAuthClient
from app.okta.keeping import kept_token
from app.secret import KnownSecrets, Secret
from app.session.accept import SignIn, told
from app.session.calls import CallResult
from app.session.device_sign_in import DeviceWaiting, device_sign_in
from app.session.direct_sign_in import SecondFactor, direct_sign_in
from app.session.session import Session
from app.session.sign_in import OpenBrowser, Waiting, browser_sign_in, open_system_browser
from app.session.sign_out import SignedOutHow, sign_out
from app.session.store import KeyringStore, TokenStore
from app.session.worker import Errands, Worker
from app.settings import Settings
from app.urls import check_url
from app.wire.details import Details
from app.wire.network import Network
from app.wire.recorder import RecordingTransport

if TYPE_CHECKING:
    from app.controls import Controls
    from app.demo.org import DemoOrg
    from app.trouble import Trouble

_STOP_WITHIN_S = 5.0
_BY_BROWSER = "authorization_code"


class Workbench:
    """Journal, clock, settings, and every connection that was taken up, with its session; one of them is chosen.

    `folder` holds the session's lock, and what is kept beside the settings; `folder_trouble` is why nothing can be kept
    there, and then sessions do without a lock. `connect` must have been awaited before
    `connection`, `session`, `client` or `desk` are used.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        journal: Journal,
        folder: Path,
        folder_trouble: BadInput | None = None,
        found: Settings,
        host: Host,
        store: TokenStore | None,
        open_browser: OpenBrowser,
        network: Callable[[], httpx.AsyncBaseTransport],
        worker: Errands,
    ) -> None:
        self._machine_clock = clock
        self.journal = journal
        self.settings = found
        self.host = host
        self.folder = folder
        self.folder_trouble = folder_trouble
        self.store = store or KeyringStore(self._keyring_awaited)
        self.open_browser = open_browser
        self.details = Details(journal.secrets)
        self._network = network
        self._worker = worker
        self._http: httpx.AsyncClient | None = None
        self._way: DemoOrgWay | None = None
        self._in_use: dict[str, InUse] = {}
        self._chosen: InUse | None = None

    @property
    def clock(self) -> Clock:
        """The chosen connection's time; the machine's before one is chosen."""
        return self._machine_clock if self._chosen is None else self._chosen.clock

    @property
    def secrets(self) -> KnownSecrets:
        """Every secret that this program holds or has just received, of all connections."""
        return self.journal.secrets

    @property
    def _lock_folder(self) -> Path | None:
        return self.folder if self.folder_trouble is None else None

    @property
    def is_connected(self) -> bool:
        """Whether a connection is chosen."""
        return self._chosen is not None

    @property
    def chosen(self) -> InUse:
        """The connection that is chosen, with all that belongs to it."""
        if self._chosen is None:
            raise RuntimeError("no connection was chosen yet")
        return self._chosen

    @property
    def connection(self) -> Connection:
        """The chosen connection, its issuer known."""
        return self.chosen.connection

    @property
    def client(self) -> OAuthClient:
        """The chosen connection's client."""
        return self.chosen.client

    @property
    def session(self) -> Session:
        """The chosen connection's session."""
        return self.chosen.session

    @property
    def desk(self) -> Desk:
        """Where tokens of the chosen connection are inspected."""
        return self.chosen.desk

    @property
    def http(self) -> httpx.AsyncClient:
        """The recording HTTP client of all connections."""
        if self._http is None:
            raise RuntimeError("no connection was chosen yet")
        return self._http

    async def connect(self, connection: Connection | None = None) -> None:
        """Choose `connection` (the one in use by default), without any network request.

        Its session is restored when it is chosen for the first time; later what other processes did to it is taken
        over. The sessions of other connections go on. For the embedded demo org this starts it, or finds the one
        another Lapse runs. Raises LapseError; then the connection before stays chosen.
        """
        self._chosen = await self._taken_up(connection or self.settings.connection)

    async def _taken_up(self, connection: Connection) -> InUse:
        if self._http is None:
            self._http = await self._worker.run(self._new_http)
        if connection.embedded:
            connection = self._embedded(connection, await self._ensure_demo_org())
        connection = check_connection(connection)
        known = self._in_use.get(connection.key)
        if known is None:
            found = await self._taken_up_anew(connection, OwnClock(self._machine_clock))
        else:
            found = replace(known, connection=connection)
            found.session.leeway_s = connection.leeway_s
            await found.session.look_again()
        self._in_use[connection.key] = found
        return found

    async def _taken_up_anew(self, connection: Connection, clock: OwnClock) -> InUse:
        found = take_up(connection, self.http, clock, self.journal, self.store, lock_folder=self._lock_folder)
        if connection.embedded:
            clock.travelled_s = self.host.moved_s
        await found.session.restore()
        return found

    async def restart(self) -> None:
        """Forget everything that is in memory and take the connection up as the next start would, from the store.

        Until that is done, and where it is cancelled, what was there before stays.
        """
        gone = self.chosen
        await gone.session.close()
        found = await self._taken_up_anew(gone.connection, gone.clock)
        self._in_use[gone.connection.key] = found
        if self._chosen is gone:
            self._chosen = found

    def standing(self, name: str) -> bool | None:
        """Return whether somebody is signed in at the connection of that name; None where nobody has looked yet."""
        found = next((each for each in self._in_use.values() if each.connection.name == name), None)
        return None if found is None else found.session.tokens is not None

    async def sign_in(self, show: Callable[[Waiting], None]) -> None:
        """Sign in through the browser; `show` is told the URL while it waits. Cancel by cancelling the task.

        Raises LapseError; an earlier session stays as it was until the new one is complete.
        """
        chosen = self.chosen  # another may be chosen while the browser has the person
        signing_in = browser_sign_in(
            chosen.client, chosen.connection, chosen.journal, chosen.clock, show=show, open_browser=self.open_browser
        )
        await _begin(chosen, signing_in)

    async def sign_in_by_device(self, show: Callable[[DeviceWaiting], None]) -> None:
        """Sign in on another device; `show` is told the code and the link while it waits. Otherwise as `sign_in`."""
        chosen = self.chosen
        signing_in = device_sign_in(chosen.client, chosen.connection, chosen.journal, chosen.clock, show=show)
        await _begin(chosen, signing_in, grant="device_code")

    async def sign_in_by_password(self, username: str, password: Secret, factors: SecondFactor) -> None:
        """Sign in by Okta Direct Authentication; `factors` asks for a second factor. Otherwise as `sign_in`."""
        chosen = self.chosen
        signing_in = direct_sign_in(
            chosen.client,
            chosen.connection,
            chosen.journal,
            chosen.clock,
            username=username,
            password=password,
            factors=factors,
        )
        await _begin(chosen, signing_in, grant="password")

    async def call_api(self, method: str, url: str) -> CallResult:
        """Call the API once; see `ApiCaller.call`."""
        return await self.chosen.calls.call(method, url)

    async def call_api_many(
        self, method: str, url: str, times: int, done: Callable[[CallResult], None] = lambda _: None
    ) -> list[CallResult]:
        """Call the API `times` times at once; `done` is told each result as it comes. Raises BadInput."""
        check_url(url, "The API URL", ConnectionField.API_URL)

        async def one() -> CallResult:
            result = await self.chosen.calls.call(method, url)
            done(result)
            return result

        return list(await asyncio.gather(*(one() for _ in range(times))))

    async def sign_out(self, *, leave_browser: str = "") -> SignedOutHow:
        """Sign out of the chosen connection and say what came of it; see `app.session.sign_out`.

        The browser's session is left as it is where `leave_browser` says why, or where nobody signed in by the browser.
        """
        found = self.chosen
        if not self._by_browser(found):
            leave_browser = leave_browser or "nobody signed in by it"
        return await sign_out(
            found.session,
            found.client,
            found.journal,
            open_browser=None if leave_browser else self.open_browser,
            not_wanted=leave_browser,
        )

    def _by_browser(self, found: InUse) -> bool:
        """Return whether the session was begun in the browser; where the journal does not say, as is usual there."""
        key, newest_first = found.connection.key, reversed(tuple(self.journal))
        received = (e.event for e in newest_first if e.connection == key and isinstance(e.event, TokensReceived))
        grant = next((each.grant for each in received if each.grant != "refresh_token"), None)
        if grant is not None:
            return grant == _BY_BROWSER
        return found.connection.sign_in is SignInKind.BROWSER

    async def reset_demo_org(self) -> None:
        """Make the demo org forget every grant and change its key; its session here ends with it."""
        await self._worker.run(self.host.reset)
        self.journal.append(DemoOrgReset())
        self._follow(0.0, None)  # it has forgotten its travels as well
        for each in self._embedded_in_use():
            each.clock.skew_s = 0.0
        if self._way is not None:
            self._way.is_cut = False
        await self.connect(self.settings.connection)
        self.client.forget_keys()
        await self.session.close()
        await self.session.forget()

    async def demo_addresses(self) -> Addresses:
        """Return where the demo org is and what opens its doors; raises LapseError when it cannot be had."""
        return await self._worker.run(self.host.addresses)

    async def api_token(self, connection: Connection, org_url: str) -> Secret | None:
        """Return the API token of a connection's org where it is known: the demo org's own, or one kept on request."""
        if connection.embedded:
            return Secret((await self.demo_addresses()).api_token)
        try:
            return await kept_token(self.store, org_url)
        except StoreFailed:
            return None  # a keyring that cannot be used is no reason to fail; one can be asked

    def limits(self) -> Limits:
        """Return what bounds refresh tokens: known of a demo org this process serves, stated by no other server."""
        org = self.host.org
        return limits_of(org) if org is not None and self.connection.embedded else Limits()

    async def trouble(self) -> "Trouble":
        """Return the means to trouble the session at the demo org on purpose; raises BadInput for any other."""
        if not self.connection.embedded:
            raise BadInput("Only the demo org can be troubled on purpose.", next_step="Choose the demo org first.")
        from app.demo.controller import Controller
        from app.trouble import Trouble

        chosen = self.chosen  # another may be chosen while the org is looked for
        controller = Controller(self.http, await self.demo_addresses())
        return Trouble(chosen.session, chosen.client, chosen.journal, controller)

    async def controls(self) -> "Controls":
        """Return the controls of the demo org; raises BadInput for any other connection."""
        if not self.connection.embedded:
            raise BadInput("Only the demo org has controls.", next_step="Choose the demo org first.")
        from app.controls import Controls
        from app.demo.controller import Controller

        chosen = self.chosen
        controller = Controller(self.http, await self.demo_addresses())
        assert self._way is not None
        return Controls(chosen.session, chosen.clock, chosen.journal, controller, self._way, self.host.org)

    def remember_connection(self, connection: Connection, *, instead_of: str | None = None) -> None:
        """Use this connection from now on, in the next run too; in the place of the one named so, if there is one.

        Raises BadInput when another has its name, or when it cannot be saved.
        """
        if connection.embedded:
            self._remember(lambda saved: replace(saved, current=connection.name))
        else:
            name = instead_of or connection.name
            self._remember(lambda saved: saved.with_connection(connection, instead_of=name))

    async def remove_connection(self, name: str) -> None:
        """Sign out of the connection of that name; forget it. Raises BadInput for the demo org and as saving does."""
        self.settings.without(name)  # before anybody is signed out: the demo org stays
        connection = next((each for each in self.settings.connections if each.name == name), None)
        if connection is None:
            return
        await self.leave(connection)
        self._remember(lambda saved: saved.without(name))

    async def leave(self, connection: Connection) -> None:
        """Sign out of a connection, also of one that is not chosen; the browser's session stays."""
        found = await self._taken_up(connection)
        await found.session.sign_out()
        del self._in_use[found.connection.key]

    def remember_scheme(self, choice: str) -> None:
        """Look so in the next run too: system, light or dark. Raises BadInput when it cannot be saved."""
        self._remember(lambda saved: replace(saved, scheme=choice))

    def remember_window(self, kept: dict[str, str]) -> None:
        """Open the window as it was left, in the next run; what `kept` does not name stays, whichever window kept it.

        Raises BadInput when it cannot be saved.
        """
        self._remember(lambda saved: replace(saved, window={**saved.window, **kept}))

    def _remember(self, change: Callable[[Settings], Settings]) -> None:
        """Change what is saved by now: another Lapse may have saved something meanwhile, and that stays."""
        self.settings = settings.change(settings.config_dir(), change)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["Workbench"]:
        """Open a second Lapse on what processes share: the store, the session's lock, the demo org; connected.

        It has a journal, a session and a clock of its own, as another process would.
        """
        other = Workbench(
            clock=self._machine_clock,
            journal=Journal(self._machine_clock),
            folder=self.folder,
            folder_trouble=self.folder_trouble,
            found=self.settings,
            host=self.host.beside(),
            store=self.store,
            open_browser=self.open_browser,
            network=self._network,
            worker=self._worker,
        )
        try:
            await other.connect()
            yield other
        finally:
            await other.close()

    async def close(self) -> None:
        """Let a running refresh finish, close the connections, stop the demo org if it is ours."""
        await asyncio.gather(*(each.session.close() for each in self._in_use.values()))
        if self._http is not None:
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
                self.journal.append(DemoOrgLedgerSetAside(hosting.set_aside.name))
        return hosting

    def _embedded(self, connection: Connection, hosting: Hosting) -> Connection:
        return replace(connection, issuer=hosting.issuer, api_url=f"{hosting.base_url}/api/me")

    def _new_http(self) -> httpx.AsyncClient:
        way = DemoOrgWay(self._network(), port=lambda: self.host.port, revive=self._revive, follow=self._follow)
        self._way = way
        return httpx.AsyncClient(
            transport=RecordingTransport(
                way, self.journal, self._machine_clock, self.details, scribe_of=self._scribe_of
            ),
            follow_redirects=False,
            trust_env=False,
        )

    async def _revive(self) -> None:
        with suppress(LapseError):  # then the connection is refused again, and that is what is told
            await self._ensure_demo_org()

    def _follow(self, moved_s: float, cause: int | None) -> bool:
        """Go along where the demo org's time was moved, by this Lapse or another: both clocks move together."""
        moved = False
        for each in self._embedded_in_use():
            travelled_s = moved_s - each.clock.travelled_s
            if travelled_s:
                each.clock.travelled_s = moved_s
                each.journal.append(TimeTravelled(travelled_s), cause=cause)
                moved = True
        return moved

    def _scribe_of(self, request: httpx.Request) -> Scribe | None:
        """Return who writes of requests to the demo org: they are told at its time, whatever caused them."""
        if self._way is None or not self._way.leads_to(request):
            return None
        return next((each.journal for each in self._embedded_in_use()), None)

    def _embedded_in_use(self) -> list[InUse]:
        return [each for each in self._in_use.values() if each.connection.embedded]

    def _keyring_awaited(self, waiting: bool) -> None:  # noqa: FBT001 - a callback's one argument
        self.journal.append(KeyringAwaited(waiting))


async def _begin(chosen: InUse, signing_in: Awaitable[SignIn], *, grant: str = _BY_BROWSER) -> None:
    try:
        answer, claims, attempt = await told(chosen.journal, signing_in)
    except SignInFailed as failed:
        if chosen.session.tokens is not None:  # the session before stands: the failure is the new sign-in's alone
            failed.standing = Standing.STILL_SIGNED_IN
        raise
    await chosen.session.begin(answer, claims, cause=attempt, grant=grant)


def _hosting_event(hosting: Hosting) -> Event:
    if hosting.role == "guest":
        return DemoOrgFound(hosting.issuer, hosting.port)
    if hosting.port != hosting.wanted_port:
        return DemoOrgPortTaken(hosting.wanted_port, hosting.port)
    return DemoOrgStarted(hosting.issuer, hosting.port)


def limits_of(org: "DemoOrg") -> Limits:
    """Return what bounds refresh tokens at a demo org."""
    knobs = org.knobs()
    rotates = knobs["rotation_type"] == "ROTATE"
    return Limits(
        grace_s=float(knobs["grace_s"]) if rotates else 0.0,
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

    Raises BadInput when the settings cannot be read. No error that leaves it tells a secret.
    """
    clock = clock or SystemClock()
    folder = settings.data_dir()
    journal = Journal(clock)
    journal.subscribe(TroubleMemory(folder))
    bench = Workbench(
        clock=clock,
        journal=journal,
        folder=folder,
        folder_trouble=settings.folder_trouble(folder),
        found=settings.load(settings.config_dir()),
        host=DemoHost(folder, clock, policy=policy or Policy()),
        store=store,
        open_browser=open_browser,
        network=lambda: Network(os.environ),
        worker=Worker("lapse-workbench"),
    )
    try:
        yield bench
    except LapseError as error:
        error.told(bench.secrets.clean)
        raise
    finally:
        await _to_its_end(bench.close())


async def _to_its_end(closing: Coroutine[Any, Any, None]) -> None:
    """Wait for what is bounded by itself, whoever cancels meanwhile: a rotated token may be on its way to the store."""
    ending = asyncio.gather(closing)
    cancelled: asyncio.CancelledError | None = None
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError as wish:
            cancelled = wish
    ending.result()
    if cancelled is not None:
        raise cancelled
