"""A demo org in simulated time, and a Lapse on it."""

from collections.abc import AsyncIterator

import pytest

from app.connections import Connections
from app.demo.ledger import SigningKey
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from app.simulation import open_simulation
from app.testing.orgs import demo_org


@pytest.fixture
def org(clock: SimClock, key: SigningKey) -> DemoOrg:
    return demo_org(clock, key=key)


@pytest.fixture
async def bench(clock: SimClock, org: DemoOrg) -> AsyncIterator[Connections]:
    async with open_simulation(clock, org) as opened:
        yield opened
