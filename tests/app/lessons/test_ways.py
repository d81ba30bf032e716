"""Ways through a step that a person goes and the program does not: slower, in another order, after something else."""

from collections.abc import Awaitable, Callable

import pytest

from app.connections import Connections
from app.lessons.catalogue import lesson_named
from app.lessons.player import Player
from app.lessons.run import LessonRun
from app.sim_loop import SimClock

pytestmark = pytest.mark.anyio

Act = Callable[[Player], Awaitable[object]]


async def begun(bench: Connections, name: str, place: int) -> LessonRun:
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
    bench: Connections, clock: SimClock, reading_s: float
) -> None:
    run = await begun(bench, "lapse", 1)
    clock.jump(reading_s)
    await jump_and_a_minute(Player(bench))
    assert run.place == 2


@pytest.mark.parametrize("reading_s", [0, 20, 59])
async def test_to_jump_to_the_lapse_is_not_to_wait(bench: Connections, clock: SimClock, reading_s: float) -> None:
    run = await begun(bench, "lapse", 1)
    clock.jump(reading_s)
    await Player(bench).to_lapse()
    assert run.place == 1


async def test_to_read_for_a_life_is_no_travel(bench: Connections, clock: SimClock) -> None:
    run = await begun(bench, "lapse", 1)
    clock.jump(600)
    await Player(bench).turn(grace_s=0)
    assert run.place == 1
    await Player(bench).travel(60)
    assert run.place == 2


async def test_a_lesson_taken_up_in_its_middle_wants_a_life_of_travel(bench: Connections) -> None:
    await begun(bench, "lapse", 1)
    run = LessonRun(lesson_named("lapse"), 1)
    bench.journal.subscribe(run.take)
    await Player(bench).to_lapse()
    assert run.place == 1
    await Player(bench).travel(60)
    assert run.place == 2


async def test_one_lost_answer_too_many_is_survived_by_the_next_call(bench: Connections) -> None:
    run, player = await begun(bench, "lost-answer", 0), Player(bench)
    await player.switch_on("close-after@token.refresh")
    await player.to_lapse()
    await player.call()
    assert run.place == 0
    await player.switch_all_off()
    await player.call()
    assert run.place == 1


async def test_without_grace_the_next_call_finds_out_as_well(bench: Connections) -> None:
    run, player = await begun(bench, "lost-answer", 1), Player(bench)
    await player.turn(grace_s=0)
    await player.switch_on("close-after@token.refresh")
    await player.to_lapse()
    await player.call()
    assert run.place == 1
    await player.switch_all_off()
    await player.call()
    assert run.place == 2


@pytest.mark.parametrize("reading_s", [0, 30, 200])
async def test_the_absolute_limit_may_be_reached_slowly(bench: Connections, clock: SimClock, reading_s: float) -> None:
    run, player = await begun(bench, "the-end", 2), Player(bench)
    await player.turn(refresh_idle_s=0)
    await player.sign_in()
    for _ in range(2):
        clock.jump(reading_s)
        await player.to_lapse()
        await player.call()
    assert run.place == 3


async def test_a_grant_turned_on_too_early_is_shown_by_a_sign_in(bench: Connections) -> None:
    run, player = await begun(bench, "grant", 1), Player(bench)
    await player.turn(refresh_grant_enabled=True)
    await player.to_lapse()
    await player.call()
    assert run.place == 2
    await player.sign_in()
    assert run.place == 3
    await player.sign_in()
    assert run.is_over


async def test_a_grant_turned_on_too_early_is_turned_off_and_on(bench: Connections) -> None:
    run, player = await begun(bench, "grant", 1), Player(bench)
    await player.turn(refresh_grant_enabled=True)
    await player.to_lapse()
    await player.call()
    await player.turn(refresh_grant_enabled=False)
    assert run.place == 2
    await player.turn(refresh_grant_enabled=True)
    assert run.place == 3


async def turn_back(player: Player) -> None:
    await player.skew_server(0)
    await player.skew_client(-120)


async def refresh_too_early(player: Player) -> None:
    await turn_back(player)
    await player.refresh_now()


async def read_for_long(player: Player) -> None:
    await player.travel(600)
    await turn_back(player)


@pytest.mark.parametrize("lose_the_way", [refresh_too_early, read_for_long])
async def test_a_token_from_a_wrong_clock_is_replaced_as_the_hint_says(bench: Connections, lose_the_way: Act) -> None:
    run, player = await begun(bench, "skew", 1), Player(bench)
    await lose_the_way(player)
    await player.to_lapse()
    await player.call()
    assert run.place == 1
    assert "Set both right, Refresh now, and set Our clock to -120 s again" in run.lesson.steps[1].hint
    await player.skew_client(0)
    await player.refresh_now()
    await player.skew_client(-120)
    await player.to_lapse()
    await player.call()
    assert run.place == 2
