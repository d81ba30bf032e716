"""The JWK Set of the org: its public signing keys, and the decoys faults put beside them (RFC 7517 §5)."""

import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.base64url import base64url
from app.demo.endpoint_routes import ActiveFaults
from app.demo.faults import FaultKind
from app.demo.ledger import MemoryLedger


def published(ledger: MemoryLedger, faults: ActiveFaults) -> list[dict[str, Any]]:
    """Return the keys as JWKs, newest first, changed by the faults."""
    keys: list[dict[str, Any]] = [_jwk(key.kid, key.private.public_key()) for key in ledger.keys]
    signing = keys[0]
    if FaultKind.EXTRA_KEY in faults:
        keys.insert(0, _jwk(f"{signing['kid']}-other", ledger.own_key.private.public_key()))
    if FaultKind.DECOY_KEYS in faults:
        keys = [*_decoys(signing), *keys]
    if FaultKind.NO_KEYS_KID in faults:
        keys = [{name: value for name, value in key.items() if name != "kid"} for key in keys]
    return keys


def _decoys(real: dict[str, Any]) -> list[dict[str, Any]]:
    """Return keys of the same kid that must not be chosen: another kty, another use, another alg (FAPI 2 §5.4.3)."""
    return [
        {
            "kty": "EC",
            "alg": "ES256",
            "kid": real["kid"],
            "use": "sig",
            "crv": "P-256",
            # the generator of P-256: a point that is on the curve and signs nothing here
            "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
            "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
        },
        {**real, "use": "enc", "alg": "RSA-OAEP"},
        {**real, "alg": "RS512"},
        {"kty": "oct", "alg": "HS256", "kid": real["kid"], "use": "sig", "k": secrets.token_urlsafe(32)},
    ]


def _jwk(kid: str, key: RSAPublicKey) -> dict[str, Any]:
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "kid": kid,
        "use": "sig",
        "e": _base64_integer(numbers.e),
        "n": _base64_integer(numbers.n),
    }


def _base64_integer(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64url(octets)
