"""The redirect listener: waits on loopback for the browser to come back with an answer (RFC 8252 §7.3)."""

import asyncio
import hmac
import html
import importlib.resources
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import h11

import resources
from app.connection import check_redirect_uri
from app.errors import BadInput, SignInFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import Ignored
from app.oauth import words
from app.oauth.browsing import HEADER_LIMIT, READ_LIMIT_S, Reading, headers_of, respond
from app.secret import Secret
from app.text import one_line
from app.wire.running import running_limit

DEFAULT_PATH = "/callback"
_MOST_CONNECTIONS = 50
_LONGEST_CODE = 100
_BODY_LIMIT = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A request that reached the listener; `body` is None for one whose body was not read, for want of a bound."""

    head: h11.Request
    body: bytes | None = b""


@dataclass(frozen=True, slots=True)
class RedirectAnswer:
    """What the browser brought back: a code, or the server's error; the `state` was ours."""

    code: Secret | None
    error: str | None = None
    description: str = ""


class RedirectListener:
    """A listener for one sign-in; the first answer with our state wins, everything else is ignored and reported.

    `taken_ports` are those of the redirect URIs before this one, which other programs held; `said` returns the
    server's words as they may be told.
    """

    def __init__(
        self,
        redirect_uri: str,
        *,
        state: str,
        issuer: str,
        iss_promised: bool,
        ignored: Callable[[Ignored], None],
        said: Callable[[str], str] = one_line,
        taken_ports: tuple[int, ...] = (),
    ) -> None:
        self.redirect_uri = redirect_uri
        self.taken_ports = taken_ports
        self._parts = urlsplit(redirect_uri)
        self._state = state
        self._issuer = issuer
        self._iss_promised = iss_promised
        self._ignored = ignored
        self._said = said
        self._answer: asyncio.Future[RedirectAnswer] = asyncio.get_running_loop().create_future()
        self._connections = 0

    async def answer(self, *, timeout_s: float) -> RedirectAnswer:
        """Return the answer, waiting at most `timeout_s` seconds; raises SignInFailed when none came."""
        try:
            async with running_limit(timeout_s):
                return await asyncio.shield(self._answer)
        except TimeoutError:
            raise SignInFailed(words.did_not_come_back(timeout_s), reason=SignInEnded.TIMED_OUT) from None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection: one request, one answer, then close."""
        self._connections += 1
        try:
            if self._connections > _MOST_CONNECTIONS:
                await _respond(writer, 503, "Too many connections", "Close other pages and try again.")
                return
            async with running_limit(READ_LIMIT_S):
                request = await _read_request(reader)
            await _respond(writer, *self._take(request))
        except (TimeoutError, OSError, h11.RemoteProtocolError, asyncio.IncompleteReadError):
            pass  # a browser's speculative socket, or somebody who does not speak HTTP
        finally:
            self._connections -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _take(self, request: _Arrived) -> tuple[int, str, str]:
        """Judge one request (security facts §6.1); return status, title and text of the page."""
        headers = headers_of(request.head)
        try:
            target = urlsplit(request.head.target.decode("latin-1"))
        except ValueError:  # `//[` is a target to h11 and no URL to Python
            return self._ignore(400, Ignored.NO_URL)
        if headers.get("host") != self._parts.netloc:
            return self._ignore(421, Ignored.OTHER_HOST)
        if target.path != self._parts.path:
            return 404, "Nothing here", "This address only receives the end of a sign-in."
        if request.head.method not in (b"GET", b"POST") or "transfer-encoding" in headers:
            return self._ignore(405, Ignored.OTHER_METHOD)
        if headers.get("sec-fetch-dest", "document") != "document":
            return self._ignore(403, Ignored.NO_DOCUMENT)
        if headers.get("sec-fetch-mode", "navigate") != "navigate":
            return self._ignore(403, Ignored.FETCHED)
        if request.head.method == b"GET":
            return self._take_answer(target.query)
        return self._take_form(headers.get("content-type", ""), request.body)

    def _take_form(self, content_type: str, body: bytes | None) -> tuple[int, str, str]:
        """Take an answer sent as a form (OAuth 2.0 Form Post Response Mode §2); the query is not looked at then."""
        if content_type.partition(";")[0].strip().lower() != _FORM:
            return self._ignore(415, Ignored.NO_FORM)
        if body is None:
            return self._ignore(413, Ignored.LONG_FORM)
        return self._take_answer(body.decode("latin-1"))

    def _take_answer(self, parameters: str) -> tuple[int, str, str]:
        try:
            pairs = parse_qsl(parameters, keep_blank_values=True, max_num_fields=50, errors="strict")
        except ValueError:
            return self._ignore(400, Ignored.UNREADABLE)
        found = dict(pairs)
        if len(found) != len(pairs):
            return self._ignore(400, Ignored.TWICE)
        if not hmac.compare_digest(found.get("state", "").encode(), self._state.encode()):
            return self._ignore(400, Ignored.OTHER_STATE)
        if self._answer.done():
            return 200, "Already done", "This sign-in has its answer; you can close this page."
        return self._settle(found)

    def _settle(self, found: dict[str, str]) -> tuple[int, str, str]:
        if self._iss_wrong(found):
            self._answer.set_exception(SignInFailed(words.OTHER_ISSUER_ANSWERED, reason=SignInEnded.NOT_ACCEPTED))
            return 400, "Not signed in", "The answer came from another issuer. Go back to Lapse."
        if "error" in found:
            said = found.get("error_description", "")
            self._answer.set_result(RedirectAnswer(None, self._said(found["error"])[:_LONGEST_CODE], self._said(said)))
            return 200, "Not signed in", "Go back to Lapse to see why. You can close this page."
        if not found.get("code"):
            return self._ignore(400, Ignored.EMPTY)
        self._answer.set_result(RedirectAnswer(Secret(found["code"])))
        return 200, "Back to Lapse", "The sign-in goes on there. It is safe to close this page."

    def _iss_wrong(self, found: dict[str, str]) -> bool:
        if "iss" in found:
            return found["iss"] != self._issuer
        return self._iss_promised

    def _ignore(self, status: int, why: Ignored) -> tuple[int, str, str]:
        self._ignored(why)
        return status, "Not this sign-in", "Lapse ignored this request and goes on waiting."


@asynccontextmanager
async def listen(
    redirect_uris: Sequence[str],
    *,
    state: str,
    issuer: str,
    iss_promised: bool,
    ignored: Callable[[Ignored], None],
    said: Callable[[str], str] = one_line,
) -> AsyncIterator[RedirectListener]:
    """Listen at the first redirect URI whose port can be had, or without any at a free port of 127.0.0.1.

    The port is bound before the URL is built, so that no other program can take it in between, and free again
    afterwards. `said` returns the server's words as they may be told.
    Raises BadInput when none of the ports can be had.
    """
    opened: list[RedirectListener] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await opened[0].serve(reader, writer)

    server, redirect_uri, taken = await _first_free(redirect_uris, serve)
    try:
        listener = RedirectListener(
            redirect_uri,
            state=state,
            issuer=issuer,
            iss_promised=iss_promised,
            ignored=ignored,
            said=said,
            taken_ports=taken,
        )
        opened.append(listener)
        yield listener
    finally:
        server.close()


_Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _first_free(redirect_uris: Sequence[str], serve: _Serve) -> tuple[asyncio.Server, str, tuple[int, ...]]:
    """Return a server, the redirect URI it listens at, and the ports before that other programs hold."""
    if not redirect_uris:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=HEADER_LIMIT)
        return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{DEFAULT_PATH}", ()
    taken: list[int] = []
    for uri in redirect_uris:
        parts = urlsplit(check_redirect_uri(uri))
        try:
            server = await asyncio.start_server(serve, parts.hostname, parts.port, limit=HEADER_LIMIT)
        except OSError:
            taken.append(parts.port or 0)
        else:
            return server, uri, tuple(dict.fromkeys(taken))
    what, step = words.ports_taken(list(dict.fromkeys(taken)))
    raise BadInput(what, next_step=step)


async def _read_request(reader: asyncio.StreamReader) -> _Arrived:
    reading = Reading(reader)
    head = await reading.head()
    if head.method != b"POST":
        return _Arrived(head)
    length = dict(head.headers).get(b"content-length", b"")
    if not length.isdigit() or int(length) > _BODY_LIMIT:  # h11 has seen to it that it is a number
        return _Arrived(head, None)
    body = bytearray()
    while isinstance(event := await reading.next_event(), h11.Data):
        body += event.data
    return _Arrived(head, bytes(body))


async def _respond(writer: asyncio.StreamWriter, status: int, title: str, text: str) -> None:
    page = (importlib.resources.files(resources) / "pages" / "signed-in.html").read_text(encoding="utf-8")
    body = page.format(title=html.escape(title), text=html.escape(text)).encode()
    await respond(writer, status, body, list(_HEADERS))
