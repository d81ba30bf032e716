"""Buttons that say why they are disabled, and buttons for the actions of the menus."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy

from ui import theme

_PADDING = 13


def allow(button: QAbstractButton, why_not: str = "", hint: str = "") -> None:
    """Enable a button with the tooltip `hint`, or disable it with the reason."""
    button.setEnabled(not why_not)
    button.setToolTip(why_not or hint)
    button.setAccessibleDescription(why_not or hint)


class ActionButton(QPushButton):
    """Triggers an action and follows its state and reason.

    Its text may be shorter than the action's.
    """

    def __init__(self, action: QAction, name: str, text: str = "") -> None:
        super().__init__(text or action.text())
        self._action = action
        self._has_own_text = bool(text)
        self.setObjectName(name)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        if not self._has_own_text:
            self.setText(self._action.text())
        self.setAccessibleName(self._action.text())
        hint = self._action.toolTip()
        allow(self, "" if self._action.isEnabled() else hint, hint)


class ElidingButton(QPushButton):
    """A button whose text is elided in the middle where there is no room; the tooltip has all of it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._whole = ""

    def show_text(self, text: str) -> None:
        """Show `text`, as much of it as fits."""
        if text == self._whole:
            return
        self._whole = text
        self.setAccessibleName(text)
        self.setText(text)
        self.updateGeometry()
        self._elide()

    def whole_text(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        shown = super().sizeHint()
        advance = self.fontMetrics().horizontalAdvance
        return QSize(shown.width() + advance(self._whole) - advance(self.text()), shown.height())

    def minimumSizeHint(self) -> QSize:
        """Return room for the beginning and the end."""
        return QSize(min(theme.px(110), self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Elide again when the font changes but the width does not."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_whole"):
            self._elide()

    def _elide(self) -> None:
        room = self.width() - theme.px(2 * _PADDING)
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room))
