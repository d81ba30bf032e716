"""Connects the session as a whole: connection, user, store, sign-out, counters."""

from dataclasses import replace

from app.counters import Counters
from app.errors import LapseError
from app.events import Entry
from app.events.session import StorePlace
from app.session.states import Ended, Unread
from ui.session.panels import SessionPanels
from ui.shell.controller import Controller
from ui.shell.page import Page
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell


class SessionController(Controller):
    """Keeps the top bar, the counters and the welcome page up to date."""

    def __init__(self, panels: SessionPanels, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panels = panels
        self._counters = Counters()
        model.ready_changed.connect(self._show_connection)
        model.session_changed.connect(self._show_session)
        model.keyring_awaited.connect(self._show_keyring_awaited)
        model.story_restarted.connect(self._count_anew)
        model.story_continued.connect(self._count)
        model.ticked.connect(self._tick)
        panels.top_bar.connection_chosen.connect(model.choose)
        panels.welcome.sign_in_requested.connect(shell.commands.sign_in.trigger)
        panels.welcome.add_connection_requested.connect(shell.commands.add_connection.trigger)
        panels.welcome.look_again_requested.connect(self._on_look_again)
        shell.commands.sign_out.triggered.connect(self._on_sign_out)
        shell.commands.copy_issuer.triggered.connect(self._on_copy_issuer)
        self._show_connection()

    # --- requests ---------------------------------------------------------------------------------------------------

    def _on_sign_out(self) -> None:
        self._tasks.start("sign-out", self._sign_out)

    async def _sign_out(self) -> None:
        how = await self._connections.sign_out()
        self._shell.toast(how.sentence())

    def _on_look_again(self) -> None:
        self._tasks.start("look again", self._look_again)

    async def _look_again(self) -> None:
        await self._connections.session.look_again()
        self._model.refresh()

    def _on_copy_issuer(self) -> None:
        if self._model.is_ready:
            self._shell.clipboard.copy(self._connections.connection.issuer)

    # --- display --------------------------------------------------------------------------------------------

    def _show_connection(self) -> None:
        model = self._model
        issuer = model.connection.issuer or "starting…"
        self._panels.top_bar.show_connection(model.connection.name, issuer, model.standings, ready=model.is_ready)

    def _show_session(self) -> None:
        tokens = self._model.tokens
        self._panels.top_bar.show_standings(self._model.standings)
        self._panels.top_bar.show_account(tokens.display_name if tokens else None)
        self._panels.top_bar.show_store(self._store())
        if self._model.page is Page.SIGNED_OUT:
            self._invite()

    def _show_keyring_awaited(self, waiting: bool) -> None:  # noqa: FBT001 - a signal's one argument
        text = "Waiting for the keyring; it may be asking for its password" if waiting else self._store()
        self._panels.top_bar.show_store(text)

    def _invite(self) -> None:
        connection = self._connections.connection
        self._panels.welcome.show_connection(
            connection.name, embedded=connection.embedded, kind=connection.sign_in, why_not=self._why_nobody()
        )
        self._panels.welcome.show_enabled(enabled=True)

    def _why_nobody(self) -> LapseError | None:
        """Return why the user is not signed in, if the session has ended or cannot be read."""
        state = self._connections.session.state
        return state.reason if isinstance(state, Ended | Unread) else None

    def _store(self) -> str:
        if not self._model.is_ready:
            return ""
        session = self._connections.session
        if isinstance(session.state, Unread):
            return session.state.reason.trouble.what
        if session.place is StorePlace.KEYRING:
            return "Kept in the OS keyring" if self._model.tokens else ""
        reason = session.store_trouble.what if session.store_trouble else "no keyring is used."
        return f"Kept in memory for this run only. {reason}"

    # --- counters ----------------------------------------------------------------------------------------------

    def _count_anew(self, entries: tuple[Entry, ...]) -> None:
        self._counters = Counters()
        self._count(entries)

    def _count(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self._counters.take(entry)

    def _tick(self, now: float) -> None:
        counts = self._counters.at(now)
        if self._connections.is_connected and self._connections.session.skew_s is not None:
            counts = replace(counts, skew_s=self._connections.session.skew_s)  # the journal records only a large one
        self._panels.counts.show_counts(counts)
