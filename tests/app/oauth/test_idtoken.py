"""ID tokens: what is accepted, and each rule that refuses."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.errors import InvalidIdToken
from app.oauth.decode import decode
from app.oauth.id_token import verify_id_token
from app.oauth.key_set import KeySet
from app.secret import Secret
from tests.keys import rsa_key

NOW = 1_790_000_000.0
ISSUER, CLIENT = "https://as.example", "client"
ACCESS = Secret("access-token")
AT_HASH = base64.urlsafe_b64encode(hashlib.sha256(b"access-token").digest()[:16]).rstrip(b"=").decode()


@dataclass
class Signer:
    key: rsa.RSAPrivateKey
    kid: str = "k1"

    def public(self, **more: Any) -> dict[str, Any]:
        return {
            **json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())),
            "kid": self.kid,
            "use": "sig",
            **more,
        }

    def sign(self, claims: dict[str, Any], *, alg: str = "RS256", headers: dict[str, Any] | None = None) -> Secret:
        return Secret(jwt.encode(claims, self.key, algorithm=alg, headers={"kid": self.kid, **(headers or {})}))


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(rsa_key())


def claims(**more: Any) -> dict[str, Any]:
    found = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "u",
        "iat": NOW,
        "exp": NOW + 60,
        "nonce": "n",
        "at_hash": AT_HASH,
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def verify(
    token: Secret, keys: KeySet, *, nonce: str | None = "n", algs: tuple[str, ...] = ("RS256",)
) -> dict[str, Any]:
    return verify_id_token(
        token, keys=keys, algs=algs, issuer=ISSUER, client_id=CLIENT, access_token=ACCESS, now=NOW, nonce=nonce
    )


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"at_hash": None},
        {"exp": NOW - 200},  # inside the skew allowed
        {"iat": NOW + 200},
    ],
)
def test_accepts(signer: Signer, more: dict[str, Any]) -> None:
    assert verify(signer.sign(claims(**more)), KeySet((signer.public(),)))["sub"] == "u"


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": ISSUER + "/"}, "iss"),
        ({"sub": None}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"aud": "other"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT, "stranger"]}, "aud"),
        ({"azp": "other"}, "azp"),
        ({"exp": NOW - 301}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "later"}, "claim types"),
        ({"iat": None}, "iat"),
        ({"iat": NOW + 301}, "iat"),
        ({"iat": NOW - 86401}, "iat"),
        ({"nonce": "other"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"at_hash": "wrong"}, "at_hash"),
        ({"at_hash": 5}, "claim types"),
    ],
)
def test_refuses_claims(signer: Signer, more: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidIdToken) as caught:
        verify(signer.sign(claims(**more)), KeySet((signer.public(),)))
    assert caught.value.rule == rule


def tampered(token: Secret) -> Secret:
    head, body, signature = token.reveal().split(".")
    return Secret(f"{head}.{body}.{signature[:-8]}AAAAAAAA")


def unsigned(_: Secret) -> Secret:
    return Secret(jwt.encode(claims(), "", algorithm="none"))


def with_public_key_as_secret(token: Secret) -> Secret:
    return Secret(
        jwt.encode(claims(), "a-public-key-that-everybody-knows-by-heart", algorithm="HS256", headers={"kid": "k1"})
    )


@pytest.mark.parametrize(
    ("forge", "rule"),
    [
        (tampered, "signature"),
        (unsigned, "alg"),
        (with_public_key_as_secret, "alg"),
        (lambda _: Secret("opaque"), "parts"),
    ],
)
def test_refuses_forgeries(signer: Signer, forge: Callable[[Secret], Secret], rule: str) -> None:
    with pytest.raises(InvalidIdToken) as caught:
        verify(forge(signer.sign(claims())), KeySet((signer.public(),)), algs=("RS256", "HS256", "none"))
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("headers", "rule"),
    [({"crit": ["x"], "x": 1}, "crit"), ({"zip": "DEF"}, "zip"), ({"typ": "at+jwt"}, "typ"), ({"kid": "k2"}, "key")],
)
def test_refuses_headers(signer: Signer, headers: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidIdToken) as caught:
        verify(signer.sign(claims(), headers=headers), KeySet((signer.public(),)))
    assert caught.value.rule == rule


def test_a_key_in_the_header_is_not_used(signer: Signer) -> None:
    stranger = Signer(rsa_key("a stranger's"))
    token = stranger.sign(claims(), headers={"jwk": stranger.public()})
    with pytest.raises(InvalidIdToken, match="signature"):
        verify(token, KeySet((signer.public(),)))


def test_a_decoy_of_the_same_kid_is_passed_over(signer: Signer) -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    decoy = {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(curve)), "kid": "k1"}
    keys = KeySet((decoy, signer.public(use="enc"), signer.public()))
    assert verify(signer.sign(claims()), keys)["sub"] == "u"
    with pytest.raises(InvalidIdToken) as caught:
        verify(signer.sign(claims()), KeySet((signer.public(), signer.public())))
    assert caught.value.rule == "key"


def test_a_short_key_is_refused() -> None:
    short = Signer(rsa.generate_private_key(65537, 1024))
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        token = short.sign(claims())
    with pytest.raises(InvalidIdToken) as caught:
        verify(token, KeySet((short.public(),)))
    assert caught.value.rule == "key size"


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ({}, {"iss": "x"}, "iss"),
        ({}, {"sub": "x"}, "refreshed sub"),
        ({}, {"aud": "x"}, "aud"),
        ({"azp": CLIENT}, {}, "refreshed azp"),
        ({}, {"azp": CLIENT}, "refreshed azp"),
        ({"auth_time": 1}, {"auth_time": 2}, "refreshed auth_time"),
        ({}, {"nonce": "x"}, "refreshed nonce"),
    ],
)
def test_a_refreshed_id_token_is_compared_with_the_first(
    signer: Signer, before: dict[str, Any], after: dict[str, Any], rule: str
) -> None:
    keys = KeySet((signer.public(),))

    def refreshed(**more: Any) -> dict[str, Any]:
        token = signer.sign(claims(**{"nonce": None, "iat": NOW + 1, **more}))
        return verify_id_token(
            token,
            keys=keys,
            algs=("RS256",),
            issuer=ISSUER,
            client_id=CLIENT,
            access_token=ACCESS,
            now=NOW,
            first=claims(**before),
        )

    assert refreshed(**before)["sub"] == "u"
    with pytest.raises(InvalidIdToken) as caught:
        refreshed(**after)
    assert caught.value.rule == rule


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "....", "é.é.é", "e30.W10.", "\x00.\x00.\x00"])
def test_decoding_gives_up_quietly_on_opaque_text(text: str) -> None:
    assert decode(text) is None


def test_decoding_shows_an_unsigned_token() -> None:
    found = decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.")
    assert found is not None
    assert (found.header, found.claims) == ({"alg": "none"}, {"sub": "u"})
