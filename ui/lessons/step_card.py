"""One step of a lesson: open while it is the current one, a line before and after."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.lessons.facts import StepState
from ui.text import breakable
from ui.widgets.card import Card
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.lessons.lesson import LessonStep


class StepCard(Card):
    """Shows a step by its state: Read and Do for the current one, See once it is passed, else only the title."""

    def __init__(self, step: "LessonStep", number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=12, spacing=6)
        self._step = step
        self._number = number
        self.setObjectName(f"lessonStepCard{number}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._mark = label(role="title")
        self._mark.setProperty("stepMark", True)
        self._title = _text(step.title, role="title")
        self._read = _Part("READ", step.read)
        self._do = _Part("DO", step.do)
        self._see = _Part("SEE", step.see)
        self.hint = _Hint(f"Hint: {step.hint}")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        self.body.addLayout(head)
        for part in (self._read, self._do, self.hint, self._see):
            self.body.addWidget(part)
        self.show_state(StepState.AHEAD)

    def show_state(self, state: StepState) -> None:
        """Show what the state allows; a hint is removed."""
        self.state = state
        self._mark.setText(state.mark)
        self._read.setVisible(state is StepState.CURRENT)
        self._do.setVisible(state is StepState.CURRENT)
        self._see.setVisible(state is StepState.PASSED)
        self.hint.hide()
        word = {
            StepState.AHEAD: "to come",
            StepState.CURRENT: "you are here",
            StepState.PASSED: "passed",
        }[state]
        self._mark.setAccessibleName(word)
        self.setAccessibleName(f"Step {self._number}, {word}: {self._step.title}")
        self.setAccessibleDescription(self.text())
        for each in (self, self._mark, self._title):
            each.setProperty("stepState", state.style)
            each.style().unpolish(each)
            each.style().polish(each)

    def show_hint(self) -> str:
        """Show the hint, and return it."""
        self.hint.show()
        return self._step.hint

    @property
    def has_hint(self) -> bool:
        return not self.hint.isHidden()

    def text(self) -> str:
        """The visible text besides the title."""
        return {
            StepState.AHEAD: "",
            StepState.CURRENT: f"{self._step.read} {self._step.do}",
            StepState.PASSED: self._step.see,
        }[self.state]


class _Part(QWidget):
    """A text under its heading."""

    def __init__(self, heading: str, text: str) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(label(heading, role="section"))
        layout.addWidget(_text(text))


class _Hint(QFrame):
    """The hint, on a tint."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setProperty("banner", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 7, 10, 7)
        layout.addWidget(_text(text))


def _text(text: str, *, role: str = "") -> QLabel:
    found = label(breakable(text), role=role, wrap=True)
    found.setAccessibleName(text)
    # Of the label, not of its layout item: Qt ignores height-for-width of aligned items and would clip wrapped text.
    found.setAlignment(Qt.AlignmentFlag.AlignTop)
    return found
