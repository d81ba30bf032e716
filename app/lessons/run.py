"""A lesson in progress: its current step, according to the journal."""

from collections import deque

from app.events import Entry
from app.events.calls import CallStarted
from app.events.refresh import Decided
from app.lessons.evidence import LessonEvidence, lapse_told
from app.lessons.lesson import Lesson, LessonStep

# A step may be left open while the user works on. What is older than this passes it no longer: to look through more at
# every entry would hold the window up in a storm of calls, of which a hundred are 600 entries.
_MOST = 700
# Other events always follow these, and a step is passed by their results.
_ONLY_BEGINNINGS = (CallStarted, Decided)


class LessonRun:
    """Goes through a lesson's steps, one journal entry at a time; `place` is the current step, from 0.

    Once the last step is passed `place` is the number of steps.
    """

    def __init__(self, lesson: Lesson, place: int = 0) -> None:
        self.lesson = lesson
        self.place = min(max(place, 0), len(lesson.steps))
        self._seen: deque[Entry] = deque(maxlen=_MOST)
        self._lapses_at: float | None = None  # of the current token, which may be older than the step

    @property
    def step(self) -> LessonStep | None:
        """The step one is at, None once the lesson is over."""
        return self.lesson.steps[self.place] if self.place < len(self.lesson.steps) else None

    @property
    def is_over(self) -> bool:
        return self.step is None

    def take(self, entry: Entry) -> bool:
        """Take an entry of the journal; return whether the step was passed by it. The next begins after it."""
        step = self.step
        if step is None:
            return False
        self._seen.append(entry)
        self._lapses_at = lapse_told(entry.event) or self._lapses_at
        if isinstance(entry.event, _ONLY_BEGINNINGS) or not step.check(
            LessonEvidence(tuple(self._seen), self._lapses_at)
        ):
            return False
        self.place += 1
        self._seen.clear()
        return True

    def restart(self) -> None:
        """Start again at the first step, without the entries so far."""
        self.place = 0
        self._seen.clear()
