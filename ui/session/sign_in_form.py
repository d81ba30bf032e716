"""What every kind of sign-in has in the window: its pages, and how its prompt is answered on them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from PySide6.QtCore import QObject

from app.errors import LapseError
from app.session.kinds.kind import SignInKind
from ui.session.sign_in_panel import SignInPanel

if TYPE_CHECKING:
    from app.connections import Connections


class Attempt(Protocol):
    """One sign-in, from the first question to its end; once it is over, nothing more is shown for it."""

    @property
    def connections(self) -> "Connections":
        """The connections; one is chosen, and it is the one to sign in to."""

    def show(self, panel: SignInPanel) -> None:
        """Show a page with the focus where one goes on, and say what it asks for."""

    def run(self, prompt: Any, ended: Callable[[], None] = lambda: None) -> None:
        """Sign in, asked by the prompt of this kind; `ended` is called when that is over, however it ended."""

    def open_browser(self, url: str) -> None:
        """Open the browser; `show_no_browser` of the form is called where that does not work."""

    def copy(self, text: str) -> None:
        """Put a text on the clipboard."""


class SignInForm(QObject):
    """One kind of sign-in in the window; at most one attempt of it is under way."""

    kind: ClassVar[SignInKind[Any]]

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._attempt: Attempt | None = None

    @property
    def panels(self) -> Mapping[str, SignInPanel]:
        """Its pages by name."""
        raise NotImplementedError

    def begin(self, attempt: Attempt) -> None:
        """Begin: show the first page, and sign in at once or when it is answered."""
        self._attempt = attempt

    def bring_back(self) -> None:
        """Do what helps a person who asks for the attempt under way once more; its page is in sight again."""

    def show_no_browser(self) -> None:
        """Say that no browser could be opened, where one is waited for."""

    def takes_failure(self, _failure: LapseError) -> bool:
        """Return whether the failure was shown here and the attempt goes on, with another response."""
        return False

    def forget(self) -> None:
        """Leave nothing behind of what was typed or shown."""
        self._attempt = None
