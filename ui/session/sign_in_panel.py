"""What every page of a sign-in can do."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class SignInPanel(QWidget):
    """A page of the middle while a sign-in is under way."""

    cancel_requested = Signal()

    def focus_first(self) -> None:
        """Put the focus where a person would go on."""
        raise NotImplementedError

    def spoken(self) -> str:
        """Return what a screen reader is told when the page appears."""
        raise NotImplementedError

    def show_presenter(self, *, on: bool) -> None:
        """Mask what nobody else in the room may read, or show it."""
        raise NotImplementedError

    def tick(self, now: float) -> None:
        """Count down to the end of what is waited for, where something is; `now` in epoch seconds."""
