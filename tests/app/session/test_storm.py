"""As many calls at once as there are connections, all turned down by a slow API: one refresh, and none is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.clock import SystemClock
from app.demo.faults import Fault
from app.demo.ledger import MemoryLedger
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from app.testing.sessions import World
from app.wire.network import Network

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A session against an org that really listens, in real time; the server is strict: no grace period."""
    clock = SystemClock()
    served = ServedOrg(DemoOrg(clock, ledger=MemoryLedger()))
    await asyncio.to_thread(served.start)
    async with World(clock, served.org, way=Network({})) as found:  # type: ignore[arg-type]  # real time
        found.turn(grace_s=0)
        await found.sign_in()
        yield found
    await asyncio.to_thread(served.stop)


@pytest.mark.parametrize("number", [100, 150])
async def test_as_many_calls_as_there_are_connections_cost_one_refresh(world: World, number: int) -> None:
    world.org.faults.switch_on(map(Fault.parse, ("until-refreshed=1@api", "delay=0.3@api")))
    results = await asyncio.gather(*(world.calls.call("GET", world.org.api_url) for _ in range(number)))
    assert {(result.status, result.error and result.error.what) for result in results} == {(200, None)}
    assert world.network.token_requests() == 1
