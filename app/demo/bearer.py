"""Bearer tokens at the demo org's own doors: is this access token good, and if not, in which words (RFC 6750 §3)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from jwt.types import Options
from starlette.requests import Request

from app.demo import dialect
from app.demo.dialect import OktaError, Refused
from app.demo.ledger import hashed
from app.demo.minting import ALGORITHM

if TYPE_CHECKING:
    from app.demo.org import DemoOrg, User

_LONGEST_TOKEN = 8 * 1024
# Time is the org's clock, not the machine's, so PyJWT checks no times.
_CHECKS: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "require": ["exp", "iss", "aud", "uid", "scp"],
}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who an access token speaks for, and with which scopes."""

    user: "User"
    scopes: frozenset[str]


class BearerRefused(Refused):
    """A request refused for its access token; answered with a `WWW-Authenticate` challenge."""

    def challenge(self) -> str:
        """Return the challenge; it names no error when no token was sent (RFC 6750 §3.1)."""
        if self.error == dialect.BEARER_MISSING:
            return "Bearer"
        return f'Bearer error="{self.error.error}", error_description="{self.error.description}"'


def check(org: "DemoOrg", request: Request) -> Bearer:
    """Return whose access token the request carries; raises BearerRefused with Okta's words when it is not good."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise BearerRefused(dialect.BEARER_MISSING)
    claims = _verified(org, token)
    if claims["iss"] != org.issuer:
        raise BearerRefused(dialect.BEARER_WRONG_ISSUER)
    if org.clock.now() >= claims["exp"]:
        raise BearerRefused(dialect.BEARER_EXPIRED)
    if hashed(token) not in org.ledger.access:
        raise BearerRefused(dialect.BEARER_REVOKED)
    return Bearer(org.users[claims["uid"]], frozenset(claims["scp"]))


def _verified(org: "DemoOrg", token: str) -> dict[str, Any]:
    if len(token) > _LONGEST_TOKEN:
        raise BearerRefused(dialect.BEARER_INVALID)
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in org.ledger.keys if key.kid == kid)
        found: dict[str, Any] = jwt.decode(
            token, key.private.public_key(), algorithms=[ALGORITHM], audience=org.audience, options=_CHECKS
        )
    except (jwt.PyJWTError, StopIteration, ValueError, TypeError, RecursionError):
        raise BearerRefused(dialect.BEARER_INVALID) from None
    return found


def without_full_stop(error: OktaError) -> OktaError:
    """Return the row as userinfo prints it (Okta fact §2.5: `The access token is invalid`)."""
    return OktaError(error.status, error.error, error.description.rstrip("."))
