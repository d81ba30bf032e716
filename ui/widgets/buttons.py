"""Buttons that say why they cannot be pressed, and buttons that are actions of the menus."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy

from ui import theme

_PADDING = 13


def allow(button: QAbstractButton, why_not: str = "", hint: str = "") -> None:
    """Let a button be pressed, and say `hint`; or forbid it, and say why not."""
    button.setEnabled(not why_not)
    button.setToolTip(why_not or hint)
    button.setAccessibleDescription(why_not or hint)


class ActionButton(QPushButton):
    """Does what the action does, is allowed when it is, and gives its reason when it is not.

    Words of its own may be shorter than the action's.
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
    """A button whose words give way in the middle where there is no room; it says all of them when asked."""

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
        """Return the room the whole text needs."""
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
        """Shorten anew where type gets larger or smaller and the button stays as wide."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_whole"):
            self._elide()

    def _elide(self) -> None:
        room = self.width() - theme.px(2 * _PADDING)
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room))
