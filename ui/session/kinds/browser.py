"""Sign-in in the browser: the page with the URL."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.session.kinds.browser import BROWSER
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.session.sign_in_form import Attempt, SignInForm
from ui.session.sign_in_panel import SignInPanel

if TYPE_CHECKING:
    from app.session.sign_in import Waiting


class BrowserForm(SignInForm):
    """Has the panel that waits for the browser."""

    kind = BROWSER

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._url = ""
        self._waiting = BrowserWaitingPanel()
        self._waiting.copy_requested.connect(self._copy)
        self._waiting.open_again_requested.connect(self.bring_back)

    @property
    def panels(self) -> Mapping[str, SignInPanel]:
        return {"waiting": self._waiting}

    def begin(self, attempt: Attempt) -> None:
        super().begin(attempt)
        self._waiting.show_preparing()
        attempt.show(self._waiting)
        attempt.run(partial(self._show_url, attempt))

    def bring_back(self) -> None:
        """Open the same URL again: its tab may have been closed."""
        if self._attempt is not None and self._url:
            self._attempt.open_browser(self._url)

    def show_no_browser(self) -> None:
        self._waiting.show_no_browser()

    def forget(self) -> None:
        super().forget()
        self._url = ""
        self._waiting.show_preparing()

    def _show_url(self, attempt: Attempt, waiting: "Waiting") -> None:
        if attempt is self._attempt:
            self._url = waiting.url
            self._waiting.show_waiting(waiting.url, waiting.redirect_uri, waiting.until)
            attempt.show(self._waiting)

    def _copy(self, text: str) -> None:
        if self._attempt is not None:
            self._attempt.copy(text)
