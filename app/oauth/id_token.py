"""ID tokens verified for use: the claims of one that passes every rule, or the first rule that fails."""

from enum import Enum
from typing import Any

from app.errors import InvalidIdToken
from app.oauth import words
from app.oauth.jws import NotReadable, read_jws
from app.oauth.key_set import KeySet
from app.oauth.verify import Expected, JwtKind, audiences_of, verify
from app.secret import Secret


def verify_id_token(
    token: Secret,
    *,
    keys: KeySet,
    algs: tuple[str, ...],
    issuer: str,
    client_id: str,
    access_token: Secret | None,
    now: float,
    nonce: str | None = None,
    first: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the claims of an ID token that passes every rule; `now` is epoch seconds.

    At sign-in `nonce` is the one sent (OIDC Core §3.1.3.7). On a refresh it is None, and the token is compared with
    `first`, the claims of the sign-in's ID token, where there was one (§12.2).
    Raises InvalidIdToken, whose `rule` names the first rule that does not hold.
    """
    verification = verify(
        token.reveal(),
        Expected(
            kind=JwtKind.ID,
            now=now,
            keys=keys,
            algs=algs,
            issuer=issuer,
            audience=client_id,
            nonce=nonce,
            access_token=access_token,
            first=first,
            is_refreshed=nonce is None,
            is_fresh=True,
        ),
    )
    failure = verification.first_failure
    if failure is not None:
        raise InvalidIdToken(failure.why, rule=failure.rule)
    if not verification.is_verified or verification.claims is None:
        raise InvalidIdToken(words.SIGNATURE_UNCHECKED, rule="signature")
    return verification.claims


class NamedSubject(Enum):
    """Whom a refreshed ID token names, which decides whether its response may be used (OIDC Core §12.2)."""

    OURS = "ours, or it does not say otherwise"
    ANOTHER_CLIENTS = "made by another issuer, or for another client"
    ANOTHER_PERSONS = "about another person"


def whose(token: Secret, *, issuer: str, client_id: str, first: dict[str, Any] | None) -> NamedSubject:
    """Return whom a refreshed ID token names, whether or not its signature holds.

    It came over TLS from the token endpoint itself, which vouches for it as a signature does (OIDC Core §3.1.3.7 rule
    6); a response that contradicts itself must not be used. A missing claim is no contradiction.
    """
    try:
        claims = read_jws(token.reveal()).claims
    except NotReadable:
        return NamedSubject.OURS
    subject = claims.get("sub")
    if first is not None and isinstance(subject, str) and subject != first.get("sub", subject):
        return NamedSubject.ANOTHER_PERSONS
    audiences = audiences_of(claims)
    strays = (
        isinstance(claims.get("iss"), str) and claims["iss"] != issuer,
        bool(audiences) and client_id not in audiences,
        isinstance(claims.get("azp"), str) and claims["azp"] != client_id,
    )
    return NamedSubject.ANOTHER_CLIENTS if any(strays) else NamedSubject.OURS
