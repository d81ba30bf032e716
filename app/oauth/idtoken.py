"""ID tokens for those who act on them: the claims of one that passes every rule, or the first rule that fails."""

from typing import Any

from app.errors import InvalidIdToken
from app.oauth.keyset import Keys
from app.oauth.verify import Expected, Kind, verify
from app.secret import Secret


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
            kind=Kind.ID,
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
        raise InvalidIdToken("The ID token's signature cannot be checked.", rule="signature")
    return verification.claims
