"""Shows an error: three lines, the server's own words, and buttons to copy and dismiss."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import LapseError
from ui import theme
from ui.widgets.labels import label


class ErrorPanel(QFrame):
    """Shows one error as plain text, because much of it comes from a server."""

    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("errorPanel")
        self.setProperty("errorPanel", True)
        self._what = label(role="title", wrap=True)
        self._standing = label(wrap=True)
        self._next = label(wrap=True)
        self._raw = label(role="muted", wrap=True)
        theme.set_mono(self._raw, 12)
        for each in (self._what, self._standing, self._next, self._raw):
            each.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setObjectName("copyErrorButton")
        self.copy_button.setAccessibleName("Copy the error")
        self.copy_button.clicked.connect(self._copy)
        self.dismiss_button = QPushButton("Dismiss")
        self.dismiss_button.setObjectName("dismissErrorButton")
        self.dismiss_button.setAccessibleName("Dismiss the error")
        self.dismiss_button.clicked.connect(self.hide)
        self._lay_out()
        self.hide()

    def show_error(self, error: BaseException) -> None:
        """Show `error`; one that is no LapseError only by type, because its text might contain a secret."""
        if isinstance(error, LapseError):
            what, standing, next_step = error.lines()
            raw = f"The server said: {error.raw}" if error.raw else ""
        else:
            what = f"Something in Lapse went wrong ({type(error).__name__})."
            standing = "Your session has not changed."
            next_step = "Try again; please report it if it happens again."
            raw = ""
        for shown, text in ((self._what, what), (self._standing, standing), (self._next, next_step), (self._raw, raw)):
            shown.setText(text)
            shown.setVisible(bool(text))
        self.setAccessibleName(" ".join((what, standing, next_step)))
        self.show()

    def text(self) -> str:
        """Everything shown."""
        parts = (self._what, self._standing, self._next, self._raw)
        return "\n".join(each.text() for each in parts if each.text())

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(3)
        for each in (self._what, self._standing, self._next, self._raw):
            words.addWidget(each)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.addLayout(words, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.dismiss_button, 0, Qt.AlignmentFlag.AlignTop)

    def _copy(self) -> None:
        self.copy_requested.emit(self.text())
