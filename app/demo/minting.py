"""Tokens as Okta's custom authorization servers make them: claims, signatures, and their entries in the ledger."""

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any

import jwt

from app.demo.ledger import AccessRecord, Family, RefreshRecord, hashed

if TYPE_CHECKING:
    from app.demo.org import DemoOrg, User

ALGORITHM = "RS256"
OFFLINE = "offline_access"


def new_family_id() -> str:
    """Return an id in the shape of Okta's refresh token ids."""
    return f"oar{secrets.token_hex(9)[:17]}"


def token_answer(org: "DemoOrg", family: Family, scopes: tuple[str, ...], nonce: str | None = None) -> dict[str, Any]:
    """Make an access token, and an ID token if `openid` is in `scopes`; the refresh token is the caller's.

    The access token is entered in the ledger, not saved yet. `nonce` belongs in the first ID token only.
    """
    access = _access_token(org, family, scopes)
    answer: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": org.policy.access_token_lifetime_s,
        "access_token": access,
        "scope": " ".join(scopes),
    }
    if "openid" in scopes:
        answer["id_token"] = _id_token(org, family, scopes, access, nonce)
    return answer


def new_refresh_token(org: "DemoOrg", family: Family) -> str:
    """Return a new opaque refresh token, entered in the ledger by hash."""
    value = secrets.token_urlsafe(32)
    org.ledger.refresh[hashed(value)] = RefreshRecord(family.id, org.clock.now())
    return value


def scope_claims(user: "User", scopes: tuple[str, ...]) -> dict[str, Any]:
    """Return the claims about `user` that `scopes` give in an ID token beside an access token (OIDC Core §5.4)."""
    claims: dict[str, Any] = {}
    if "profile" in scopes:
        claims |= {"name": user.name, "preferred_username": user.login}
    if "email" in scopes:
        claims |= {"email": user.login}
    return claims


def at_hash(access_token: str) -> str:
    """Return the left half of the SHA-256, base64url (OIDC Core §3.1.3.6)."""
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _access_token(org: "DemoOrg", family: Family, scopes: tuple[str, ...]) -> str:
    now = int(org.clock.now())
    expires_at = now + org.policy.access_token_lifetime_s
    user = org.users[family.user_id]
    # Okta names the refresh token in the jti when there is one
    suffix = f".{family.id}" if OFFLINE in family.scopes else ""
    value = _signed(
        org,
        {
            "ver": 1,
            "jti": f"AT.{secrets.token_urlsafe(32)}{suffix}",
            "iss": org.issuer,
            "aud": org.audience,
            "iat": now,
            "exp": expires_at,
            "cid": family.client_id,
            "uid": user.id,
            "scp": list(scopes),
            "auth_time": int(family.auth_time),
            "sub": user.login,
        },
    )
    org.ledger.access[hashed(value)] = AccessRecord(family.id, expires_at)
    return value


def _id_token(org: "DemoOrg", family: Family, scopes: tuple[str, ...], access: str, nonce: str | None) -> str:
    now = int(org.clock.now())
    user = org.users[family.user_id]
    claims = {
        "sub": user.id,
        **scope_claims(user, scopes),
        "ver": 1,
        "iss": org.issuer,
        "aud": family.client_id,
        "iat": now,
        "exp": now + org.policy.id_token_lifetime_s,
        "jti": f"ID.{secrets.token_urlsafe(32)}",
        "amr": ["pwd"],
        "idp": org.idp,
        "auth_time": int(family.auth_time),
        "at_hash": at_hash(access),
    }
    return _signed(org, claims if nonce is None else {**claims, "nonce": nonce})


def _signed(org: "DemoOrg", claims: dict[str, Any]) -> str:
    key = org.ledger.keys[0]
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": None})
