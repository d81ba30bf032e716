"""The redirect listener: waits on loopback for the browser to come back with an answer (RFC 8252 §7.3)."""

import asyncio
import hmac
import html
import importlib.resources
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import h11

import resources
from app.connection import check_redirect_uri
from app.errors import BadInput, SignInFailed
from app.secret import Secret

DEFAULT_PATH = "/callback"
_MOST_CONNECTIONS = 50
_HEADER_LIMIT = 16 * 1024
# Browsers open sockets on speculation and never send anything on them.
_READ_LIMIT_S = 5.0
_HEADERS = (
    ("Connection", "close"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
    ("X-Content-Type-Options", "nosniff"),
)


@dataclass(frozen=True, slots=True)
class RedirectAnswer:
    """What the browser brought back: a code, or the server's error; the `state` was ours."""

    code: Secret | None
    error: str | None = None
    description: str = ""


class RedirectListener:
    """A listener for one sign-in; the first answer with our state wins, everything else is ignored and reported."""

    def __init__(
        self, redirect_uri: str, *, state: str, issuer: str, iss_promised: bool, ignored: Callable[[str], None]
    ) -> None:
        self.redirect_uri = redirect_uri
        self._parts = urlsplit(redirect_uri)
        self._state = state
        self._issuer = issuer
        self._iss_promised = iss_promised
        self._ignored = ignored
        self._answer: asyncio.Future[RedirectAnswer] = asyncio.get_running_loop().create_future()
        self._connections = 0

    async def answer(self, *, timeout_s: float) -> RedirectAnswer:
        """Return the answer, waiting at most `timeout_s` seconds; raises SignInFailed when none came."""
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(self._answer)
        except TimeoutError:
            raise SignInFailed(f"The browser did not come back within {timeout_s / 60:.0f} minutes.") from None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection: one request, one answer, then close."""
        self._connections += 1
        try:
            if self._connections > _MOST_CONNECTIONS:
                await _respond(writer, 503, "Too many connections", "Close other pages and try again.")
                return
            async with asyncio.timeout(_READ_LIMIT_S):
                request = await _read_request(reader)
            await _respond(writer, *self._take(request))
        except (TimeoutError, OSError, h11.RemoteProtocolError, asyncio.IncompleteReadError):
            pass  # a browser's speculative socket, or somebody who does not speak HTTP
        finally:
            self._connections -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _take(self, request: h11.Request) -> tuple[int, str, str]:
        """Judge one request (security facts §6.1); return status, title and text of the page."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        target = urlsplit(request.target.decode("latin-1"))
        if headers.get("host") != self._parts.netloc:
            return self._ignore(421, "its Host is not the redirect URI's")
        if target.path != self._parts.path:
            return 404, "Nothing here", "This address only receives the end of a sign-in."
        if request.method != b"GET" or "transfer-encoding" in headers:
            return self._ignore(405, "it is not a plain GET")
        if headers.get("sec-fetch-dest", "document") != "document":
            return self._ignore(403, "a page loaded it as something other than a document")
        if headers.get("sec-fetch-mode", "navigate") != "navigate":
            return self._ignore(403, "a page fetched it")
        return self._take_query(target.query)

    def _take_query(self, query: str) -> tuple[int, str, str]:
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50, errors="strict")
        except ValueError:
            return self._ignore(400, "its query cannot be read")
        found = dict(pairs)
        if len(found) != len(pairs):
            return self._ignore(400, "a parameter stands in it twice")
        if not hmac.compare_digest(found.get("state", "").encode(), self._state.encode()):
            return self._ignore(400, "its state is not the one of this sign-in")
        if self._answer.done():
            return 200, "Already done", "This sign-in has its answer; you can close this page."
        return self._settle(found)

    def _settle(self, found: dict[str, str]) -> tuple[int, str, str]:
        if self._iss_wrong(found):
            self._answer.set_exception(
                SignInFailed("The answer came from another issuer than the one asked (RFC 9207); it was not used.")
            )
            return 400, "Not signed in", "The answer came from another issuer. Go back to Lapse."
        if "error" in found:
            self._answer.set_result(RedirectAnswer(None, found["error"], found.get("error_description", "")))
            return 200, "Not signed in", "Go back to Lapse to see why. You can close this page."
        if not found.get("code"):
            return self._ignore(400, "it carries neither a code nor an error")
        self._answer.set_result(RedirectAnswer(Secret(found["code"])))
        return 200, "Back to Lapse", "The sign-in goes on there. It is safe to close this page."

    def _iss_wrong(self, found: dict[str, str]) -> bool:
        if "iss" in found:
            return found["iss"] != self._issuer
        return self._iss_promised

    def _ignore(self, status: int, why: str) -> tuple[int, str, str]:
        self._ignored(why)
        return status, "Not this sign-in", "Lapse ignored this request and goes on waiting."


@asynccontextmanager
async def listen(
    redirect_uri: str | None,
    *,
    state: str,
    issuer: str,
    iss_promised: bool,
    ignored: Callable[[str], None],
) -> AsyncIterator[RedirectListener]:
    """Listen at `redirect_uri`, or at a free port of 127.0.0.1 when None; the port is free again afterwards.

    The port is bound before the URL is built, so that no other program can take it in between.
    Raises BadInput when the port cannot be had.
    """
    host, port, path = _where(redirect_uri)
    opened: list[RedirectListener] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await opened[0].serve(reader, writer)

    try:
        server = await asyncio.start_server(serve, host, port, limit=_HEADER_LIMIT)
    except OSError:
        raise BadInput(
            f"Port {port} is in use by another program, so the browser's answer could not be received.",
            next_step="Close that program or choose another redirect URI; nothing else has changed.",
        ) from None
    try:
        bound = server.sockets[0].getsockname()[1]
        uri = redirect_uri or f"http://127.0.0.1:{bound}{path}"
        listener = RedirectListener(uri, state=state, issuer=issuer, iss_promised=iss_promised, ignored=ignored)
        opened.append(listener)
        yield listener
    finally:
        server.close()


def _where(redirect_uri: str | None) -> tuple[str, int, str]:
    if redirect_uri is None:
        return "127.0.0.1", 0, DEFAULT_PATH
    parts = urlsplit(check_redirect_uri(redirect_uri))
    return parts.hostname or "127.0.0.1", parts.port or 0, parts.path


async def _read_request(reader: asyncio.StreamReader) -> h11.Request:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADER_LIMIT)
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            raise h11.RemoteProtocolError("not a request")
        connection.receive_data(await reader.read(4096))


async def _respond(writer: asyncio.StreamWriter, status: int, title: str, text: str) -> None:
    page = (importlib.resources.files(resources) / "pages" / "signed-in.html").read_text(encoding="utf-8")
    body = page.format(title=html.escape(title), text=html.escape(text)).encode()
    connection = h11.Connection(h11.SERVER)
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))), *_HEADERS]
    for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
