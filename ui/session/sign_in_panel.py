"""What every page of a sign-in provides."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class SignInPanel(QWidget):
    """A page of the middle during a sign-in."""

    cancel_requested = Signal()

    def focus_first(self) -> None:
        """Focus the first control to use."""
        raise NotImplementedError

    def spoken(self) -> str:
        """Return the announcement for screen readers."""
        raise NotImplementedError

    def show_presenter(self, *, on: bool) -> None:
        """Mask what the audience must not read, or show it."""
        raise NotImplementedError

    def tick(self, now: float) -> None:
        """Update the countdown, if there is one; `now` in epoch seconds."""
