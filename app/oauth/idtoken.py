"""ID token validation (OIDC Core §3.1.3.7 at sign-in, §12.2 on refresh)."""

import base64
import hashlib
import hmac
from typing import Any

from app.errors import InvalidIdToken
from app.oauth.decode import decode
from app.oauth.jose import Keys, verify_signature
from app.secret import Secret

# Others tolerate up to five minutes of skew between the server's clock and ours.
SKEW_ALLOWED_S = 300.0
# A token that has just been answered is new; a day is more than any clock worth trusting is wrong (FAPI 1 module
# iat-is-week-in-past).
OLDEST_S = 24 * 3600.0
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def verify_id_token(
    token: Secret,
    *,
    keys: Keys,
    algs: tuple[str, ...],
    issuer: str,
    client_id: str,
    access_token: Secret,
    now: float,
    nonce: str | None = None,
) -> dict[str, Any]:
    """Return the claims of an ID token that passes every check; `now` is epoch seconds.

    `nonce` is the one sent at sign-in; None on refresh, where `check_refreshed` compares instead.
    Raises InvalidIdToken, whose `rule` names the first check that failed.
    """
    claims = verify_signature(token.reveal(), keys, algs)
    _check_parties(claims, issuer, client_id)
    _check_times(claims, now)
    if nonce is not None and claims.get("nonce") != nonce:
        raise InvalidIdToken("The ID token answers another sign-in (nonce).", rule="nonce")
    if "at_hash" in claims and not _hash_fits(token, claims["at_hash"], access_token):
        raise InvalidIdToken("The ID token belongs to another access token (at_hash).", rule="at_hash")
    return claims


def check_refreshed(claims: dict[str, Any], first: dict[str, Any]) -> None:
    """Compare a refreshed ID token's claims with those of the sign-in (OIDC Core §12.2); raise InvalidIdToken."""
    for name in ("iss", "sub"):
        if claims.get(name) != first.get(name):
            raise InvalidIdToken(f"The refreshed ID token is for another {name} than the sign-in.", rule=name)
    if _audiences(claims) != _audiences(first):
        raise InvalidIdToken("The refreshed ID token has another audience than the sign-in.", rule="aud")
    if claims.get("azp") != first.get("azp"):
        raise InvalidIdToken("The refreshed ID token has another azp than the sign-in.", rule="azp")
    if "auth_time" in claims and "auth_time" in first and claims["auth_time"] != first["auth_time"]:
        raise InvalidIdToken("The refreshed ID token has another auth_time than the sign-in.", rule="auth_time")
    if "nonce" in claims and claims["nonce"] != first.get("nonce"):
        raise InvalidIdToken("The refreshed ID token has another nonce than the sign-in.", rule="nonce")


def _check_parties(claims: dict[str, Any], issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise InvalidIdToken("The ID token was made by another issuer.", rule="iss")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:  # noqa: PLR2004 - OIDC Core §2
        raise InvalidIdToken("The ID token has no usable subject.", rule="sub")
    if _audiences(claims) != {client_id}:
        raise InvalidIdToken("The ID token is not for this client alone.", rule="aud")
    if "azp" in claims and claims["azp"] != client_id:
        raise InvalidIdToken("The ID token was issued to another client (azp).", rule="azp")


def _check_times(claims: dict[str, Any], now: float) -> None:
    for name in ("exp", "iat"):
        value = claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidIdToken(f"The ID token has no usable {name}.", rule=name)
    if not now < claims["exp"] + SKEW_ALLOWED_S:
        raise InvalidIdToken("The ID token had already expired when it arrived.", rule="exp")
    if claims["iat"] > now + SKEW_ALLOWED_S:
        raise InvalidIdToken("The ID token claims to come from the future.", rule="iat")
    if claims["iat"] < now - OLDEST_S:
        raise InvalidIdToken("The ID token was issued more than a day ago.", rule="iat")


def _audiences(claims: dict[str, Any]) -> set[str]:
    aud = claims.get("aud")
    found = aud if isinstance(aud, list) else [aud]
    return {str(each) for each in found}


def _hash_fits(token: Secret, at_hash: object, access_token: Secret) -> bool:
    # OIDC Core §3.1.3.6: the left half of the hash that belongs to the ID token's own algorithm.
    decoded = decode(token.reveal())
    alg = str(decoded.header.get("alg", "")) if decoded else ""
    make = hashlib.sha512 if alg == "EdDSA" else _HASHES.get(alg[-3:])
    if make is None or not isinstance(at_hash, str):
        return False
    digest = make(access_token.reveal().encode("ascii")).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")
    return hmac.compare_digest(expected.encode(), at_hash.encode("utf-8", "replace"))
