"""The authorization server's public face: metadata, keys, userinfo, revocation, and the way to the other endpoints."""

import base64
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.demo import bearer, dialect
from app.demo.authorize import AuthorizationEndpoint
from app.demo.bearer import BearerRefused
from app.demo.dialect import Refused
from app.demo.forms import read_form, read_query
from app.demo.grants import GRANT_TYPES, TokenEndpoint, identified_client, save
from app.demo.ledger import SigningKey, hashed
from app.demo.minting import ALGORITHM, scope_claims

if TYPE_CHECKING:
    from app.demo.org import DemoOrg

PATH = "/oauth2/default"
_ID_CLAIMS = ["iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce", "at_hash"]
_ID_CLAIMS += ["name", "preferred_username", "email"]
_KEYS_FOR_S = 60
_USERINFO_SCOPES = frozenset({"profile", "email", "address", "phone"})

Endpoint = Callable[[Request], Awaitable[Response]]


class Issuer:
    """The custom authorization server `default` (Okta fact §2.1)."""

    def __init__(self, org: "DemoOrg") -> None:
        self._org = org
        self._authorization = AuthorizationEndpoint(org)
        self._token = TokenEndpoint(org)

    def routes(self) -> list[Route]:
        """Return every route of the authorization server."""
        counted, v1 = self._counted, f"{PATH}/v1"
        return [
            Route(f"{PATH}/.well-known/openid-configuration", counted("discovery", self.metadata)),
            Route(f"{PATH}/.well-known/oauth-authorization-server", counted("discovery", self.metadata)),
            # RFC 8414 §3.1 puts the well-known part in front of the issuer's path
            Route(f"/.well-known/oauth-authorization-server{PATH}", counted("discovery", self.metadata)),
            Route(f"{v1}/keys", counted("keys", self.keys)),
            Route(f"{v1}/userinfo", counted("userinfo", self.userinfo)),
            Route(f"{v1}/revoke", counted("revoke", self.revoke), methods=["POST"]),
            Route(f"{v1}/token", counted("token", self._token.answer), methods=["POST"]),
            Route(f"{v1}/authorize", counted("authorize", self._authorization.show)),
            Route(f"{v1}/authorize", counted("sign_in", self._authorization.sign_in), methods=["POST"]),
        ]

    async def metadata(self, _request: Request) -> Response:
        """Describe the server: what it can do here, under Okta's field names (Okta fact §2.2)."""
        issuer = self._org.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/v1/authorize",
                "token_endpoint": f"{issuer}/v1/token",
                "userinfo_endpoint": f"{issuer}/v1/userinfo",
                "jwks_uri": f"{issuer}/v1/keys",
                "revocation_endpoint": f"{issuer}/v1/revoke",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": list(GRANT_TYPES),
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "scopes_supported": list(self._org.scopes),
                "token_endpoint_auth_methods_supported": ["none"],
                "revocation_endpoint_auth_methods_supported": ["none"],
                "claims_supported": _ID_CLAIMS,
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
            }
        )

    async def keys(self, _request: Request) -> Response:
        """Publish the signing keys as a JWK Set (RFC 7517 §5)."""
        headers = {"Cache-Control": f"max-age={_KEYS_FOR_S}, must-revalidate"}
        return JSONResponse({"keys": [_jwk(key) for key in self._org.ledger.keys]}, headers=headers)

    async def userinfo(self, request: Request) -> Response:
        """Answer the claims of the access token's scopes (OIDC Core §5.3)."""
        try:
            caller = bearer.check(self._org, request)
        except BearerRefused as refused:
            raise BearerRefused(bearer.without_full_stop(refused.error)) from None
        if not caller.scopes & _USERINFO_SCOPES:
            raise BearerRefused(dialect.INSUFFICIENT_SCOPE)
        user = caller.user
        claims: dict[str, Any] = {"sub": user.id, **scope_claims(user, tuple(caller.scopes))}
        if "profile" in caller.scopes:
            given, _, family = user.name.partition(" ")
            claims |= {"given_name": given, "family_name": family, "locale": "en_US", "zoneinfo": "Europe/London"}
        if "email" in caller.scopes:
            claims |= {"email_verified": True}
        return JSONResponse(claims)

    async def revoke(self, request: Request) -> Response:
        """Revoke a token (RFC 7009): always 200; a refresh token takes its access tokens along (Okta fact §2.5)."""
        form = await read_form(request)
        # Okta's guide names the client in the query, its SDKs in the body
        client = identified_client(self._org, request, {**read_query(request), **form})
        if "token" not in form:
            raise Refused(dialect.MISSING_TOKEN)
        self._strike_out(hashed(form["token"]), client.id)
        save(self._org)
        return Response()

    def _strike_out(self, name: str, client_id: str) -> None:
        ledger = self._org.ledger
        record = ledger.refresh.get(name) or ledger.access.get(name)
        if record is None or ledger.families[record.family].client_id != client_id:
            return
        if name in ledger.refresh:
            ledger.end(record.family)
        else:
            del ledger.access[name]

    def _counted(self, name: str, endpoint: Endpoint) -> Endpoint:
        async def counting(request: Request) -> Response:
            self._org.counters[name] += 1
            return await endpoint(request)

        return counting


def _jwk(key: SigningKey) -> dict[str, str]:
    numbers = key.private.public_key().public_numbers()
    return {
        "kty": "RSA",
        "alg": ALGORITHM,
        "kid": key.kid,
        "use": "sig",
        "e": _base64_integer(numbers.e),
        "n": _base64_integer(numbers.n),
    }


def _base64_integer(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
