"""What the Lessons tab shows of a lesson, without Qt."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For types only: playing a lesson imports the heavy libraries, which load after this tab.
    from app.lessons.lesson import Lesson


class LessonStanding(Enum):
    """The progress in a lesson, by shape and word; the tone only repeats it."""

    NOT_BEGUN = ("○", "neutral")
    BEGUN = ("◐", "warning")
    DONE = ("✓", "good")

    def __init__(self, shape: str, tone: str) -> None:
        self.shape = shape
        self.tone = tone


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRow:
    """One lesson: its `number` in the list, and the current step (from 0), None if not started.

    `is_done`: it was completed at least once.
    """

    lesson: "Lesson"
    number: int
    place: int | None = None
    is_done: bool = False

    @property
    def standing(self) -> LessonStanding:
        """The progress; a lesson started again counts as started."""
        if self.place is not None:
            return LessonStanding.BEGUN
        return LessonStanding.DONE if self.is_done else LessonStanding.NOT_BEGUN


class StepState(Enum):
    """A step's state: its mark, and its name in the style sheet."""

    AHEAD = ("○", "ahead")
    CURRENT = ("▶", "current")
    PASSED = ("✓", "passed")

    def __init__(self, mark: str, style: str) -> None:
        self.mark = mark
        self.style = style


def state_of(step: int, place: int) -> StepState:
    """Return the state of a step (from 0) when `place` is the current one."""
    if step == place:
        return StepState.CURRENT
    return StepState.PASSED if step < place else StepState.AHEAD


def minutes_of(minutes: float) -> str:
    """Return minutes in halves at most: a lesson's length is not more exact."""
    return f"{round(minutes * 2) / 2:g}"
