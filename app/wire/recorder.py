"""A transport wrapper that records every exchange in the journal, its failure included."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import httpx

from app.clock import Clock
from app.events.wire import Exchange, ExchangeKind, TransportFailure
from app.journal import JournalWriter
from app.secret import KnownSecrets
from app.wire.decoding import Decoding, NotDecodable
from app.wire.details import Detail, Details
from app.wire.redact import LONGEST, ShownBody, shown_body, shown_headers, shown_line, shown_url
from app.wire.transport_errors import in_short


class RecordingTransport(httpx.AsyncBaseTransport):
    """Passes requests on to `inner` and appends one `Exchange` for each, once its body was read or it failed.

    `scribe_of` names the journal writer of a request, where it is another than the journal itself. `details`, if given,
    keep what was sent and received, redacted; also of an exchange that failed half-way. `secrets` receive every secret
    that is sent or received, before anything of the exchange is written down; requests and responses carry them as
    their extension `lapse_secrets`.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        journal: JournalWriter,
        clock: Clock,
        details: Details | None = None,
        *,
        scribe_of: Callable[[httpx.Request], JournalWriter | None] = lambda _: None,
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._inner = inner
        self._journal = journal
        self._clock = clock
        self._details = details
        self._scribe_of = scribe_of
        self._secrets = journal.secrets if secrets is None else secrets

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["lapse_secrets"] = self._secrets
        scribe = self._scribe_of(request) or self._journal
        noting = _Noting(scribe, self._clock, self._details, self._secrets, request)
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
            extensions={**response.extensions, "lapse_secrets": self._secrets},
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Noting:
    """The one `Exchange` of one request, written once."""

    def __init__(
        self,
        journal: JournalWriter,
        clock: Clock,
        details: Details | None,
        secrets: KnownSecrets,
        request: httpx.Request,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._details = details
        self._secrets = secrets
        self._response: httpx.Response | None = None
        self._answered_s: float | None = None
        self._body = bytearray()
        self._length = 0
        self._request = request
        self._started_at = journal.now(cause=request.extensions.get("lapse_cause"))
        self._started = clock.stopwatch()
        self._done = False

    def answered(self, response: httpx.Response) -> None:
        """Note that the response's headers have arrived."""
        self._response = response
        self._answered_s = self._clock.stopwatch() - self._started

    def took(self, chunk: bytes) -> None:
        """Add a chunk of the response's body, as it came over the wire."""
        self._length += len(chunk)
        if len(self._body) < LONGEST:
            self._body += chunk[: LONGEST - len(self._body)]

    def finish(self, *, status: int | None = None, failure: TransportFailure | None = None) -> None:
        if self._done:
            return
        self._done = True
        request = self._request
        detail = self._detail()  # first of all: it makes the secrets known
        exchange = Exchange(
            kind=request.extensions.get("lapse_kind", ExchangeKind.API),
            method=request.method,
            url=detail.url.partition("#")[0].partition("?")[0],
            started_at=self._started_at,
            duration_s=self._clock.stopwatch() - self._started,
            status=status,
            failure=failure,
        )
        entry = self._journal.append(exchange, cause=request.extensions.get("lapse_cause"))
        if self._details is not None:
            self._details.keep(entry.seq, detail)

    def _detail(self) -> Detail:
        request, response, secrets = self._request, self._response, self._secrets
        sent = request.content if isinstance(request.stream, httpx.ByteStream) else b""
        # the server's new secrets are in its body, and may be repeated in its headers
        body = shown_body(_media_type(request.headers, secrets), sent, secrets=secrets, is_ours=True) if sent else None
        shown = None if response is None else self._shown_response(response)
        request_headers = shown_headers(request.headers.multi_items(), secrets, is_ours=True)
        return Detail(
            url=shown_url(str(request.url), secrets, is_ours=True),
            http_version="" if response is None else str(response.extensions.get("http_version", b"").decode("ascii")),
            request_headers=request_headers,
            request_body=body,
            reason="" if response is None else shown_line(response.reason_phrase, secrets, longest=100),
            response_headers=()
            if response is None
            else shown_headers(response.headers.multi_items(), secrets, issues=self._issues),
            response_body=shown,
            answered_s=self._answered_s,
        )

    def _shown_response(self, response: httpx.Response) -> ShownBody:
        raw = bytes(self._body)
        with contextlib.suppress(NotDecodable):
            raw = Decoding(response.headers.get_list("content-encoding")).decode(raw, LONGEST)
        size = max(self._length, len(raw))
        media_type = _media_type(response.headers, self._secrets)
        return shown_body(media_type, raw, length=size, secrets=self._secrets, issues=self._issues)

    @property
    def _issues(self) -> bool:
        """Whether the endpoint issues tokens: elsewhere, what is called a token is the API's own data."""
        return self._request.extensions.get("lapse_kind") in (ExchangeKind.TOKEN, ExchangeKind.SIGN_IN)


def _media_type(headers: httpx.Headers, secrets: KnownSecrets) -> str:
    return shown_line(str(headers.get("content-type", "")), secrets, longest=200).partition(";")[0].strip().lower()


class _RecordedStream(httpx.AsyncByteStream):
    """A response's body, recorded as it is read; not a generator, which would need closing as well."""

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
        except (Exception, asyncio.CancelledError) as failure:  # a cancelled read has not read the whole either
            if not isinstance(failure, StopAsyncIteration):
                self._noting.finish(status=self._status, failure=TransportFailure(type(failure).__name__))
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
