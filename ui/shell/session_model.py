"""The chosen connection and its session as the window knows them; whatever changes is told to every controller."""

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
    # For types alone: the connections bring the heavy libraries, which come after the first paint.
    from app.connection import Connection
    from app.connections import Connections
    from app.session.tokens import Held, TokenSet


class SessionModel(QObject):
    """Takes connections up, and keeps no state but what it has told last.

    | signal | what has happened |
    | --- | --- |
    | `ready_changed` | a connection is being taken up, or that has ended, however it did |
    | `connection_changed` | a connection was taken up |
    | `session_changed` | anything about the session: who is signed in, where it is kept, a sign-in that ended |
    | `tokens_changed` | other tokens are in hand, or none |
    | `user_changed` | they come from another sign-in |
    | `limits_changed` | `leeway_s` or `limits` |
    | `page_chosen` | the page that the middle must show, another one or the same |
    | `start_progressed` | what the start waits for now |
    | `keyring_awaited` | whether the keyring is waited for |
    | `refresh_retried` | a refresh will be tried again: the sentence that says so |
    | `appended` | the journal has new entries, of all connections |
    | `story_restarted` | another connection's story is told: all its entries so far |
    | `story_continued` | its new entries |
    | `call_finished` | a call of the API has got its response, or failed: the last of those made together |
    | `ticked` | time has passed, or was moved: now, in epoch seconds |
    | `sign_in_end_requested` | a sign-in under way has to end, for this reason |
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

    # --- what is known --------------------------------------------------------------------------------------------

    @property
    def connection(self) -> "Connection":
        """The chosen connection, or the one that will be taken up first."""
        return self.connections.connection if self.connections.is_connected else self.connections.settings.connection

    @property
    def tokens(self) -> "TokenSet | None":
        """The tokens in hand, if the connection is ready and somebody is signed in."""
        return self.connections.session.tokens if self.is_ready else None

    def held(self, kind: str) -> "Held | None":
        """Return the token of a kind: access, refresh or id."""
        tokens = self.tokens
        return None if tokens is None else {"access": tokens.access, "refresh": tokens.refresh, "id": tokens.id}[kind]

    @property
    def standings(self) -> dict[str, bool | None]:
        """Whether somebody is signed in at each connection, None where nobody has looked yet."""
        return {each.name: self.connections.standing(each.name) for each in self.connections.settings.connections}

    @property
    def page(self) -> Page:
        """The page that the middle must show."""
        if not self.is_ready:
            return Page.STARTING
        if self.is_signing_in:
            return Page.SIGNING_IN
        return Page.SIGNED_OUT if self.tokens is None else Page.SIGNED_IN

    # --- what controllers ask for ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Tell what the journal says already, and take up the connection in use."""
        self._tell_story()
        self.take_up()

    def take_up(self, connection: "Connection | None" = None) -> None:
        """Choose a connection, by default the one in use, and take up its session."""
        self._tasks.start("connect", self._take_up, connection)

    def choose(self, name: str) -> None:
        """Choose the connection of that name."""
        self.take_up(next(each for each in self.connections.settings.connections if each.name == name))

    def choose_demo(self) -> None:
        """Choose the demo org."""
        self.take_up(next(each for each in self.connections.settings.connections if each.embedded))

    def end_sign_in(self, why: str) -> None:
        """End the sign-in under way, if there is one, and say why."""
        self.sign_in_end_requested.emit(why)

    def refresh(self) -> None:
        """Tell everything about the session anew."""
        tokens = self.tokens
        if tokens is not self._tokens:
            self._tokens = tokens
            self._take_over(tokens)
        self.session_changed.emit()
        self.show_page()
        self.tick()

    def show_page(self) -> None:
        """Have the page shown that must be shown by now."""
        self.page_chosen.emit(self.page)

    def tick(self) -> None:
        """Have everything that depends on time worked out from the clock."""
        self.ticked.emit(self.connections.clock.now())

    # --- what happens ---------------------------------------------------------------------------------------------

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
            self.start_progressed.emit("Not connected. Choose the connection again above to try once more.")
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
            self.tick()  # every countdown jumps along at once
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
        """Return whether an entry belongs to the story of the chosen connection."""
        return entry.connection in ("", self._key)

    def _of_connection(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        # The latest batch may be on its way still when the whole journal is told anew.
        new = [entry for entry in entries if entry.seq > self._told]
        if new:
            self._told = new[-1].seq
        return tuple(entry for entry in new if self.is_of_connection(entry))
