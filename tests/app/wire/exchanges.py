"""A server that ends exchanges in every way there is, on a thread of its own, and what must be left after each."""

import asyncio
import gzip
import random
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.clock import SystemClock
from app.errors import Unreachable
from app.events.wire import ExchangeKind
from app.journal import Journal
from app.wire.details import Details
from app.wire.fetch import fetch
from app.wire.network import Network
from app.wire.recorder import RecordingTransport

LIMIT = 64 * 1024
_JSON = b"Content-Type: application/json\r\n"
_BIG = b"x" * (3 * LIMIT)


def _whole(body: bytes, *more: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"".join(each + b"\r\n" for each in (b"Content-Length: %d" % len(body), *more))
    return b"HTTP/1.1 " + status + b"\r\n" + _JSON + head + b"\r\n" + body


def _chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + end


KEPT: dict[str, bytes] = {
    "whole": _whole(b"{}"),
    "chunked": _chunked(b"{", b"}"),
    "trailers": _chunked(b"{}", end=b"0\r\nX-Later: 1\r\n\r\n"),
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + _whole(b"{}"),
    "no-body": _whole(b""),
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "redirect": _whole(b"", b"Location: http://127.0.0.1:9/", status=b"302 Found"),
    "rejected": _whole(b"{}", b"WWW-Authenticate: Bearer", status=b"401 Unauthorized"),
    "gzip": _whole(gzip.compress(b"{}"), b"Content-Encoding: gzip"),
}
"""Answers after which the server keeps the connection."""

ENDED: dict[str, bytes] = {
    "oversized": _whole(_BIG),
    "oversized-chunked": _chunked(*(_BIG[:4096] for _ in range(3 * LIMIT // 4096))),
    "bomb": _whole(gzip.compress(b"\0" * (8 << 20)), b"Content-Encoding: gzip"),
    "undecodable": _whole(b"nope" * 2000, b"Content-Encoding: gzip"),
    "stacked": _whole(gzip.compress(gzip.compress(_BIG)), b"Content-Encoding: gzip, gzip"),
    "closes": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "until-end": b"HTTP/1.0 200 OK\r\n\r\n{}",
    "broken-off": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    "broken-chunk": _chunked(b"{}", end=b""),
    "hangs-up": b"",
    "no-http": b"\x15\x03\x01\x00\x02\x02\x50",
    "long-header": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
}
"""What the server says before it ends the connection."""

HELD: dict[str, bytes] = {
    "silent": b"",
    "half-a-head": b"HTTP/1.1 200 OK\r\nContent-",
    "head-alone": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
    "half-a-body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    "half-a-gzip": _whole(gzip.compress(b"{}"), b"Content-Encoding: gzip")[:-4],
}
"""What it says before it says no more."""

SAID = KEPT | ENDED | HELD
NAMES = tuple(SAID)
_TOGETHER, _FIRST, _SAME = 10, 100, 20
_MOST_TURNS, _LEAST_CANCELLED = 60, 10


def _head_of(said: bytes) -> bytes:
    return b"HTTP/1.1" + said.rpartition(b"HTTP/1.1")[2].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


class _Server:
    """Answers by the path of each request, until the client has gone or the response asks for the end."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="a server that ends in every way", daemon=True)
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        self._loop.set_exception_handler(lambda *_: None)  # clients leave in the middle of things here
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls, backlog=500)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                name = head.split(b" ", 2)[1].decode().lstrip("/")
                said = SAID[name]
                writer.write(_head_of(said) if head.startswith(b"HEAD") else said)
                await writer.drain()
                if name in HELD:
                    await reader.read()
                if name not in KEPT:
                    break
        with suppress(OSError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()


@contextmanager
def behaving(tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port; yield the base URL."""
    server = _Server(tls)
    server.start()
    yield f"http{'s' if tls else ''}://{'localhost' if tls else '127.0.0.1'}:{server.port}"
    server.stop()


class Client:
    """Our way out as the program has it, and what it holds."""

    def __init__(self, http: httpx.AsyncClient, network: Network) -> None:
        self.http = http
        self.network = network

    async def ask(self, url: str, *, method: str = "GET", total_s: float = 5.0, kind: Any = ExchangeKind.API) -> str:
        """Exchange once; return the status, or the error's name."""
        try:
            response = await fetch(self.http, httpx.Request(method, url), kind=kind, limit=LIMIT, total_s=total_s)
        except Unreachable as error:
            return type(error).__name__
        return str(response.status)

    def held(self) -> list[str]:
        """Return every connection and request of the pools that is not idle, and turns not given back."""
        pools = [way._pool for way in self.network._ways.values()]
        connections = [str(each) for pool in pools for each in pool.connections if not each.is_idle()]
        requests = [str(each.request) for pool in pools for each in pool._requests]
        turns = [
            way for way in self.network._ways.values() if any(t._value != way._at_once for t in way._turns.values())
        ]
        return [*connections, *requests, *map(str, turns)]


@asynccontextmanager
async def client(environ: dict[str, str] | None = None) -> AsyncIterator[Client]:
    network = Network(environ or {})
    clock = SystemClock()
    recording = RecordingTransport(network, Journal(clock), clock, Details())
    async with httpx.AsyncClient(transport=recording, trust_env=False) as http:
        yield Client(http, network)


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so that another thread, or the system, is about to do."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def descriptors() -> int:
    """Return how many this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else 0


async def exchange_by_name(found: Client, base: str, name: str) -> str:
    """Exchange once in the way of that name; what the server holds back is waited for a moment only."""
    return await found.ask(f"{base}/{name}", total_s=0.05 if name in HELD else 5.0)


async def nothing_is_left_after_each(base: str) -> None:
    """Have every kind of exchange, and check after each that nothing of it is held."""
    async with client() as found:
        await exchange_by_name(found, base, "whole")
        before = descriptors()
        for name in NAMES:
            await exchange_by_name(found, base, name)
            assert found.held() == [], name
        for name in KEPT:
            assert await found.ask(f"{base}/{name}", method="HEAD") != "Unreachable"
            assert found.held() == [], f"{name}, its head"
        await found.ask("http://127.0.0.1:9/")
        assert found.held() == [], "refused"
        await exchange_by_name(found, base, "whole")
        await until(lambda: descriptors() <= before)


async def nothing_is_left_after_a_cancellation(base: str, name: str, environ: dict[str, str], *, again: int) -> None:
    """Cancel an exchange after every number of turns of the loop, once or `again` so many turns later."""
    async with client(environ) as found:
        await exchange_by_name(found, base, "whole")
        before = descriptors()
        cancelled = 0
        for turns in range(_MOST_TURNS):
            cancelled += await _cancelled_after(found, f"{base}/{name}", turns, again)
            await until(lambda: not found.held())
        assert cancelled > _LEAST_CANCELLED
        for way in found.network._ways.values():  # so that the next begins with opening a connection too
            await way.aclose()
        await exchange_by_name(found, base, "whole")
        await until(lambda: descriptors() <= before)


async def _cancelled_after(found: Client, url: str, turns: int, again: int) -> bool:
    """Return whether it was cancelled before its end; every other begins on a connection that is there already."""
    if turns % 2:
        for way in found.network._ways.values():
            await way.aclose()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(found.ask(url, total_s=5.0))
        for _ in range(turns):
            await asyncio.sleep(0)
        if turns > _MOST_TURNS // 2:
            await asyncio.sleep((turns - _MOST_TURNS // 2) * 0.0003)  # what is waited for is with the server by now
        task.cancel()
        for _ in range(again):
            await asyncio.sleep(0)
        if again:
            task.cancel()
    return task.cancelled()


@dataclass
class Mixed:
    """What many exchanges of every kind left: descriptors after the first hundred, at the worst, and at the end."""

    first: int = 0
    most: int = 0
    last: int = 0
    held: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


async def mixed(base: str, number: int, chance: random.Random) -> Mixed:
    """Have so many exchanges, ten at once, every fifth cancelled at some moment."""
    found = Mixed()
    async with client() as asking:
        for done in range(0, number, _TOGETHER):
            async with asyncio.TaskGroup() as tasks:
                for _ in range(_TOGETHER):
                    tasks.create_task(_one_of_many(asking, base, chance, found.outcomes))
            found.most = max(found.most, descriptors())
            if done < _FIRST <= done + _TOGETHER:
                await _settled(asking)
                found.first = descriptors()
        found.held = asking.held()
        await _settled(asking)
        found.last = descriptors()
    return found


async def _one_of_many(asking: Client, base: str, chance: random.Random, outcomes: Counter[str]) -> None:
    name, kind = chance.choice(NAMES), chance.choice((ExchangeKind.API, ExchangeKind.TOKEN))
    wait_s = chance.choice((None, None, None, None, chance.random() * 0.02))
    url = chance.choice((f"{base}/{name}",) * 30 + ("http://127.0.0.1:9/",))
    asked = asking.ask(url, kind=kind, total_s=0.03 if name in HELD else 5.0)
    try:
        async with asyncio.timeout(wait_s):
            outcomes[await asked] += 1
    except TimeoutError:
        outcomes["cancelled"] += 1


async def _settled(asking: Client) -> None:
    """Close what is idle, and wait until the server has closed its ends: every one was a descriptor of ours too."""
    for way in asking.network._ways.values():
        await way.aclose()
    before, same = descriptors(), 0
    while same < _SAME:
        await asyncio.sleep(0.01)
        now = descriptors()
        before, same = now, same + 1 if now == before else 0
