"""What the lab turns: single flight off, and another strategy in the place of ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from app.decision import Decision, Reason
from app.lab.strategies import FlightsApart
from app.session.refresh_rule import Situation, Strategy, decide
from app.session.session import Session
from app.session.single_flight import Flights, SingleFlight
from app.session.store import MemoryStore
from app.testing.network import slow
from app.testing.sessions import World

pytestmark = pytest.mark.anyio
Make = Callable[..., Session]


@pytest.fixture
async def make(world: World) -> AsyncIterator[Make]:
    made: list[Session] = []
    await world.sign_in()

    def session(*, strategy: Strategy = decide, flights: Flights | None = None) -> Session:
        found = Session(
            world.client,
            MemoryStore(),
            world.journal,
            world.clock,
            key="lab",
            leeway_s=1.0,
            strategy=strategy,
            flights=flights,
        )
        found.state = world.session.state
        made.append(found)
        return found

    yield session
    for each in made:
        await each.close()


@pytest.mark.parametrize(("flights", "requests"), [(SingleFlight, 1), (FlightsApart, 5)])
async def test_without_single_flight_every_caller_refreshes_for_itself(
    world: World, make: Make, flights: type[Flights], requests: int
) -> None:
    session = make(flights=flights())
    world.clock.jump(31)
    found = await asyncio.gather(*(session.fresh_token() for _ in range(5)))
    assert world.network.token_requests() == requests
    assert sum(not fresh.joined for fresh in found) == requests


async def test_without_single_flight_and_without_grace_the_second_use_ends_the_session(
    world: World, make: Make
) -> None:
    world.turn(grace_s=0)
    session = make(flights=FlightsApart())
    world.clock.jump(31)
    world.network.faults += [slow(1)] * 3  # all of them are on their way before the first comes back
    await asyncio.gather(*(session.fresh_token() for _ in range(3)), return_exceptions=True)
    assert session.ended is not None


async def test_closing_waits_for_every_refresh_that_runs(world: World, make: Make) -> None:
    session = make(flights=FlightsApart())
    world.clock.jump(31)
    world.network.faults += [slow(1), slow(2)]
    callers = [asyncio.ensure_future(session.fresh_token()) for _ in range(2)]  # noqa: TID251 - two who wait
    await asyncio.sleep(0.5)
    await session.close()
    assert [caller.done() for caller in callers] == [True, True]
    assert not session._flights.is_flying


async def test_another_strategy_decides_in_our_place(world: World, make: Make) -> None:
    asked: list[str] = []

    def never(situation: Situation) -> Decision:
        asked.append(situation.asked_by)
        return decide(replace(situation, age_s=0.0))

    session = make(strategy=never)
    world.clock.jump(3600)
    fresh = await session.fresh_token(asked_by="lab")
    assert (fresh.decision.reason, fresh.refreshed_s, asked) == (Reason.FRESH, None, ["lab"])
