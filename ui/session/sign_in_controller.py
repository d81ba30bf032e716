"""Connects sign-in: one at a time, by any method, its page shown from start to end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction

from app.errors import LapseError
from app.errors.reasons import Standing
from app.events import Entry
from app.events.sign_in import BrowserOpened
from ui.session.panels import SessionPanels
from ui.session.sign_in_form import SignInForm
from ui.session.sign_in_panel import SignInPanel
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell

if TYPE_CHECKING:
    from app.connections import Connections

_SIGN_IN = "sign-in"


@dataclass(eq=False, slots=True)
class _Attempt:
    """One sign-in as its form may use it; `panel` is the last page it has shown."""

    controller: "SignInController"
    connections: "Connections"
    form: SignInForm
    panel: SignInPanel | None = None

    def show(self, panel: SignInPanel) -> None:
        self.panel = panel
        self.controller.show_attempt(self)

    def run(self, prompt: Any, ended: Callable[[], None] = lambda: None) -> None:
        self.controller.run(self, prompt, ended)

    def open_browser(self, url: str) -> None:
        self.connections.open_browser(url, self.controller.browser_opened)

    def copy(self, text: str) -> None:
        self.controller.copy(text)


class SignInController(Controller):
    """Starts sign-ins, shows their pages, and ends them; notifies the model at the end, however it came.

    An error goes to the tasks' reporter, unless the form handles it.
    """

    def __init__(self, panels: SessionPanels, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._pages = panels.sign_in
        self._attempt: _Attempt | None = None
        model.sign_in_end_requested.connect(self.cancel)
        model.appended.connect(self._look_for_a_browser)
        model.ticked.connect(self._tick)
        for panel in self._pages.panels:
            panel.cancel_requested.connect(self._on_cancel)
        shell.commands.sign_in.triggered.connect(self._on_sign_in)
        for action in shell.commands.sign_in_by.values():
            action.triggered.connect(self._on_sign_in_by)

    @property
    def is_waiting(self) -> bool:
        """Whether a sign-in is in progress, including a form that is still being filled in."""
        return self._attempt is not None

    def start(self, kind: str | None = None) -> None:
        """Sign in at the chosen connection by the method `kind`, by default the connection's.

        A running sign-in of that kind is shown again instead; one of another kind is cancelled.
        """
        if not self._connections.is_connected:
            return
        if self._attempt is not None and kind in (None, self._attempt.form.kind.name):
            self.show_attempt(self._attempt)
            self._attempt.form.bring_back()
            return
        self._give_up()
        self._shell.hide_error()
        form = self._pages.forms[kind or self._connections.connection.sign_in]
        self._attempt = _Attempt(self, self._connections, form)
        self._model.is_signing_in = True
        form.begin(self._attempt)

    def cancel(self, why: str = "") -> None:
        """End the sign-in in progress, if any; `why` is shown if the user did not ask for it."""
        if self._attempt is None:
            return
        self._give_up()
        if why:
            self._shell.toast(why, "warning")
        self._model.refresh()

    def _look_for_a_browser(self, batch: tuple[Entry, ...]) -> None:
        for entry in batch:
            if isinstance(entry.event, BrowserOpened):
                self.browser_opened(entry.event.worked)

    def _tick(self, now: float) -> None:
        """Update the countdowns; `now` in epoch seconds."""
        for panel in self._pages.panels:
            panel.tick(now)

    # --- requests ---------------------------------------------------------------------------------------------------

    def _on_sign_in(self) -> None:
        self.start()

    def _on_sign_in_by(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.start(str(action.data()))

    def _on_cancel(self) -> None:
        self.cancel()

    # --- used by attempts ---------------------------------------------------------------------------------

    def show_attempt(self, attempt: _Attempt) -> None:
        """Show an attempt's page with the focus in its first field, and announce it."""
        panel = attempt.panel
        if attempt is not self._attempt or panel is None:
            return
        self._tick(self._connections.clock.now())
        self._pages.show_panel(panel)
        self._model.show_page()
        panel.focus_first()
        self._shell.announce(panel.spoken())

    def run(self, attempt: _Attempt, prompt: Any, ended: Callable[[], None]) -> None:
        """Run an attempt's sign-in; `ended` is called when it is over."""
        self._tasks.start(_SIGN_IN, self._run, attempt, prompt, ended)

    def browser_opened(self, worked: bool) -> None:  # noqa: FBT001 - a callback's one argument
        """Tell the page if the browser could not be opened."""
        if self._attempt is not None and not worked:
            self._attempt.form.show_no_browser()

    def copy(self, text: str) -> None:
        self._shell.clipboard.copy(text)

    # --- tasks ----------------------------------------------------------------------------------------------------

    async def _run(self, attempt: _Attempt, prompt: Any, ended: Callable[[], None]) -> None:
        try:
            await self._connections.sign_in(attempt.form.kind, prompt)
        except LapseError as failure:
            self._say_standing(failure)
            if attempt is self._attempt and attempt.form.takes_failure(failure):
                return
            self._over(attempt)
            raise
        except Exception:  # not after a cancellation: then the attempt is over, or its form starts again
            self._over(attempt)
            raise
        else:
            self._over(attempt)
        finally:
            ended()

    def _say_standing(self, failure: LapseError) -> None:
        # A failed sign-in does not affect the previous session, so its error must not say "signed out".
        if failure.standing is Standing.SIGNED_OUT and self._connections.session.tokens is not None:
            failure.standing = Standing.STILL_SIGNED_IN

    def _give_up(self) -> None:
        self._tasks.cancel(_SIGN_IN)
        self._forget()

    def _over(self, attempt: _Attempt) -> None:
        if attempt is self._attempt:
            self._forget()
            self._model.refresh()

    def _forget(self) -> None:
        if self._attempt is not None:
            self._attempt.form.forget()
        self._attempt, self._model.is_signing_in = None, False
