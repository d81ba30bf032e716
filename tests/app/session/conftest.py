"""A session against the real demo org, in process and in simulated time."""

from collections.abc import AsyncIterator

import pytest

from app.sim_loop import SimClock
from app.testing.sessions import World


@pytest.fixture
async def world(clock: SimClock) -> AsyncIterator[World]:
    async with World(clock) as found:
        yield found
