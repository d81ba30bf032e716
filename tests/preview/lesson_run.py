"""A lesson in the middle for the preview: played by the program, in simulated time, as far as it is shown."""

import asyncio
from dataclasses import dataclass

from app.connections import Connections
from app.demo.embedded import demo_of
from app.demo.faults import Fault
from app.demo.ledger import SigningKey
from app.lessons.catalogue import lesson_named
from app.lessons.lesson import Lesson
from app.lessons.player import Player
from app.lessons.run import LessonRun
from app.sim_loop import SimClock, SimLoop
from app.simulation import open_simulation
from app.testing.orgs import demo_org
from tests.preview.stories import ANSWERS_TAKE, BEGAN, Story, story_of

_READING_S = 4.0


@dataclass(frozen=True, slots=True)
class PlayedLesson:
    """A lesson at the step (from 0) it was played to, and how everything stands there."""

    lesson: Lesson
    place: int
    story: Story


def play_lesson(name: str, steps: int, key: SigningKey) -> PlayedLesson:
    """Play so many steps of a lesson; `key` is what its tokens are signed with."""

    async def played() -> PlayedLesson:
        clock = SimClock(BEGAN)
        async with open_simulation(clock, demo_org(clock, key=key)) as bench:
            return await _played(lesson_named(name), steps, bench)

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(played())


async def _played(lesson: Lesson, steps: int, bench: Connections) -> PlayedLesson:
    player, run = Player(bench), LessonRun(lesson)
    await lesson.prepare(player)
    org = demo_of(bench).host.org
    assert org is not None
    org.faults.switch_on(map(Fault.parse, ANSWERS_TAKE))
    taken = bench.journal.newest
    for step in lesson.steps[:steps]:
        await bench.clock.sleep_until(bench.clock.now() + _READING_S)
        await step.play(player)
        for entry in tuple(bench.journal)[-(bench.journal.newest - taken) :]:
            run.take(entry)
        taken = bench.journal.newest
    await bench.clock.sleep_until(bench.clock.now() + _READING_S)
    return PlayedLesson(lesson, run.place, story_of(bench))
