"""Keys, of every algorithm and of none: which one is meant, which one is too weak, and which one is no key at all."""

import json
import math
import warnings
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.oauth.key_set import KEY_TYPES, KeySet, keys_of
from app.oauth.rules import RuleOutcome
from app.oauth.verify import access_token_hash
from tests.app.oauth.signing import ACCESS, Signer, claims, judged, part, refused

SIGNER = Signer()
PASSED, FAILED, NOT_APPLICABLE = RuleOutcome.PASSED, RuleOutcome.FAILED, RuleOutcome.NOT_APPLICABLE


def number(value: int) -> str:
    return part(value.to_bytes((value.bit_length() + 7) // 8))


@pytest.mark.parametrize(
    "alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA"]
)
def test_every_asymmetric_algorithm(alg: str) -> None:
    signer = Signer(alg)
    more = claims(at_hash=access_token_hash(alg, ACCESS.reveal()))
    found = judged(signer.sign(more), signer.keys(), algs=(alg,))
    assert found.is_verified
    size = found.verdict("key size")
    assert size is not None
    assert (size.outcome, size.found) == ((PASSED, "2048 bits") if alg[:2] in ("RS", "PS") else (NOT_APPLICABLE, ""))
    head, body, signature = signer.sign(more).split(".")
    other = "A" if signature[20] != "A" else "B"
    spoilt = f"{head}.{body}.{signature[:20]}{other}{signature[21:]}"
    assert refused(judged(spoilt, signer.keys(), algs=(alg,))) == "signature"
    for another in {*KEY_TYPES} - {alg}:
        assert refused(judged(signer.sign(more), signer.keys(alg=another), algs=(alg,))) == "key"
        assert refused(judged(signer.sign(more), signer.keys(), algs=(another,))) == "alg"


def test_the_key_of_one_algorithm_for_another_of_its_family_does_not_verify() -> None:
    for alg in ("RS384", "PS256"):
        header = json.dumps({"alg": alg, "kid": "k1"}).encode()
        token = SIGNER.signed_by_hand(header, json.dumps(claims()).encode())
        assert refused(judged(token, SIGNER.keys(), algs=None)) == "signature"


@pytest.mark.parametrize(
    ("bits", "rule"), [(1024, "key size"), (2040, "key size"), (2048, None), (8192, None), (8200, "key size")]
)
def test_how_large_an_rsa_key_may_be(bits: int, rule: str | None) -> None:
    """The large ones are no keys: their signatures cannot hold, which is another rule's business."""
    keys = SIGNER.keys(n=number(2**bits - 1)) if bits > 2048 else signer_of(bits).keys()
    signer = SIGNER if bits > 2048 else signer_of(bits)
    with warnings.catch_warnings(action="ignore"):  # PyJWT's, about signing with so small a key
        token = signer.sign(claims())
    found = judged(token, keys)
    size = found.verdict("key size")
    assert size is not None
    assert size.found == f"{bits} bits"
    if rule is None:
        assert size.outcome is PASSED
    else:
        assert refused(found) == rule
        assert size.why == f"The issuer's RSA key has {bits} bits."
        signature = found.verdict("signature")
        assert signature is not None
        assert (signature.outcome, signature.found) == (FAILED, "not checked")


def test_an_rsa_key_of_16384_bits_costs_no_time() -> None:
    keys = SIGNER.keys(n=number(2**16_384 - 1), e=number(2**16_000 + 1))
    found = judged(SIGNER.sign(claims()), keys)
    signature = found.verdict("signature")
    assert refused(found) == "key size"
    assert signature is not None
    assert signature.found == "not checked"


@pytest.mark.parametrize(
    ("keys", "fit"),
    [
        ([], 0),
        ([SIGNER.public()], 1),
        ([SIGNER.public(use=...)], 1),
        ([SIGNER.public(alg="RS256")], 1),
        ([SIGNER.public(key_ops=["verify"])], 1),
        ([SIGNER.public(key_ops=["sign", "verify"], use=...)], 1),
        ([SIGNER.public(use="enc")], 0),
        ([SIGNER.public(use=["sig"])], 0),
        ([SIGNER.public(use=None)], 0),
        ([SIGNER.public(alg="RS512")], 0),
        ([SIGNER.public(alg=["RS256"])], 0),
        ([SIGNER.public(alg=None)], 0),
        ([SIGNER.public(key_ops=["sign"])], 0),
        ([SIGNER.public(key_ops=[])], 0),
        ([SIGNER.public(key_ops="verify")], 0),
        ([SIGNER.public(key_ops={"verify": 1})], 0),
        ([SIGNER.public(key_ops=None)], 0),
        ([SIGNER.public(kid="k2")], 0),
        ([SIGNER.public(kid="K1")], 0),
        ([SIGNER.public(kid=["k1"])], 0),
        ([SIGNER.public(kid=...)], 0),
        ([SIGNER.public(kty="EC")], 0),
        ([SIGNER.public(kty="rsa")], 0),
        ([SIGNER.public(kty=["RSA"])], 0),
        ([SIGNER.public(kty={"RSA": 1})], 0),
        ([SIGNER.public(kty=...)], 0),
        ([SIGNER.public(), SIGNER.public()], 2),
        ([SIGNER.public(), SIGNER.public(use="enc"), SIGNER.public(alg="PS256"), Signer("ES256").public()], 1),
        ([{"kty": "oct", "k": "c2VjcmV0", "kid": "k1", "alg": "RS256"}], 0),
        ([{"kty": "oct", "k": "c2VjcmV0", "kid": "k1", "alg": "RS256"}, SIGNER.public()], 1),
        ([None, 5, "x", [], {}], 0),
        ([SIGNER.public(kid=str(number)) for number in range(10_000)], 0),
        ([SIGNER.public(), *(SIGNER.public(kid=str(number)) for number in range(10_000))], 1),
    ],
)
def test_exactly_one_key_must_fit(keys: list[Any], fit: int) -> None:
    found = judged(SIGNER.sign(claims()), keys_of(keys))
    verdict = found.verdict("key")
    assert verdict is not None
    if fit == 1:
        assert found.is_verified
        assert verdict.found == "one (kid k1)"
    else:
        assert refused(found) == "key"
        assert verdict.found == f"{fit} fit (kid k1)"


@pytest.mark.parametrize(
    ("alg", "crv", "rule"),
    [
        ("ES256", "P-384", "key"),
        ("ES256", "P-256K", "key"),
        ("ES256", ["P-256"], "key"),
        ("ES256", None, "key"),
        ("ES256", ..., "key"),
        ("ES384", "P-256", "key"),
        ("ES512", "P-512", "key"),
        ("ES256K", "P-256", "key"),
        ("EdDSA", "X25519", "key"),
        ("EdDSA", "Ed448", "signature"),
        ("EdDSA", ..., "key"),
    ],
)
def test_the_curve_belongs_to_the_algorithm(alg: str, crv: object, rule: str) -> None:
    signer = Signer(alg)
    assert refused(judged(signer.sign(claims()), signer.keys(crv=crv), algs=(alg,))) == rule


@pytest.mark.parametrize(
    "more",
    [
        {"n": ...},
        {"n": "!!!"},
        {"n": "é"},
        {"n": 5},
        {"n": ["AQAB"]},
        {"n": {}},
        {"n": ""},
        {"n": "AA"},
        {"n": "AQ"},
        {"n": None},
        {"n": "_" * 100_000},
        {"e": ...},
        {"e": "AA"},
        {"e": "AQ"},
        {"e": "Ag"},
        {"e": 65537},
        {"e": None},
        {"e": "_" * 342},
        {"e": "_" * 1000},
        {"e": "_" * 100_000},
    ],
)
def test_a_broken_rsa_key_verifies_nothing_and_breaks_nothing(more: dict[str, Any]) -> None:
    for keys in (SIGNER.keys(**more), KeySet((SIGNER.public(**more),))):
        found = judged(SIGNER.sign(claims()), keys)
        assert refused(found) in ("key size", "signature")
        assert all(each.why for each in found.verdicts if each.outcome is not PASSED)


@pytest.mark.parametrize("alg", ["ES256", "ES512", "EdDSA"])
@pytest.mark.parametrize(
    "more",
    [
        {"x": ...},
        {"x": ""},
        {"x": "AA"},
        {"x": 5},
        {"x": None},
        {"x": ["AA"]},
        {"x": "\ud800"},
        {"x": "A" * 100_000},
        {"x": "A" * 43, "y": "A" * 43},
        {"x": part(b"\xff" * 66), "y": part(b"\xff" * 66)},
    ],
)
def test_a_broken_point_verifies_nothing_and_breaks_nothing(alg: str, more: dict[str, Any]) -> None:
    signer = Signer(alg)
    assert refused(judged(signer.sign(claims()), signer.keys(**more), algs=(alg,))) == "signature"


def test_a_key_whose_private_half_can_be_computed_is_refused() -> None:
    """CVE-2017-15361: the modulus is a power of 65537 modulo every small prime."""
    product = math.prod(prime for prime in range(3, 160) if all(prime % each for each in range(2, prime)))
    modulus = pow(65537, 5, product) + product * (2**2047 // product + 1)
    assert modulus.bit_length() == 2048
    found = judged(SIGNER.sign(claims()), SIGNER.keys(n=number(modulus)))
    assert refused(found) == "key size"
    assert found.first_failure is not None
    assert "ROCA" in found.first_failure.why
    assert refused(judged(SIGNER.sign(claims()), SIGNER.keys(n=number(modulus + 2)))) == "signature"


@cache
def signer_of(bits: int) -> Signer:
    class Small(Signer):
        @property
        def key(self) -> Any:
            return key

    key = rsa.generate_private_key(65537, bits)
    return Small()


def test_without_a_kid_the_only_fitting_key_is_used_and_of_two_none() -> None:
    token = SIGNER.sign(claims(), kid=...)
    assert judged(token, SIGNER.keys(kid=...)).is_verified
    assert judged(token, keys_of([SIGNER.public(), Signer("RS384").public(kid="k2", alg="RS384")])).is_verified
    assert judged(token, keys_of([SIGNER.public(), Signer("ES256").public()])).is_verified
    assert not judged(token, keys_of([SIGNER.public(), Signer("RS384").public(kid="k2")])).is_verified


def test_of_two_keys_on_curves_only_the_one_that_signs_fits() -> None:
    signer = Signer("EdDSA")
    keys = keys_of([signer.public(crv="X25519", use=...), signer.public()])
    assert judged(signer.sign(claims(), kid=...), keys, algs=("EdDSA",)).is_verified


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_private_parts_of_a_key_are_dropped(alg: str) -> None:
    signer = Signer(alg)
    private = dict.fromkeys(("d", "p", "q", "dp", "dq", "qi", "oth", "k"), "secret")
    keys = keys_of([signer.public(**private)])
    assert not private.keys() & keys.keys[0].keys()
    assert judged(signer.sign(claims()), keys, algs=(alg,)).is_verified
