"""How far an exchange had come when its time was over: what was waited for, whether it was sent, and what is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.errors import Unreachable
from app.events.wire import ExchangeKind
from app.session.failure_table import judge
from app.sim_loop import SimLoop
from app.wire.fetch import BrokenResponse, FetchedResponse, fetch
from tests.app.wire.exchanges import Client, behaving, client, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


@asynccontextmanager
async def busy(base: str, number: int, kind: ExchangeKind) -> AsyncIterator[Client]:
    """Have so many exchanges under way that the server never answers."""
    async with client() as found, asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(found.ask(f"{base}/silent", total_s=60.0, kind=kind)) for _ in range(number)]
        await until(lambda: sum(len(way._pool.connections) for way in found.network._ways.values()) == number)
        yield found
        for each in asking:
            each.cancel()


async def trouble(found: Client, url: str, *, total_s: float = 0.1, kind: ExchangeKind = ExchangeKind.API) -> Any:
    with pytest.raises(Unreachable) as caught:
        await fetch(found.http, httpx.Request("GET", url), kind=kind, total_s=total_s)
    return caught.value


async def test_waiting_for_a_connection_of_ours_is_not_sent_and_not_the_network() -> None:
    with behaving() as base:
        async with busy(base, 100, ExchangeKind.API) as found:
            error = await trouble(found, f"{base}/whole")
    assert error.what.startswith("All 100 of Lapse's own connections to 127.0.0.1 were busy for")
    assert error.what.endswith("nothing was sent.")
    assert (error.sent, error.ran_s) == (False, pytest.approx(0.1, abs=0.1))
    for told in (error, judge(error)):
        assert told.next_step == "Let the calls that are under way end, or stop them; then call again."
        assert "network" not in str(told)


@pytest.mark.parametrize("kind", [each for each in ExchangeKind if each is not ExchangeKind.API])
async def test_whatever_else_is_asked_has_connections_of_its_own(kind: ExchangeKind) -> None:
    with behaving() as base:
        async with busy(base, 100, ExchangeKind.API) as found:
            assert await found.ask(f"{base}/whole", kind=kind) == "200"


async def test_another_server_is_not_kept_waiting() -> None:
    with behaving() as base, behaving() as other:
        async with busy(base, 100, ExchangeKind.API) as found:
            assert await found.ask(f"{other}/whole") == "200"


async def test_whoever_waits_is_let_on_when_a_connection_is_free() -> None:
    with behaving() as base:
        async with client() as found, asyncio.TaskGroup() as tasks:
            asking = [tasks.create_task(found.ask(f"{base}/whole")) for _ in range(250)]
        assert {each.result() for each in asking} == {"200"}
        assert found.held() == []


async def test_a_pool_that_is_not_ours_is_not_the_network_s_trouble_either() -> None:
    limits = httpx.Limits(max_connections=1)
    with behaving() as base:
        async with httpx.AsyncClient(limits=limits, trust_env=False) as http, asyncio.TaskGroup() as tasks:
            url, kind = f"{base}/silent", ExchangeKind.API
            first = tasks.create_task(fetch(http, httpx.Request("GET", url), kind=kind))
            await asyncio.sleep(0.05)
            with pytest.raises(Unreachable, match=r"own connections to .* were busy") as caught:
                await fetch(http, httpx.Request("GET", url), kind=kind, total_s=2.0)
            first.cancel()
    assert not caught.value.sent


class Unopened(httpx.AsyncBaseTransport):
    """A server whose connections, asked for as httpx does, are never opened: its address answers nothing."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"]("connection.connect_tcp.started", {})
        await asyncio.Event().wait()
        raise AssertionError


def simulated(transport: httpx.AsyncBaseTransport, total_s: float) -> tuple[Any, float]:
    """Return what a request came to in simulated time, and for how many seconds."""

    async def ask() -> tuple[Any, float]:
        async with httpx.AsyncClient(transport=transport) as http:
            try:
                request = httpx.Request("GET", "http://a.example/")
                return await fetch(http, request, kind=ExchangeKind.TOKEN, total_s=total_s), 0.0
            except Unreachable as error:
                return error, asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(ask())


def test_a_connection_that_cannot_be_opened_is_given_up_before_and_was_not_sent() -> None:
    error, took_s = simulated(Unopened(), 20.0)
    assert error.what == "No connection to a.example could be opened within 10 s."
    assert (error.sent, error.ran_s, took_s) == (False, pytest.approx(10), pytest.approx(10))


class Slow(httpx.AsyncBaseTransport):
    """Opens a connection, and answers, as slowly as it is told to."""

    def __init__(self, opening_s: float, answering_s: float) -> None:
        self._opening_s, self._answering_s = opening_s, answering_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        tell = request.extensions["trace"]
        await tell("connection.connect_tcp.started", {})
        await asyncio.sleep(self._opening_s)
        await tell("connection.connect_tcp.complete", {"return_value": None})
        await tell("http11.send_request_headers.started", {"request": _Request})
        await asyncio.sleep(self._answering_s)
        return httpx.Response(200, content=b"{}")


class _Request:
    method = b"GET"


def test_the_time_for_the_answer_begins_when_it_is_sent() -> None:
    answer, _ = simulated(Slow(9.0, 19.0), 20.0)
    assert isinstance(answer, FetchedResponse)
    error, took_s = simulated(Slow(9.0, 21.0), 20.0)
    assert error.what == "a.example did not answer in full within 20 s."
    assert (error.sent, error.ran_s, took_s) == (True, pytest.approx(29), pytest.approx(29))


def test_a_transport_that_tells_nothing_may_have_sent_it() -> None:
    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    error, took_s = simulated(Silent(), 20.0)
    assert (error.what, error.sent) == ("a.example did not answer in full within 20 s.", True)
    assert took_s == pytest.approx(20)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("head-alone", b""),
        ("half-a-body", b"{}"),
        ("half-a-gzip", b"{}"),
        ("broken-off", b"{}"),
        ("broken-chunk", b"{}"),
        ("undecodable", b""),
        ("stacked", b""),
    ],
)
async def test_what_came_of_a_broken_answer_is_told(name: str, body: bytes) -> None:
    with behaving() as base:
        async with client() as found:
            error = await trouble(found, f"{base}/{name}", total_s=0.5)
    assert isinstance(error, BrokenResponse)
    assert (error.sent, error.answer.status, error.answer.body, error.answer.truncated) == (True, 200, body, True)


@pytest.mark.parametrize("name", ["silent", "half-a-head", "hangs-up", "no-http", "long-header"])
async def test_what_broke_off_before_its_headers_brings_no_answer(name: str) -> None:
    with behaving() as base:
        async with client() as found:
            error = await trouble(found, f"{base}/{name}", total_s=0.5)
    assert (error.sent, type(error)) == (True, Unreachable)


async def test_identity_is_asked_for_whatever_is_asked() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get_list("accept-encoding"))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        for kind in ExchangeKind:
            request = httpx.Request("GET", "http://a.example/", headers={"Accept-Encoding": "gzip, br"})
            await fetch(http, request, kind=kind)
    assert asked == [["identity"]] * len(ExchangeKind)
