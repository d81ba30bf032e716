"""The ASGI application: host check, headers, error responses, and the routes."""

from email.utils import formatdate
from functools import lru_cache

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.demo import dialect
from app.demo.addresses import MOVED_HEADER
from app.demo.api import Api
from app.demo.bearer import BearerRefused
from app.demo.control_api import ControlApi
from app.demo.dialect import OktaError, Refused, management_body, printable
from app.demo.endpoint_routes import HungUp, new_request_id
from app.demo.endpoints.activate import Activation
from app.demo.endpoints.browser import PageRefused
from app.demo.endpoints.issuer import Issuer
from app.demo.endpoints.phone import PhonePage
from app.demo.handshake import Handshake
from app.demo.management import PREFIX, ManagementApi
from app.demo.management.refusals import in_management_words
from app.demo.org import DemoOrg
from app.demo.servers import SERVERS
from app.demo.system_log import CIRCUMSTANCES, Circumstances

_PAGES = ("authorize", "sign_in", "activate", "logout")
_GUARDED = ("api", "userinfo")
_CHALLENGED = (401, 403)
_LAST_DATE = 253_402_300_799  # the end of the year 9999, the last an HTTP date can have
_FOREIGN_HOST = OktaError(400, "invalid_request", "The Host header does not name this server.")


def asgi(org: DemoOrg) -> ASGIApp:
    inner = Starlette(
        # No path matches two of them; they are tried in order, so the most frequent come first.
        routes=[
            *Api(org).routes(),
            *(route for server in SERVERS for route in Issuer(org, server).routes()),
            *Activation(org).routes(),
            *PhonePage(org).routes(),
            *ManagementApi(org).routes(),
            *Handshake(org).routes(),
            *ControlApi(org).routes(),
        ],
        exception_handlers={Refused: _refused, HTTPException: _not_routed, Exception: _broken},
    )
    inner.router.redirect_slashes = False
    return DemoOrgApp(inner, org)


class DemoOrgApp:
    """Wraps the routes: no foreign Host (DNS rebinding), Okta's headers on every response, no traceback ever."""

    def __init__(self, inner: ASGIApp, org: DemoOrg) -> None:
        self._inner = inner
        self._org = org

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return

        headers = Headers(scope=scope)
        circumstances = _circumstances(scope, headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), circumstances.transaction)
            await send(message)

        response = self._inner if self._is_ours(headers) else Refused(_FOREIGN_HOST).response()
        outer = CIRCUMSTANCES.set(circumstances)
        try:
            await response(scope, receive, send_with_headers)
        except HungUp:
            raise
        except Exception:  # noqa: BLE001, S110
            # Starlette has answered the bug by `_broken` and raises it again, for a server to log
            pass
        finally:
            CIRCUMSTANCES.reset(outer)

    def _is_ours(self, headers: Headers) -> bool:
        return headers.getlist("host") == [self._org.issuer_base.partition("//")[2]]

    def _dress(self, headers: MutableHeaders, request_id: str) -> None:
        # No endpoint sets any of these four.
        headers.append("Date", _date(min(max(0, int(self._org.clock.now())), _LAST_DATE)))
        headers.append("X-Okta-Request-Id", request_id)
        if self._org.moved_s:
            headers.append(MOVED_HEADER, str(self._org.moved_s))
        headers.append("X-Content-Type-Options", "nosniff")
        headers.setdefault("Cache-Control", "no-cache, no-store")
        if "no-store" in headers["Cache-Control"]:
            headers["Pragma"] = "no-cache"
            headers["Expires"] = "0"


@lru_cache(maxsize=1)  # many responses fall into one second
def _date(epoch_s: int) -> str:
    return formatdate(epoch_s, usegmt=True)


def _circumstances(scope: Scope, headers: Headers) -> Circumstances:
    return Circumstances(
        transaction=new_request_id(),
        address=scope["client"][0] if scope.get("client") else "",
        user_agent=printable(headers.get("user-agent", "")),
        path=printable(scope["path"]),
    )


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return _in_words_of(request, refused).response()


async def _broken(request: Request, _failed: Exception) -> Response:
    # a bug must not show its details: Okta's server_error instead
    return _in_words_of(request, Refused(dialect.SERVER_ERROR)).response()


def _in_words_of(request: Request, refused: Refused) -> Refused:
    """Return a refusal in the endpoint's own format, if it comes from a fault or a bug."""
    if request.url.path.startswith(PREFIX):
        return in_management_words(refused)
    endpoint = getattr(request.state, "endpoint", "")
    if type(refused) is not Refused:
        return refused
    if endpoint in _PAGES:
        return PageRefused(refused.error, refused.cause)
    if endpoint in _GUARDED and refused.error.status in _CHALLENGED:
        return BearerRefused(refused.error, refused.cause)
    return refused


async def _not_routed(request: Request, failed: Exception) -> Response:
    assert isinstance(failed, HTTPException)
    codes = {
        404: ("E0000007", f"Not found: {_missing_thing(request.url.path)}"),
        405: ("E0000022", "The endpoint does not support the provided HTTP method"),
    }
    code, summary = codes.get(failed.status_code, ("E0000003", "The request body was not well-formed."))
    body = management_body(code, summary)
    return JSONResponse(body, status_code=failed.status_code, headers=failed.headers)


def _missing_thing(path: str) -> str:
    parts = path.split("/")
    if parts[1:2] == ["oauth2"] and len(parts) > 3 and parts[2] != "default":  # noqa: PLR2004 - /oauth2/{id}/…
        return f"Resource not found: {parts[2][:100]} (AuthorizationServer)"
    return f"Resource not found: {path[:100]}"
