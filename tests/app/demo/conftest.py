"""A demo org in process, and somebody who talks to it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.clock import SystemClock
from app.demo.asgi import asgi
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.sim_loop import SimClock
from tests.app.demo.caller import Caller
from tests.app.demo.somebody import Somebody


@pytest.fixture
def org(clock: SimClock, key: SigningKey) -> DemoOrg:
    return DemoOrg(clock, ledger=MemoryLedger(key))


@pytest.fixture
async def ada(org: DemoOrg) -> AsyncIterator[Somebody]:
    transport = httpx.ASGITransport(asgi(org))
    async with httpx.AsyncClient(transport=transport, base_url=org.issuer_base) as http:
        yield Somebody(org, http)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


@pytest.fixture
def caller(runner: asyncio.Runner, key: SigningKey) -> Caller:
    return Caller(runner, DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
