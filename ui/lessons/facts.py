"""What the Lessons tab shows of a lesson, without Qt."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For the type alone: what plays a lesson brings the heavy libraries, and the tab is built before them.
    from app.lessons.lesson import Lesson


class LessonStanding(Enum):
    """How far one has come in a lesson; told by a shape and a word, the tone only repeats it."""

    NOT_BEGUN = ("○", "neutral")
    BEGUN = ("◐", "warning")
    DONE = ("✓", "good")

    def __init__(self, shape: str, tone: str) -> None:
        self.shape = shape
        self.tone = tone


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRow:
    """One lesson: the `number` it has among all, and the step (from 0) one is at, None where it is not begun.

    `is_done`: it was done at least once.
    """

    lesson: "Lesson"
    number: int
    place: int | None = None
    is_done: bool = False

    @property
    def standing(self) -> LessonStanding:
        """How far one has come; a lesson begun once more counts as begun."""
        if self.place is not None:
            return LessonStanding.BEGUN
        return LessonStanding.DONE if self.is_done else LessonStanding.NOT_BEGUN


class StepState(Enum):
    """A step as the lesson goes: by its mark, and by the name the style sheet knows it by."""

    AHEAD = ("○", "ahead")
    CURRENT = ("▶", "current")
    PASSED = ("✓", "passed")

    def __init__(self, mark: str, style: str) -> None:
        self.mark = mark
        self.style = style


def state_of(step: int, place: int) -> StepState:
    """Return the state of a step (from 0) where one is at `place`."""
    if step == place:
        return StepState.CURRENT
    return StepState.PASSED if step < place else StepState.AHEAD


def minutes_of(minutes: float) -> str:
    """Return minutes as a number, in halves at most: a lesson takes no more exact a time."""
    return f"{round(minutes * 2) / 2:g}"
