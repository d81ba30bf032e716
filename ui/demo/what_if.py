""" "What if it were later": what a call would do then, calculated for a real server."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.decision.words import because, consequence
from app.text import duration
from ui.widgets.buttons import allow
from ui.widgets.flow import Flow
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.decision import Decision

_STEPS_S = (10.0, 60.0)


class WhatIf(QWidget):
    """Holds how far ahead to look, `in_s` seconds; `moved` is emitted when that changes."""

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("whatIf")
        self.in_s = 0.0
        self._left_s: float | None = None
        self.buttons = {
            "whatIf10Button": QPushButton("+10 s"),
            "whatIf60Button": QPushButton("+1 min"),
            "whatIfLapseButton": QPushButton("At lapse"),
            "whatIfNowButton": QPushButton("Back to now"),
        }
        spoken = (
            "Look 10 seconds further ahead",
            "Look a minute further ahead",
            "Look at the moment the access token lapses",
            "Back to the present",
        )
        slots = (self._on_10_s, self._on_1_min, self._on_lapse, self._on_now)
        for (name, button), text, slot in zip(self.buttons.items(), spoken, slots, strict=True):
            button.setObjectName(name)
            button.setAccessibleName(text)
            button.clicked.connect(slot)
        self.when_label = label(role="title", wrap=True)
        self.when_label.setObjectName("whatIfWhenLabel")
        self.response_label = label(wrap=True)
        self.response_label.setObjectName("whatIfAnswerLabel")
        self._lay_out()

    def show_thought(self, decision: "Decision", left_s: float | None) -> None:
        """Show what a call `in_s` from now would need; `left_s` is the remaining life of the access token."""
        self._left_s = left_s
        later = f"If it were {duration(self.in_s)} later:"
        self.when_label.setText(later if self.in_s else "As it is now:")
        self.response_label.setText(f"{because(decision)} {consequence(decision, 'then' if self.in_s else 'now')}")
        why_not = "There is no access token with a known expiry." if left_s is None else ""
        if left_s is not None and left_s <= 0:
            why_not = "It has lapsed already."
        allow(self.buttons["whatIfLapseButton"], why_not)
        allow(self.buttons["whatIfNowButton"], "" if self.in_s else "This is now already.")

    def _on_10_s(self) -> None:
        self._move_to(self.in_s + _STEPS_S[0])

    def _on_1_min(self) -> None:
        self._move_to(self.in_s + _STEPS_S[1])

    def _on_lapse(self) -> None:
        if self._left_s is not None:
            self._move_to(max(self._left_s, 0.0))

    def _on_now(self) -> None:
        self._move_to(0.0)

    def _move_to(self, in_s: float) -> None:
        self.in_s = in_s
        self.moved.emit()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("WHAT IF?", role="section"))
        note = label("Only a calculation: no clock moves, nothing is sent.", role="muted", wrap=True)
        note.setObjectName("whatIfNoteLabel")
        layout.addWidget(note)
        layout.addLayout(Flow(*self.buttons.values()))
        layout.addWidget(self.when_label)
        layout.addWidget(self.response_label)
