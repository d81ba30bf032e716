"""The lanes: the real session's journal as token lives, their lineage, and marks."""

from collections.abc import AsyncIterator

import pytest

from app.lanes import End, Lane, Lanes, MarkKind, lanes_of
from app.simloop import SimClock
from tests.app.session.conftest import World, lost_after_commit, new_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(clock: SimClock) -> AsyncIterator[World]:
    found = new_world(clock)
    yield found
    await found.session.close()
    await found.http.aclose()


def lanes(world: World) -> Lanes:
    return lanes_of(world.journal)


async def call(world: World) -> None:
    await world.calls.call("GET", f"{world.org.issuer_base}/api/me")


async def test_every_generation_is_a_bar_that_names_where_it_came_from(world: World, clock: SimClock) -> None:
    await world.sign_in()
    began = clock.now()
    for _ in range(2):
        clock.jump(40)
        await call(world)
    bars = lanes(world).bars
    access = [bar for bar in bars if bar.lane is Lane.ACCESS]
    assert [(bar.name, bar.before, bar.end) for bar in access] == [
        ("AT-1", None, End.LAPSED),
        ("AT-2", "AT-1", End.LAPSED),
        ("AT-3", "AT-2", End.OPEN),
    ]
    assert access[0].begins_at == pytest.approx(began, abs=0.5)
    assert access[0].ended_at == access[0].ends_at == pytest.approx(began + 30, abs=1)
    refresh = [bar for bar in bars if bar.lane is Lane.REFRESH]
    assert [(bar.name, bar.before, bar.end) for bar in refresh] == [
        ("RT-1", None, End.REPLACED),
        ("RT-2", "RT-1", End.REPLACED),
        ("RT-3", "RT-2", End.OPEN),
    ]
    assert {bar.family for bar in bars} == {1}


async def test_a_kept_refresh_token_is_one_long_bar(world: World, clock: SimClock) -> None:
    world.turn(rotation_type="STATIC")
    await world.sign_in()
    clock.jump(40)
    await call(world)
    (refresh,) = [bar for bar in lanes(world).bars if bar.lane is Lane.REFRESH]
    assert (refresh.name, refresh.end) == ("RT-1", End.OPEN)


async def test_calls_and_token_requests_are_marks(world: World, clock: SimClock) -> None:
    await world.sign_in()
    clock.jump(40)
    await call(world)
    marks = lanes(world).marks
    assert [(mark.lane, mark.kind) for mark in marks if mark.lane is Lane.CALLS] == [(Lane.CALLS, MarkKind.CALL)]
    requests = [mark for mark in marks if mark.lane is Lane.TOKEN_REQUESTS]
    assert [mark.kind for mark in requests] == [MarkKind.TOKEN_REQUEST, MarkKind.SIGN_IN, MarkKind.TOKEN_REQUEST]
    assert requests[-1].token == "RT-1"
    assert "It sent RT-1." in requests[-1].text


async def test_lost_answers_refusals_and_the_end_are_told_apart(world: World, clock: SimClock) -> None:
    world.turn(leeway_s=0)
    await world.sign_in()
    clock.jump(40)
    world.network.faults = [lost_after_commit]
    await call(world)
    found = lanes(world)
    kinds = [mark.kind for mark in found.marks if mark.lane is Lane.TOKEN_REQUESTS]
    assert kinds[-2:] == [MarkKind.LOST, MarkKind.REFUSAL]
    assert MarkKind.SESSION_END in [mark.kind for mark in found.marks]
    assert {bar.end for bar in found.bars if bar.lane is Lane.REFRESH} == {End.REFUSED}
    assert MarkKind.FAILED_CALL in [mark.kind for mark in found.marks]


async def test_dropping_and_signing_out_end_bars(world: World) -> None:
    await world.sign_in()
    await world.session.drop_access_token()
    bar = lanes(world).bar("AT-1")
    assert bar is not None
    assert bar.end is End.DROPPED
    await world.session.sign_out()
    bar = lanes(world).bar("RT-1")
    assert bar is not None
    assert bar.end is End.REVOKED


async def test_another_sign_in_is_another_family(world: World) -> None:
    await world.sign_in()
    await world.sign_in()
    access = [bar for bar in lanes(world).bars if bar.lane is Lane.ACCESS]
    assert [(bar.family, bar.before) for bar in access] == [(1, None), (2, None)]


async def test_told_one_by_one_it_is_the_same_as_told_at_once(world: World, clock: SimClock) -> None:
    told = Lanes()
    world.journal.subscribe(told.take)
    await world.sign_in()
    for _ in range(3):
        clock.jump(40)
        await call(world)
    whole = lanes(world)
    assert (told.bars, told.marks) == (whole.bars, whole.marks)


async def test_a_bar_says_its_life_in_a_sentence(world: World, clock: SimClock) -> None:
    await world.sign_in()
    bar = lanes(world).bar("AT-1")
    assert bar is not None
    clock.jump(10)
    assert bar.sentence(clock.now()) == "AT-1, received 10 s ago, for 30 s: in hand."
    clock.jump(30)
    assert bar.sentence(clock.now()) == "AT-1, received 40 s ago, for 30 s: lapsed."
