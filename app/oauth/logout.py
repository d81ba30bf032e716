"""Ends the browser's session at the server (OpenID Connect RP-Initiated Logout 1.0): its URL, and a way there.

The URL carries the ID token, and a browser is started with the URL it shall open as an argument, which every program
of this person can read. So the browser is started with the address of a page on loopback, which leads on, once.

It leads by a 303 and not by a form that posts the token, as Okta would rather have it: a form wants JavaScript or a
click, and a server whose session cookie is SameSite=Lax, which is the browsers' default, gets no cookie with it and so
would not know whose session to end.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode, urlsplit, urlunsplit

import h11

from app.oauth.browsing import HEADER_LIMIT, READ_LIMIT_S, Reading, headers_of, respond
from app.secret import Secret
from app.wire.running import running_limit

_MOST_CONNECTIONS = 20
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'"),
    ("Content-Type", "text/plain; charset=utf-8"),
)
_WORDS = {
    303: "To the server's sign-out page.",
    403: "This address is for a browser that opens it as a page.",
    404: "Nothing here.",
    405: "This address is for a browser that opens it as a page.",
    410: "This sign-out has been led on already. You can close this page.",
    421: "This address goes by another name.",
    503: "Too many connections.",
}
_Answer = tuple[int, Secret | None]


def end_session_url(endpoint: str, *, client_id: str, id_token: Secret | None) -> Secret:
    """Return where the browser's session ends (§2); the ID token in it says whose, and may have expired (§4).

    No `post_logout_redirect_uri`: it would have to be registered, and nobody waits for the browser to come back.
    """
    asked = {"client_id": client_id}
    if id_token is not None:
        asked = {"id_token_hint": id_token.reveal(), **asked}
    parts = urlsplit(endpoint)
    query = "&".join(filter(None, (parts.query, urlencode(asked))))
    return Secret(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")))


class SignOutPage:
    """A page at `url`, a name nobody can guess, that leads one navigation to `onwards` and nobody after it."""

    def __init__(self, port: int, onwards: Secret) -> None:
        self._host = f"127.0.0.1:{port}"
        self._path = f"/sign-out/{secrets.token_urlsafe(24)}"
        self._onwards = onwards
        self._led: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._taken = False
        self.is_browserless = False
        self._at_work: dict[asyncio.StreamWriter, asyncio.Task[object] | None] = {}
        self.url = f"http://{self._host}{self._path}"

    async def visited(self, *, timeout_s: float) -> bool:
        """Return True once a browser was led on, False when none came within `timeout_s` seconds or none was opened."""
        with suppress(TimeoutError):
            async with running_limit(timeout_s):
                return await asyncio.shield(self._led)
        return False

    def browser_opened(self, worked: bool) -> None:  # noqa: FBT001 - a callback's one argument
        """Hear whether a browser could be opened; where none could, nobody is waited for."""
        if not worked and not self._led.done():
            self.is_browserless = True
            self._led.set_result(False)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection: one request, one answer, then close."""
        self._at_work[writer] = asyncio.current_task()
        answer: _Answer = (503, None)
        try:
            if len(self._at_work) <= _MOST_CONNECTIONS:
                async with running_limit(READ_LIMIT_S):
                    answer = self._judge(await Reading(reader).head())
            await _respond(writer, *answer)
        except (TimeoutError, OSError, h11.RemoteProtocolError):
            pass  # a browser's speculative socket, or somebody who does not speak HTTP
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            del self._at_work[writer]
            if answer[1] is not None and not self._led.done():
                self._led.set_result(True)

    async def close(self) -> None:
        """Hang up on whoever is still there."""
        tasks = [task for task in self._at_work.values() if task is not None]
        for writer in list(self._at_work):
            writer.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _judge(self, request: h11.Request) -> _Answer:
        headers = headers_of(request)
        path = request.target.decode("latin-1")
        if headers.get("host") != self._host:
            return 421, None
        if not hmac.compare_digest(path.encode(), self._path.encode()):
            return 404, None
        if request.method != b"GET":
            return 405, None
        dest, mode = headers.get("sec-fetch-dest", "document"), headers.get("sec-fetch-mode", "navigate")
        if (dest, mode) != ("document", "navigate"):
            return 403, None
        if self._taken:
            return 410, None
        self._taken = True
        return 303, self._onwards


@asynccontextmanager
async def sign_out_page(onwards: Secret) -> AsyncIterator[SignOutPage]:
    """Serve the page at a free port of 127.0.0.1 until the block is left; raises OSError when no port can be had."""
    opened: list[SignOutPage] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await opened[0].serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=HEADER_LIMIT)
    opened.append(SignOutPage(server.sockets[0].getsockname()[1], onwards))
    try:
        yield opened[0]
    finally:
        server.close()
        await opened[0].close()


async def _respond(writer: asyncio.StreamWriter, status: int, onwards: Secret | None) -> None:
    location = [] if onwards is None else [("Location", onwards.reveal())]
    await respond(writer, status, _WORDS[status].encode(), [*_HEADERS, *location])
