"""Connects signing in: one sign-in at a time, by any kind, its page in sight from the first question to the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QAction

from app.errors import LapseError
from app.errors.reasons import Standing
from app.events import Entry
from app.events.sign_in import BrowserOpened
from app.session.kinds.browser import BROWSER
from app.session.kinds.device import DEVICE
from app.session.kinds.password import PASSWORD, PasswordPrompt
from ui.session.asked_factors import AskedFactors
from ui.session.panels import SessionPanels
from ui.shell.controller import Controller
from ui.shell.page import Page
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell

if TYPE_CHECKING:
    from app.secret import Secret
    from app.session.device_sign_in import DeviceWaiting
    from app.session.direct_sign_in import Factor
    from app.session.sign_in import Waiting

_SIGN_IN = "sign-in"
_FIRST_PAGES = {
    BROWSER.name: Page.WAITING,
    PASSWORD.name: Page.PASSWORD,
    DEVICE.name: Page.DEVICE,
}


class _Asking(Protocol):
    """What every page of a sign-in can do."""

    def focus_first(self) -> None:
        """Put the focus where a person would go on."""

    def spoken(self) -> str:
        """Return what a screen reader is told when the page appears."""


@dataclass(eq=False, slots=True)
class _Attempt:
    """One sign-in, from the first question to its end; `again` begins it anew with a one-time code."""

    kind: str
    page: Page
    url: str = ""
    again: Callable[[], None] | None = None


class SignInController(Controller):
    """Begins sign-ins, shows their pages, and ends them; the model is told when one has ended, however it did.

    What a sign-in raises goes to the tasks' reporter, but for the password's, which stands where it is typed.
    """

    def __init__(self, panels: SessionPanels, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panels = panels
        model.sign_in_end_requested.connect(self.cancel)
        model.appended.connect(self._look_for_a_browser)
        model.ticked.connect(self._tick)
        self._attempt: _Attempt | None = None
        for panel in (panels.waiting, panels.device_waiting, panels.password, panels.second_factor):
            panel.cancel_requested.connect(self._on_cancel)
        panels.waiting.copy_requested.connect(shell.clipboard.copy)
        panels.waiting.open_again_requested.connect(self._on_open_again)
        panels.device_waiting.copy_requested.connect(shell.clipboard.copy)
        panels.device_waiting.open_requested.connect(self._on_open)
        panels.password.submitted.connect(self._on_password)
        panels.second_factor.code_instead_requested.connect(self._on_code_instead)
        panels.second_factor.phone_requested.connect(self._on_phone)
        shell.commands.sign_in.triggered.connect(self._on_sign_in)
        for action in shell.commands.sign_in_by.values():
            action.triggered.connect(self._on_sign_in_by)

    @property
    def is_waiting(self) -> bool:
        """Whether a sign-in is under way, be it that a form is still to be filled in."""
        return self._attempt is not None

    def start(self, kind: str | None = None) -> None:
        """Sign in at the chosen connection by `kind`, by default the connection's.

        One of that kind that is under way already is brought to sight instead; one of another kind gives way.
        """
        if not self._bench.is_connected:
            return
        if self._attempt is not None and kind in (None, self._attempt.kind):
            self._bring_back(self._attempt)
            return
        self._give_up()
        self._shell.hide_error()
        kind = kind or self._bench.connection.sign_in
        attempt = self._attempt = _Attempt(kind, _FIRST_PAGES[kind])
        if kind == PASSWORD.name:
            self._panels.password.show_form(self._bench.connection.name, self._demo_people())
            self._show(attempt, Page.PASSWORD)
        elif kind == DEVICE.name:
            self._panels.device_waiting.show_preparing()
            self._show(attempt, Page.DEVICE)
            show: Callable[[DeviceWaiting], None] = partial(self._show_code, attempt)
            self._tasks.start(_SIGN_IN, self._run, attempt, lambda: self._bench.sign_in(DEVICE, show))
        else:
            self._panels.waiting.show_preparing()
            self._show(attempt, Page.WAITING)
            show_url: Callable[[Waiting], None] = partial(self._show_url, attempt)
            self._tasks.start(_SIGN_IN, self._run, attempt, lambda: self._bench.sign_in(BROWSER, show_url))

    def cancel(self, why: str = "") -> None:
        """End the sign-in that is under way, if there is one; `why` is said where nobody asked for it."""
        if self._attempt is None:
            return
        self._give_up()
        if why:
            self._shell.toast(why, "warning")
        self._model.refresh()

    def _look_for_a_browser(self, batch: tuple[Entry, ...]) -> None:
        if any(isinstance(entry.event, BrowserOpened) and not entry.event.worked for entry in batch):
            self._show_no_browser()

    def _show_no_browser(self) -> None:
        """Say that no browser could be opened, where one is waited for."""
        if self._attempt is not None:
            self._panels.waiting.show_no_browser()
            self._panels.device_waiting.show_no_browser()

    def _tick(self, now: float) -> None:
        """Count down to the end of what is waited for; `now` in epoch seconds."""
        for panel in (self._panels.waiting, self._panels.device_waiting, self._panels.second_factor):
            panel.tick(now)

    # --- wishes ---------------------------------------------------------------------------------------------------

    def _on_sign_in(self) -> None:
        self.start()

    def _on_sign_in_by(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.start(str(action.data()))

    def _on_cancel(self) -> None:
        self.cancel()

    def _on_open_again(self) -> None:
        if self._attempt is not None and self._attempt.url:
            self._on_open(self._attempt.url)

    def _on_open(self, url: str) -> None:
        self._bench.open_browser(url, self._browser_opened)

    def _on_phone(self) -> None:
        from app.demo.embedded import demo_of

        hosting = demo_of(self._bench).host.hosting
        if hosting is not None:
            self._on_open(f"{hosting.base_url}/phone")

    def _on_password(self, username: str, password: "Secret") -> None:
        if self._attempt is not None:
            self._by_password(self._attempt, username, password, None)

    def _on_code_instead(self) -> None:
        if self._attempt is not None and self._attempt.again is not None:
            self._attempt.again()

    def _by_password(self, attempt: _Attempt, username: str, password: "Secret", first: "Factor | None") -> None:
        from app.session.direct_sign_in import Factor

        # What was begun with the phone cannot go on with a code: the server is asked anew, and knows the password again
        attempt.again = partial(self._by_password, attempt, username, password, Factor.ONE_TIME_CODE)
        self._panels.second_factor.clear()
        self._panels.second_factor.show_phone(is_demo=self._bench.connection.embedded)
        self._tasks.start(_SIGN_IN, self._sign_in_by_password, attempt, username, password, first)

    # --- tasks ----------------------------------------------------------------------------------------------------

    async def _run(self, attempt: _Attempt, signing_in: Callable[[], Awaitable[None]]) -> None:
        try:
            await signing_in()
        except LapseError as trouble:
            self._say_standing(trouble)
            raise
        finally:
            self._over(attempt)

    async def _sign_in_by_password(
        self, attempt: _Attempt, username: str, password: "Secret", first: "Factor | None"
    ) -> None:
        panel = self._panels.second_factor
        factors = AskedFactors(panel, partial(self._show, attempt, Page.SECOND_FACTOR), first=first)
        try:
            await self._bench.sign_in(PASSWORD, PasswordPrompt(username=username, password=password, factors=factors))
        except LapseError as trouble:
            self._show_trouble(attempt, trouble)
        except Exception:
            self._over(attempt)
            raise
        else:
            self._over(attempt)
        finally:
            factors.close()

    # --- what is told ---------------------------------------------------------------------------------------------

    def _show_url(self, attempt: _Attempt, waiting: "Waiting") -> None:
        if attempt is self._attempt:
            attempt.url = waiting.url
            self._panels.waiting.show_waiting(waiting.url, waiting.redirect_uri, waiting.until)
            self._show(attempt, Page.WAITING)

    def _show_code(self, attempt: _Attempt, waiting: "DeviceWaiting") -> None:
        if attempt is self._attempt:
            self._panels.device_waiting.show_code(waiting)
            self._show(attempt, Page.DEVICE)

    def _show_trouble(self, attempt: _Attempt, trouble: LapseError) -> None:
        if attempt is self._attempt:
            attempt.again = None
            self._say_standing(trouble)
            self._panels.second_factor.clear()
            self._panels.password.show_error(trouble)
            self._show(attempt, Page.PASSWORD)

    def _show(self, attempt: _Attempt, page: Page) -> None:
        """Show a page of the attempt with the focus where one goes on, and say what it asks for."""
        if attempt is not self._attempt:
            return
        attempt.page = page
        self._tick(self._bench.clock.now())
        self._model.sign_in_page = page
        self._model.show_page()
        panels: dict[Page, _Asking] = {
            Page.WAITING: self._panels.waiting,
            Page.DEVICE: self._panels.device_waiting,
            Page.PASSWORD: self._panels.password,
            Page.SECOND_FACTOR: self._panels.second_factor,
        }
        panels[page].focus_first()
        self._shell.announce(panels[page].spoken())

    def _say_standing(self, trouble: LapseError) -> None:
        # A sign-in that fails takes nothing from the session before it, of which it knows nothing.
        if trouble.standing is Standing.SIGNED_OUT and self._bench.session.tokens is not None:
            trouble.standing = Standing.STILL_SIGNED_IN

    def _browser_opened(self, worked: bool) -> None:  # noqa: FBT001 - a callback's one argument
        if not worked:
            self._show_no_browser()

    def _bring_back(self, attempt: _Attempt) -> None:
        self._show(attempt, attempt.page)
        if attempt.kind == BROWSER.name:
            self._on_open_again()  # its tab may have been closed

    def _give_up(self) -> None:
        self._tasks.cancel(_SIGN_IN)
        self._forget()

    def _over(self, attempt: _Attempt) -> None:
        if attempt is self._attempt:
            self._forget()
            self._model.refresh()

    def _forget(self) -> None:
        """Leave nothing behind of what was typed or shown, nor the password that a further try would need."""
        if self._attempt is not None:
            self._attempt.again = None
        self._attempt = self._model.sign_in_page = None
        self._panels.waiting.show_preparing()
        self._panels.device_waiting.show_preparing()
        self._panels.password.clear()
        self._panels.second_factor.clear()

    def _demo_people(self) -> tuple[tuple[str, str], ...]:
        if not self._bench.connection.embedded:
            return ()
        from app.demo.org import ADA, GRACE

        return tuple((each.short_login, each.password) for each in (ADA, GRACE))
