"""What look-ups and tests find, without asking anybody."""

from typing import Any

from app.connecting.capabilities import capabilities_of
from app.connecting.lookup import Found
from app.oauth.metadata import ServerMetadata

HTML = "<b>bold</b><img src=x>"


def found_at(issuer: str, *, others: tuple[Found, ...] = (), notes: tuple[str, ...] = (), **more: Any) -> Found:
    """Return what a look-up of a server that offers everything finds; `more` are members of its metadata."""
    members: dict[str, Any] = {
        "device_authorization_endpoint": f"{issuer}/v1/device/authorize",
        "revocation_endpoint": f"{issuer}/v1/revoke",
        "end_session_endpoint": f"{issuer}/v1/logout",
        "iss_in_response": True,
        "grant_types_supported": ("authorization_code", "refresh_token", "password"),
        "scopes_supported": ("openid", "offline_access"),
        "code_challenge_methods_supported": ("S256",),
    }
    metadata = ServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/v1/authorize",
        token_endpoint=f"{issuer}/v1/token",
        jwks_uri=f"{issuer}/v1/keys",
        **{**members, **more},
    )
    tried = ((f"{issuer}/.well-known/openid-configuration", "metadata of this issuer"),)
    return Found(issuer, metadata, capabilities_of(metadata), tried, notes, others)
