"""The authorization server's public face: metadata, keys, userinfo, revocation, and the way to the other endpoints."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo import bearer, dialect
from app.demo.applications import Grant
from app.demo.bearer import BearerRefused
from app.demo.endpoint_routes import EndpointRoutes, active_faults
from app.demo.endpoints.authorize import AuthorizationEndpoint
from app.demo.endpoints.challenge import ChallengeEndpoint
from app.demo.endpoints.device import DeviceEndpoint
from app.demo.endpoints.introspect import IntrospectionEndpoint
from app.demo.endpoints.logout import LogoutEndpoint
from app.demo.endpoints.par import ParEndpoint
from app.demo.endpoints.revoke import RevocationEndpoint
from app.demo.endpoints.token import TokenEndpoint
from app.demo.faults import FaultKind
from app.demo.forging import STRANGER
from app.demo.jwks import published
from app.demo.minting import ALGORITHM, scope_claims
from app.demo.org import DemoOrg
from app.demo.servers import AuthorizationServer

_ID_CLAIMS = ["iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce", "at_hash"]
_ID_CLAIMS += ["name", "preferred_username", "email"]
_KEYS_FOR_S = 60
_USERINFO_SCOPES = frozenset({"profile", "email", "address", "phone"})


class Issuer:
    """One authorization server of the org: the custom one `default`, or the org's own (Okta fact §2.1)."""

    def __init__(self, org: DemoOrg, server: AuthorizationServer) -> None:
        self._org = org
        self._server = server
        self._routes = EndpointRoutes(org)
        self._authorization = AuthorizationEndpoint(org, server)
        self._push = ParEndpoint(org, server)
        self._token = TokenEndpoint(org, server)
        self._revocation = RevocationEndpoint(org, server)
        self._introspection = IntrospectionEndpoint(org, server)
        self._logout = LogoutEndpoint(org, server)
        self._device = DeviceEndpoint(org, server)
        self._challenge = ChallengeEndpoint(org, server)

    def routes(self) -> list[Route]:
        route, v1, path, well_known = self._routes.route, self._server.endpoints, self._server.path, "/.well-known"
        post = ("POST",)
        routes = [
            route(f"{v1}/token", "token", self._token.respond, post),
            route(f"{path}{well_known}/openid-configuration", "discovery", self.metadata),
            route(f"{path}{well_known}/oauth-authorization-server", "discovery", self.metadata),
            route(f"{v1}/keys", "keys", self.keys),
            route(f"{v1}/userinfo", "userinfo", self.userinfo),
            route(f"{v1}/introspect", "introspect", self._introspection.respond, post),
            route(f"{v1}/revoke", "revoke", self._revocation.respond, post),
            route(f"{v1}/authorize", "authorize", self._authorization.show),
            route(f"{v1}/authorize", "sign_in", self._authorization.sign_in, post),
            route(f"{v1}/par", "push", self._push.respond, post),
            route(f"{v1}/logout", "logout", self._logout.by_query),
            route(f"{v1}/logout", "logout", self._logout.by_form, post),
            route(f"{v1}/device/authorize", "device_authorize", self._device.respond, post),
            # Okta has these two but does not advertise them in its metadata
            route(f"{v1}/primary-authenticate", "primary_authenticate", self._challenge.primary, post),
            route(f"{v1}/challenge", "challenge", self._challenge.second, post),
        ]
        if path:
            # RFC 8414 §3.1 puts the well-known part in front of the issuer's path
            routes.append(route(f"{well_known}/oauth-authorization-server{path}", "discovery", self.metadata))
        return routes

    async def metadata(self, request: Request) -> Response:
        """Describe the server: what it can do here, under Okta's field names (Okta fact §2.2)."""
        base = f"{self._org.issuer_base}{self._server.endpoints}"
        issuer = self._org.issuer_of(self._server)
        found = {
            "issuer": STRANGER if FaultKind.ISSUER_MISMATCH in active_faults(request) else issuer,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/keys",
            "introspection_endpoint": f"{base}/introspect",
            "revocation_endpoint": f"{base}/revoke",
            "end_session_endpoint": f"{base}/logout",
            "device_authorization_endpoint": f"{base}/device/authorize",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": list(Grant),
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "scopes_supported": list(self._server.scopes),
            "token_endpoint_auth_methods_supported": ["none"],
            "introspection_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "claims_supported": _ID_CLAIMS,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
        return JSONResponse({**found, **self._pushing(base)})

    def _pushing(self, base: str) -> dict[str, Any]:
        policy = self._org.policy
        if not (policy.offers_pushed_requests or policy.requires_pushed_requests):
            return {}
        required = {"require_pushed_authorization_requests": True} if policy.requires_pushed_requests else {}
        return {"pushed_authorization_request_endpoint": f"{base}/par", **required}

    async def keys(self, request: Request) -> Response:
        """Publish the signing keys as a JWK Set (RFC 7517 §5)."""
        headers = {"Cache-Control": f"max-age={_KEYS_FOR_S}, must-revalidate"}
        return JSONResponse({"keys": published(self._org.ledger, active_faults(request))}, headers=headers)

    async def userinfo(self, request: Request) -> Response:
        """Answer the claims of the access token's scopes (OIDC Core §5.3)."""
        try:
            caller = bearer.check(self._org, request, self._org.issuer_of(self._server))
        except BearerRefused as refused:
            raise BearerRefused(bearer.without_full_stop(refused.error), refused.cause) from None
        if not caller.scopes & _USERINFO_SCOPES:
            raise BearerRefused(dialect.INSUFFICIENT_SCOPE)
        user = caller.user
        subject = "00u-demo-stranger" if FaultKind.WRONG_SUB in active_faults(request) else user.id
        claims: dict[str, Any] = {"sub": subject, **scope_claims(user, tuple(caller.scopes))}
        if "profile" in caller.scopes:
            given, _, family = user.name.partition(" ")
            claims |= {"given_name": given, "family_name": family, "locale": "en_US", "zoneinfo": "Europe/London"}
        if "email" in caller.scopes:
            claims |= {"email_verified": True}
        return JSONResponse(claims)
