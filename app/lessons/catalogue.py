"""The lessons in the order in which they build on each other."""

from app.errors import BadInput
from app.lessons import (
    grant,
    lapse,
    lost_response,
    offline,
    refresh,
    replay,
    restart,
    rotation,
    session_end,
    skew,
    storm,
    two_windows,
)
from app.lessons.lesson import Lesson

_IN_ORDER = (
    grant,
    lapse,
    refresh,
    rotation,
    replay,
    lost_response,
    storm,
    offline,
    skew,
    session_end,
    restart,
    two_windows,
)
LESSONS: tuple[Lesson, ...] = tuple(each.LESSON for each in _IN_ORDER)


def lesson_named(name: str) -> Lesson:
    """Return the lesson of that name; raises BadInput, which lists them."""
    found = next((each for each in LESSONS if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in LESSONS)
        raise BadInput(f"There is no lesson {name!r}.", next_step=f"Choose one of {names}.")
    return found
