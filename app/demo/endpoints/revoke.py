"""Token revocation: always 200, and a refresh token takes its access tokens along (RFC 7009, Okta fact §2.5)."""

from starlette.requests import Request
from starlette.responses import Response

from app.demo import dialect
from app.demo.cause import Cause
from app.demo.dialect import Refused
from app.demo.endpoints.clients import identified_application, save
from app.demo.forms import read_form, read_query
from app.demo.ledger import hashed
from app.demo.org import DemoOrg
from app.demo.servers import AuthorizationServer
from app.refusal_cause import RefusalCause

_BY_CLIENT = Cause(kind=RefusalCause.REVOKED_BY_CLIENT)


class RevocationEndpoint:
    """Revokes tokens; an application can revoke only its own, at the server that issued them (RFC 7009 §2.1)."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    async def respond(self, request: Request) -> Response:
        """Respond 200, also for an unknown token (RFC 7009 §2.2); raises Refused for a malformed request."""
        request.state.event_type = self._server.event("token.revoke")
        form = await read_form(request)
        # Okta's guide names the client in the query, its SDKs in the body
        application = identified_application(self._org, request, {**read_query(request), **form})
        if "token" not in form:
            raise Refused(dialect.MISSING_TOKEN)
        if self._revoke(hashed(form["token"]), application.id):
            save(self._org)
            self._org.log.add(request.state.event_type, endpoint="revoke", client_id=application.id)
        return Response()

    def _revoke(self, name: str, client_id: str) -> bool:
        ledger = self._org.ledger
        record = ledger.refresh.get(name) or ledger.access.get(name)
        if record is None:
            return False
        family = ledger.families[record.family]
        if family.client_id != client_id or family.issuer != self._org.issuer_of(self._server):
            return False
        if name in ledger.refresh:
            ledger.end(record.family, _BY_CLIENT)
        else:
            ledger.revoke_access(_BY_CLIENT, name=name)
        return True
