"""The lanes: the real session's journal as token lives, their lineage, and marks."""

from collections.abc import AsyncIterator

import pytest

from app.events import Entry
from app.events.calls import CallFinished, CallStarted
from app.events.demo import ReplayAnswered, ReplayStarted, TokenExpired, TokenRevoked
from app.events.refresh import Decided, RefreshStarted, RefreshSucceeded
from app.events.tokens import Issued, RefreshTokenFate, TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.lanes import End, Lane, Lanes, MarkKind, lanes_of
from app.session.sign_out import revoke_and_forget
from app.sim_loop import SimClock
from app.testing.network import lost_after_commit
from app.testing.sessions import World
from tests.names import AT, RT

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(clock: SimClock) -> AsyncIterator[World]:
    async with World(clock) as found:
        yield found


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
        (AT(1), None, End.LAPSED),
        (AT(2), AT(1), End.LAPSED),
        (AT(3), AT(2), End.OPEN),
    ]
    assert access[0].begins_at == pytest.approx(began, abs=0.5)
    assert access[0].ended_at == access[0].ends_at == pytest.approx(began + 30, abs=1)
    refresh = [bar for bar in bars if bar.lane is Lane.REFRESH]
    assert [(bar.name, bar.before, bar.end) for bar in refresh] == [
        (RT(1), None, End.REPLACED),
        (RT(2), RT(1), End.REPLACED),
        (RT(3), RT(2), End.OPEN),
    ]
    assert {bar.family for bar in bars} == {1}


async def test_a_kept_refresh_token_is_one_long_bar(world: World, clock: SimClock) -> None:
    world.turn(rotation_type="STATIC")
    await world.sign_in()
    clock.jump(40)
    await call(world)
    (refresh,) = [bar for bar in lanes(world).bars if bar.lane is Lane.REFRESH]
    assert (refresh.name, refresh.end) == (RT(1), End.OPEN)


async def test_calls_and_token_requests_are_marks(world: World, clock: SimClock) -> None:
    await world.sign_in()
    clock.jump(40)
    await call(world)
    marks = lanes(world).marks
    assert [(mark.lane, mark.kind) for mark in marks if mark.lane is Lane.CALLS] == [(Lane.CALLS, MarkKind.CALL)]
    requests = [mark for mark in marks if mark.lane is Lane.TOKEN_REQUESTS]
    assert [mark.kind for mark in requests] == [MarkKind.TOKEN_REQUEST, MarkKind.SIGN_IN, MarkKind.TOKEN_REQUEST]
    assert requests[-1].token == RT(1)
    assert "It sent RT-1." in requests[-1].text


async def test_lost_responses_refusals_and_the_end_are_told_apart(world: World, clock: SimClock) -> None:
    world.turn(grace_s=0)
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
    bar = lanes(world).bar(AT(1))
    assert bar is not None
    assert bar.end is End.DROPPED
    await revoke_and_forget(world.session, world.client, world.journal)
    bar = lanes(world).bar(RT(1))
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
    bar = lanes(world).bar(AT(1))
    assert bar is not None
    clock.jump(10)
    assert bar.sentence(clock.now()) == "AT-1, received 10 s ago, for 30 s: in hand."
    clock.jump(30)
    assert bar.sentence(clock.now()) == "AT-1, received 40 s ago, for 30 s: lapsed."


async def test_what_is_ended_on_request_ends_there_and_is_marked(world: World, clock: SimClock) -> None:
    await world.sign_in()
    for event in (TokenExpired(AT(1)), TokenRevoked(RT(1))):
        clock.jump(5)
        world.journal.append(event)
    found = lanes(world)
    ended = {bar.name: (bar.end, bar.ended_at) for bar in found.bars}
    assert ended[AT(1)] == (End.EXPIRED, pytest.approx(clock.now() - 5, abs=0.1))
    assert ended[RT(1)] == (End.REVOKED, pytest.approx(clock.now(), abs=0.1))
    assert [(mark.lane, mark.kind, mark.token) for mark in found.marks[-2:]] == [
        (Lane.ACCESS, MarkKind.EXPIRY, AT(1)),
        (Lane.REFRESH, MarkKind.REVOCATION, RT(1)),
    ]


async def test_what_came_by_refresh_names_its_forebear_even_if_that_was_gone(world: World) -> None:
    await world.sign_in()
    await world.session.drop_access_token()
    await call(world)
    bar = lanes(world).bar(AT(2))
    assert bar is not None
    assert bar.before == AT(1)


