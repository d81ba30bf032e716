"""One request of a browser on loopback, read in bounds and answered: what the redirect listener and sign-out share."""

import asyncio

import h11

HEADER_LIMIT = 16 * 1024
# Browsers open sockets on speculation and never send anything on them.
READ_LIMIT_S = 5.0
_HEADERS = (
    ("Connection", "close"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


class Reading:
    """Reads one request, event by event; raises h11.RemoteProtocolError for whatever is none."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_LIMIT)

    async def head(self) -> h11.Request:
        """Return the request line and the headers."""
        event = await self.next_event()
        if not isinstance(event, h11.Request):
            raise h11.RemoteProtocolError("not a request")
        return event

    async def next_event(self) -> h11.Event:
        """Return the next part: the head, data of the body, or its end."""
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            self._connection.receive_data(await self._reader.read(4096))
        if not isinstance(event, h11.Request | h11.Data | h11.EndOfMessage):
            raise h11.RemoteProtocolError("broken off")
        return event


def headers_of(head: h11.Request) -> dict[str, str]:
    """Return the headers by their names in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}


async def respond(writer: asyncio.StreamWriter, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
    """Answer with `body`, under `headers` and those that keep every such answer out of caches and referrers."""
    connection = h11.Connection(h11.SERVER)
    whole = [*headers, ("Content-Length", str(len(body))), *_HEADERS]
    for event in (h11.Response(status_code=status, headers=whole), h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
