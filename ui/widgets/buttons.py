"""A button that is an action of the menus, shown where it is needed most."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton


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
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._action.text())
        self.setAccessibleDescription(self._action.toolTip())
