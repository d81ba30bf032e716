"""ID tokens that come back to the org: as hints at sign-out, and to introspection."""

from typing import Any

from app.demo.minting import read_own
from app.demo.org import DemoOrg
from app.demo.servers import AuthorizationServer

_REQUIRED = ["exp", "iat", "iss", "aud", "sub", "jti"]


def read_id_token(org: DemoOrg, server: AuthorizationServer, token: str) -> dict[str, Any] | None:
    """Return the claims of an ID token this server signed; an expired hint is accepted (Okta fact §2.5)."""
    claims = read_own(org, token, require=_REQUIRED, issuer=org.issuer_of(server))
    # an access token is signed with the same key, but it is no ID token
    return claims if claims is not None and str(claims["jti"]).startswith("ID.") else None
