"""A transport wrapper that records every exchange in the journal, its failure included."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import httpx

from app.clock import Clock
from app.events import Exchange, ExchangeKind
from app.journal import Scribe
from app.wire.decoding import Decoding, NotDecodable
from app.wire.details import Detail, Details
from app.wire.hitch import in_short
from app.wire.redact import LONGEST, ShownBody, shown_body, shown_headers, shown_url


class RecordingTransport(httpx.AsyncBaseTransport):
    """Passes requests on to `inner` and appends one `Exchange` for each, once its body was read or it failed.

    `scribe_of` names who writes of a request, where that is somebody else than the journal itself.
    Where `details` are given, they keep what was sent and received, redacted; also of an exchange that failed half-way.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        journal: Scribe,
        clock: Clock,
        details: Details | None = None,
        *,
        scribe_of: Callable[[httpx.Request], Scribe | None] = lambda _: None,
    ) -> None:
        self._inner = inner
        self._journal = journal
        self._clock = clock
        self._details = details
        self._scribe_of = scribe_of

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; see httpx's transport interface."""
        noting = _Noting(self._scribe_of(request) or self._journal, self._clock, self._details, request)
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as failure:
            noting.finish(failure=in_short(failure, request.url))
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        noting.answered(response)
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

    def __init__(self, journal: Scribe, clock: Clock, details: Details | None, request: httpx.Request) -> None:
        self._journal = journal
        self._clock = clock
        self._details = details
        self._response: httpx.Response | None = None
        self._answered_s: float | None = None
        self._body = bytearray()
        self._length = 0
        self._request = request
        self._started_at = journal.now(cause=request.extensions.get("lapse_cause"))
        self._started = clock.stopwatch()
        self._done = False

    def answered(self, response: httpx.Response) -> None:
        """Note that the response's headers are there."""
        self._response = response
        self._answered_s = self._clock.stopwatch() - self._started

    def took(self, chunk: bytes) -> None:
        """Note a piece of the response's body, as it came over the wire."""
        self._length += len(chunk)
        if self._details is not None and len(self._body) < LONGEST:
            self._body += chunk[: LONGEST - len(self._body)]

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
            duration_s=self._clock.stopwatch() - self._started,
            status=status,
            failure=failure,
        )
        entry = self._journal.append(exchange, cause=request.extensions.get("lapse_cause"))
        if self._details is not None:
            self._details.keep(entry.seq, self._detail())

    def _detail(self) -> Detail:
        request, response = self._request, self._response
        sent = request.content if isinstance(request.stream, httpx.ByteStream) else b""
        return Detail(
            url=shown_url(str(request.url)),
            http_version="" if response is None else str(response.extensions.get("http_version", b"").decode("ascii")),
            request_headers=shown_headers(request.headers.multi_items()),
            request_body=shown_body(_media_type(request.headers), sent) if sent else None,
            reason="" if response is None else response.reason_phrase,
            response_headers=() if response is None else shown_headers(response.headers.multi_items()),
            response_body=None if response is None else self._shown_answer(response),
            answered_s=self._answered_s,
        )

    def _shown_answer(self, response: httpx.Response) -> ShownBody:
        raw = bytes(self._body)
        with contextlib.suppress(NotDecodable):
            raw = Decoding(response.headers.get_list("content-encoding")).decode(raw, LONGEST)
        return shown_body(_media_type(response.headers), raw, length=max(self._length, len(raw)))


def _media_type(headers: httpx.Headers) -> str:
    return str(headers.get("content-type", "")).partition(";")[0].strip().lower()


class _RecordedStream(httpx.AsyncByteStream):
    """A response's body that is noted as it is read; no generator of its own, which would have to be closed as well."""

    def __init__(self, inner: httpx.AsyncByteStream, noting: _Noting, status: int) -> None:
        self._inner = inner
        self._pieces: AsyncIterator[bytes] | None = None
        self._noting = noting
        self._status = status

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._inner.__aiter__()
        try:
            chunk = await anext(self._pieces)
        except (Exception, asyncio.CancelledError) as failure:  # a cancelled reading has not read the whole either
            if not isinstance(failure, StopAsyncIteration):
                self._noting.finish(status=self._status, failure=type(failure).__name__)
            raise
        self._noting.took(chunk)
        return chunk

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
            if isinstance(self._pieces, AsyncGenerator):  # after its stream, when it has nothing left to wait for
                await self._pieces.aclose()
        finally:
            self._noting.finish(status=self._status)
