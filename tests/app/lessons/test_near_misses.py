"""What looks like a step done and is not: every check has something it must not be passed by."""

from collections.abc import Awaitable, Callable

import pytest

from app.connections import Connections
from app.errors import LapseError
from app.lessons.catalogue import LESSONS, lesson_named
from app.lessons.player import READING_S, Player
from app.lessons.run import LessonRun

pytestmark = pytest.mark.anyio

Act = Callable[[Player], Awaitable[object]]


async def lapse_and_call(player: Player) -> None:
    await player.to_lapse()
    await player.call()


async def drop_and_call(player: Player) -> None:
    await player.bench.session.drop_access_token()
    await player.call()


async def refresh_twice(player: Player) -> None:
    await player.refresh_now()
    await player.refresh_now()


async def refuse_and_call(player: Player) -> None:
    """Let the token endpoint refuse in words that end no session."""
    await player.switch_on("refuse=unauthorized_client@token.refresh*1")
    await lapse_and_call(player)


async def be_busy_and_call(player: Player) -> None:
    await player.switch_on("503@token.refresh*1")
    await lapse_and_call(player)


async def cut_and_call(player: Player) -> None:
    await player.cut_network(cut=True)
    await lapse_and_call(player)


async def call_without_a_network(player: Player) -> None:
    await player.cut_network(cut=True)
    await player.call()


async def lose_all_responses(player: Player) -> None:
    await player.cut_network(cut=False)
    await player.switch_on("close-after@token.refresh*3")
    await lapse_and_call(player)


async def lose_no_response_to_a_busy_server(player: Player) -> None:
    """Asked again, but what was refused first was no response that was lost."""
    await player.switch_on("503=1@token.refresh*1")
    await lapse_and_call(player)


async def lose_a_request(player: Player) -> None:
    """Asked again, but the first request did nothing: there was no rotation."""
    await player.switch_on("close-before@token.refresh*1")
    await lapse_and_call(player)


async def lose_a_request_after_the_switch_was_off(player: Player) -> None:
    await player.switch_on("close-after@token.refresh*1")
    await player.switch_all_off()
    await lose_a_request(player)


async def be_revoked_and_lose_a_request(player: Player) -> None:
    await player.turn(grace_s=0)
    await player.revoke("refresh")
    await lose_a_request(player)


async def be_revoked_and_lose_a_response(player: Player) -> None:
    await player.revoke("refresh")
    await player.switch_on("close-after@token.refresh*1")
    await player.call()


async def call_while_the_server_wants_peace(player: Player) -> None:
    """The second call's refresh fails without a request, and the network is up."""
    await player.cut_network(cut=False)
    await player.switch_on("503=60@token")
    await lapse_and_call(player)
    await player.call()


async def revoke_and_call(player: Player) -> None:
    await player.revoke("refresh")
    await player.call()


async def turn_other_knobs(player: Player) -> None:
    await player.turn(refresh_grant_enabled=False, rotation_type="STATIC")


async def sign_in_without_grant(player: Player) -> None:
    await player.turn(refresh_grant_enabled=False)
    await player.sign_in()


async def travel_and_refresh(player: Player) -> None:
    await player.travel(60)
    await player.refresh_now()


async def travel_there_and_back(player: Player) -> None:
    await player.travel(60)
    await player.travel(-30)


async def call_49_times_after_lapse(player: Player) -> None:
    await player.to_lapse()
    await player.call(49)


async def call_50_times_one_by_one(player: Player) -> None:
    """A lapse for each half, so that no storm is large enough."""
    for _ in range(2):
        await player.to_lapse()
        await player.call(25)


async def revoke_and_call_49_times(player: Player) -> None:
    await player.revoke("access")
    await player.call(49)


async def storm_that_fails(player: Player) -> None:
    await player.switch_on("503@token.refresh")
    await player.to_lapse()
    await player.call(50)


async def skew_and_call_without_measuring(player: Player) -> None:
    await player.skew_server(-600)
    await player.call()


async def measure_a_clock_that_is_ahead(player: Player) -> None:
    await player.skew_server(600)
    try:
        await player.refresh_now()
    except LapseError:
        await player.skew_server(0)
    await player.call()


async def be_a_little_behind_and_refresh(player: Player) -> None:
    await player.skew_client(-250)
    await player.refresh_now()


async def fail_on_the_way_and_refresh(player: Player) -> None:
    await player.cut_network(cut=True)
    try:
        await player.refresh_now()
    except LapseError:
        await player.cut_network(cut=False)


async def sign_in_and_be_revoked(player: Player) -> None:
    await player.sign_in()
    await revoke_and_call(player)


async def sign_in_work_and_be_revoked(player: Player) -> None:
    await player.turn(refresh_idle_s=0)
    await player.sign_in()
    await lapse_and_call(player)
    await revoke_and_call(player)


async def sign_in_and_be_idle(player: Player) -> None:
    await player.sign_in()
    await lapse_and_call(player)


async def sign_in_and_stay_away_past_the_limit(player: Player) -> None:
    await player.turn(refresh_idle_s=0)
    await player.sign_in()
    await player.travel(650)
    await player.call()


async def sign_in_work_and_be_idle(player: Player) -> None:
    """The idle limit is still on, and the session ends by it long before the other."""
    await player.sign_in()
    await player.refresh_now()
    await lapse_and_call(player)
    await player.travel(300)


async def turn_grace_on_only(player: Player) -> None:
    await player.turn(grace_s=30)


