"""The redirect listener: waits on loopback for the browser to return with a response (RFC 8252 §7.3)."""

import asyncio
import hmac
import html
import importlib.resources
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import resources
from app.connection import check_redirect_uri
from app.errors import BadInput, SignInFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import Ignored
from app.oauth import words
from app.oauth.loopback import BrowserRequest, LoopbackListener, LoopbackPage
from app.secret import Secret
from app.text import one_line
from app.wire.running_time import running_limit

DEFAULT_PATH = "/callback"
_MOST_CONNECTIONS = 50
_LONGEST_CODE = 100
_FORM = "application/x-www-form-urlencoded"
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
)


@dataclass(frozen=True, slots=True)
class RedirectResponse:
    """The authorization response: a code, or the server's error; its `state` was ours."""

    code: Secret | None
    error: str | None = None
    description: str = ""


class RedirectListener:
    """A listener for one sign-in; the first response with our state wins, everything else is ignored and reported.

    `taken_ports` are those of the earlier redirect URIs, in use by other programs; `said` masks secrets in the server's
    words.
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
        self._response: asyncio.Future[RedirectResponse] = asyncio.get_running_loop().create_future()

    async def response(self, *, timeout_s: float) -> RedirectResponse:
        """Return the response, waiting at most `timeout_s` seconds; raises SignInFailed when none came."""
        try:
            async with running_limit(timeout_s):
                return await asyncio.shield(self._response)
        except TimeoutError:
            raise SignInFailed(words.did_not_come_back(timeout_s), reason=SignInEnded.TIMED_OUT) from None

    def respond(self, request: BrowserRequest) -> LoopbackPage:
        """Judge one request (security facts §6.1)."""
        try:
            target = urlsplit(request.target)
        except ValueError:  # h11 accepts `//[` as a target; Python cannot parse it as a URL
            return self._ignore(400, Ignored.NO_URL)
        if request.headers.get("host") != self._parts.netloc:
            return self._ignore(421, Ignored.OTHER_HOST)
        if target.path != self._parts.path:
            return _page(404, "Nothing here", "This address only receives the end of a sign-in.")
        if request.method not in ("GET", "POST") or "transfer-encoding" in request.headers:
            return self._ignore(405, Ignored.OTHER_METHOD)
        if request.destination != "document":
            return self._ignore(403, Ignored.NO_DOCUMENT)
        if not request.is_navigation:
            return self._ignore(403, Ignored.FETCHED)
        if request.method == "GET":
            return self._take_response(target.query)
        return self._take_form(request.headers.get("content-type", ""), request.body)

    def _take_form(self, content_type: str, body: bytes | None) -> LoopbackPage:
        """Read a response sent as a form (OAuth 2.0 Form Post Response Mode §2); its query is ignored."""
        if content_type.partition(";")[0].strip().lower() != _FORM:
            return self._ignore(415, Ignored.NO_FORM)
        if body is None:
            return self._ignore(413, Ignored.LONG_FORM)
        return self._take_response(body.decode("latin-1"))

    def _take_response(self, parameters: str) -> LoopbackPage:
        try:
            pairs = parse_qsl(parameters, keep_blank_values=True, max_num_fields=50, errors="strict")
        except ValueError:
            return self._ignore(400, Ignored.UNREADABLE)
        found = dict(pairs)
        if len(found) != len(pairs):
            return self._ignore(400, Ignored.TWICE)
        if not hmac.compare_digest(found.get("state", "").encode(), self._state.encode()):
            return self._ignore(400, Ignored.OTHER_STATE)
        if self._response.done():
            return _page(200, "Already done", "This sign-in has its response; you can close this page.")
        return self._settle(found)

    def _settle(self, found: dict[str, str]) -> LoopbackPage:
        if self._iss_wrong(found):
            self._response.set_exception(SignInFailed(words.OTHER_ISSUER_ANSWERED, reason=SignInEnded.NOT_ACCEPTED))
            return _page(400, "Not signed in", "The response came from another issuer. Go back to Lapse.")
        if "error" in found:
            said = found.get("error_description", "")
            self._response.set_result(
                RedirectResponse(None, self._said(found["error"])[:_LONGEST_CODE], self._said(said))
            )
            return _page(200, "Not signed in", "Go back to Lapse to see why. You can close this page.")
        if not found.get("code"):
            return self._ignore(400, Ignored.EMPTY)
        self._response.set_result(RedirectResponse(Secret(found["code"])))
        return _page(200, "Back to Lapse", "The sign-in goes on there. It is safe to close this page.")

    def _iss_wrong(self, found: dict[str, str]) -> bool:
        if "iss" in found:
            return found["iss"] != self._issuer
        return self._iss_promised

    def _ignore(self, status: int, why: Ignored) -> LoopbackPage:
        self._ignored(why)
        return _page(status, "Not this sign-in", "Lapse ignored this request and goes on waiting.")


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
    """Listen at the first redirect URI whose port is free, or without any at a free port of 127.0.0.1.

    The port is bound before the URL is built, so that no other program can take it in between, and released afterwards.
    `said` masks secrets in the server's words. Raises BadInput when none of the ports is free.
    """
    too_many = _page(503, "Too many connections", "Close other pages and try again.")
    loopback = LoopbackListener(most=_MOST_CONNECTIONS, too_many=too_many)
    try:
        redirect_uri, taken = await _first_free(redirect_uris, loopback)
        listener = RedirectListener(
            redirect_uri,
            state=state,
            issuer=issuer,
            iss_promised=iss_promised,
            ignored=ignored,
            said=said,
            taken_ports=taken,
        )
        loopback.respond = listener.respond
        yield listener
    finally:
        await loopback.close()


async def _first_free(redirect_uris: Sequence[str], loopback: LoopbackListener) -> tuple[str, tuple[int, ...]]:
    """Return the redirect URI in use, and the ports before it that other programs hold."""
    if not redirect_uris:
        return f"http://127.0.0.1:{await loopback.open()}{DEFAULT_PATH}", ()
    taken: list[int] = []
    for uri in redirect_uris:
        parts = urlsplit(check_redirect_uri(uri))
        assert parts.hostname is not None  # check_redirect_uri guarantees it
        try:
            await loopback.open(parts.hostname, parts.port or 0)
        except OSError:
            taken.append(parts.port or 0)
        else:
            return uri, tuple(dict.fromkeys(taken))
    what, step = words.ports_taken(list(dict.fromkeys(taken)))
    raise BadInput(what, next_step=step)


def _page(status: int, title: str, text: str) -> LoopbackPage:
    page = (importlib.resources.files(resources) / "pages" / "signed-in.html").read_text(encoding="utf-8")
    return LoopbackPage(status, page.format(title=html.escape(title), text=html.escape(text)), _HEADERS)
