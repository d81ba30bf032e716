"""Stopped in the middle of a refresh, with its response in the socket: the session goes on with what it has got."""

import asyncio
from functools import partial
from typing import Any

import pytest

from app.testing.network import slow
from app.testing.sessions import World
from tests.app.stopped import StoppedLoop

pytestmark = pytest.mark.anyio
STOPPED_S = (25.0, 45.0, 3000.0)


@pytest.fixture(params=[(at_s, stopped_s) for at_s in (0.1, 1.9) for stopped_s in STOPPED_S])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": partial(StoppedLoop, [request.param])}


async def test_a_response_that_came_while_we_were_stopped_is_read(world: World) -> None:
    world.turn(grace_s=0, access_token_lifetime_s=3600)
    await world.sign_in()
    world.network.faults = [slow(2.0)]
    lapsed = world.tokens.access
    fresh = await world.session.fresh_token(not_this=lapsed.value)
    assert asyncio.get_running_loop().time() >= min(STOPPED_S), "it was stopped"
    assert (fresh.access.name, world.network.token_requests()) != (lapsed.name, 0)
    assert world.network.token_requests() == 1
