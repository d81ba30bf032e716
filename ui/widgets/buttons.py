"""Buttons that say why they cannot be pressed, and buttons that are actions of the menus."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QPushButton


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
