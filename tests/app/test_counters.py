"""This session in numbers, from the real session's journal."""

from collections.abc import AsyncIterator

import pytest

from app.counters import Counters, Counts
from app.session.sign_out import revoke_and_forget
from app.sim_loop import SimClock
from app.testing.network import lost_after_commit, responses
from app.testing.sessions import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(clock: SimClock) -> AsyncIterator[World]:
    async with World(clock) as found:
        yield found


async def call(world: World) -> None:
    await world.calls.call("GET", f"{world.org.issuer_base}/api/me")


def counts(world: World) -> Counts:
    counters = Counters()
    for entry in world.journal:
        counters.take(entry)
    return counters.at(world.clock.now())


async def test_a_quiet_hour_costs_nothing_here_and_a_timer_every_half_minute(world: World, clock: SimClock) -> None:
    await world.sign_in()
    await call(world)
    clock.jump(3600)
    found = counts(world)
    assert (found.calls, found.refreshes, found.timer_refreshes) == (1, 0, 120)
    await call(world)
    assert (counts(world).refreshes, counts(world).timer_refreshes) == (1, 120)


async def test_failures_and_retries_are_counted(world: World, clock: SimClock) -> None:
    await world.sign_in()
    clock.jump(40)
    world.network.faults = [lost_after_commit]
    await call(world)
    found = counts(world)
    assert (found.calls, found.failed_calls, found.refreshes, found.retries) == (1, 0, 1, 1)
    clock.jump(40)
    world.network.faults = [responses(503), responses(503), responses(503)]
    await call(world)
    found = counts(world)
    assert (found.calls, found.failed_calls, found.failed_refreshes) == (2, 1, 1)


async def test_a_sign_out_stops_the_timer_and_a_sign_in_begins_anew(world: World, clock: SimClock) -> None:
    await world.sign_in()
    await call(world)
    clock.jump(60)
    await revoke_and_forget(world.session, world.client, world.journal)
    clock.jump(600)
    assert (counts(world).calls, counts(world).timer_refreshes) == (1, 2)
    await world.sign_in()
    assert counts(world) == Counts(skew_s=counts(world).skew_s)


async def test_another_lifetime_changes_the_timers_rhythm(world: World, clock: SimClock) -> None:
    await world.sign_in()
    clock.jump(60)
    world.turn(access_token_lifetime_s=300)
    await call(world)
    clock.jump(900)
    assert counts(world).timer_refreshes == 2 + 3


async def test_told_one_by_one_it_is_the_same(world: World, clock: SimClock) -> None:
    counters = Counters()
    world.journal.subscribe(counters.take)
    await world.sign_in()
    clock.jump(40)
    await call(world)
    assert counters.at(clock.now()) == counts(world)
