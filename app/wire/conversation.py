"""One HTTP exchange from its request to the end of its response: its progress, and how long it may take."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from enum import Enum, auto
from typing import Any

import httpx

from app.errors import Unreachable
from app.wire import words
from app.wire.decoding import Decoding, NotDecodable
from app.wire.running_time import RunningLimit
from app.wire.transport_errors import all_busy, unreachable

_CONNECT_WITHIN_S = 10.0
FREE_WITHIN_S = 30.0
_AT_ONCE = 256  # chunks of a response; a body of very many small ones must not occupy the loop
_MOST_HEADERS = 1000  # h11 accepts twenty times as many, and each is stored several times
_FAILURES = (httpx.TransportError, httpx.DecodingError, httpx.StreamError)
_PLAIN = "Tell the server's operator; Lapse asks for responses that are not encoded."


class Phase(Enum):
    """How far an exchange has come: what is waited for."""

    ASKED = auto()
    """Nothing reported yet; a transport without connections never reports. It may have been sent."""
    WAITING = auto()
    """Every connection of ours to that server is in use."""
    OPENING = auto()
    """A connection is being opened."""
    SENT = auto()
    """The server has the request, or some of it."""


class Conversation:
    """Sends one request and reads its response within bounds; what it has opened is closed however it ends.

    It runs in a task of its own, which only it may cancel: once, and never while httpcore's pool is between two steps
    or cleans up, where a cancelled request would leak a connection. Each phase has its own limit, in seconds of running
    time: `total_s` for the response once the request is on its way, less for what comes before.
    """

    def __init__(self, http: httpx.AsyncClient, request: httpx.Request, *, limit: int, total_s: float) -> None:
        self._http = http
        self._request = request
        self._limit = limit
        self._total_s = total_s
        self._stops = _Stops()
        self._time = RunningLimit(self._be_late)
        self._is_late = False
        self._phase = Phase.ASKED
        self._within_s = total_s
        self._open_within_s = min(_CONNECT_WITHIN_S, total_s)
        self._at_once: int | None = None
        self.response: httpx.Response | None = None
        self.body = bytearray()
        self.truncated = False

    async def hold(self) -> None:
        """Run it; then `response`, `body` and `truncated` are set, as far as it came also when it fails.

        Raises Unreachable. Cancellation is passed on after it has ended, unless it is cancelled a second time.
        """
        task = self._stops.task = asyncio.create_task(self._hold(), name=f"exchange with {self._request.url.host}")
        task.add_done_callback(_looked_at)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stops.stop()
            await asyncio.wait([task])
            raise

    async def _hold(self) -> None:
        self._begin(Phase.ASKED, self._total_s)
        self._request.extensions["trace"] = self._follow
        try:
            await self._send_and_read()
        except asyncio.CancelledError:
            if not self._is_late:
                raise
            raise self._timed(self._too_late()) from None
        except Unreachable as error:
            raise self._timed(error) from None
        except NotDecodable as why:
            what = words.broke_off(self._request.url.host, str(why))
            raise self._timed(Unreachable(what, sent=True, next_step=_PLAIN)) from None
        except (httpx.InvalidURL, UnicodeError):  # httpx parses where a redirect leads, though it is not followed
            what = words.redirect_nowhere(self._request.url.host)
            raise self._timed(Unreachable(what, sent=True)) from None
        except _FAILURES as failure:
            raise self._timed(unreachable(failure, self._request.url)) from None
        finally:
            self._time.end()

    async def _send_and_read(self) -> None:
        self.response = response = await self._http.send(self._request, stream=True, follow_redirects=False)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        # Not httpx's own iterators: they close the response where a cancellation could come between.
        chunks = response.stream.__aiter__()
        try:
            await self._read(Decoding(response.headers.get_list("content-encoding")), chunks)
        finally:
            self._stops.may_stop = False
            await response.aclose()
            # only now, when the generators beneath have nothing left to do at their end
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()

    async def _read(self, decoding: Decoding, chunks: AsyncIterator[bytes]) -> None:
        came = pieces = 0
        async for raw in chunks:
            came, pieces = came + len(raw), pieces + 1
            self.body += decoding.decode(raw, self._limit + 1 - len(self.body))
            if len(self.body) > self._limit or came > 2 * self._limit:
                del self.body[self._limit :]
                self.truncated = True
                return
            if pieces % _AT_ONCE == 0:
                await asyncio.sleep(0)
        if not decoding.is_whole:
            raise NotDecodable("its encoded response ends too early")

    def _begin(self, phase: Phase, within_s: float) -> None:
        self._phase, self._within_s = phase, within_s
        self._time.begin(within_s)

    def _be_late(self) -> None:
        self._is_late = True
        self._stops.stop()

    def _too_late(self) -> Unreachable:
        host, within_s = self._request.url.host, self._within_s
        if self._phase is Phase.WAITING:
            return all_busy(host, self._at_once, within_s)
        if self._phase is Phase.OPENING:
            return Unreachable(words.not_opened(host, within_s), sent=False)
        return Unreachable(words.not_in_full(host, within_s), sent=True)

    def _timed(self, error: Unreachable) -> Unreachable:
        error.ran_s = self._time.ran_s
        return error

    async def _follow(self, name: str, info: dict[str, Any]) -> None:
        """Handle a step (httpx's `trace` extension, and the events of our own transports)."""
        _, what, how = name.split(".")
        self._stops.follow(what, how)
        match what, how:
            case "waiting", "started":
                self._at_once = info["of"]
                self._begin(Phase.WAITING, min(FREE_WITHIN_S, self._total_s))
            case "waiting", "complete":
                self._begin(Phase.OPENING, self._open_within_s)
            case "proxy", "started":
                self._open_within_s = self._total_s  # it has a limit of its own, and more events
            case "connect_tcp", "started" if self._phase is not Phase.OPENING:
                self._begin(Phase.OPENING, self._open_within_s)
            case "connect_tcp" | "start_tls", "failed":
                self._begin(Phase.OPENING, self._total_s)  # its certificate may be fetched, or another way tried
            case "send_request_headers", "started" if info["request"].method != b"CONNECT":
                self._begin(Phase.SENT, self._total_s)
            case "receive_response_headers", "complete":
                self._count_headers(len(info["return_value"][3]))

    def _count_headers(self, number: int) -> None:
        if number > _MOST_HEADERS:
            what = words.broke_off(self._request.url.host, f"its response has {number} headers")
            raise Unreachable(what, sent=True)


def _looked_at(task: asyncio.Task[None]) -> None:
    """Retrieve a task's exception: where its caller is gone, asyncio would complain that it never was."""
    if not task.cancelled():
        task.exception()


class _Stops:
    """Cancels the task of a conversation, at the next point where httpcore has left nothing half done."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.may_stop = True
        self._is_asked = False
        self._is_cancelled = False

    def stop(self) -> None:
        """Request the end; if the conversation has ended already, nothing is cancelled."""
        self._is_asked = True
        if self.may_stop and not self._is_cancelled and self.task is not None:
            self._is_cancelled = True
            self.task.cancel()

    def follow(self, what: str, how: str) -> None:
        """Handle a step. Raises CancelledError where the end was requested and could not happen before."""
        if what == "response_closed" or (what, how) == ("waiting", "complete"):
            self.may_stop = False
        elif what in ("connect_tcp", "start_tls"):
            self.may_stop = how != "complete"  # what is being opened has no owner yet
        elif (what, how) == ("send_request_headers", "started"):
            self.may_stop = True
        if self.may_stop and self._is_asked and not self._is_cancelled and how == "started":
            self._is_cancelled = True
            raise asyncio.CancelledError
