"""Read-only lines to read and copy, as high as their number."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from ui import theme

_MOST = 5


class ReadOnlyLines(QPlainTextEdit):
    """A few lines in the fixed font; Tab leaves it."""

    def __init__(self, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.set_mono(self, 12)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        self.setPlainText("\n".join(lines))
        self.updateGeometry()

    def lines(self) -> tuple[str, ...]:
        return tuple(self.toPlainText().splitlines())

    def sizeHint(self) -> QSize:
        lines = min(max(len(self.lines()), 1), _MOST)
        return QSize(theme.px(260), lines * self.fontMetrics().lineSpacing() + theme.px(24))

    def minimumSizeHint(self) -> QSize:
        """Return the full height: no line may be hidden."""
        return QSize(theme.px(160), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
