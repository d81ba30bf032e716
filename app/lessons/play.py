"""Plays a whole lesson as a user would, and reports what each step caused."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.connections import Connections
from app.errors import LapseError, StepFailed
from app.events import Entry
from app.lessons.lesson import Lesson, LessonStep
from app.lessons.player import Player
from app.lessons.run import LessonRun


@dataclass(frozen=True, slots=True)
class Played:
    """A step that was passed, with its journal entries."""

    step: LessonStep
    entries: tuple[Entry, ...]


async def play(lesson: Lesson, bench: Connections) -> AsyncGenerator[Played, None]:
    """Prepare a lesson and play it step by step; yields each step once it is passed.

    Raises StepFailed for the first that is not, and what `prepare` raises. `bench` is connected to the demo org.
    """
    player = Player(bench)
    await lesson.prepare(player)
    run = LessonRun(lesson)
    while (step := run.step) is not None:
        with _collected(bench, run) as entries:
            await _act(lesson, step, player)
        if run.step is step:
            raise _failed(lesson, step, entries)
        yield Played(step, tuple(entries))


async def _act(lesson: Lesson, step: LessonStep, player: Player) -> None:
    try:
        await step.play(player)
    except LapseError as error:
        raise StepFailed(f"The step “{step.title}” of the lesson {lesson.name} went wrong: {error}") from error


@contextmanager
def _collected(bench: Connections, run: LessonRun) -> Iterator[list[Entry]]:
    """Pass the journal's entries about the chosen connection to the run, and collect them."""
    entries: list[Entry] = []
    key = bench.connection.key

    def take(entry: Entry) -> None:
        if entry.connection in (key, ""):
            entries.append(entry)
            run.take(entry)

    unsubscribe = bench.journal.subscribe(take)
    try:
        yield entries
    finally:
        unsubscribe()


def _failed(lesson: Lesson, step: LessonStep, entries: list[Entry]) -> StepFailed:
    seen = " ".join(entry.sentence() for entry in entries) or "nothing"
    return StepFailed(f"The step “{step.title}” of the lesson {lesson.name} was played and not passed. Seen: {seen}")
