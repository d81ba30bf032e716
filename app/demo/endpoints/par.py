"""Pushed authorization requests: kept for the browser, which then carries nothing but a reference (RFC 9126)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect, words
from app.demo.dialect import Refused
from app.demo.endpoints.clients import identified_application
from app.demo.forms import Parameters, read_form
from app.demo.ledger import hashed
from app.demo.org import DemoOrg
from app.demo.pending import PushedRequest, keep, new_handle
from app.demo.servers import AuthorizationServer

_EVENT = "lapse.pushed_request"  # our event type; Okta's is not in our facts
_LIFETIME_S = 300
_URN = "urn:ietf:params:oauth:request_uri:"


class ParEndpoint:
    """Handles `/par`."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    async def respond(self, request: Request) -> Response:
        """Store a request and return its `request_uri` (RFC 9126 §2.2); raises Refused for one that can never succeed.

        Client and redirect URI are checked now, the other parameters when the browser brings the reference.
        """
        request.state.event_type = _EVENT
        form = await read_form(request)
        application = identified_application(self._org, request, form)
        if "request_uri" in form:
            raise Refused(dialect.PUSHED_REFERENCE)
        exact = self._org.policy.exact_redirect_uris
        if not application.may_return_to(form.get("redirect_uri", ""), exact=exact):
            raise Refused(dialect.ILLEGAL_REDIRECT_URI)
        request_uri = f"{_URN}{new_handle()}"
        pushed = PushedRequest(
            client_id=application.id,
            issuer=self._org.issuer_of(self._server),
            expires_at=self._org.clock.now() + _LIFETIME_S,
            parameters={name: value for name, value in form.items() if name != "client_secret"},
        )
        keep(self._org.pending.pushed, hashed(request_uri), pushed)
        return JSONResponse({"request_uri": request_uri, "expires_in": _LIFETIME_S}, status_code=201)


def unpacked(org: DemoOrg, server: AuthorizationServer, query: Parameters) -> Parameters:
    """Return the request a query refers to; raises Refused for an unknown or expired reference.

    It may be used until it expires: all pages of a sign-in are requested with the same query.
    """
    if "request_uri" not in query:
        if org.policy.requires_pushed_requests:
            raise Refused(dialect.PUSH_REQUIRED)
        return query
    pushed = org.pending.pushed.get(hashed(query["request_uri"]))
    if pushed is None or pushed.issuer != org.issuer_of(server) or org.clock.now() >= pushed.expires_at:
        raise Refused(dialect.INVALID_REQUEST_URI, words.REQUEST_URI_UNKNOWN)
    if pushed.client_id != query.get("client_id"):
        raise Refused(dialect.INVALID_REQUEST_URI, words.REQUEST_URI_OF_ANOTHER)
    return pushed.parameters
