"""As many calls at once as there are connections, all turned down by a slow API: one refresh, and none is lost."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID
from app.demo.faults import Fault
from app.demo.ledger import MemoryLedger
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from app.journal import Journal
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller
from app.session.session import Session
from app.wire import network as ways
from app.wire.recorder import RecordingTransport
from tests.app.session.conftest import Network, WatchedStore, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


class Counted(Network):
    """The way out as the program has it; the requests that went that way are kept."""

    def __init__(self, org: DemoOrg) -> None:
        super().__init__(org)
        self.way = ways.Network({})
        self._inner = self.way  # type: ignore[assignment]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A session against an org that really listens, in real time; the server is strict: no grace period."""
    clock = SystemClock()
    served = ServedOrg(DemoOrg(clock, ledger=MemoryLedger()))
    await asyncio.to_thread(served.start)
    network = Counted(served.org)
    journal, store = Journal(clock), WatchedStore()
    async with httpx.AsyncClient(transport=RecordingTransport(network, journal, clock), trust_env=False) as http:
        client = OAuthClient(http, clock, issuer=served.issuer, client_id=DEMO_CLIENT_ID)
        session = Session(client, store, journal, clock, key="demo", leeway_s=1.0)
        calls = ApiCaller(http, session, journal, clock)
        found = World(clock, served.org, network, journal, http, client, store, session, calls)  # type: ignore[arg-type]
        found.turn(grace_s=0)
        await found.sign_in()
        yield found
        await session.close()
    await network.way.aclose()
    await asyncio.to_thread(served.stop)


@pytest.mark.parametrize("number", [100, 150])
async def test_as_many_calls_as_there_are_connections_cost_one_refresh(world: World, number: int) -> None:
    world.org.faults.switch_on(map(Fault.parse, ("until-refreshed=1@api", "delay=0.3@api")))
    results = await asyncio.gather(*(world.calls.call("GET", world.org.api_url) for _ in range(number)))
    assert {(result.status, result.error and result.error.what) for result in results} == {(200, None)}
    assert world.network.token_requests() == 1
