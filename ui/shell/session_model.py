"""The chosen connection and its session; every change is a signal to the controllers."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.errors import LapseError
from app.events import Entry
from app.events.demo import DemoOrgTurned, TimeTravelled
from app.events.refresh import RefreshRetried
from app.events.session import KeyringAwaited
from app.lanes import Limits
from app.session.expiry import leeway_in_force
from ui.shell.bridge import Bridge
from ui.shell.page import Page
from ui.shell.tasks import TaskScope

if TYPE_CHECKING:
    # For types only: the connections import the heavy libraries, which load after the first paint.
    from app.connection import Connection
    from app.connections import Connections
    from app.session.tokens import Held, TokenSet


class SessionModel(QObject):
    """Connects and restores sessions; its only state is what it emitted last.

    | signal | meaning |
    | --- | --- |
    | `ready_changed` | connecting has started or ended, successfully or not |
    | `connection_changed` | another connection is in use |
    | `session_changed` | anything about the session: user, store, a sign-in that ended |
    | `tokens_changed` | there are other tokens, or none |
    | `user_changed` | the tokens come from another sign-in |
    | `limits_changed` | `leeway_s` or `limits` |
    | `page_chosen` | the page that the middle has to show, possibly the same |
    | `start_progressed` | what the start is waiting for |
    | `keyring_awaited` | whether the keyring is being waited for |
    | `refresh_retried` | the sentence about a refresh that will be retried |
    | `appended` | the journal has new entries, of all connections |
    | `story_restarted` | all entries so far of another connection |
    | `story_continued` | its new entries |
    | `call_finished` | an API call has ended: the last of those made together |
    | `ticked` | now, in epoch seconds |
    | `sign_in_end_requested` | the sign-in in progress has to end, for this reason |
    """

    ready_changed = Signal()
    connection_changed = Signal()
    session_changed = Signal()
    tokens_changed = Signal()
    user_changed = Signal()
    limits_changed = Signal()
    page_chosen = Signal(object)
    start_progressed = Signal(str)
    keyring_awaited = Signal(bool)
    refresh_retried = Signal(str)
    appended = Signal(object)
    story_restarted = Signal(object)
    story_continued = Signal(object)
    call_finished = Signal(object)
    ticked = Signal(float)
    sign_in_end_requested = Signal(str)

    def __init__(self, connections: "Connections", tasks: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.connections = connections
        self.bridge = Bridge(connections.journal, self)
        self.is_ready = False
        self.leeway_s, self.limits = 0.0, Limits()
        self.is_signing_in = False  # `show_page` and `refresh` bring the sign-in under way to sight
        self._tasks = tasks
        self._tokens: TokenSet | None = None
        self._family = ""
        self._key, self._told = "", 0
        self.bridge.session_changed.connect(self._on_session_changed)
        self.bridge.appended.connect(self._on_appended)

    # --- state --------------------------------------------------------------------------------------------

    @property
    def connection(self) -> "Connection":
        """The chosen connection, or the one that will be chosen first."""
        return self.connections.connection if self.connections.is_connected else self.connections.settings.connection

    @property
    def tokens(self) -> "TokenSet | None":
        """The current tokens, if the connection is ready and the user is signed in."""
        return self.connections.session.tokens if self.is_ready else None

    def held(self, kind: str) -> "Held | None":
        """Return the token of a kind: access, refresh or id."""
        tokens = self.tokens
        return None if tokens is None else {"access": tokens.access, "refresh": tokens.refresh, "id": tokens.id}[kind]

    @property
    def standings(self) -> dict[str, bool | None]:
        """Whether a user is signed in at each connection, None where that was not checked."""
        return {each.name: self.connections.standing(each.name) for each in self.connections.settings.connections}

    @property
    def page(self) -> Page:
        """The page that the middle has to show."""
        if not self.is_ready:
            return Page.STARTING
        if self.is_signing_in:
            return Page.SIGNING_IN
        return Page.SIGNED_OUT if self.tokens is None else Page.SIGNED_IN

    # --- used by controllers ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Publish the journal so far, and connect to the connection in use."""
        self._tell_story()
        self.take_up()

    def take_up(self, connection: "Connection | None" = None) -> None:
        """Connect to a connection, by default the one in use, and restore its session."""
        self._tasks.start("connect", self._take_up, connection)

    def choose(self, name: str) -> None:
        self.take_up(next(each for each in self.connections.settings.connections if each.name == name))

    def choose_demo(self) -> None:
        self.take_up(next(each for each in self.connections.settings.connections if each.embedded))

    def end_sign_in(self, why: str) -> None:
        """End the sign-in in progress, if any, for the reason `why`."""
        self.sign_in_end_requested.emit(why)

    def refresh(self) -> None:
        """Emit everything about the session again."""
        tokens = self.tokens
        if tokens is not self._tokens:
            self._tokens = tokens
            self._take_over(tokens)
        self.session_changed.emit()
        self.show_page()
        self.tick()

    def show_page(self) -> None:
        """Emit the page that has to be shown now."""
        self.page_chosen.emit(self.page)

    def tick(self) -> None:
        """Emit the time, so that everything depending on it is updated."""
        self.ticked.emit(self.connections.clock.now())

    # --- events ---------------------------------------------------------------------------------------------

    async def _take_up(self, connection: "Connection | None") -> None:
        self.is_ready = False
        self.end_sign_in("The sign-in was cancelled: another connection was chosen.")
        self.ready_changed.emit()
        embedded = (connection or self.connections.settings.connection).embedded
        self.start_progressed.emit("Starting the demo org…" if embedded else "Looking for a kept session…")
        self.show_page()
        try:
            await self.connections.connect(connection)
            if connection is not None:
                self.connections.remember_connection(connection)
        except LapseError:
            self.start_progressed.emit("Not connected. Choose the connection above to try again.")
            raise
        finally:
            self.is_ready = self.connections.is_connected
            self._follow_connection()
            self.ready_changed.emit()
            self.refresh()
        self.connection_changed.emit()

    def _take_over(self, tokens: "TokenSet | None") -> None:
        family = tokens.family if tokens is not None else ""
        if family != self._family:
            self._family = family
            self.user_changed.emit()
        self._renew_limits()
        self.tokens_changed.emit()

    def _renew_limits(self) -> None:
        tokens = self.tokens
        if tokens is None:
            return
        before = (self.leeway_s, self.limits)
        self.leeway_s = leeway_in_force(self.connections.connection.leeway_s, tokens.expiry.lifetime_s)
        self.limits = self.connections.limits()
        if (self.leeway_s, self.limits) != before:
            self.limits_changed.emit()

    def _on_session_changed(self, entry: Entry) -> None:
        if isinstance(entry.event, KeyringAwaited):
            self.start_progressed.emit(entry.sentence())
            self.keyring_awaited.emit(entry.event.waiting)
        elif isinstance(entry.event, RefreshRetried):
            self.refresh_retried.emit(entry.sentence())
        else:
            self.refresh()

    def _on_appended(self, batch: tuple[Entry, ...]) -> None:
        self.story_continued.emit(self._of_connection(batch))
        self.appended.emit(batch)
        if any(isinstance(entry.event, TimeTravelled) for entry in batch):
            self.tick()  # every countdown follows at once
        if any(isinstance(entry.event, DemoOrgTurned) for entry in batch):
            self._renew_limits()

    # --- the story of the chosen connection -----------------------------------------------------------------------

    def _follow_connection(self) -> None:
        key = self.connections.connection.key if self.connections.is_connected else ""
        if key != self._key:
            self._key, self._told = key, 0
            self._tell_story()

    def _tell_story(self) -> None:
        self.story_restarted.emit(self._of_connection(tuple(self.connections.journal)))

    def is_of_connection(self, entry: Entry) -> bool:
        """Return whether an entry belongs to the chosen connection."""
        return entry.connection in ("", self._key)

    def _of_connection(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        # The latest batch may still be pending when the whole journal is emitted again.
        new = [entry for entry in entries if entry.seq > self._told]
        if new:
            self._told = new[-1].seq
        return tuple(entry for entry in new if self.is_of_connection(entry))
