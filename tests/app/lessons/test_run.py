"""A lesson in progress: a step is passed by what has come of a call, and by nothing that was too long ago."""

from app.events import Entry, Event
from app.events.calls import CallFinished, CallStarted
from app.events.tokens import AccessTokenDropped
from app.lessons.evidence import LessonEvidence
from app.lessons.lesson import Lesson, LessonStep
from app.lessons.player import Player
from app.lessons.run import LessonRun
from tests.names import AT

DROPPED, FINISHED = AccessTokenDropped(AT(1)), CallFinished("a call", 200, 0.1)
STARTED = CallStarted("GET", "http://127.0.0.1/api/me")


async def nothing(_player: Player) -> None:
    raise AssertionError("nobody plays it")


def run_of(asked: list[int]) -> LessonRun:
    """Return a run of a lesson whose step wants a drop before a call's end; `asked` is told at how many entries."""

    def check(seen: LessonEvidence) -> bool:
        asked.append(len(seen.entries))
        return bool(seen.after(AccessTokenDropped).all(CallFinished))

    step = LessonStep(title="Title", read="Read", do="Do", see="See", hint="Hint", check=check, play=nothing)
    return LessonRun(Lesson(name="name", title="Title", teaches="All", minutes=1, prepare=nothing, steps=(step, step)))


def entry(seq: int, event: Event) -> Entry:
    return Entry(seq, 0.0, None, event)


def test_a_beginning_is_kept_and_asks_nothing() -> None:
    asked: list[int] = []
    run = run_of(asked)
    assert [run.take(entry(seq, each)) for seq, each in enumerate((DROPPED, STARTED, FINISHED), 1)] == [0, 0, 1]
    assert asked == [1, 3]
    assert run.place == 1


def test_the_next_step_begins_with_nothing_seen() -> None:
    run = run_of([])
    run.take(entry(1, DROPPED))
    assert run.take(entry(2, FINISHED))
    assert not run.take(entry(3, FINISHED))


def test_what_was_long_ago_passes_nothing_and_costs_nothing() -> None:
    asked: list[int] = []
    run = run_of(asked)
    run.take(entry(1, DROPPED))
    for seq in range(2, 1000):
        run.take(entry(seq, STARTED))
    assert not run.take(entry(1000, FINISHED))
    assert max(asked) <= 700