@pytest.mark.parametrize(("status", "kind"), [(200, MarkKind.REPLAY), (400, MarkKind.REPLAY_REFUSED)])
async def test_the_request_of_a_replay_points_back_to_the_end_of_the_old_token(
    world: World, clock: SimClock, status: int, kind: MarkKind
) -> None:
    await world.sign_in()
    clock.jump(40)
    await call(world)
    rotated_at = next(bar.ended_at for bar in lanes(world).bars if bar.name == RT(1))
    clock.jump(3)
    started = world.journal.append(ReplayStarted(RT(1)))
    asked = Exchange(
        kind=ExchangeKind.TOKEN, method="POST", url="https://as", started_at=clock.now(), duration_s=0, status=status
    )
    entry = world.journal.append(asked, cause=started.seq)
    answered = world.journal.append(ReplayAnswered(RT(1)), cause=started.seq)
    found = lanes(world)
    mark = found.marks[-1]
    assert (mark.kind, mark.token, mark.back_to) == (kind, RT(1), rotated_at)
    assert rotated_at is not None
    assert mark.at > rotated_at
    assert {found.shown(seq) for seq in (started.seq, entry.seq, answered.seq)} == {entry.seq}


async def test_a_related_number_leads_to_what_is_drawn(world: World, clock: SimClock) -> None:
    await world.sign_in()
    clock.jump(40)
    await call(world)
    found, entries = lanes(world), tuple(world.journal)
    finished = next(entry.seq for entry in entries if isinstance(entry.event, CallFinished))
    received = next(entry.seq for entry in reversed(entries) if isinstance(entry.event, TokensReceived))
    led = {type(entry.event): found.shown(entry.seq) for entry in entries}
    assert (led[CallStarted], led[Decided]) == (finished, finished)
    assert (led[RefreshStarted], led[RefreshSucceeded]) == (received, received)
    assert found.shown(received) == received
    assert found.shown(99_999) is None


async def test_the_family_in_hand_knows_its_sign_in_and_its_last_use(world: World, clock: SimClock) -> None:
    await world.sign_in()
    began = clock.now()
    clock.jump(40)
    await call(world)
    family = lanes(world).family
    assert family is not None
    assert family.began_at == pytest.approx(began, abs=0.5)
    assert family.used_at == pytest.approx(began + 40, abs=0.5)
    await revoke_and_forget(world.session, world.client, world.journal)
    assert lanes(world).family is None


async def test_a_second_try_is_a_retry_and_a_sign_in_sends_no_refresh_token(world: World, clock: SimClock) -> None:
    await world.sign_in()
    clock.jump(40)
    world.network.faults = [lost_after_commit]
    await call(world)
    await world.sign_in()
    requests = [mark for mark in lanes(world).marks if mark.lane is Lane.TOKEN_REQUESTS]
    kinds = [mark.kind for mark in requests]
    assert kinds == [
        MarkKind.TOKEN_REQUEST,
        MarkKind.SIGN_IN,
        MarkKind.LOST,
        MarkKind.RETRY,
        MarkKind.TOKEN_REQUEST,
        MarkKind.SIGN_IN,
    ]
    assert [mark.token for mark in requests] == [None, None, RT(1), RT(1), None, None]


def test_the_oldest_fall_out_but_not_what_is_in_hand() -> None:
    found, count = Lanes(), 60_000
    issued, refresh = Issued(AT(1), "9f2c", 1, 1e9), Issued(RT(1), "77b0", 1)
    received = TokensReceived(1, "password", issued, refresh, None, RefreshTokenFate.NEW, "")
    found.take(Entry(1, 0.0, None, received))
    for seq in range(2, count):
        found.take(Entry(seq, float(seq), None, CallFinished("story", 200, 0.0)))
    assert len(found.things) < 51_000
    assert len(found.things) + found.forgotten == count + 1
    assert [bar.name for bar in found.bars] == [AT(1), RT(1)]
    assert len(found.marks) == len(found.things) - 2
    assert [seq for seq, _ in found.things] == sorted(seq for seq, _ in found.things)
    assert found.shown(10) is None


def test_what_lies_nearest_in_a_lane() -> None:
    found = Lanes()
    for seq, at in ((1, 10.0), (2, 20.0), (3, 15.0)):  # the third began before the second, and ended after
        found.take(Entry(seq, at, None, CallFinished("story", 200, 0.0)))
    track = found.track(Lane.CALLS)
    nearest = [track.nearest(moment) for moment in (0.0, 14.0, 18.0, 99.0)]
    assert [thing.seq for thing in nearest if thing is not None] == [1, 3, 2, 2]
    assert found.track(Lane.ACCESS).nearest(0.0) is None
