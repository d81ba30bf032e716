"""The steps of a connection test with their results."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.widgets.card import Card
from ui.widgets.labels import Pill, label

if TYPE_CHECKING:
    from app.connecting.trial_step import TrialStep

_TOP = Qt.AlignmentFlag.AlignTop
_TONES = {"good": ("✓", "good"), "bad": ("✕", "bad"), "unknown": ("?", "warning")}


class StepsView(Card):
    """One row per step: word, name, result and advice; all of it plain text."""

    def __init__(self) -> None:
        super().__init__(spacing=8)
        self.setObjectName("testCard")
        self.body.addWidget(label("TEST (WITHOUT SIGN-IN)", role="section"))
        self._content = QWidget()
        self.body.addWidget(self._content)
        self.steps: tuple[TrialStep, ...] = ()
        self.hide()

    def show_steps(self, steps: "tuple[TrialStep, ...]") -> None:
        self.steps = steps
        self.body.removeWidget(self._content)
        self._content.hide()
        self._content.deleteLater()
        self._content = QWidget()
        self._content.setObjectName("testSteps")
        grid = QGridLayout(self._content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, step in enumerate(steps):
            shape, tone = _TONES[step.outcome]
            pill = Pill()
            pill.show_state(f"{shape} {self._word(tone)}", tone)
            grid.addWidget(pill, 2 * row, 0, _TOP)
            grid.addWidget(label(f"{step.name}: {step.words}", wrap=True), 2 * row, 1)
            if step.cure:
                grid.addWidget(label(step.cure, role="muted", wrap=True), 2 * row + 1, 1)
        self.body.addWidget(self._content)
        self._content.show()  # at once; a layout would do it later
        self.setAccessibleName(" ".join(f"{step.name}: {step.words}" for step in steps))
        self.show()

    def _word(self, tone: str) -> str:
        return {"good": "good", "bad": "wrong"}.get(tone, "not known")
