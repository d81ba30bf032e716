"""Checks bearer tokens at the demo org's own API and userinfo, with Okta's errors (RFC 6750 §3)."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from app.demo import dialect, words
from app.demo.dialect import OktaError, Refused
from app.demo.ledger import Family, RevokedToken, hashed
from app.demo.minting import read_own
from app.demo.org import DemoOrg, User
from app.demo.servers import DEFAULT


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who an access token speaks for, with which scopes, and the family it belongs to."""

    user: User
    scopes: frozenset[str]
    family: Family


class BearerRefused(Refused):
    """A request refused for its access token; answered with a `WWW-Authenticate` challenge."""

    def response(self) -> Response:
        """Return the error with its challenge, which names no error when no token was sent (RFC 6750 §3.1)."""
        challenge = f' error="{self.error.error}", error_description="{self.error.description}"'
        response = super().response()
        response.headers["WWW-Authenticate"] = "Bearer" + ("" if self.error == dialect.BEARER_MISSING else challenge)
        return response


def check(org: DemoOrg, request: Request, issuer: str) -> Bearer:
    """Return the bearer of the request's access token; raises BearerRefused with Okta's error if it is not valid here.

    Only tokens of `issuer` are taken. What the ledger lists was issued here and is not revoked, so its signature
    is not checked; for others the signature decides which error is due.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise BearerRefused(dialect.BEARER_MISSING)
    name = hashed(token)
    record = org.ledger.access.get(name)
    if record is None:
        raise _why_not(org, token, org.ledger.revoked.get(name))
    family = org.ledger.families[record.family]
    request.state.family, request.state.client_id = family.id, family.client_id
    if family.issuer != issuer:
        raise BearerRefused(dialect.BEARER_WRONG_ISSUER, words.token_of(family.issuer))
    if org.clock.now() >= record.expires_at:
        raise BearerRefused(dialect.BEARER_EXPIRED, words.ended_ago(org.clock.now() - record.expires_at))
    return Bearer(org.users[family.user_id], frozenset(record.scope.split()), family)


def _why_not(org: DemoOrg, token: str, revoked: RevokedToken | None) -> BearerRefused:
    """Return the refusal of a token the ledger does not list."""
    claims = read_own(org, token, require=["exp", "iss", "aud"], audience=DEFAULT.audience)
    cause = revoked.cause if revoked else ""
    if claims is None:
        # an opaque token has no claims
        error = dialect.BEARER_REVOKED if revoked else dialect.BEARER_INVALID
        return BearerRefused(error, cause or words.ACCESS_NEVER_ISSUED)
    if claims["iss"] != org.issuer:
        return BearerRefused(dialect.BEARER_WRONG_ISSUER, cause)
    if org.clock.now() >= claims["exp"]:
        return BearerRefused(dialect.BEARER_EXPIRED, cause)
    return BearerRefused(dialect.BEARER_REVOKED, cause)


def without_full_stop(error: OktaError) -> OktaError:
    """Return the row as userinfo prints it (Okta fact §2.5: `The access token is invalid`)."""
    return replace(error, description=error.description.rstrip("."))
