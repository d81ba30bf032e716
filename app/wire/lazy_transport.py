"""A transport that is built when the first request is sent: most commands have a token in hand and send nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx


class LazyTransport(httpx.AsyncBaseTransport):
    """Sends requests with what `build` returns, awaited once; where it raises, the next request tries again."""

    def __init__(self, build: Callable[[], Awaitable[httpx.AsyncBaseTransport]]) -> None:
        self._build = build
        self._building = asyncio.Lock()
        self._inner: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with self._building:
            if self._inner is None:
                self._inner = await self._build()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()
