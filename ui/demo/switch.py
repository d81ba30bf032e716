"""One kind of fault as a switch: on or off, how many times, and how often it has struck."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.demo.faults import Fault
from ui import theme
from ui.demo.settled_controls import SettledSpin
from ui.widgets.flow import Flow
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.demo.controls import FaultState

_MOST_TIMES = 99


class FaultSwitch(QWidget):
    """Shows whether a fault is on; `switched` carries the fault and whether it is to be on."""

    switched = Signal(object, bool)

    def __init__(self, name: str, fault: str, title: str, hint: str) -> None:
        super().__init__()
        self.fault = Fault.parse(fault)
        self.box = QCheckBox(title)
        self.box.setObjectName(f"{name}Box")
        self.box.setToolTip(hint)
        self.box.setAccessibleDescription(hint)
        self.times_spin = SettledSpin(f"{name}Spin", f"How often: {title}", 0, _MOST_TIMES)
        self.times_spin.setProperty("compact", True)
        self.times_spin.setPrefix("× ")
        self.times_spin.setSpecialValueText("always")
        self.times_spin.setToolTip("How often it strikes; 0 is always")
        self.struck_label = label(role="muted", wrap=True)
        self.struck_label.setObjectName(f"{name}Label")
        self.struck_label.setIndent(theme.px(26))
        self.box.clicked.connect(self._on_clicked)
        self.times_spin.chosen.connect(self._on_times)
        self._lay_out()
        self.show_state(None)

    def show_state(self, state: "FaultState | None") -> None:
        """Show the newest active fault of this kind, None for none."""
        self.box.setChecked(state is not None and not state.is_over)
        self.struck_label.setText("" if state is None else struck(state))
        self.struck_label.setVisible(state is not None)
        if state is not None:
            self.times_spin.show_value(Fault.parse(state.fault).times or 0)

    def _on_clicked(self, on: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self._tell(on=on)

    def _on_times(self) -> None:
        if self.box.isChecked():
            self._tell(on=True)

    def _tell(self, *, on: bool) -> None:
        self.switched.emit(replace(self.fault, times=self.times_spin.taken() or None), on)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addLayout(Flow(self.box, self.times_spin, spread=True))
        layout.addWidget(self.struck_label)


def struck(state: "FaultState") -> str:
    """Return in words how often a fault has struck, and whether it is over."""
    times = Fault.parse(state.fault).times
    if not state.struck:
        return "not struck yet"
    if times is None:
        if state.struck == 1:
            return "struck once"
        return f"struck {state.struck} times"
    text = f"struck {state.struck} of {times}"
    return f"over: {text}" if state.is_over else text
