"""Two hundred token requests at once over real HTTP: every one is answered."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from app.clock import OwnClock, SystemClock
from app.demo.faults import Fault
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from tests.app.demo.somebody import Somebody
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

CROWD = 200


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real HTTP


@pytest.fixture
async def somebody(key: SigningKey) -> AsyncIterator[Somebody]:
    served = ServedOrg(DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
    await asyncio.to_thread(served.start)
    limits = httpx.Limits(max_connections=CROWD)
    async with httpx.AsyncClient(base_url=served.base_url, limits=limits, trust_env=False, timeout=PATIENCE_S) as http:
        yield Somebody(served.org, http)
    await asyncio.to_thread(served.stop)


async def crowd(somebody: Somebody, tokens: list[str]) -> list[dict[str, str]]:
    responses = await asyncio.gather(*(somebody.refresh(token) for token in tokens))
    assert [response.status_code for response in responses] == [200] * CROWD
    return [response.json() for response in responses]


async def test_as_many_sessions_refresh_at_once(somebody: Somebody) -> None:
    tokens = [(await somebody.tokens())["refresh_token"] for _ in range(CROWD)]
    found = await crowd(somebody, tokens)
    assert len({each["refresh_token"] for each in found}) == CROWD


class Meeting(OwnClock):
    """A clock on which everybody sleeps until as many as are wanted do."""

    def __init__(self, wanted: int) -> None:
        super().__init__(SystemClock())
        self._missing = wanted
        self._together = asyncio.Event()

    async def sleep_until(self, moment: float) -> None:
        self._missing -= 1
        if not self._missing:
            self._together.set()
        await asyncio.wait_for(self._together.wait(), PATIENCE_S)


async def test_all_of_them_are_inside_together(somebody: Somebody) -> None:
    somebody.org.turn(rotation_type="STATIC")
    token = (await somebody.tokens())["refresh_token"]
    somebody.org.faults.switch_on([Fault.parse("delay=0.3@token")])
    somebody.org.clock = Meeting(CROWD)  # one after another they would never meet
    await crowd(somebody, [token] * CROWD)


async def test_one_static_token_is_used_at_once(somebody: Somebody) -> None:
    somebody.org.turn(rotation_type="STATIC")
    token = (await somebody.tokens())["refresh_token"]
    assert {each["refresh_token"] for each in await crowd(somebody, [token] * CROWD)} == {token}


@pytest.mark.parametrize("successor", ["same", "new"])
async def test_one_rotating_token_is_used_at_once_inside_its_grace_period(somebody: Somebody, successor: str) -> None:
    somebody.org.turn(successor=successor)
    token = (await somebody.tokens())["refresh_token"]
    found = {each["refresh_token"] for each in await crowd(somebody, [token] * CROWD)}
    assert len(found) == (1 if successor == "same" else CROWD)


async def test_of_one_single_use_token_only_one_use_is_answered(somebody: Somebody) -> None:
    somebody.org.turn(grace_s=0)
    token = (await somebody.tokens())["refresh_token"]
    responses = await asyncio.gather(*(somebody.refresh(token) for _ in range(CROWD)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * (CROWD - 1)
