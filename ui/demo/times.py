"""Time at the demo org: both clocks moved together, or one of them made wrong."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.text import duration
from ui.demo.settled_controls import SettledSpin
from ui.demo.slider_stops import ahead
from ui.shell.commands import Commands
from ui.widgets.buttons import ActionButton, allow
from ui.widgets.flow import Flow
from ui.widgets.labels import label

_MOST_SKEW_S = 3600
_SKEW_STEP_S = 10


class TimeControls(QWidget):
    """Shows the clocks; a requested skew is in seconds ahead of the correct time."""

    client_skew_requested = Signal(int)
    server_skew_requested = Signal(int)
    right_requested = Signal()

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.setObjectName("demoTimes")
        self._travels = (
            ActionButton(commands.travel_10_s, "travel10Button", "+10 s"),
            ActionButton(commands.travel_1_min, "travel60Button", "+1 min"),
            ActionButton(commands.jump_to_lapse, "jumpToLapseButton", "Jump to lapse"),
        )
        self.state_label = label(role="muted", wrap=True)
        self.state_label.setObjectName("demoTimeLabel")
        self.client_spin = self._spin("clientSkewSpin", "How many seconds our clock is ahead")
        self.server_spin = self._spin("serverSkewSpin", "How many seconds the demo org's clock is ahead")
        self.client_spin.chosen.connect(self.client_skew_requested)
        self.server_spin.chosen.connect(self.server_skew_requested)
        self.right_button = QPushButton("Set both right")
        self.right_button.setObjectName("setClocksRightButton")
        self.right_button.clicked.connect(self.right_requested)
        self._lay_out()
        self.show_times(0.0, 0.0, 0.0)

    def show_times(self, moved_s: float, server_skew_s: float, client_skew_s: float) -> None:
        """Show how far both clocks were moved, and how far each is ahead besides; all in seconds."""
        together = f"Both clocks move together. Skew: {ahead(server_skew_s - client_skew_s)}"
        if moved_s:
            where = "ahead of real time" if moved_s > 0 else "behind"
            together = f"{together}. They are {duration(moved_s)} {where}."
        self.state_label.setText(together)
        self.server_spin.show_value(round(server_skew_s))
        self.client_spin.show_value(round(client_skew_s))
        is_right = not server_skew_s and not client_skew_s
        allow(
            self.right_button,
            "Neither clock is wrong." if is_right else "",
            "Removes the skew; the time that both have moved to stays",
        )

    def _spin(self, name: str, spoken: str) -> SettledSpin:
        spin = SettledSpin(name, spoken, -_MOST_SKEW_S, _MOST_SKEW_S)
        spin.setSuffix(" s")
        spin.setSingleStep(_SKEW_STEP_S)
        spin.setToolTip(spoken)
        return spin

    def _lay_out(self) -> None:
        skews = QGridLayout()
        skews.setHorizontalSpacing(8)
        skews.setVerticalSpacing(6)
        skews.setColumnStretch(0, 1)
        for row, (text, spin) in enumerate((("Our clock", self.client_spin), ("Demo org's clock", self.server_spin))):
            skews.addWidget(label(text), row, 0)
            skews.addWidget(spin, row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("TIME", role="section"))
        layout.addLayout(Flow(*self._travels))
        layout.addWidget(self.state_label)
        layout.addLayout(skews)
        layout.addLayout(Flow(self.right_button))
