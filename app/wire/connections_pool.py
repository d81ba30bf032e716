"""A connection pool: a limited number to each server, and every one released whatever becomes of its request.

httpcore's pool loses a connection where a request fails or is cancelled between its own steps: one that is open and has
sent nothing yet stays in the pool as new forever, one through a proxy whose TLS failed as active (httpcore 1.0.9). So a
connection is closed here whenever a request on it failed, and the limit is counted here, not there.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpcore
import httpx

# httpx's defaults; idle connections beyond that are closed, and each of them after five seconds.
_MOST_IDLE = 20


class ConnectionPool(httpx.AsyncHTTPTransport):
    """Sends requests directly or through `proxy`; a request waits while `at_once` are under way to its server.

    The `trace` extension of a request sees that too: `lapse.waiting.started` with `of`, `lapse.waiting.complete`.
    """

    def __init__(self, trust: ssl.SSLContext, proxy: httpx.Proxy | None = None, *, at_once: int) -> None:
        # httpcore's pool has no limit: a request waiting in its queue may be given a connection as it is cancelled.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=_MOST_IDLE, keepalive_expiry=5.0)
        super().__init__(verify=trust, trust_env=False, proxy=proxy, limits=limits)
        opened = self._pool.create_connection
        self._pool.create_connection = lambda origin: _Closed(opened(origin))  # type: ignore[method-assign]
        self._at_once = at_once
        self._turns: dict[tuple[str, str, int | None], asyncio.Semaphore] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        turn = await self._wait_for_turn(request)
        try:
            response = await self._send(request)
        except BaseException:
            turn.release()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Returned(response.stream, turn.release)
        return response

    async def _send(self, request: httpx.Request) -> httpx.Response:
        followed = request.extensions.get("trace")
        opened = _Opened(followed)
        request.extensions["trace"] = opened
        try:
            return await super().handle_async_request(request)
        except BaseException:
            await opened.close()
            raise
        finally:
            request.extensions["trace"] = followed

    async def _wait_for_turn(self, request: httpx.Request) -> asyncio.Semaphore:
        url = request.url
        turn = self._turns.setdefault((url.scheme, url.host, url.port), asyncio.Semaphore(self._at_once))
        await tell(request, "lapse.waiting.started", {"of": self._at_once})
        await turn.acquire()
        try:
            await tell(request, "lapse.waiting.complete", {})
        except BaseException:
            turn.release()
            raise
        return turn


async def tell(request: httpx.Request, name: str, info: dict[str, Any]) -> None:
    """Report a step to the request's `trace` extension (httpx)."""
    follow = request.extensions.get("trace")
    if follow is not None:
        await follow(name, info)


class _Opened:
    """Keeps the socket opened for a request; httpcore leaves it open where TLS is cancelled."""

    def __init__(self, follow: Callable[[str, dict[str, Any]], Awaitable[None]] | None) -> None:
        self._follow = follow
        self._socket: httpcore.AsyncNetworkStream | None = None

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        if name == "connection.connect_tcp.complete":
            self._socket = info["return_value"]
        if self._follow is not None:
            await self._follow(name, info)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.aclose()


class _Returned(httpx.AsyncByteStream):
    """A response's body; closing it releases the connection, once."""

    def __init__(self, inner: httpx.AsyncByteStream, give_up: Callable[[], None]) -> None:
        self._inner = inner
        self._give_up: Callable[[], None] | None = give_up

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._inner.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            if self._give_up is not None:
                self._give_up()
                self._give_up = None


class _Closed(httpcore.AsyncConnectionInterface):
    """A connection that is closed when a request on it fails, at whatever point; only then does the pool forget it."""

    def __init__(self, inner: httpcore.AsyncConnectionInterface) -> None:
        self._inner = inner
        self._failed = False

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        try:
            return await self._inner.handle_async_request(request)
        except httpcore.ConnectionNotAvailable:
            raise  # another request has it; the pool looks for another connection
        except BaseException:
            self._failed = True
            await self._inner.aclose()
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()

    def info(self) -> str:
        return self._inner.info()

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return self._inner.can_handle_request(origin)

    def is_available(self) -> bool:
        return not self._failed and self._inner.is_available()

    def has_expired(self) -> bool:
        return self._inner.has_expired()

    def is_idle(self) -> bool:
        return not self._failed and self._inner.is_idle()

    def is_closed(self) -> bool:
        return self._failed or self._inner.is_closed()
