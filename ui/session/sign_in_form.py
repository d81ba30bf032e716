"""What every sign-in method has in the window: its pages and its prompt."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from PySide6.QtCore import QObject

from app.errors import LapseError
from app.session.kinds.kind import SignInKind
from ui.session.sign_in_panel import SignInPanel

if TYPE_CHECKING:
    from app.connections import Connections


class Attempt(Protocol):
    """One sign-in from start to end; once it is over, it shows nothing more."""

    @property
    def connections(self) -> "Connections":
        """The connections; one is chosen, and it is the one to sign in to."""

    def show(self, panel: SignInPanel) -> None:
        """Show a page with the focus in its first field, and announce it."""

    def run(self, prompt: Any, ended: Callable[[], None] = lambda: None) -> None:
        """Sign in with the prompt of this method; `ended` is called when it is over, however it ended."""

    def open_browser(self, url: str) -> None:
        """Open the browser; calls the form's `show_no_browser` on failure."""

    def copy(self, text: str) -> None: ...


class SignInForm(QObject):
    """One sign-in method in the window; at most one attempt of it is in progress."""

    kind: ClassVar[SignInKind[Any]]

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._attempt: Attempt | None = None

    @property
    def panels(self) -> Mapping[str, SignInPanel]:
        """Its pages by name."""
        raise NotImplementedError

    def begin(self, attempt: Attempt) -> None:
        """Show the first page, and sign in at once or when it is submitted."""
        self._attempt = attempt

    def bring_back(self) -> None:
        """React to another request for the attempt in progress; its page is shown again."""

    def show_no_browser(self) -> None: ...

    def takes_failure(self, _failure: LapseError) -> bool:
        """Return whether the failure was shown here and the attempt goes on with new input."""
        return False

    def forget(self) -> None:
        """Drop everything typed and shown."""
        self._attempt = None
