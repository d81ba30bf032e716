"""A network that fails on cue, for what no server can do: to lose, delay or replace a response on its way."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

Onwards = Callable[[], Awaitable[httpx.Response]]
NetworkFault = Callable[[httpx.Request, Onwards], Awaitable[httpx.Response]]
"""What happens to one request: it may be sent onwards, and its response may be awaited, or not."""


class FaultyNetwork(httpx.AsyncBaseTransport):
    """A transport around another, which keeps every request; each token request meets the next of `faults`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.faults: list[NetworkFault] = []
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)

        async def onwards() -> httpx.Response:
            return await self._inner.handle_async_request(request)

        if request.url.path.endswith("/token") and self.faults:
            return await self.faults.pop(0)(request, onwards)
        return await onwards()

    async def aclose(self) -> None:
        await self._inner.aclose()

    def token_requests(self) -> int:
        return sum(request.url.path.endswith("/token") for request in self.requests)


async def lost_after_commit(request: httpx.Request, onwards: Onwards) -> httpx.Response:
    """Let the server act, and lose its response: it has rotated, and the client does not know."""
    await onwards()
    raise httpx.ReadError("gone", request=request)


def responses(status: int, body: bytes = b"", **headers: str) -> NetworkFault:
    """Return a fault that responds itself; a header's name has underscores for hyphens."""

    async def fault(request: httpx.Request, _onwards: Onwards) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, headers=named, stream=httpx.ByteStream(body), request=request)

    return fault


def slow(seconds: float) -> NetworkFault:
    """Return a fault that sends the request onwards only after so many seconds."""

    async def fault(_request: httpx.Request, onwards: Onwards) -> httpx.Response:
        await asyncio.sleep(seconds)
        return await onwards()

    return fault


def refused(kind: type[httpx.TransportError] = httpx.ConnectError) -> NetworkFault:
    """Return a fault that raises this transport error; nothing is sent."""

    async def fault(request: httpx.Request, _onwards: Onwards) -> httpx.Response:
        raise kind("no route", request=request)

    return fault
