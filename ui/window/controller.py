"""Connects the window's wishes to the connections, and what happens there to the window."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.errors import LapseError, Refusal
from app.events import Entry
from app.events.demo import DemoOrgFound, DemoOrgLedgerSetAside, DemoOrgPortTaken, DemoOrgTurned, TimeTravelled
from app.events.refresh import RefreshRetried, RefreshSucceeded
from app.events.session import KeyringAwaited, StorePlace
from app.events.sign_in import BrowserOpened
from app.installed import has
from app.session.expiry import leeway_in_force
from app.session.states import Ended, Unread
from app.session.tokens import TokenSet
from ui.connections.controller import ConnectionsController
from ui.doctor.grant_controller import GrantController
from ui.help.controller import HelpController
from ui.inspector.controller import InspectorController
from ui.response.facts import response_facts
from ui.session.held import facts_of
from ui.session.sign_in_controller import SignInController
from ui.session.token_controller import TokenController
from ui.shell.bridge import Bridge
from ui.shell.clipboard import Clipboard
from ui.shell.page import Page
from ui.shell.tasks import TaskScope, ask, ask_yes_no
from ui.window.main_window import MainWindow
from ui.window.story_controller import StoryController
from ui.window.view_controller import ViewController

if TYPE_CHECKING:
    # For types alone: the connections bring the heavy libraries, which come after the first paint.
    from app.connection import Connection
    from app.connections import Connections
    from app.session.calls import CallResult
    from ui.demo.controller import DemoController
    from ui.doctor.controller import DoctorController
    from ui.lab.controller import LabController
    from ui.lessons.controller import LessonsController

_TICK_MS = 500


class WindowController(QObject):
    """One window on the connections; holds no state of its own but what it has shown last."""

    def __init__(self, window: MainWindow, bench: "Connections", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._bench = bench
        self._ready = False
        self._shown_tokens: TokenSet | None = None
        self._shown_family = ""
        self.tasks = TaskScope(self._report, self)
        self._clipboard = Clipboard(self)
        self._inspector = InspectorController(window.inspector, bench, self.tasks, self)
        self._story = StoryController(window, bench, self.tasks, self._clipboard, self)
        self._token_verbs = TokenController(window, bench, self.tasks, self._clipboard, self)
        self._connections = ConnectionsController(
            window, bench, self.tasks, self._clipboard, self._on_connection_saved, self
        )
        self._sign_in = SignInController(window, bench, self.tasks, self._clipboard, self._show_session, self)
        self._lessons = self._new_lessons() if has("lessons") else None
        self._doctor = self._new_doctor() if has("doctor") else None
        self._demo = self._new_demo() if has("demo") else None
        self._grant = GrantController(window, bench, self.tasks, self._clipboard, self)
        self._lab = self._new_lab() if has("lab") else None
        self._view = ViewController(window, bench, self.tasks, self)
        self._help = HelpController(window.commands, self._clipboard, window)
        self._bridge = Bridge(bench.journal, self)
        self._timer = QTimer(self)
        self._timer.setObjectName("tickTimer")
        self._timer.setInterval(_TICK_MS)
        self._connect()

    def _new_lessons(self) -> "LessonsController":
        from ui.lessons.controller import LessonsController

        taken_up, end_sign_in = self._on_connection_saved, self._sign_in.cancel
        return LessonsController(self._window, self._bench, self.tasks, taken_up, self._show_session, end_sign_in, self)

    def _new_doctor(self) -> "DoctorController":
        from ui.doctor.controller import DoctorController

        select = self._story.select
        return DoctorController(
            self._window, self._bench, self.tasks, self._clipboard, select, self._is_in_lesson, self
        )

    def _new_demo(self) -> "DemoController":
        from ui.demo.controller import DemoController

        return DemoController(self._window, self._bench, self.tasks, self._call, self._on_connection_chosen, self)

    def _new_lab(self) -> "LabController":
        from ui.lab.controller import LabController

        return LabController(self._window, self.tasks, self._clipboard, self)

    def _is_in_lesson(self) -> bool:
        return self._lessons is not None and self._lessons.is_in_front()

    def start(self) -> None:
        """Take up the connection in use; the window is usable meanwhile."""
        self._show_connection()
        self._view.restore()
        if self._lessons is not None:
            self._lessons.restore()
        self._on_seen_changed(self._window.isVisible())
        self.tasks.start("connect", self._take_up, None)

    async def close(self) -> None:
        """Stop everything the window has started; the session's own refresh is not among it."""
        self._timer.stop()
        self._view.remember()
        self._clipboard.forget()
        await self.tasks.close()
        self._bridge.close()

    def tick(self) -> None:
        """Work everything that depends on time out anew, from the clock."""
        now = self._bench.clock.now()
        token_time = self._bench.session.token_time() if self._ready else now
        for card in self._window.cards.values():
            card.tick(token_time)
        self._sign_in.tick(now)
        self._inspector.tick(now)
        self._story.tick(now)
        if self._demo is not None:
            self._demo.tick()
        if self._ready:
            self._window.call_strip.show_decision(self._bench.session.decide("Call API"))

    # --- wishes ---------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        window, bar, commands = self._window, self._window.top_bar, self._window.commands
        self._timer.timeout.connect(self.tick)
        self.tasks.busy_changed.connect(self._on_busy_changed)
        window.seen_changed.connect(self._on_seen_changed)
        self._bridge.session_changed.connect(self._on_session_changed)
        self._bridge.appended.connect(self._on_appended)
        bar.connection_chosen.connect(self._on_connection_chosen)
        window.welcome.sign_in_requested.connect(commands.sign_in.trigger)
        window.welcome.add_connection_requested.connect(commands.add_connection.trigger)
        window.welcome.look_again_requested.connect(self._on_look_again)
        commands.sign_out.triggered.connect(self._on_sign_out)
        commands.connections.triggered.connect(self._connections.manage)
        commands.add_connection.triggered.connect(self._connections.add)
        commands.copy_issuer.triggered.connect(self._on_copy_issuer)
        commands.call.triggered.connect(window.call_strip.ask)
        commands.addresses.triggered.connect(self._on_demo_addresses)
        commands.reset_demo.triggered.connect(self._on_reset)
        commands.presenter.toggled.connect(self._show_possible)
        commands.paste_token.triggered.connect(window.inspector.paste_requested)
        commands.quit.triggered.connect(window.close)
        for panel in (window.error_panel, window.inspector):
            panel.copy_requested.connect(self._clipboard.copy)
        window.call_strip.call_requested.connect(self._on_call)
        window.call_strip.cancel_requested.connect(self._on_cancel_call)

    def _on_busy_changed(self, name: str) -> None:
        if name == "call":
            self._show_possible()

    def _on_sign_out(self) -> None:
        self.tasks.start("sign-out", self._sign_out)

    def _on_call(self, method: str, url: str, times: int) -> None:
        if self._ready:
            self._window.error_panel.hide()
            self.tasks.start("call", self._call, method, url, times)

    def _on_cancel_call(self) -> None:
        self.tasks.cancel("call")

    def _on_reset(self) -> None:
        self.tasks.start("reset", self._reset)

    def _on_demo_addresses(self) -> None:
        self.tasks.start("demo addresses", self._show_demo_addresses)

    def _on_connection_saved(self, connection: "Connection") -> None:
        self.tasks.start("connect", self._take_up, connection)

    def _on_connection_chosen(self, name: str) -> None:
        found = next(each for each in self._bench.settings.connections if each.name == name)
        self.tasks.start("connect", self._take_up, found)

    def _on_copy_issuer(self) -> None:
        if self._ready:
            self._clipboard.copy(self._bench.connection.issuer)

    def _on_copy_secret(self, text: str) -> None:
        self._clipboard.copy_secret(text)
        self._window.toasts.show_toast("Copied; the clipboard forgets it in a minute.")

    def _on_seen_changed(self, seen: bool) -> None:  # noqa: FBT001 - a signal's one argument
        if seen:
            self.tick()
            self._timer.start()
        else:
            self._timer.stop()
            for card in self._window.cards.values():
                card.hide_value()  # nothing counts its seconds any longer

    # --- tasks ----------------------------------------------------------------------------------------------------

    async def _take_up(self, connection: "Connection | None") -> None:
        self._ready = False
        self._show_demo(is_ready=False)
        self._sign_in.cancel("The sign-in was cancelled: another connection was chosen.")
        self._show_connection()
        embedded = (connection or self._bench.settings.connection).embedded
        starting = "Starting the demo org…" if embedded else "Looking for a kept session…"
        self._window.show_starting(starting)
        self._window.show_page(Page.STARTING)
        try:
            await self._bench.connect(connection)
            if connection is not None:
                self._bench.remember_connection(connection)
        except LapseError:
            self._window.show_starting("Not connected. Choose the connection again above to try once more.")
            raise
        finally:
            self._ready = self._bench.is_connected
            self._story.show_connection()
            self._show_demo(is_ready=self._ready)
            if self._lessons is not None:
                self._lessons.show_connection()
            self._show_connection()
            self._show_session()
        # Also an empty one: the URL of the connection before would be sent this one's token.
        self._window.call_strip.show_url(self._bench.connection.api_url)

    def _show_demo(self, *, is_ready: bool) -> None:
        if self._demo is not None:
            self._demo.show_connection(is_ready=is_ready)

    async def _sign_out(self) -> None:
        how = await self._bench.sign_out()
        self._window.toasts.show_toast(how.sentence())

    async def _call(self, method: str, url: str, times: int) -> None:
        strip, answered = self._window.call_strip, 0

        def count_one(_: "CallResult") -> None:
            nonlocal answered
            answered += 1
            strip.show_running(answered, times)

        strip.show_running(0, times)
        try:
            results = await self._bench.call_api_many(method, url, times, count_one)
        except asyncio.CancelledError:
            strip.show_running(0, 0)
            strip.show_story("Cancelled; a refresh that had begun goes on and is kept.")
            raise
        except LapseError:
            strip.show_story("")
            raise
        finally:
            strip.show_running(0, 0)
        self._show_results(results)

    async def _show_demo_addresses(self) -> None:
        from app.demo.embedded import demo_of
        from ui.demo.addresses import AddressesDialog

        addresses = await demo_of(self._bench).addresses()
        dialog = AddressesDialog(addresses, self._window, presents=self._window.commands.presenter.isChecked())
        dialog.copy_requested.connect(self._clipboard.copy)
        dialog.copy_secret_requested.connect(self._on_copy_secret)
        await ask(dialog)

    async def _reset(self) -> None:
        if await ask_yes_no(
            self._window,
            "resetDemoOrgDialog",
            title="Reset the demo org",
            question="Reset the demo org?",
            consequence="It forgets every sign-in and makes a new key. You will have to sign in again.",
            yes="Reset",
        ):
            from app.demo.embedded import reset_demo_org

            await reset_demo_org(self._bench)
            self._show_session()

    # --- what is told ---------------------------------------------------------------------------------------------

    def _on_session_changed(self, entry: Entry) -> None:
        if isinstance(entry.event, KeyringAwaited):
            self._window.show_starting(entry.sentence())
            self._show_store(waiting=entry.event.waiting)
        elif isinstance(entry.event, RefreshRetried):
            self._window.call_strip.show_story(entry.sentence())
        else:
            self._show_session()

    def _on_appended(self, batch: tuple[Entry, ...]) -> None:
        self._tell(batch)
        for entry in batch:
            event = entry.event
            if isinstance(event, BrowserOpened) and not event.worked:
                self._sign_in.show_no_browser()
            elif isinstance(event, DemoOrgPortTaken | DemoOrgLedgerSetAside):
                self._window.statusBar().showMessage(entry.sentence())  # stays: it explains why one is signed out
            elif isinstance(event, TimeTravelled):
                self.tick()  # every countdown jumps along at once
                self._window.toasts.announcer.announce(entry.sentence())
            elif isinstance(event, DemoOrgTurned):
                self._show_limits()
            elif isinstance(event, DemoOrgFound):
                self._window.toasts.show_toast(entry.sentence())
            elif isinstance(event, RefreshSucceeded):
                self._window.toasts.announcer.announce(entry.sentence())

    def _tell(self, batch: tuple[Entry, ...]) -> None:
        self._story.added(batch)
        if self._doctor is not None:
            self._doctor.added(batch)
        if self._demo is not None:
            self._demo.added(batch)
        if self._lessons is not None:
            self._lessons.added()

    def _report(self, failure: BaseException) -> None:
        self._show_session()
        # Why a session has ended stands where one signs in again; once is enough.
        ended = self._bench.session.ended if self._ready else None
        is_it = isinstance(failure, Refusal) and ended is not None and failure.reason is ended.reason
        if not is_it:
            self._window.error_panel.show_error(failure)

    def _show_connection(self) -> None:
        connection = self._bench.connection if self._bench.is_connected else self._bench.settings.connection
        issuer = connection.issuer or "starting…"
        self._window.top_bar.show_connection(connection.name, issuer, self._standings(), ready=self._ready)
        self._show_possible()

    def _standings(self) -> dict[str, bool | None]:
        return {each.name: self._bench.standing(each.name) for each in self._bench.settings.connections}

    def _show_session(self) -> None:
        tokens = self._tokens()
        self._window.top_bar.show_standings(self._standings())
        self._connections.show_standing()
        self._window.top_bar.show_account(tokens.display_name if tokens else None)
        self._show_store()
        self._show_tokens(tokens)
        self._show_possible()
        self._show_page(tokens)
        self.tick()

    def _show_possible(self) -> None:
        self._token_verbs.show_possible(is_ready=self._ready)
        if self._lessons is not None:
            self._lessons.show_possible()

    def _show_page(self, tokens: TokenSet | None) -> None:
        if self._ready and self._sign_in.page is not None:
            self._window.show_page(self._sign_in.page)
        elif tokens is not None and self._ready:
            self._window.show_page(Page.SIGNED_IN)
        elif self._ready:
            connection = self._bench.connection
            self._window.welcome.show_connection(
                connection.name, embedded=connection.embedded, kind=connection.sign_in, why_not=self._why_nobody()
            )
            self._window.welcome.show_enabled(enabled=True)
            self._window.show_page(Page.SIGNED_OUT)

    def _on_look_again(self) -> None:
        self.tasks.start("look again", self._look_again)

    async def _look_again(self) -> None:
        await self._bench.session.look_again()
        self._show_session()

    def _why_nobody(self) -> LapseError | None:
        """Return why nobody is signed in, where there is more to it: the session has ended, or cannot be read."""
        state = self._bench.session.state
        return state.reason if isinstance(state, Ended | Unread) else None

    def _show_store(self, *, waiting: bool = False) -> None:
        if waiting:
            text = "Waiting for the keyring; it may be asking for its password"
        elif not self._ready:
            text = ""
        elif isinstance(self._bench.session.state, Unread):
            text = self._bench.session.state.reason.trouble.what
        elif self._bench.session.place is StorePlace.KEYRING:
            text = "Kept in the OS keyring" if self._tokens() else ""
        else:
            trouble = self._bench.session.store_trouble
            reason = trouble.what if trouble else "no keyring is used."
            text = f"Kept in memory for this run only. {reason}"
        self._window.top_bar.show_store(text)

    def _show_tokens(self, tokens: TokenSet | None) -> None:
        if tokens is self._shown_tokens:
            return
        family = tokens.family if tokens is not None else ""
        if family != self._shown_family:
            self._shown_family = family
            self._window.response.clear()  # what one person called is not for the next one to read
            self._window.call_strip.show_story("")
        self._shown_tokens = tokens
        leeway_s = self._bench.connection.leeway_s if self._ready else 0.0
        self._show_limits()
        facts = facts_of(tokens, leeway_s=leeway_s) if tokens else {}
        for kind, card in self._window.cards.items():
            card.show_token(facts.get(kind))
        self._inspector.show()

    def _show_limits(self) -> None:
        tokens = self._tokens()
        if tokens is not None:
            leeway_s = leeway_in_force(self._bench.connection.leeway_s, tokens.expiry.lifetime_s)
            self._story.show_limits(leeway_s, self._bench.limits())

    def _show_results(self, results: "list[CallResult]") -> None:
        from app.session.calls import summary

        strip = self._window.call_strip
        strip.show_story(summary(results))
        last = results[-1]
        self._window.response.show_response(response_facts(last))
        failed = next((result.error for result in results if result.error is not None), None)
        if failed is not None:
            self._report(failed)

    def _tokens(self) -> TokenSet | None:
        return self._bench.session.tokens if self._ready else None
