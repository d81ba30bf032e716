"""Keys that the user brings: a JWK Set, one JWK, or PEM, pasted or from a file."""

import json
from typing import Any

import jwt
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from app.errors import BadInput
from app.oauth.key_set import KeySet, keys_of
from app.strict_json import read_object

_MOST = 1024 * 1024
_NEXT_STEP = "Give a JWK Set, a JWK, or a public key or certificate in PEM."


def read_pasted_keys(text: str, source: str) -> KeySet:
    """Return the public keys in a text; private parts are dropped, symmetric keys are refused. Raises BadInput."""
    if len(text) > _MOST:
        raise BadInput("The keys are larger than 1 MiB.", next_step=_NEXT_STEP)
    found = _from_pem(text) if "-----BEGIN" in text else _from_json(text)
    keys = keys_of(found, source)
    if not keys.keys:
        raise BadInput("There is no public key in it; a shared secret proves nothing here.", next_step=_NEXT_STEP)
    return keys


def _from_json(text: str) -> list[Any]:
    try:
        found = read_object(text.strip().encode())
    except ValueError as why:
        raise BadInput(f"The keys cannot be read: {why}.", next_step=_NEXT_STEP) from None
    return found["keys"] if isinstance(found.get("keys"), list) else [found]


def _from_pem(text: str) -> list[Any]:
    raw = text[text.index("-----BEGIN") :].encode("ascii", "replace")
    try:
        if b"CERTIFICATE" in raw:
            key: object = x509.load_pem_x509_certificate(raw).public_key()
        elif b"PRIVATE KEY" in raw:
            key = serialization.load_pem_private_key(raw, password=None).public_key()
        else:
            key = serialization.load_pem_public_key(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadInput("The PEM text is not a readable key.", next_step=_NEXT_STEP) from None
    return [_as_jwk(key)]


def _as_jwk(key: object) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPublicKey):
        text = jwt.algorithms.RSAAlgorithm.to_jwk(key)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        text = jwt.algorithms.ECAlgorithm.to_jwk(key)
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        text = jwt.algorithms.OKPAlgorithm.to_jwk(key)
    else:
        raise BadInput("Keys of this kind do not sign tokens.", next_step=_NEXT_STEP)
    found: dict[str, Any] = json.loads(text)
    found.pop("key_ops", None)
    return found
