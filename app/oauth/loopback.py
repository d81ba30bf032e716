"""The loopback listener that a browser comes to: one request a connection, bounded, answered by a page."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import h11

from app.wire.running_time import running_limit

BODY_LIMIT = 64 * 1024
_HEADER_LIMIT = 16 * 1024
# Browsers open speculative sockets and never send anything on them.
_CONNECTION_LIMIT_S = 5.0
# Keeps every page out of caches and referrers.
_HEADERS = (
    ("Connection", "close"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """A request that arrived; header names are in lower case.

    `body` is that of a POST, and None where it was not read: it states no length, or is over BODY_LIMIT.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None = b""

    @property
    def is_navigation(self) -> bool:
        """Whether the user navigated here, rather than a page loading or fetching it."""
        return (self.destination, self.headers.get("sec-fetch-mode", "navigate")) == ("document", "navigate")

    @property
    def destination(self) -> str:
        """What the browser will use the response as (Sec-Fetch-Dest); "document" where it does not say."""
        return self.headers.get("sec-fetch-dest", "document")


@dataclass(frozen=True, slots=True)
class LoopbackPage:
    """A response, with the headers added to those that all have; its `body` is UTF-8."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()


class LoopbackListener:
    """Answers browsers with what `respond` returns, at most `most` connections at a time; more get `too_many`."""

    def __init__(self, *, most: int, too_many: LoopbackPage) -> None:
        # Until the port is known there is nothing to serve.
        self.respond: Callable[[BrowserRequest], LoopbackPage] = lambda _: LoopbackPage(404, "")
        self._most = most
        self._too_many = too_many
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[object] | None, asyncio.StreamWriter] = {}
        self._reading: set[asyncio.StreamWriter] = set()

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port; raises OSError where it is not free."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=_HEADER_LIMIT)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Free the port: idle connections are closed, a page being sent is sent in full."""
        if self._server is not None:
            self._server.close()
        for writer in self._reading:
            writer.transport.abort()
        await asyncio.gather(*filter(None, self._connections), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._connections[task] = writer
        try:
            async with running_limit(_CONNECTION_LIMIT_S):
                await _send(writer, await self._page(reader, writer))
        except (TimeoutError, OSError, h11.RemoteProtocolError):
            pass  # a browser's speculative socket, or a program that does not speak HTTP
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            del self._connections[task]

    async def _page(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> LoopbackPage:
        if len(self._connections) > self._most:
            return self._too_many
        self._reading.add(writer)
        try:
            request = await _Reading(reader).request()
        finally:
            self._reading.discard(writer)
        return self.respond(request)


class _Reading:
    """Reads one request, event by event; raises h11.RemoteProtocolError for anything else."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADER_LIMIT)

    async def request(self) -> BrowserRequest:
        head = await self._next_event()
        if not isinstance(head, h11.Request):
            raise h11.RemoteProtocolError("not a request")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        body = await self._body(headers) if head.method == b"POST" else b""
        return BrowserRequest(head.method.decode("latin-1"), head.target.decode("latin-1"), headers, body)

    async def _body(self, headers: dict[str, str]) -> bytes | None:
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > BODY_LIMIT:  # h11 has checked that it is a number
            return None
        body = bytearray()
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
        return bytes(body)

    async def _next_event(self) -> h11.Event:
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            self._connection.receive_data(await self._reader.read(4096))
        if not isinstance(event, h11.Request | h11.Data | h11.EndOfMessage):
            raise h11.RemoteProtocolError("broken off")
        return event


async def _send(writer: asyncio.StreamWriter, page: LoopbackPage) -> None:
    connection = h11.Connection(h11.SERVER)
    body = page.body.encode()
    headers = [*page.headers, ("Content-Length", str(len(body))), *_HEADERS]
    for event in (h11.Response(status_code=page.status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
