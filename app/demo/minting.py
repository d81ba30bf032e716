"""Tokens as Okta's authorization servers make them: claims, signatures, and their entries in the ledger."""

import hashlib
import secrets
from dataclasses import replace
from typing import Any

import jwt
from jwt.types import Options

from app.base64url import base64url
from app.demo import forging
from app.demo.endpoint_routes import ActiveFaults
from app.demo.faults import FaultKind
from app.demo.ledger import AccessRecord, Family, RefreshRecord, SigningKey, hashed
from app.demo.org import DemoOrg, User
from app.demo.policy import TokenFormat
from app.demo.servers import AuthorizationServer

ALGORITHM = "RS256"
OFFLINE = "offline_access"


# Time is the org's clock, not the machine's, so PyJWT checks no times.
_NO_TIMES: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
_LONGEST_TOKEN = 8 * 1024


def read_own(
    org: DemoOrg, token: str, *, require: list[str], audience: str | None = None, issuer: str | None = None
) -> dict[str, Any] | None:
    """Return the claims of a JWT signed with one of the org's keys, expired or not; None for any other.

    It must have the claims in `require`, and the audience and issuer if given.
    """
    if len(token) > _LONGEST_TOKEN:
        return None
    options: Options = {**_NO_TIMES, "verify_aud": audience is not None, "require": require}
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in org.ledger.keys if key.kid == kid).private.public_key()
        found: dict[str, Any] = jwt.decode(
            token, key, algorithms=[ALGORITHM], audience=audience, issuer=issuer, options=options
        )
    except (jwt.PyJWTError, StopIteration, ValueError, TypeError, RecursionError):
        return None
    return found


def new_family(
    org: DemoOrg,
    server: AuthorizationServer,
    *,
    client_id: str,
    user_id: str,
    scopes: tuple[str, ...],
    auth_time: float,
    amr: tuple[str, ...] = ("pwd",),
) -> Family:
    """Enter the family of a new sign-in in the ledger, not saved yet; its end is set now, for all generations."""
    lifetime_s = server.lifetimes(org.policy).refresh_token_s
    family = Family(
        id=f"oar{secrets.token_hex(9)[:17]}",  # as Okta's refresh token ids look
        issuer=org.issuer_of(server),
        client_id=client_id,
        user_id=user_id,
        scopes=scopes,
        auth_time=auth_time,
        refresh_until=org.clock.now() + lifetime_s if lifetime_s else None,
        amr=amr,
    )
    org.ledger.families[family.id] = family
    return family


def token_response(
    org: DemoOrg,
    server: AuthorizationServer,
    family: Family,
    scopes: tuple[str, ...],
    *,
    nonce: str | None = None,
    faults: ActiveFaults | None = None,
) -> dict[str, Any]:
    """Make an access token, and an ID token if `openid` is in `scopes`; the refresh token is the caller's.

    The access token is entered in the ledger, not saved yet. `nonce` belongs in the first ID token only; `faults` are
    the faults that spoil the response.
    """
    faults = faults or {}
    if FaultKind.ROTATE_KEYS in faults or FaultKind.REPLACE_KEYS in faults:
        org.ledger.rotate_keys(overlap=FaultKind.REPLACE_KEYS not in faults)
    access = _access_token(org, server, family, scopes)
    response: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": server.lifetimes(org.policy).access_token_s,
        "access_token": access,
        "scope": " ".join(scopes),
    }
    if "openid" in scopes:
        claims = _id_token_claims(org, server, family, scopes, access)
        given = claims if nonce is None else {**claims, "nonce": nonce}
        response["id_token"] = forging.sign(forging.forge_claims(given, faults), org.ledger.keys[0], faults)
    return forging.forge_response(response, faults)


def new_refresh_token(org: DemoOrg, family: Family, *, value: str | None = None, generation: int = 1) -> str:
    """Return a new opaque refresh token, entered in the ledger by hash; `value` when it is known already."""
    value = value or secrets.token_urlsafe(32)
    org.ledger.refresh.setdefault(hashed(value), RefreshRecord(family.id, org.clock.now(), generation=generation))
    return value


def count_refresh(org: DemoOrg, family: Family) -> None:
    """Enter one more refresh of the family. Not saved yet."""
    org.ledger.families[family.id] = replace(family, refreshes=family.refreshes + 1)


def scope_claims(user: User, scopes: tuple[str, ...]) -> dict[str, Any]:
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
    return base64url(digest[: len(digest) // 2])


def _access_token(org: DemoOrg, server: AuthorizationServer, family: Family, scopes: tuple[str, ...]) -> str:
    now = int(org.clock.now())
    expires_at = now + server.lifetimes(org.policy).access_token_s
    user = org.users[family.user_id]
    # Okta names the refresh token in the jti when there is one
    suffix = f".{family.id}" if OFFLINE in family.scopes else ""
    jti = f"AT.{secrets.token_urlsafe(32)}{suffix}"
    claims = {
        "ver": 1,
        "jti": jti,
        "iss": family.issuer,
        "aud": server.audience or org.issuer_base,
        "iat": now,
        "exp": expires_at,
        "cid": family.client_id,
        "uid": user.id,
        "scp": list(scopes),
        "auth_time": int(family.auth_time),
        "sub": user.login,
    }
    value = _written(org, server, claims)
    org.ledger.access[hashed(value)] = AccessRecord(family.id, expires_at, now, " ".join(scopes), jti)
    return value


def _written(org: DemoOrg, server: AuthorizationServer, claims: dict[str, Any]) -> str:
    if server.is_org:
        # a JWT, but only the org can validate it: its key is not published (Okta: opaque to clients)
        return _signed(claims, org.ledger.own_key)
    if org.policy.access_token_format is TokenFormat.OPAQUE:
        return secrets.token_urlsafe(32)
    return _signed(claims, org.ledger.keys[0])


def _id_token_claims(
    org: DemoOrg, server: AuthorizationServer, family: Family, scopes: tuple[str, ...], access: str
) -> dict[str, Any]:
    now = int(org.clock.now())
    user = org.users[family.user_id]
    return {
        "sub": user.id,
        **scope_claims(user, scopes),
        "ver": 1,
        "iss": family.issuer,
        "aud": family.client_id,
        "iat": now,
        "exp": now + server.lifetimes(org.policy).id_token_s,
        "jti": f"ID.{secrets.token_urlsafe(32)}",
        "amr": list(family.amr),
        "idp": org.idp,
        "auth_time": int(family.auth_time),
        "at_hash": at_hash(access),
    }


def _signed(claims: dict[str, Any], key: SigningKey) -> str:
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": None})
