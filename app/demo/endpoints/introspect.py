"""Token introspection: a token's state, or only that it is not active (RFC 7662, Okta fact §2.5)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.demo import dialect
from app.demo.dialect import Refused
from app.demo.endpoints.clients import identified_application
from app.demo.endpoints.id_token_hint import read_id_token
from app.demo.forms import read_form, read_query
from app.demo.ledger import AccessRecord, Family, RefreshRecord, hashed
from app.demo.org import DemoOrg
from app.demo.rotation import judge
from app.demo.servers import AuthorizationServer

_INACTIVE = {"active": False}


class IntrospectionEndpoint:
    """Describes an application's own tokens of this server; for all others exactly `{"active": false}`."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server

    async def respond(self, request: Request) -> Response:
        """Respond 200 for any token (RFC 7662 §2.2); raises Refused for a malformed request."""
        request.state.event_type = self._server.event("token.introspect")
        form = await read_form(request)
        # Okta's guide names the client in the query, its SDKs in the body
        application = identified_application(self._org, request, {**read_query(request), **form})
        if "token" not in form:
            raise Refused(dialect.MISSING_TOKEN)
        return JSONResponse(self._described(form["token"], application.id))

    def _described(self, token: str, client_id: str) -> dict[str, Any]:
        ledger, name = self._org.ledger, hashed(token)
        record = ledger.access.get(name) or ledger.refresh.get(name)
        if record is None:
            return self._id_token(token, client_id)
        family = ledger.families[record.family]
        if family.client_id != client_id or family.issuer != self._org.issuer_of(self._server):
            return _INACTIVE
        return self._access(record, family) if isinstance(record, AccessRecord) else self._refresh(record, family)

    def _access(self, record: AccessRecord, family: Family) -> dict[str, Any]:
        if self._org.clock.now() >= record.expires_at:
            return _INACTIVE
        return {
            **self._common(family, record.scope),
            "exp": int(record.expires_at),
            "iat": int(record.issued_at),
            "aud": self._server.audience or self._org.issuer_base,
            "iss": family.issuer,
            "jti": record.jti,
            "uid": family.user_id,
        }

    def _refresh(self, record: RefreshRecord, family: Family) -> dict[str, Any]:
        """Describe a refresh token; Okta leaves out iat, jti, iss and aud."""
        application = self._org.applications[family.client_id]
        lifetimes, now = self._server.lifetimes(self._org.policy), self._org.clock.now()
        if not judge(record, family, application, lifetimes, now).is_good:
            return _INACTIVE
        ends = [record.idle_from + lifetimes.refresh_idle_s] if lifetimes.refresh_idle_s else []
        ends += [family.refresh_until] if family.refresh_until is not None else []
        until = {"exp": int(min(ends))} if ends else {}
        return {**self._common(family, " ".join(family.scopes)), **until}

    def _common(self, family: Family, scope: str) -> dict[str, Any]:
        user = self._org.users[family.user_id]
        return {
            "active": True,
            "token_type": "Bearer",
            "scope": scope,
            "client_id": family.client_id,
            "username": user.login,
            "sub": user.login,
        }

    def _id_token(self, token: str, client_id: str) -> dict[str, Any]:
        claims = read_id_token(self._org, self._server, token)
        if claims is None or claims["aud"] != client_id or self._org.clock.now() >= claims["exp"]:
            return _INACTIVE
        user = self._org.users.get(claims["sub"])
        username = {} if user is None else {"username": user.login}
        about = {name: claims[name] for name in ("exp", "iat", "sub", "aud", "iss", "jti")}
        return {"active": True, "client_id": client_id, **username, **about}
