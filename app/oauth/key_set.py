"""An issuer's published keys: read strictly, and selected so that exactly one can match (RFC 7517, RFC 8725)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.errors import UnusableResponse
from app.oauth import words
from app.strict_json import read_object
from app.wire.fetch import FetchedResponse

if TYPE_CHECKING:
    import jwt

SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2048, 8192
# Asymmetric only: a public client has no secret to share, so anyone could make an HMAC (RFC 8725 §3.1).
KEY_TYPES = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512", "ES256K"), "EC"),
    "EdDSA": "OKP",
}
"""The algorithms a public client can trust, and the `kty` of their keys."""

_CURVES = {
    "ES256": ("P-256",),
    "ES384": ("P-384",),
    "ES512": ("P-521",),
    "ES256K": ("secp256k1",),
    "EdDSA": ("Ed25519", "Ed448"),
}
_MOST_KEYS = 100
# CVE-2017-15361: modulo these primes such a modulus is a power of 65537, which has only that order there. For any other
# modulus the chance of that is one in 2^27.
_ROCA = {
    11: 2, 13: 6, 17: 8, 19: 9, 37: 3, 53: 26, 61: 20, 71: 35, 73: 24,
    79: 13, 97: 6, 103: 51, 107: 53, 109: 54, 127: 42, 151: 50, 157: 78,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadyKey:
    """A key ready to verify with; `rsa_bits` is an RSA key's size, `weakness` says why it must not be trusted."""

    jwk: "jwt.PyJWK"
    rsa_bits: int | None = None
    weakness: str = ""

    def has_signed(self, text: bytes, signature: bytes) -> bool:
        """Return whether the signature is this key's; may raise what PyJWT and cryptography raise for a bad key."""
        # OpenSSL takes an RSA signature without its leading zero byte, so one in 256 had two valid forms.
        if self.rsa_bits is not None and len(signature) != (self.rsa_bits + 7) // 8:  # RFC 8017 §8.1.2, §8.2.2
            return False
        return bool(self.jwk.Algorithm.verify(text, self.jwk.key, signature))


@dataclass(frozen=True, slots=True)
class KeySet:
    """Public keys as JSON objects; those in use are parsed once. `source` says where they come from."""

    keys: tuple[dict[str, Any], ...]
    source: str = ""
    _ready: dict[tuple[int, str], ReadyKey] = field(default_factory=dict, compare=False, repr=False)

    def fitting(self, header: dict[str, Any]) -> list[int]:
        """Return the indexes of the keys that fit a token's header: by kid where it names one, and kty, alg, use."""
        alg = str(header.get("alg", ""))
        return [place for place, key in enumerate(self.keys) if _fits(key, header, alg)]

    def ready(self, place: int, alg: str) -> ReadyKey:
        """Return a parsed key; raises jwt.PyJWTError or ValueError when it does not suit the algorithm."""
        import jwt  # imported here: cryptography is slow to load, and a call with a token in hand verifies nothing

        name = (place, alg)
        if name not in self._ready:
            self._ready[name] = _made_ready(jwt.PyJWK(self.keys[place], algorithm=alg))
        return self._ready[name]


def keys_of(keys: Iterable[Any], source: str = "") -> KeySet:
    """Return the public keys; symmetric ones are dropped, and private ones are reduced to their public part."""
    objects = [key for key in keys if isinstance(key, dict) and key.get("kty") not in (None, "oct")]
    return KeySet(tuple(_public(key) for key in objects[:_MOST_KEYS]), source)


def read_keys(response: FetchedResponse, source: str = "") -> KeySet:
    """Read a JWKS response; raise UnusableResponse when it is none. Symmetric keys in it are dropped."""
    try:
        if response.status != 200 or response.truncated:  # noqa: PLR2004 - HTTP's own number
            raise ValueError(f"it answered {response.status}")  # noqa: TRY301 - one way out below
        keys = read_object(response.body).get("keys")
        if not isinstance(keys, list):
            raise ValueError("it has no keys")  # noqa: TRY301, TRY004
    except ValueError as why:
        raise UnusableResponse(words.unreadable("issuer's keys", why), status=response.status) from None
    return keys_of(keys, source)


def _made_ready(key: "jwt.PyJWK") -> ReadyKey:
    if key.key_type != "RSA":
        return ReadyKey(key)
    bits = int(key.key.key_size)
    if not SMALLEST_RSA_BITS <= bits <= LARGEST_RSA_BITS:
        return ReadyKey(key, bits, f"The issuer's RSA key has {bits} bits.")
    modulus = key.key.public_numbers().n
    if all(pow(modulus, order, prime) == 1 for prime, order in _ROCA.items()):
        return ReadyKey(key, bits, "The issuer's RSA key was made by faulty hardware and can be broken (ROCA).")
    return ReadyKey(key, bits)


def _public(key: dict[str, Any]) -> dict[str, Any]:
    private = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
    return {name: value for name, value in key.items() if name not in private}


def _fits(key: dict[str, Any], header: dict[str, Any], alg: str) -> bool:
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") == KEY_TYPES.get(alg)
        and ("kid" not in header or _is_named(key, header["kid"]))
        and key.get("alg", alg) == alg
        and key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and (alg not in _CURVES or key.get("crv") in _CURVES[alg])
    )


def _is_named(key: dict[str, Any], kid: object) -> bool:
    """Return whether a key has that kid; only strings are names (in Python, True is 1, and no kid is None)."""
    return isinstance(kid, str) and key.get("kid") == kid
