"""Requests within bounds, against servers on loopback that behave badly for real."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from app.clock import SystemClock
from app.errors import Unreachable
from app.events.wire import Exchange, ExchangeKind, TransportFailure
from app.journal import Journal
from app.wire.fetch import FetchedResponse, fetch
from app.wire.recorder import RecordingTransport
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real sockets


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await talk(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/token?secret=in-the-query"
    listening.close()


def says(*chunks: bytes) -> Talk:
    async def talk(writer: asyncio.StreamWriter) -> None:
        for chunk in chunks:
            writer.write(chunk)
        await writer.drain()

    return talk


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def ask(url: str, journal: Journal, *, total_s: float = PATIENCE_S, limit: int = 1 << 20) -> FetchedResponse:
    transport = RecordingTransport(httpx.AsyncHTTPTransport(), journal, SystemClock())
    async with httpx.AsyncClient(transport=transport) as http:
        request = httpx.Request("GET", url)
        return await fetch(http, request, kind=ExchangeKind.TOKEN, cause=7, total_s=total_s, limit=limit)


@pytest.fixture
def journal() -> Journal:
    return Journal(SystemClock())


async def test_an_answer_is_read_and_recorded_without_its_query(journal: Journal) -> None:
    async with server(says(HEAD + b"Content-Length: 2\r\n\r\n{}")) as url:
        answer = await ask(url, journal)
    assert (answer.status, answer.body, answer.truncated, answer.media_type) == (200, b"{}", False, "application/json")
    (entry,) = journal
    assert isinstance(entry.event, Exchange)
    assert (entry.event.status, entry.event.kind, entry.cause) == (200, ExchangeKind.TOKEN, 7)
    assert entry.event.url.endswith("/token")
    assert "secret" not in repr(entry)


async def test_a_dripping_server_meets_the_total_limit(journal: Journal) -> None:
    async with server(drip) as url:
        with pytest.raises(Unreachable, match="did not answer in full") as caught:
            await ask(url, journal, total_s=0.2)
    assert caught.value.sent


async def test_a_bomb_is_cut_at_the_limit(journal: Journal) -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(bomb)).encode() + b"\r\n\r\n"
    async with server(says(head, bomb)) as url:
        answer = await ask(url, journal)
    assert answer.truncated
    assert len(answer.body) == 1 << 20


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (says(b""), "broke off"),
        (says(HEAD + b"Content-Length: 10\r\n\r\n{}"), "broke off"),
        (says(b"\x15\x03\x01\x00\x02\x02\x50"), "broke off"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n"), "broke off"),
    ],
)
async def test_what_breaks_off_was_sent_and_is_recorded_as_a_failure(journal: Journal, talk: Talk, said: str) -> None:
    async with server(talk) as url:
        with pytest.raises(Unreachable, match=said) as caught:
            await ask(url, journal)
    assert caught.value.sent
    assert "secret" not in str(caught.value)
    (entry,) = journal
    assert isinstance(entry.event, Exchange)
    assert entry.event.failure


async def test_an_answer_that_cannot_be_decoded_is_unreachable_too(journal: Journal) -> None:
    async with server(says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")) as url:
        with pytest.raises(Unreachable, match="broke off"):
            await ask(url, journal)


async def test_a_refused_connection_was_certainly_not_sent(journal: Journal) -> None:
    with pytest.raises(Unreachable, match="could not be reached") as caught:
        await ask("http://127.0.0.1:9/", journal)
    assert not caught.value.sent


async def test_redirects_are_not_followed(journal: Journal) -> None:
    async with server(says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")) as url:
        answer = await ask(url, journal)
    assert answer.status == 302
    assert len(journal) == 1


async def test_an_answer_nobody_waited_for_is_not_recorded_as_whole(journal: Journal) -> None:
    async with server(drip) as url:
        with pytest.raises(Unreachable):
            await ask(url, journal, total_s=0.2)
    (entry,) = journal
    assert isinstance(entry.event, Exchange)
    assert (entry.event.status, entry.event.failure) == (200, TransportFailure("CancelledError"))
