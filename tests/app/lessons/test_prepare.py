"""A lesson begins the same from wherever somebody was."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from app.connections import Connections
from app.demo.embedded import controls_of, reset_demo_org
from app.errors import LapseError
from app.lessons.catalogue import LESSONS
from app.lessons.lesson import Lesson
from app.lessons.play import play
from app.lessons.player import Player

pytestmark = pytest.mark.anyio


async def first_step_passed(lesson: Lesson, bench: Connections) -> None:
    async with aclosing(play(lesson, bench)) as steps:
        assert (await anext(steps)).step is lesson.steps[0]


@pytest.mark.parametrize("order", [LESSONS, LESSONS[::-1]], ids=["forwards", "backwards"])
async def test_every_lesson_can_follow_its_neighbours(bench: Connections, order: tuple[Lesson, ...]) -> None:
    for lesson in order:
        assert [each.step async for each in play(lesson, bench)] == list(lesson.steps)


@pytest.mark.parametrize("left", LESSONS, ids=[each.name for each in LESSONS])
async def test_every_lesson_can_be_left_in_its_middle(bench: Connections, left: Lesson) -> None:
    player = Player(bench)
    for done in range(1, len(left.steps) + 1):
        await left.prepare(player)
        for step in left.steps[:done]:
            await step.play(player)
        await first_step_passed(LESSONS[(LESSONS.index(left) + done) % len(LESSONS)], bench)
    await first_step_passed(left, bench)


async def _all_turned(player: Player) -> None:
    await player.turn(
        access_token_lifetime_s=1,
        id_token_lifetime_s=1,
        refresh_token_lifetime_s=2,
        refresh_idle_s=1,
        grace_s=0,
        rotation_type="STATIC",
        successor="same",
        access_token_format="opaque",
        refresh_grant_enabled=False,
        has_access_policy=False,
        user_is_assigned=False,
        is_active=False,
    )


async def _faults_everywhere(player: Player) -> None:
    for fault in ("503@*", "429=3600@token", "close-after@token", "invalid-token@api", "bad-signature@token"):
        await player.switch_on(fault)


async def _left_alone_by_a_busy_server(player: Player) -> None:
    await player.switch_on("503=3600@token")
    await player.to_lapse()
    await player.call()


async def _both_clocks_wrong(player: Player) -> None:
    await player.skew_server(3600)
    await player.skew_client(-86_400)
    await player.travel(1_000_000)
    await player.travel(-2_000_000)


async def _cut_off(player: Player) -> None:
    await player.cut_network(cut=True)
    await player.to_lapse()
    await player.call()


async def _ended(player: Player) -> None:
    await player.revoke("refresh")
    await player.call()


async def _keys_rotated_twice(player: Player) -> None:
    controls = await controls_of(player.bench)
    for _ in range(2):
        await controls.rotate_keys(overlap=False)
        try:
            await player.refresh_now()
        except LapseError:
            continue


async def _reset(player: Player) -> None:
    await reset_demo_org(player.bench)


async def _dropped(player: Player) -> None:
    await player.bench.session.drop_access_token()


LEFT: list[Callable[[Player], Awaitable[None]]] = [
    _all_turned,
    _faults_everywhere,
    _left_alone_by_a_busy_server,
    _both_clocks_wrong,
    _cut_off,
    _ended,
    _keys_rotated_twice,
    _reset,
    _dropped,
    Player.sign_out,
]


@pytest.mark.parametrize("place", range(len(LEFT)), ids=[each.__name__.strip("_") for each in LEFT])
async def test_a_lesson_begins_from_whatever_was_left(bench: Connections, place: int) -> None:
    player, leave = Player(bench), LEFT[place]
    for lesson in (LESSONS[0], *LESSONS[1 + place % 4 :: 4]):  # every lesson after two or three of them
        await player.start_over()
        await leave(player)
        await first_step_passed(lesson, bench)
