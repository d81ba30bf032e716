"""Every connection that was chosen in this run, with its session: restored, remembered, signed in and out."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from app import settings
from app.active_connection import ActiveConnection, activate
from app.clock import Clock, OwnClock, SystemClock
from app.connection import Connection, check_connection
from app.connection_field import ConnectionField
from app.embedded import Embedded, EmbeddedFactory, NothingEmbedded
from app.errors import BadInput, LapseError, StoreFailed
from app.events.session import KeyringAwaited
from app.events.tokens import TokensReceived
from app.journal import Journal, Subscriber
from app.oauth.client import OAuthClient
from app.secret import KnownSecrets, Secret
from app.session import kinds
from app.session.executor import Executor, ThreadExecutor
from app.session.kinds.kind import Prompt, SignInContext, SignInKind
from app.session.session import Session
from app.session.store import KeyringStore, TokenStore
from app.session.system_browser import OpenBrowser, open_system_browser
from app.settings import Settings
from app.urls import check_url
from app.wire.details import Details
from app.wire.lazy_transport import LazyTransport
from app.wire.recorder import RecordingTransport

if TYPE_CHECKING:
    # For types alone: what one command needs and most do not is imported where it is used.
    from app.inspection.token_inspector import TokenInspector
    from app.lanes import Limits
    from app.session.calls import CallResult
    from app.session.sign_out import SignOutResult

_STOP_WITHIN_S = 5.0


class Connections:
    """Journal, clock, settings, and every active connection; one of them is chosen.

    `folder` holds the session's lock, and what is kept beside the settings; `folder_trouble` is why nothing can be kept
    there, and then sessions do without a lock. `connect` must have been awaited before `connection`, `session`,
    `client` or `inspector` are used. `embedded` is the org that this program brings along.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        journal: Journal,
        folder: Path,
        folder_trouble: BadInput | None = None,
        found: Settings,
        embedded: Embedded,
        store: TokenStore | None,
        open_browser: OpenBrowser,
        network: Callable[[], httpx.AsyncBaseTransport],
        worker: Executor,
    ) -> None:
        self._machine_clock = clock
        self.journal = journal
        self.embedded = embedded
        self.settings = self._offered(found)
        self.folder = folder
        self.folder_trouble = folder_trouble
        self.store = store or KeyringStore(self._keyring_awaited)
        self.open_browser = open_browser
        self.details = Details(journal.secrets)
        self._network = network
        self._worker = worker
        self._http: httpx.AsyncClient | None = None
        self._active: dict[str, ActiveConnection] = {}
        self._chosen: ActiveConnection | None = None

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
        return self._chosen is not None

    @property
    def chosen(self) -> ActiveConnection:
        if self._chosen is None:
            raise RuntimeError("no connection was chosen yet")
        return self._chosen

    @property
    def connection(self) -> Connection:
        """The chosen connection, its issuer known."""
        return self.chosen.connection

    @property
    def client(self) -> OAuthClient:
        return self.chosen.client

    @property
    def session(self) -> Session:
        return self.chosen.session

    @property
    def inspector(self) -> "TokenInspector":
        return self.chosen.inspector

    @property
    def http(self) -> httpx.AsyncClient:
        """The recording HTTP client of all connections."""
        if self._http is None:
            raise RuntimeError("no connection was chosen yet")
        return self._http

    async def connect(self, connection: Connection | None = None) -> None:
        """Choose `connection` (the one in use by default), without any network request.

        Its session is restored when it is chosen for the first time; later, changes by other processes are taken over.
        The sessions of other connections go on. An embedded org is started, or found where another process of this user
        runs it. Raises LapseError; then the previous connection stays chosen.
        """
        self._chosen = await self._taken_up(connection or self.settings.connection)

    async def _taken_up(self, connection: Connection) -> ActiveConnection:
        if self._http is None:
            self._http = await self._worker.run(self._new_http)
        if connection.embedded:
            connection = await self.embedded.locate(connection)
        connection = check_connection(connection)
        known = self._active.get(connection.key)
        if known is None:
            found = await self._activated(connection, OwnClock(self._machine_clock))
        else:
            found = replace(known, connection=connection)
            found.session.leeway_s = connection.leeway_s
            await found.session.look_again()
        self._active[connection.key] = found
        return found

    async def _activated(self, connection: Connection, clock: OwnClock) -> ActiveConnection:
        found = activate(connection, self.http, clock, self.journal, self.store, lock_folder=self._lock_folder)
        if connection.embedded:
            clock.travelled_s = self.embedded.moved_s
        await found.session.restore()
        return found

    async def restart(self) -> None:
        """Forget everything in memory and restore the connection from the store, as the next start would.

        Until that is done, and where it is cancelled, the previous state stays.
        """
        gone = self.chosen
        await gone.session.close()
        active = await self._activated(gone.connection, gone.clock)
        self._active[gone.connection.key] = active
        if self._chosen is gone:
            self._chosen = active

    def standing(self, name: str) -> bool | None:
        """Return whether a user is signed in at the connection of that name; None while that was not read."""
        active = next((each for each in self._active.values() if each.connection.name == name), None)
        return None if active is None else active.session.tokens is not None

    async def sign_in(self, kind: SignInKind[Prompt], prompt: Prompt) -> None:
        """Sign in by a kind; `prompt` is how it shows and asks, see its record. Cancel by cancelling the task.

        Raises LapseError; an earlier session stays as it was until the new one is complete.
        """
        chosen = self.chosen  # another may be chosen while the user is at it
        context = SignInContext(
            client=chosen.client,
            connection=chosen.connection,
            journal=chosen.journal,
            clock=chosen.clock,
            open_browser=self.open_browser,
        )
        await chosen.begin(kind.sign_in(context, prompt), grant=kind.grant)

    async def call_api_many(
        self, method: str, url: str, times: int, done: "Callable[[CallResult], None]" = lambda _: None
    ) -> "list[CallResult]":
        """Call the API `times` times at once; `done` is called with each result as it comes. Raises BadInput."""
        check_url(url, "The API URL", ConnectionField.API_URL)

        async def one() -> "CallResult":
            result = await self.chosen.calls.call(method, url)
            done(result)
            return result

        return list(await asyncio.gather(*(one() for _ in range(times))))

    async def sign_out(self, *, leave_browser: str = "") -> "SignOutResult":
        """Sign out of the chosen connection and return the result; see `app.session.sign_out`.

        The browser's session is left as it is where `leave_browser` says why, or where the sign-in did not use the
        browser.
        """
        from app.session.sign_out import sign_out

        active = self.chosen
        if not self._by_browser(active):
            leave_browser = leave_browser or "it was not used to sign in"
        return await sign_out(
            active.session,
            active.client,
            active.journal,
            open_browser=None if leave_browser else self.open_browser,
            not_wanted=leave_browser,
        )

    def _by_browser(self, found: ActiveConnection) -> bool:
        """Return whether the session was begun in the browser; assumed where the journal does not say."""
        key, newest_first = found.connection.key, reversed(tuple(self.journal))
        received = (e.event for e in newest_first if e.connection == key and isinstance(e.event, TokensReceived))
        grant = next((each.grant for each in received if each.grant != "refresh_token"), None)
        if grant is not None:
            return any(each.leaves_browser_session for each in kinds.KINDS if each.grant == grant)
        return kinds.kind_named(found.connection.sign_in).leaves_browser_session

    async def api_token(self, connection: Connection, org_url: str) -> Secret | None:
        """Return the API token of a connection's org where it is known: the embedded org's, or a stored one."""
        if connection.embedded:
            return await self.embedded.api_token()
        from app.okta.kept_token import kept_token

        try:
            return await kept_token(self.store, org_url)
        except StoreFailed:
            return None  # an unusable keyring is no reason to fail: the user can enter the token

    def limits(self) -> "Limits":
        """Return what bounds refresh tokens: known for an org that this process serves, stated by no other server."""
        from app.lanes import Limits

        policy = self.embedded.policy if self.connection.embedded else None
        return Limits() if policy is None else policy.limits

    def remember_connection(self, connection: Connection, *, instead_of: str | None = None) -> None:
        """Use this connection from now on, in the next run too; `instead_of` names the one it replaces, if any.

        Raises BadInput when another has its name, or when it cannot be saved.
        """
        if connection.embedded:
            self._remember(lambda saved: replace(saved, current=connection.name))
        else:
            name = instead_of or connection.name
            self._remember(lambda saved: saved.with_connection(connection, instead_of=name))

    async def remove_connection(self, name: str) -> None:
        """Sign out of the connection of that name and delete it. Raises BadInput for an embedded one, and as saving."""
        self.settings.without(name)  # before the sign-out: an embedded one stays
        connection = next((each for each in self.settings.connections if each.name == name), None)
        if connection is None:
            return
        await self.leave(connection)
        self._remember(lambda saved: saved.without(name))

    async def leave(self, connection: Connection) -> None:
        """Sign out of a connection, also of one that is not chosen; the browser's session stays."""
        from app.session.sign_out import revoke_and_forget

        found = await self._taken_up(connection)
        await revoke_and_forget(found.session, found.client, found.journal)
        del self._active[found.connection.key]

    def remember_scheme(self, choice: str) -> None:
        """Save the colour scheme: system, light or dark. Raises BadInput when it cannot be saved."""
        self._remember(lambda saved: replace(saved, scheme=choice))

    def remember_window(self, kept: dict[str, str]) -> None:
        """Save the window's state for the next run; keys that `kept` does not name stay, whichever window saved them.

        Raises BadInput when it cannot be saved.
        """
        self._remember(lambda saved: replace(saved, window={**saved.window, **kept}))

    def _remember(self, change: Callable[[Settings], Settings]) -> None:
        """Change the settings as saved by now: what another Lapse has saved meanwhile stays."""
        self.settings = self._offered(settings.change(settings.config_dir(), change, kinds.kind_names()))

    def _offered(self, found: Settings) -> Settings:
        """Return the settings without the connections that this installation cannot serve, unless nothing is left."""
        if not isinstance(self.embedded, NothingEmbedded):
            return found
        real = tuple(each for each in found.connections if not each.embedded)
        return replace(found, connections=real or found.connections)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["Connections"]:
        """Open a second Lapse on what processes share: the store, the session's lock, the embedded org; connected.

        It has a journal, a session and a clock of its own, as another process would.
        """
        journal = Journal(self._machine_clock)
        other = Connections(
            clock=self._machine_clock,
            journal=journal,
            folder=self.folder,
            folder_trouble=self.folder_trouble,
            found=self.settings,
            embedded=self.embedded.beside(journal),
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
        """Let a running refresh finish, close the connections, stop the embedded org if it is ours."""
        await asyncio.gather(*(each.session.close() for each in self._active.values()))
        if self._http is not None:
            await self._http.aclose()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                await self.embedded.close()
        except TimeoutError:
            pass  # its thread is a daemon and its ledger is written: the process may exit

    def _new_http(self) -> httpx.AsyncClient:
        transport = self.embedded.transport(self._network(), self._embedded_active)
        return httpx.AsyncClient(
            transport=RecordingTransport(
                transport, self.journal, self._machine_clock, self.details, scribe_of=self.embedded.scribe_of
            ),
            follow_redirects=False,
            trust_env=False,
        )

    def _embedded_active(self) -> list[ActiveConnection]:
        return [each for each in self._active.values() if each.connection.embedded]

    def _keyring_awaited(self, waiting: bool) -> None:  # noqa: FBT001 - a callback's one argument
        self.journal.append(KeyringAwaited(waiting))


@asynccontextmanager
async def open_connections(
    *,
    clock: Clock | None = None,
    store: TokenStore | None = None,
    embedded: EmbeddedFactory = lambda *_: NothingEmbedded(),
    subscribers: Sequence[Subscriber] = (),
    open_browser: OpenBrowser = open_system_browser,
) -> AsyncIterator[Connections]:
    """Open the connections of this machine's settings; none is chosen yet. Leaving closes everything.

    `embedded` makes the org that comes with the program, and `subscribers` read the journal from its beginning. Raises
    BadInput when the settings cannot be read. No error that leaves it contains a secret.
    """
    clock = clock or SystemClock()
    folder = settings.data_dir()
    journal, worker = Journal(clock), ThreadExecutor("lapse-connections")
    for each in subscribers:
        journal.subscribe(each)
    connections = Connections(
        clock=clock,
        journal=journal,
        folder=folder,
        folder_trouble=settings.folder_trouble(folder),
        found=settings.load(settings.config_dir(), kinds.kind_names()),
        embedded=embedded(folder, clock, journal, worker),
        store=store,
        open_browser=open_browser,
        network=lambda: LazyTransport(lambda: worker.run(_network)),
        worker=worker,
    )
    try:
        yield connections
    except LapseError as error:
        error.cleaned(connections.secrets.clean)
        raise
    finally:
        await _to_its_end(connections.close())


def _network() -> httpx.AsyncBaseTransport:
    from app.wire.network import Network

    return Network(os.environ)


async def _to_its_end(closing: Coroutine[Any, Any, None]) -> None:
    """Wait for a bounded task even when cancelled: a rotated token may be on its way to the store."""
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
