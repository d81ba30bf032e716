"""ID tokens that come back to the org: as hints at sign-out, and to introspection."""

from typing import TYPE_CHECKING, Any

import jwt
from jwt.types import Options

from app.demo.minting import ALGORITHM
from app.demo.servers import AuthorizationServer

if TYPE_CHECKING:
    from app.demo.org import DemoOrg

_LONGEST_TOKEN = 8 * 1024
# Time is the org's clock, not the machine's; and an expired hint is a good one (Okta fact §2.5).
_CHECKS: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "require": ["exp", "iat", "iss", "aud", "sub", "jti"],
}


def read_id_token(org: "DemoOrg", server: AuthorizationServer, token: str) -> dict[str, Any] | None:
    """Return the claims of an ID token this server signed, expired or not; None for anything else."""
    if len(token) > _LONGEST_TOKEN:
        return None
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in org.ledger.keys if key.kid == kid)
        claims: dict[str, Any] = jwt.decode(
            token, key.private.public_key(), algorithms=[ALGORITHM], issuer=org.issuer_of(server), options=_CHECKS
        )
    except (jwt.PyJWTError, StopIteration, ValueError, TypeError, RecursionError):
        return None
    # an access token is signed with the same key, but it is no ID token
    return claims if str(claims["jti"]).startswith("ID.") else None
