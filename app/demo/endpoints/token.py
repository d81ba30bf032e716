"""The token endpoint: client, grant and response (RFC 6749 §3.2, Okta facts §1.3 and §2.4)."""

from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect, words
from app.demo.applications import Application, Grant
from app.demo.dialect import Refused, listed
from app.demo.endpoints.clients import check_grant, identified_application, save
from app.demo.endpoints.code import CodeGrant
from app.demo.endpoints.device import DeviceGrant
from app.demo.endpoints.direct import MfaOobGrant, MfaOtpGrant, OobGrant, OtpGrant, PasswordGrant
from app.demo.endpoints.refresh import RefreshGrant
from app.demo.forms import Parameters, read_form, read_query
from app.demo.org import DemoOrg
from app.demo.servers import AuthorizationServer

_CREDENTIALS = frozenset({"client_id", "client_secret", "client_assertion", "client_assertion_type"})
_PRUNE_EVERY = 50


class GrantHandler(Protocol):
    """Handles the requests of one grant type; raises Refused."""

    def respond(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        """Return the token response, entered in the ledger but not saved yet."""


class TokenEndpoint:
    """The token endpoint for public applications; the ledger is saved before a response is sent."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server
        self._grants: dict[Grant, GrantHandler] = {
            Grant.CODE: CodeGrant(org, server),
            Grant.REFRESH: RefreshGrant(org, server),
            Grant.PASSWORD: PasswordGrant(org, server),
            Grant.OTP: OtpGrant(org, server),
            Grant.OOB: OobGrant(org, server),
            Grant.MFA_OTP: MfaOtpGrant(org, server),
            Grant.MFA_OOB: MfaOobGrant(org, server),
            Grant.DEVICE: DeviceGrant(org, server),
        }

    async def respond(self, request: Request) -> Response:
        """Return the token response (RFC 6749 §5.1); raises Refused for every error of §5.2."""
        request.state.event_type = self._server.event("token.grant")
        if _CREDENTIALS & read_query(request).keys():
            raise Refused(dialect.CREDENTIALS_IN_QUERY)
        form = await read_form(request)
        if "grant_type" not in form:
            raise Refused(dialect.MISSING_GRANT_TYPE.about(listed(self._grants)))
        application = identified_application(self._org, request, form)
        tokens = self._by_grant(request, application, form)
        self._prune()
        save(self._org)
        self._note_grant(request, tokens)
        return JSONResponse(tokens)

    def _by_grant(self, request: Request, application: Application, form: Parameters) -> dict[str, Any]:
        if form["grant_type"] not in self._grants:
            raise Refused(dialect.UNSUPPORTED_GRANT_TYPE.about(listed(self._grants)))
        grant = Grant(form["grant_type"])
        request.state.grant = grant.short
        check_grant(application, grant)
        if not self._server.is_org and not self._org.policy.has_access_policy:
            raise Refused(dialect.NO_MATCHING_POLICY, words.NO_ACCESS_POLICY)
        return self._grants[grant].respond(request, application, form)

    def _prune(self) -> None:
        # it reads the whole ledger, so it is not done every time
        if self._org.counters["token"] % _PRUNE_EVERY == 0:
            self._org.ledger.prune(self._org.clock.now())

    def _note_grant(self, request: Request, tokens: dict[str, Any]) -> None:
        state = request.state
        self._org.log.add(
            state.event_type,
            endpoint="token",
            grant=state.grant,
            client_id=state.client_id,
            user_id=state.user_id,
            family=state.family,
            scopes=tuple(str(tokens.get("scope", "")).split()),
        )
