"""An issuer's published keys: read strictly, and chosen so that exactly one can be meant (RFC 7517, RFC 8725)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import jwt

from app.errors import UnusableAnswer
from app.oauth.strictjson import read_object
from app.wire.fetch import Answer

SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2048, 8192
# Asymmetric only: a public client has no secret to share, so an HMAC could be made by anybody (RFC 8725 §3.1).
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}
_MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Keys:
    """Public keys as JSON objects, with those prepared that were used; `source` says where they come from."""

    keys: tuple[dict[str, Any], ...]
    source: str = ""
    _prepared: dict[tuple[int, str], jwt.PyJWK] = field(default_factory=dict, compare=False, repr=False)

    def fitting(self, header: dict[str, Any]) -> list[int]:
        """Return the places of the keys that fit a token's header: by kid where it names one, and kty, alg, use."""
        alg = str(header.get("alg", ""))
        return [place for place, key in enumerate(self.keys) if _fits(key, header, alg)]

    def prepared(self, place: int, alg: str) -> jwt.PyJWK:
        """Return a key ready to verify with; raises jwt.PyJWTError or ValueError when it is none of the algorithm's."""
        name = (place, alg)
        if name not in self._prepared:
            self._prepared[name] = jwt.PyJWK(self.keys[place], algorithm=alg)
        return self._prepared[name]


def keys_of(found: Iterable[Any], source: str = "") -> Keys:
    """Return the public ones of the keys found; symmetric ones are dropped, and private ones lose what is private."""
    objects = [key for key in found if isinstance(key, dict) and key.get("kty") not in (None, "oct")]
    return Keys(tuple(_public(key) for key in objects[:_MOST_KEYS]), source)


def read_keys(answer: Answer, source: str = "") -> Keys:
    """Read a JWKS answer; raise UnusableAnswer when it is none. Symmetric keys in it are dropped."""
    try:
        if answer.status != 200 or answer.truncated:  # noqa: PLR2004 - HTTP's own number
            raise ValueError(f"it answered {answer.status}")  # noqa: TRY301 - one way out below
        found = read_object(answer.body).get("keys")
        if not isinstance(found, list):
            raise ValueError("it has no keys")  # noqa: TRY301, TRY004
    except ValueError as why:
        raise UnusableAnswer(f"The issuer's keys cannot be read: {why}.", status=answer.status) from None
    return keys_of(found, source)


def _public(key: dict[str, Any]) -> dict[str, Any]:
    private = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
    return {name: value for name, value in key.items() if name not in private}


def _fits(key: dict[str, Any], header: dict[str, Any], alg: str) -> bool:
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") == KEY_TYPES.get(alg[:2])
        and ("kid" not in header or key.get("kid") == header["kid"])
        and key.get("alg", alg) == alg
        and key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and key.get("crv") == _CURVES.get(alg, key.get("crv"))
    )
