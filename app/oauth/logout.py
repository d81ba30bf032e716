"""Ends the browser's session at the server (OpenID Connect RP-Initiated Logout 1.0).

The URL carries the ID token, and a browser is started with its URL as a process argument, which every program of this
user can read. So the browser is started with the address of a loopback page, which redirects once.

It redirects with a 303 instead of a form that posts the token, which Okta would prefer: a form needs JavaScript or a
click, and a server whose session cookie is SameSite=Lax, the browsers' default, would get no cookie with the POST and
so not know whose session to end.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode, urlsplit, urlunsplit

from app.oauth.loopback import BrowserRequest, LoopbackListener, LoopbackPage
from app.secret import Secret
from app.wire.running_time import running_limit

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
    410: "This sign-out was already forwarded. You can close this page.",
    421: "This page has another host name.",
    503: "Too many connections.",
}


def end_session_url(endpoint: str, *, client_id: str, id_token: Secret | None) -> Secret:
    """Return the logout URL (§2); the ID token in it says whose session to end, and may have expired (§4).

    No `post_logout_redirect_uri`: it would have to be registered, and nothing waits for the browser to come back.
    """
    params = {"client_id": client_id}
    if id_token is not None:
        params = {"id_token_hint": id_token.reveal(), **params}
    parts = urlsplit(endpoint)
    query = "&".join(filter(None, (parts.query, urlencode(params))))
    return Secret(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")))


class SignOutPage:
    """A page at `url`, an unguessable name, that redirects one navigation to `onwards`, and no other."""

    def __init__(self, port: int, onwards: Secret) -> None:
        self._host = f"127.0.0.1:{port}"
        self._path = f"/sign-out/{secrets.token_urlsafe(24)}"
        self._onwards = onwards
        self._led: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._taken = False
        self.is_browserless = False
        self.url = f"http://{self._host}{self._path}"

    async def visited(self, *, timeout_s: float) -> bool:
        """Return True once a browser was redirected, False if none came in `timeout_s` seconds or none was opened."""
        with suppress(TimeoutError):
            async with running_limit(timeout_s):
                return await asyncio.shield(self._led)
        return False

    def browser_opened(self, worked: bool) -> None:  # noqa: FBT001 - a callback's one argument
        """Note whether a browser could be opened; if not, the waiting ends."""
        if not worked and not self._led.done():
            self.is_browserless = True
            self._led.set_result(False)

    def respond(self, request: BrowserRequest) -> LoopbackPage:
        if request.headers.get("host") != self._host:
            return _page(421)
        if not hmac.compare_digest(request.target.encode(), self._path.encode()):
            return _page(404)
        if request.method != "GET":
            return _page(405)
        if not request.is_navigation:
            return _page(403)
        if self._taken:
            return _page(410)
        self._taken = True
        if not self._led.done():
            self._led.set_result(True)
        return _page(303, ("Location", self._onwards.reveal()))


@asynccontextmanager
async def sign_out_page(onwards: Secret) -> AsyncIterator[SignOutPage]:
    """Serve the page at a free port of 127.0.0.1 until the block is left; raises OSError when no port is free."""
    loopback = LoopbackListener(most=_MOST_CONNECTIONS, too_many=_page(503))
    try:
        page = SignOutPage(await loopback.open(), onwards)
        loopback.respond = page.respond
        yield page
    finally:
        await loopback.close()


def _page(status: int, *more: tuple[str, str]) -> LoopbackPage:
    return LoopbackPage(status, _WORDS[status], (*_HEADERS, *more))