async def restart_and_refresh(player: Player) -> None:
    await player.restart()
    await player.refresh_now()


async def refresh_and_call(player: Player) -> None:
    await player.refresh_now()
    await player.call()


async def lapse_restart_refresh_and_call(player: Player) -> None:
    await player.to_lapse()
    await player.restart()
    await refresh_and_call(player)


async def let_the_other_refresh_only(player: Player) -> None:
    await player.to_lapse()
    async with player.other_lapse() as other:
        await other.call()


async def both_refresh(player: Player) -> None:
    await let_the_other_refresh_only(player)
    await player.travel(READING_S)
    await player.call()


async def let_the_other_sign_out_only(player: Player) -> None:
    async with player.other_lapse() as other:
        await other.sign_out()


NEAR: list[tuple[str, int, Act]] = [
    ("grant", 0, Player.call),
    ("grant", 1, Player.call),
    ("grant", 2, turn_other_knobs),
    ("grant", 3, sign_in_without_grant),
    ("lapse", 0, lapse_and_call),
    ("lapse", 1, travel_and_refresh),
    ("lapse", 1, travel_there_and_back),
    ("lapse", 1, lapse_and_call),
    ("lapse", 2, refresh_and_call),
    ("lapse", 2, drop_and_call),
    ("refresh", 0, refresh_and_call),
    ("refresh", 0, drop_and_call),
    ("refresh", 0, be_busy_and_call),
    ("refresh", 1, lapse_and_call),
    ("refresh", 1, Player.call),
    ("refresh", 2, lapse_and_call),
    ("rotation", 0, Player.refresh_now),
    ("rotation", 1, refresh_twice),
    ("rotation", 2, Player.refresh_now),
    ("replay", 0, refresh_twice),
    ("replay", 1, Player.replay),
    ("replay", 2, refuse_and_call),
    ("replay", 3, Player.call),
    ("lost-answer", 0, lapse_and_call),
    ("lost-answer", 0, lose_all_responses),
    ("lost-answer", 0, lose_no_response_to_a_busy_server),
    ("lost-answer", 0, lose_a_request),
    ("lost-answer", 0, lose_a_request_after_the_switch_was_off),
    ("lost-answer", 1, lose_all_responses),
    ("lost-answer", 1, revoke_and_call),
    ("lost-answer", 1, be_revoked_and_lose_a_request),
    ("lost-answer", 1, be_revoked_and_lose_a_response),
    ("lost-answer", 1, lose_no_response_to_a_busy_server),
    ("lost-answer", 2, Player.sign_in),
    ("lost-answer", 2, turn_grace_on_only),
    ("storm", 0, call_50_times_one_by_one),
    ("storm", 1, call_49_times_after_lapse),
    ("storm", 1, call_50_times_one_by_one),
    ("storm", 1, storm_that_fails),
    ("storm", 2, revoke_and_call_49_times),
    ("storm", 2, call_50_times_one_by_one),
    ("offline", 0, be_busy_and_call),
    ("offline", 0, revoke_and_call),
    ("offline", 0, lose_all_responses),
    ("offline", 0, call_while_the_server_wants_peace),
    ("offline", 1, cut_and_call),
    ("offline", 2, Player.call),
    ("skew", 0, skew_and_call_without_measuring),
    ("skew", 0, measure_a_clock_that_is_ahead),
    ("skew", 1, lapse_and_call),
    ("skew", 2, be_a_little_behind_and_refresh),
    ("skew", 2, fail_on_the_way_and_refresh),
    ("skew", 3, call_without_a_network),
    ("the-end", 0, sign_in_and_be_idle),
    ("the-end", 0, lapse_and_call),
    ("the-end", 1, sign_in_and_be_revoked),
    ("the-end", 1, sign_in_work_and_be_revoked),
    ("the-end", 1, sign_in_and_stay_away_past_the_limit),
    ("the-end", 2, sign_in_and_be_idle),
    ("the-end", 2, sign_in_work_and_be_revoked),
    ("the-end", 2, sign_in_work_and_be_idle),
    ("the-end", 3, Player.call),
    ("restart", 0, lapse_and_call),
    ("restart", 1, refresh_and_call),
    ("restart", 1, restart_and_refresh),
    ("restart", 2, lapse_and_call),
    ("restart", 2, lapse_restart_refresh_and_call),
    ("two-windows", 0, let_the_other_refresh_only),
    ("two-windows", 0, both_refresh),
    ("two-windows", 0, lapse_and_call),
    ("two-windows", 1, let_the_other_sign_out_only),
    ("two-windows", 1, revoke_and_call),
    ("two-windows", 2, Player.call),
]


@pytest.mark.parametrize(
    ("name", "place", "act"), NEAR, ids=[f"{name}-{place + 1}-{act.__name__}" for name, place, act in NEAR]
)
async def test_what_is_nearly_the_step_does_not_pass_it(bench: Connections, name: str, place: int, act: Act) -> None:
    lesson, player = lesson_named(name), Player(bench)
    await lesson.prepare(player)
    for step in lesson.steps[:place]:
        await step.play(player)
    run = LessonRun(lesson, place)
    bench.journal.subscribe(run.take)
    await act(player)
    assert run.place == place


def test_every_step_has_a_near_miss() -> None:
    missed = {(name, place) for name, place, _ in NEAR}
    assert missed == {(each.name, place) for each in LESSONS for place in range(len(each.steps))}
