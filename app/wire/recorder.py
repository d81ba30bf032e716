"""A transport wrapper that records every exchange in the journal, its failure included."""

from collections.abc import AsyncIterator

import httpx

from app.clock import Clock
from app.events import Exchange, ExchangeKind
from app.journal import Journal


class RecordingTransport(httpx.AsyncBaseTransport):
    """Passes requests on to `inner` and appends one `Exchange` for each, once its body was read or it failed."""

    def __init__(self, inner: httpx.AsyncBaseTransport, journal: Journal, clock: Clock) -> None:
        self._inner = inner
        self._journal = journal
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; see httpx's transport interface."""
        noting = _Noting(self._journal, self._clock, request)
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as failure:
            noting.finish(failure=type(failure).__name__)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_RecordedStream(response.stream, noting, response.status_code),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


class _Noting:
    """The one `Exchange` of one request, written once."""

    def __init__(self, journal: Journal, clock: Clock, request: httpx.Request) -> None:
        self._journal = journal
        self._clock = clock
        self._request = request
        self._started_at = clock.now()
        self._started = clock.elapsed()
        self._done = False

    def finish(self, *, status: int | None = None, failure: str | None = None) -> None:
        if self._done:
            return
        self._done = True
        request = self._request
        exchange = Exchange(
            kind=request.extensions.get("lapse_kind", ExchangeKind.API),
            method=request.method,
            url=str(request.url.copy_with(query=None, fragment=None, username="", password="")),
            started_at=self._started_at,
            duration_s=self._clock.elapsed() - self._started,
            status=status,
            failure=failure,
        )
        self._journal.append(exchange, cause=request.extensions.get("lapse_cause"))


class _RecordedStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, noting: _Noting, status: int) -> None:
        self._inner = inner
        self._noting = noting
        self._status = status

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except Exception as failure:
            self._noting.finish(status=self._status, failure=type(failure).__name__)
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()
        self._noting.finish(status=self._status)
