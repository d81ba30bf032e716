"""Keys a person brings along: JWK Set, JWK, PEM; what is private is dropped, what is no key gets a sentence."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519

from app.errors import BadInput
from app.inspection.keys import read_pasted_keys
from app.oauth.verify import Expected, JwtKind, verify
from tests.keys import rsa_key

RSA = rsa_key()
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
PUBLIC = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
PRIVATE = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


def jwk(private: bool = False) -> dict[str, object]:
    key = RSA if private else RSA.public_key()
    found: dict[str, object] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key))
    found.pop("key_ops")
    return found


@pytest.mark.parametrize(
    ("text", "alg", "key"),
    [
        (json.dumps({"keys": [jwk()]}), "RS256", RSA),
        (json.dumps(jwk()), "RS256", RSA),
        (json.dumps(jwk(private=True)), "PS384", RSA),
        (RSA.public_key().public_bytes(*PUBLIC).decode(), "RS512", RSA),
        (f"\n  some words\n{RSA.private_bytes(*PRIVATE).decode()}", "RS256", RSA),
        (EC.public_key().public_bytes(*PUBLIC).decode(), "ES256", EC),
        (ED.public_key().public_bytes(*PUBLIC).decode(), "EdDSA", ED),
    ],
)
def test_a_token_is_verified_with_them(text: str, alg: str, key: object) -> None:
    keys = read_pasted_keys(text, "pasted")
    token = jwt.encode({"sub": "u", "exp": 2}, key, algorithm=alg)  # type: ignore[arg-type]
    found = verify(token, Expected(kind=JwtKind.ANY, now=1, keys=keys))
    assert found.is_verified
    assert not {"d", "p", "q"} & keys.keys[0].keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("nonsense", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "no public key"),
        ('{"keys": []}', "no public key"),
        ('{"keys": [5, null, {"kty": "oct", "k": "c2VjcmV0"}]}', "no public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "not a readable key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "not a readable key"),
        ("x" * 1_100_000, "larger than 1 MiB"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_key_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        read_pasted_keys(text, "pasted")
    assert "Give a JWK Set" in caught.value.next_step


def test_a_key_that_signs_no_tokens() -> None:
    key = dsa.generate_private_key(1024).public_key().public_bytes(*PUBLIC).decode()
    with pytest.raises(BadInput, match="do not sign tokens"):
        read_pasted_keys(key, "pasted")
