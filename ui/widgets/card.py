"""A card: a rounded surface that groups widgets."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

PADDING = 14


class Card(QFrame):
    """A surface with a border and a vertical layout, `body`."""

    def __init__(self, parent: QWidget | None = None, *, padding: int = PADDING, spacing: int = 6) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding - 2, padding, padding - 2)
        self.body.setSpacing(spacing)
