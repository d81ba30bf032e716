"""Ways through a step that a person goes and the program does not: slower, in another order, after something else."""

from collections.abc import Awaitable, Callable

import pytest

from app.lessons.catalogue import lesson_named
from app.lessons.player import Player
from app.lessons.run import LessonRun
from app.simloop import SimClock
from app.workbench import Workbench

pytestmark = pytest.mark.anyio

Act = Callable[[Player], Awaitable[object]]


async def begun(bench: Workbench, name: str, place: int) -> LessonRun:
    """Return a run of a lesson that was played up to a step, told everything since the lesson was prepared."""
    lesson, player = lesson_named(name), Player(bench)
    await lesson.prepare(player)
    run = LessonRun(lesson)
    bench.journal.subscribe(run.take)
    for step in lesson.steps[:place]:
        await step.play(player)
    assert run.place == place
    return run


async def jump_and_a_minute(player: Player) -> None:
    await player.to_lapse()
    await player.travel(60)


@pytest.mark.parametrize("reading_s", [0, 20, 59, 60, 75, 600])
async def test_a_token_may_lapse_while_one_reads_what_to_do(
    bench: Workbench, clock: SimClock, reading_s: float
) -> None:
    run = await begun(bench, "lapse", 1)
    clock.jump(reading_s)
    await jump_and_a_minute(Player(bench))
    assert run.place == 2


@pytest.mark.parametrize("reading_s", [0, 20, 59])
async def test_to_jump_to_the_lapse_is_not_to_wait(bench: Workbench, clock: SimClock, reading_s: float) -> None:
    run = await begun(bench, "lapse", 1)
    clock.jump(reading_s)
    await Player(bench).to_lapse()
    assert run.place == 1


async def test_to_read_for_a_life_is_no_travel(bench: Workbench, clock: SimClock) -> None:
    run = await begun(bench, "lapse", 1)
    clock.jump(600)
    await Player(bench).turn(leeway_s=0)
    assert run.place == 1
    await Player(bench).travel(60)
    assert run.place == 2


async def test_a_lesson_taken_up_in_its_middle_wants_a_life_of_travel(bench: Workbench) -> None:
    await begun(bench, "lapse", 1)
    run = LessonRun(lesson_named("lapse"), 1)
    bench.journal.subscribe(run.take)
    await Player(bench).to_lapse()
    assert run.place == 1
    await Player(bench).travel(60)
    assert run.place == 2


async def test_one_lost_answer_too_many_is_survived_by_the_next_call(bench: Workbench) -> None:
    run, player = await begun(bench, "lost-answer", 0), Player(bench)
    await player.switch_on("close-after@token.refresh")
    await player.to_lapse()
    await player.call()
    assert run.place == 0
    await player.switch_all_off()
    await player.call()
    assert run.place == 1


async def test_without_grace_the_next_call_finds_out_as_well(bench: Workbench) -> None:
    run, player = await begun(bench, "lost-answer", 1), Player(bench)
    await player.turn(leeway_s=0)
    await player.switch_on("close-after@token.refresh")
    await player.to_lapse()
    await player.call()
    assert run.place == 1
    await player.switch_all_off()
    await player.call()
    assert run.place == 2


@pytest.mark.parametrize("reading_s", [0, 30, 200])
async def test_the_absolute_limit_may_be_reached_slowly(bench: Workbench, clock: SimClock, reading_s: float) -> None:
    run, player = await begun(bench, "the-end", 2), Player(bench)
    await player.turn(refresh_idle_s=0)
    await player.sign_in()
    for _ in range(2):
        clock.jump(reading_s)
        await player.to_lapse()
        await player.call()
    assert run.place == 3
