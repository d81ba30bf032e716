"""The way to an org in the same process, for httpx: nothing listens, and a connection can still be lost."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from app.demo.asgi import asgi
from app.demo.endpoint_routes import HungUp
from app.demo.org import DemoOrg

_CLIENT = ("127.0.0.1", 123)


class OrgTransport(httpx.AsyncBaseTransport):
    """Hands requests to the org itself; a hang-up arrives as it would from the network.

    httpx has an ASGI transport too, which looks on disk for another event loop's library at every request.
    """

    def __init__(self, org: DemoOrg) -> None:
        self._app: ASGIApp = asgi(org)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the org's response; raises httpx.RemoteProtocolError if the org closes the connection."""
        exchange = _Exchange(await request.aread())
        try:
            await self._app(_scope_of(request), exchange.receive, exchange.send)
        except HungUp:
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            ) from None
        body = b"" if request.method == "HEAD" else bytes(exchange.body)
        return httpx.Response(exchange.status, headers=exchange.headers, stream=httpx.ByteStream(body))


class _Exchange:
    """One request's body on its way in, and the response on its way out (ASGI HTTP, version 2)."""

    def __init__(self, sent: bytes) -> None:
        self._sent: bytes | None = sent
        self._answered = asyncio.Event()
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def receive(self) -> Message:
        """Give the whole body at once; after it, that the client is gone, once it has its response."""
        if self._sent is None:
            await self._answered.wait()
            return {"type": "http.disconnect"}
        sent, self._sent = self._sent, None
        return {"type": "http.request", "body": sent, "more_body": False}

    async def send(self, message: Message) -> None:
        """Take the response, piece by piece."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
            return
        self.body += message.get("body", b"")
        if not message.get("more_body", False):
            self._answered.set()


def _scope_of(request: httpx.Request) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": _CLIENT,
        "root_path": "",
    }
