"""Keys and tokens of every kind, made by hand where no library would make them."""

import base64
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from app.oauth.jws import Jws, NotReadable, read_parts
from app.oauth.key_set import KeySet, keys_of
from app.oauth.rules import RuleOutcome
from app.oauth.signature import judge_signature
from app.oauth.verify import Expected, JwtKind, Verification, _header, verify
from app.secret import Secret
from tests.keys import rsa_key

NOW = 1_790_000_000.0
ISSUER, CLIENT = "https://as.example", "client"
ACCESS = Secret("access-token")


@cache
def private_key(alg: str) -> PrivateKeyTypes:
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if alg.startswith("ES"):
        curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1(), "ES256K": ec.SECP256K1()}
        return ec.generate_private_key(curves[alg])
    return rsa_key(alg)


@dataclass(frozen=True)
class Signer:
    alg: str = "RS256"
    kid: str = "k1"

    @property
    def key(self) -> Any:
        return private_key(self.alg)

    def public(self, **more: Any) -> dict[str, Any]:
        makers = {"Ed": jwt.algorithms.OKPAlgorithm, "ES": jwt.algorithms.ECAlgorithm}
        maker = makers.get(self.alg[:2], jwt.algorithms.RSAAlgorithm)
        found: dict[str, Any] = json.loads(maker.to_jwk(self.key.public_key()))
        found.pop("key_ops", None)
        jwk = {**found, "kid": self.kid, "use": "sig", **more}
        return {name: value for name, value in jwk.items() if value is not ...}

    def keys(self, **more: Any) -> KeySet:
        return keys_of([self.public(**more)])

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        given = {"kid": self.kid, **headers}
        return jwt.encode(
            claims,
            self.key,
            algorithm=self.alg,
            headers={name: value for name, value in given.items() if value is not ...},
        )

    def signed_by_hand(self, header: bytes, payload: bytes) -> str:
        signed = f"{part(header)}.{part(payload)}"
        algorithm = jwt.algorithms.get_default_algorithms()[self.alg]
        return f"{signed}.{part(algorithm.sign(signed.encode(), self.key))}"


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**more: Any) -> dict[str, Any]:
    found = {"iss": ISSUER, "aud": CLIENT, "sub": "u", "iat": NOW, "exp": NOW + 60, "nonce": "n", **more}
    return {name: value for name, value in found.items() if value is not ...}


def expected(keys: KeySet | None, **more: Any) -> Expected:
    given = {
        "kind": JwtKind.ID,
        "now": NOW,
        "keys": keys,
        "algs": ("RS256",),
        "issuer": ISSUER,
        "audience": CLIENT,
        "nonce": "n",
        "access_token": ACCESS,
        "is_fresh": True,
        **more,
    }
    return Expected(**given)


def judged(token: str, keys: KeySet | None, **more: Any) -> Verification:
    return verify(token, expected(keys, **more))


def refused(found: Verification) -> str:
    """Return the rule that refused a token."""
    assert not found.is_verified
    assert found.first_failure is not None
    assert found.first_failure.why
    return found.first_failure.rule


def signed_payload(token: str, keys: KeySet, algs: tuple[str, ...]) -> bytes | None:
    """Return the payload of a compact JWS, whatever it is, if its signature holds (RFC 7515 §5.2); None otherwise.

    It judges by the rules that `verify` judges by, which would take nothing but claims for a payload.
    """
    try:
        parts = read_parts(token)
    except NotReadable:
        return None
    jws = Jws(parts.header, {}, parts.signed, parts.signature)
    expected = Expected(kind=JwtKind.ANY, now=0.0, keys=keys, algs=algs)
    verdicts = [*_header(jws, expected), *judge_signature(jws, keys, algs)]
    return parts.payload if all(each.outcome is not RuleOutcome.FAILED for each in verdicts) else None
