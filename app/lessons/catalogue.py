"""The lessons in the order in which they build on each other."""

from app.errors import BadInput
from app.lessons import (
    grant,
    lapse,
    lost_answer,
    offline,
    refresh,
    replay,
    restart,
    rotation,
    skew,
    storm,
    the_end,
    two_windows,
)
from app.lessons.lesson import Lesson

LESSONS: tuple[Lesson, ...] = (
    grant.LESSON,
    lapse.LESSON,
    refresh.LESSON,
    rotation.LESSON,
    replay.LESSON,
    lost_answer.LESSON,
    storm.LESSON,
    offline.LESSON,
    skew.LESSON,
    the_end.LESSON,
    restart.LESSON,
    two_windows.LESSON,
)


def lesson_named(name: str) -> Lesson:
    """Return the lesson of that name; raises BadInput, which lists them."""
    found = next((each for each in LESSONS if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in LESSONS)
        raise BadInput(f"There is no lesson {name!r}.", next_step=f"Choose one of {names}.")
    return found
