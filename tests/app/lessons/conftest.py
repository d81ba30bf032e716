"""A demo org in simulated time, and a Lapse on it."""

from collections.abc import AsyncIterator

import pytest

from app.connections import Connections
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from app.simulation import open_simulation


@pytest.fixture
def org(clock: SimClock, key: SigningKey) -> DemoOrg:
    return DemoOrg(clock, ledger=MemoryLedger(key))


@pytest.fixture
async def bench(clock: SimClock, org: DemoOrg) -> AsyncIterator[Connections]:
    async with open_simulation(clock, org) as opened:
        yield opened
