"""The demo org's faults: switches for the common ones, a text field for every other, and a list of active ones."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.demo.faults import FORM, Fault
from app.errors import BadInput
from ui import theme
from ui.demo.switch import FaultSwitch, struck
from ui.widgets.labels import ElidedLabel, label

if TYPE_CHECKING:
    from app.demo.controls import FaultState


class FaultControls(QWidget):
    """Shows every fault.

    `switched` carries a fault with its own switch and whether it is to be on; `fault_requested` the text of any other;
    `end_requested` the one to end.
    """

    switched = Signal(object, bool)
    fault_requested = Signal(str)
    end_requested = Signal(object)
    cut_requested = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("demoFaults")
        self.switches = self._built_switches()
        for switch in self.switches:
            switch.switched.connect(self.switched)
        self.cut_box = QCheckBox("Network down")
        self.cut_box.setObjectName("networkCutBox")
        self.cut_box.setToolTip("Only these controls still reach the demo org")
        self.cut_box.clicked.connect(self.cut_requested)
        self._build_other()
        self.others: dict[int, _OtherFault] = {}
        self._lay_out()

    def show_faults(self, states: "tuple[FaultState, ...]", *, is_cut: bool) -> None:
        """Show the active faults in their order; those with a switch at their switch."""
        self.cut_box.setChecked(is_cut)
        rest = {each.number: each for each in states}
        for switch in self.switches:
            newest = next((each for each in reversed(states) if switch.fault.is_like(Fault.parse(each.fault))), None)
            switch.show_state(newest)
            if newest is not None:
                del rest[newest.number]
        self._show_others(rest)

    def _show_others(self, rest: "dict[int, FaultState]") -> None:
        for number in self.others.keys() - rest.keys():
            gone = self.others.pop(number)
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        above: QWidget = self.other_button
        for number, state in rest.items():
            if number not in self.others:
                self.others[number] = _OtherFault(number)
                self.others[number].end_requested.connect(self.end_requested)
                self._list.addWidget(self.others[number])
                QWidget.setTabOrder(above, self.others[number].off_button)  # else Tab would reach new entries last
            self.others[number].show_state(state)
            above = self.others[number].off_button

    def _built_switches(self) -> tuple[FaultSwitch, ...]:
        return (
            FaultSwitch(
                "tokenUnavailable",
                "503@token",
                "Token endpoint: 503",
                "The token endpoint is busy, and does nothing",
            ),
            FaultSwitch(
                "answerLost",
                "close-after@token.refresh",
                "Refresh response lost",
                "The refresh is carried out, and the connection ends before its response",
            ),
            FaultSwitch("tokenSlow", "delay=2@token", "Slow: 2 s", "The token endpoint takes two seconds"),
            FaultSwitch(
                "tooMany",
                "429@token",
                "Token endpoint: 429",
                "The token endpoint limits the rate, and does nothing",
            ),
            FaultSwitch(
                "apiRefuses",
                "invalid-token@api",
                "API answers 401",
                "The API rejects every access token, however fresh it is",
            ),
        )

    def _build_other(self) -> None:
        self.other_edit = QLineEdit()
        self.other_edit.setObjectName("otherFaultEdit")
        self.other_edit.setAccessibleName("Other fault as text")
        self.other_edit.setPlaceholderText("Other fault…")
        self.other_edit.setToolTip(FORM)
        theme.set_mono(self.other_edit, 12)
        self.other_edit.returnPressed.connect(self._on_other)
        self.other_edit.textEdited.connect(self._on_edited)
        self.other_button = QPushButton("Switch on")
        self.other_button.setObjectName("otherFaultButton")
        self.other_button.setAccessibleName("Switch on the other fault")
        self.other_button.clicked.connect(self._on_other)
        self.error_label = label(wrap=True)
        self.error_label.setObjectName("otherFaultErrorLabel")
        self.error_label.setProperty("bad", True)
        self.error_label.hide()

    def _on_other(self) -> None:
        try:
            fault = Fault.parse(self.other_edit.text())
        except BadInput as wrong:
            self.error_label.setText(f"{wrong.what} {f'Write {FORM}.'}")
            self.error_label.show()
            self.other_edit.setFocus()
            return
        self.error_label.hide()
        self.other_edit.clear()
        self.fault_requested.emit(str(fault))

    def _on_edited(self) -> None:
        self.error_label.hide()

    def _lay_out(self) -> None:
        other = QHBoxLayout()
        other.setSpacing(6)
        other.addWidget(self.other_edit, 1)
        other.addWidget(self.other_button)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("TROUBLE", role="section"))
        layout.addWidget(self.cut_box)
        for switch in self.switches:
            layout.addWidget(switch)
        layout.addLayout(other)
        layout.addWidget(self.error_label)
        layout.addLayout(self._list)


class _OtherFault(QWidget):
    """A fault without a switch here, or switched on a second time elsewhere."""

    end_requested = Signal(object)

    def __init__(self, number: int) -> None:
        super().__init__()
        self.setObjectName(f"otherFault{number}")
        self._state: FaultState | None = None
        self.name_label = ElidedLabel()
        theme.set_mono(self.name_label, 12)
        self.struck_label = label(role="muted")
        self.off_button = QPushButton("Switch off")
        self.off_button.setObjectName(f"otherFault{number}OffButton")
        self.off_button.setProperty("quiet", True)
        self.off_button.clicked.connect(self._on_off)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name_label)
        words.addWidget(self.struck_label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(words, 1)
        row.addWidget(self.off_button)

    def show_state(self, state: "FaultState") -> None:
        """Show the fault as text and how often it has struck."""
        self._state = state
        self.name_label.show_text(state.fault)
        self.struck_label.setText(struck(state))
        self.off_button.setAccessibleName(f"Switch off {state.fault}")

    def _on_off(self) -> None:
        self.end_requested.emit(self._state)
