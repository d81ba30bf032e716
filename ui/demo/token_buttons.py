"""Buttons that expire, revoke and replay tokens and rotate keys at the demo org."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from ui.shell.commands import Commands
from ui.widgets.buttons import ActionButton
from ui.widgets.flow import Flow
from ui.widgets.labels import label

_FEWEST_CALLS, _CALLS, _MOST_CALLS = 2, 50, 100


class _StormSpin(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the panel: a disabled storm button leaves the focus on this spin box."""
        event.ignore()


class TokenButtons(QWidget):
    """Expire, revoke, replay, new key, refresh storm, and reset."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.setObjectName("demoVerbs")
        self._buttons = (
            ActionButton(commands.expire["access"], "expireAccessButton", "Expire access"),
            ActionButton(commands.expire["refresh"], "expireRefreshButton", "Expire refresh"),
            ActionButton(commands.revoke["access"], "revokeAccessButton", "Revoke access"),
            ActionButton(commands.revoke["refresh"], "revokeRefreshButton", "Revoke refresh"),
            ActionButton(commands.replay, "replayButton"),
            ActionButton(commands.rotate_keys, "rotateKeysButton"),
        )
        self._storm_button = ActionButton(commands.storm, "stormButton", "Refresh storm")
        self._resets = (
            ActionButton(commands.make_as_new, "makeAsNewButton"),
            ActionButton(commands.reset_demo, "resetDemoButton"),
        )
        self.storm_spin = _StormSpin()
        self.storm_spin.setObjectName("stormSpin")
        self.storm_spin.setAccessibleName("How many calls the storm has")
        self.storm_spin.setToolTip(f"How many calls at once, {_FEWEST_CALLS} to {_MOST_CALLS}")
        self.storm_spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.storm_spin.setRange(_FEWEST_CALLS, _MOST_CALLS)
        self.storm_spin.valueChanged.connect(commands.storm.setData)  # the command carries how many calls it makes
        self.storm_spin.setValue(_CALLS)
        self.storm_spin.setPrefix("× ")
        self.storm_spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("TOKENS AND KEYS", role="section"))
        layout.addLayout(Flow(*self._buttons))
        layout.addLayout(Flow(self._storm_button, self.storm_spin))
        layout.addSpacing(10)
        layout.addWidget(label("START OVER", role="section"))
        layout.addLayout(Flow(*self._resets))
