"""Keys and signatures: strict, for trust (RFC 7515, RFC 7517, RFC 8725)."""

from dataclasses import dataclass
from typing import Any

import jwt

from app.errors import InvalidIdToken, UnusableAnswer
from app.oauth.decode import decode
from app.oauth.strictjson import read_object
from app.wire.fetch import Answer

_SMALLEST_RSA_BITS = 2048
# Asymmetric only: a public client has no secret to share, so an HMAC could be made by anybody (RFC 8725 §3.1).
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@dataclass(frozen=True, slots=True)
class Keys:
    """An issuer's published keys (RFC 7517 §5), as JSON objects."""

    keys: tuple[dict[str, Any], ...]


def read_keys(answer: Answer) -> Keys:
    """Read a JWKS answer; raise UnusableAnswer when it is none. Symmetric keys in it are dropped."""
    try:
        if answer.status != 200 or answer.truncated:  # noqa: PLR2004 - HTTP's own number
            raise ValueError(f"it answered {answer.status}")  # noqa: TRY301 - one way out below
        found = read_object(answer.body).get("keys")
        if not isinstance(found, list):
            raise ValueError("it has no keys")  # noqa: TRY301, TRY004
    except ValueError as why:
        raise UnusableAnswer(f"The issuer's keys cannot be read: {why}.", status=answer.status) from None
    return Keys(tuple(key for key in found if isinstance(key, dict) and key.get("kty") != "oct"))


def has_key_for(token: str, keys: Keys) -> bool:
    """Return whether a published key fits the token's header; a miss is worth one refetch (key rotation)."""
    decoded = decode(token)
    return decoded is not None and bool(_fitting(decoded.header, keys))


def verify_signature(token: str, keys: Keys, algs: tuple[str, ...]) -> dict[str, Any]:
    """Return the claims of a token whose signature holds under exactly one fitting key.

    The algorithm comes from the issuer's metadata, never from the token alone (RFC 8725 §3.1); `crit`, a `typ` other
    than JWT, and keys that come in the header are refused. Raises InvalidIdToken.
    """
    decoded = decode(token)
    if decoded is None:
        raise InvalidIdToken("The ID token is not a JWT.", rule="format")
    header = decoded.header
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algs or alg[:2] not in _KEY_TYPES:
        raise InvalidIdToken("The ID token's algorithm is not one the issuer announced.", rule="alg")
    if "crit" in header or "zip" in header:
        raise InvalidIdToken("The ID token's header demands an extension that is not understood.", rule="crit")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise InvalidIdToken("The ID token says it is another kind of token.", rule="typ")
    fitting = _fitting(header, keys)
    if len(fitting) != 1:
        raise InvalidIdToken(f"{len(fitting)} published keys fit the ID token; exactly one must.", rule="kid")
    return _claims_under(token, fitting[0], alg)


def _claims_under(token: str, key: dict[str, Any], alg: str) -> dict[str, Any]:
    try:
        public = jwt.PyJWK(key, algorithm=alg)
        if public.key_type == "RSA" and public.key.key_size < _SMALLEST_RSA_BITS:
            raise InvalidIdToken("The issuer's RSA key is shorter than 2048 bits.", rule="key")
        payload = jwt.PyJWS().decode(token, public, algorithms=[alg])
        return read_object(payload)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise InvalidIdToken("The ID token's signature does not hold.", rule="signature") from None


def _fitting(header: dict[str, Any], keys: Keys) -> list[dict[str, Any]]:
    alg = str(header.get("alg", ""))
    kty = _KEY_TYPES.get(alg[:2])
    return [
        key
        for key in keys.keys
        if key.get("kty") == kty
        and ("kid" not in header or key.get("kid") == header["kid"])
        and key.get("alg", alg) == alg
        and key.get("use", "sig") == "sig"
        and "verify" in key.get("key_ops", ["verify"])
    ]
