"""Every rule of the verifier: what passes it, what does not, and what it says of both."""

from typing import Any

import pytest

from app.oauth.keyset import keys_of
from app.oauth.rules import JWT_SOURCES, SOURCES, Outcome
from app.oauth.verify import Kind, access_token_hash
from tests.app.oauth.signing import ACCESS, CLIENT, ISSUER, NOW, Signer, claims, judged, part

SIGNER = Signer()
AT_HASH = access_token_hash("RS256", ACCESS.reveal())
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
NOT_APPLICABLE, UNCHECKED = Outcome.NOT_APPLICABLE, Outcome.CANNOT_BE_CHECKED
FIRST = claims(auth_time=5, azp=CLIENT)

CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], Outcome]] = [
    # rule, claims, headers, expected, outcome
    ("typ", {}, {}, {}, PASSED),
    ("typ", {}, {"typ": "jwt"}, {}, PASSED),
    ("typ", {}, {"typ": None}, {}, PASSED),
    ("typ", {}, {"typ": "at+jwt"}, {}, FAILED),
    ("typ", {}, {"typ": "logout+jwt"}, {"kind": Kind.ACCESS}, FAILED),
    ("typ", {}, {"typ": "at+jwt"}, {"kind": Kind.ACCESS}, PASSED),
    ("typ", {}, {"typ": "anything"}, {"kind": Kind.ANY}, PASSED),
    ("crit", {}, {}, {}, PASSED),
    ("crit", {}, {"crit": ["exp"]}, {}, FAILED),
    ("zip", {}, {}, {}, PASSED),
    ("zip", {}, {"zip": "DEF"}, {}, FAILED),
    ("header key", {}, {}, {}, PASSED),
    ("header key", {}, {"jku": "https://evil.example", "x5u": "https://evil.example"}, {}, PASSED),
    ("alg", {}, {}, {}, PASSED),
    ("alg", {}, {}, {"algs": ("ES256",)}, FAILED),
    ("alg", {}, {}, {"algs": None}, PASSED),
    ("key", {}, {}, {}, PASSED),
    ("key", {}, {"kid": "k2"}, {}, FAILED),
    ("key", {}, {"kid": ...}, {}, PASSED),
    ("key", {}, {}, {"keys": None}, UNCHECKED),
    ("signature", {}, {}, {}, PASSED),
    ("signature", {}, {}, {"keys": None}, UNCHECKED),
    ("signature", {}, {"kid": "k2"}, {}, UNCHECKED),
    ("key size", {}, {}, {}, PASSED),
    ("claim types", {}, {}, {}, PASSED),
    ("claim types", {"exp": "soon"}, {}, {}, FAILED),
    ("claim types", {"iat": True}, {}, {}, FAILED),
    ("claim types", {"nbf": 10**400}, {}, {}, FAILED),
    ("claim types", {"nonce": 5}, {}, {}, FAILED),
    ("claim types", {"azp": [CLIENT]}, {}, {}, FAILED),
    ("iss", {}, {}, {}, PASSED),
    ("iss", {"iss": ISSUER + "/"}, {}, {}, FAILED),
    ("iss", {"iss": ISSUER[:-1]}, {}, {}, FAILED),
    ("iss", {"iss": ...}, {}, {}, FAILED),
    ("iss", {}, {}, {"issuer": None}, UNCHECKED),
    ("sub", {}, {}, {}, PASSED),
    ("sub", {"sub": "x" * 255}, {}, {}, PASSED),
    ("sub", {"sub": "x" * 256}, {}, {}, FAILED),
    ("sub", {"sub": ""}, {}, {}, FAILED),
    ("sub", {"sub": "é"}, {}, {}, FAILED),
    ("sub", {"sub": ...}, {}, {}, FAILED),
    ("aud", {}, {}, {}, PASSED),
    ("aud", {"aud": [CLIENT]}, {}, {}, PASSED),
    ("aud", {"aud": [CLIENT, "stranger"]}, {}, {}, FAILED),
    ("aud", {"aud": [CLIENT, "stranger"]}, {}, {"kind": Kind.ACCESS}, PASSED),
    ("aud", {"aud": ["stranger"]}, {}, {"kind": Kind.ACCESS}, FAILED),
    ("aud", {"aud": []}, {}, {}, FAILED),
    ("aud", {"aud": [5]}, {}, {}, FAILED),
    ("aud", {"aud": ...}, {}, {}, FAILED),
    ("aud", {}, {}, {"audience": None}, UNCHECKED),
    ("azp", {}, {}, {}, NOT_APPLICABLE),
    ("azp", {"azp": CLIENT}, {}, {}, PASSED),
    ("azp", {"azp": "other"}, {}, {}, FAILED),
    ("azp", {"azp": CLIENT}, {}, {"audience": None}, UNCHECKED),
    ("exp", {}, {}, {}, PASSED),
    ("exp", {"exp": NOW - 299}, {}, {}, PASSED),
    ("exp", {"exp": NOW - 300}, {}, {}, FAILED),
    ("exp", {"exp": NOW - 1}, {}, {"is_fresh": False}, FAILED),
    ("exp", {"exp": NOW}, {}, {"is_fresh": False}, FAILED),
    ("exp", {"exp": ...}, {}, {}, FAILED),
    ("exp", {"exp": ...}, {}, {"kind": Kind.ANY}, FAILED),
    ("nbf", {}, {}, {}, NOT_APPLICABLE),
    ("nbf", {"nbf": NOW + 300}, {}, {}, PASSED),
    ("nbf", {"nbf": NOW + 301}, {}, {}, FAILED),
    ("iat", {}, {}, {}, PASSED),
    ("iat", {"iat": NOW + 300}, {}, {}, PASSED),
    ("iat", {"iat": NOW + 301}, {}, {}, FAILED),
    ("iat", {"iat": NOW - 86_401}, {}, {}, FAILED),
    ("iat", {"iat": NOW - 86_401}, {}, {"is_fresh": False}, PASSED),
    ("iat", {"iat": ...}, {}, {}, FAILED),
    ("iat", {"iat": ...}, {}, {"kind": Kind.ACCESS}, NOT_APPLICABLE),
    ("nonce", {}, {}, {}, PASSED),
    ("nonce", {"nonce": "other"}, {}, {}, FAILED),
    ("nonce", {"nonce": ...}, {}, {}, FAILED),
    ("nonce", {}, {}, {"nonce": None}, UNCHECKED),
    ("nonce", {}, {}, {"nonce": None, "is_refreshed": True}, NOT_APPLICABLE),
    ("at_hash", {}, {}, {}, NOT_APPLICABLE),
    ("at_hash", {"at_hash": AT_HASH}, {}, {}, PASSED),
    ("at_hash", {"at_hash": "other"}, {}, {}, FAILED),
    ("at_hash", {"at_hash": AT_HASH}, {}, {"access_token": None}, UNCHECKED),
    ("auth_time", {}, {}, {}, NOT_APPLICABLE),
    ("auth_time", {"auth_time": NOW - 360}, {}, {"max_age_s": 60}, PASSED),
    ("auth_time", {"auth_time": NOW - 361}, {}, {"max_age_s": 60}, FAILED),
    ("auth_time", {}, {}, {"max_age_s": 60}, FAILED),
    *(
        (f"refreshed {name}", FIRST, {}, {"is_refreshed": True, "first": FIRST}, PASSED)
        for name in ("iss", "sub", "aud", "azp", "auth_time", "nonce")
    ),
    *(
        (f"refreshed {name}", {}, {}, {"is_refreshed": True}, UNCHECKED)
        for name in ("iss", "sub", "aud", "azp", "auth_time", "nonce")
    ),
    *(
        (f"refreshed {name}", {**FIRST, name: value}, {}, {"is_refreshed": True, "first": FIRST}, FAILED)
        for name, value in (("iss", "x"), ("sub", "x"), ("aud", "x"), ("azp", "x"), ("auth_time", 6), ("nonce", "x"))
    ),
    ("refreshed nonce", {**FIRST, "nonce": ...}, {}, {"is_refreshed": True, "first": FIRST}, NOT_APPLICABLE),
    ("refreshed auth_time", {}, {}, {"is_refreshed": True, "first": FIRST}, NOT_APPLICABLE),
]


@pytest.mark.parametrize(("rule", "more", "headers", "against", "outcome"), CASES)
def test_each_rule(
    rule: str, more: dict[str, Any], headers: dict[str, Any], against: dict[str, Any], outcome: Outcome
) -> None:
    token = SIGNER.sign(claims(**more), **headers)
    found = judged(token, against.get("keys", SIGNER.keys()), **{k: v for k, v in against.items() if k != "keys"})
    verdict = found.verdict(rule)
    assert verdict is not None
    assert verdict.outcome is outcome, verdict
    assert bool(verdict.why) or outcome is PASSED
    assert verdict.source in (SOURCES[rule], JWT_SOURCES.get(rule))
    if outcome in (PASSED, FAILED):
        assert verdict.expected
        assert verdict.found


READABLE = part(b'{"alg":"RS256"}'), part(b'{"sub":"u"}'), part(b"signature")


@pytest.mark.parametrize(
    ("token", "rule"),
    [
        ("a" * 65_537, "size"),
        ("", "parts"),
        ("a.b", "parts"),
        (".b.c", "parts"),
        ("a..c", "parts"),
        ("a.b.c.d", "parts"),
        (f"{READABLE[0]}.{READABLE[1]}=.{READABLE[2]}", "encoding"),
        (f"{READABLE[0]}.{READABLE[1]}.{READABLE[2][:-1]}+", "encoding"),
        (f" {READABLE[0]}.{READABLE[1]}.{READABLE[2]}", "encoding"),
        (f"{READABLE[0]}.{READABLE[1]}.é", "encoding"),
        (f"{READABLE[0]}.{READABLE[1]}.A", "encoding"),
        (f"{READABLE[0]}.{READABLE[1]}.AB", "encoding"),
        (f"{part(b'[]')}.{READABLE[1]}.{READABLE[2]}", "json"),
        (f"{READABLE[0]}.{part(b'foo')}.{READABLE[2]}", "json"),
    ],
)
def test_what_cannot_be_read_fails_its_rule_and_is_judged_no_further(token: str, rule: str) -> None:
    found = judged(token, SIGNER.keys())
    assert found.verdicts[-1].rule == rule
    assert found.first_failure is found.verdicts[-1]
    assert found.first_failure.why.startswith("The token cannot be read")
    assert not found.is_verified


@pytest.mark.parametrize(
    "alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
)
def test_every_asymmetric_algorithm(alg: str) -> None:
    signer = Signer(alg)
    more = claims(at_hash=access_token_hash(alg, ACCESS.reveal()))
    assert judged(signer.sign(more), signer.keys(), algs=(alg,)).is_verified
    head, body, signature = signer.sign(more).split(".")
    other = "A" if signature[20] != "A" else "B"
    spoilt = f"{head}.{body}.{signature[:20]}{other}{signature[21:]}"
    assert not judged(spoilt, signer.keys(), algs=(alg,)).is_verified


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [SIGNER.public(use="enc")],
        [SIGNER.public(alg="RS512")],
        [SIGNER.public(key_ops=["sign"])],
        [SIGNER.public(key_ops="verify")],
        [SIGNER.public(kid="k2")],
        [SIGNER.public(kid=...)],
        [SIGNER.public(kty="EC")],
        [SIGNER.public(), SIGNER.public()],
        [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1", "alg": "RS256"}],
        [None, 5, "x", [], {}],
    ],
)
def test_exactly_one_key_must_fit(keys: list[Any]) -> None:
    found = judged(SIGNER.sign(claims()), keys_of(keys))
    assert found.first_failure is not None
    assert found.first_failure.rule == "key"


@pytest.mark.parametrize(
    "more",
    [
        {"n": ...},
        {"n": "!!!"},
        {"n": 5},
        {"n": ""},
        {"n": "AA"},
        {"e": "AQ"},
        {"e": ...},
        {"n": "_" * 100_000},
        {"e": "_" * 1000},
        {"kty": ["RSA"]},
        {"n": None},
    ],
)
def test_a_broken_key_verifies_nothing_and_breaks_nothing(more: dict[str, Any]) -> None:
    found = judged(SIGNER.sign(claims()), SIGNER.keys(**more))
    assert not found.is_verified
    assert found.first_failure is not None
    assert found.first_failure.rule in ("key", "key size", "signature")


def test_without_a_kid_the_only_fitting_key_is_used_and_of_two_none() -> None:
    token = SIGNER.sign(claims(), kid=...)
    assert judged(token, keys_of([SIGNER.public(), Signer("ES256").public()])).is_verified
    assert not judged(token, keys_of([SIGNER.public(), Signer("RS384").public(kid="k2")])).is_verified


def test_private_parts_of_a_key_are_dropped() -> None:
    keys = keys_of([SIGNER.public(d="secret", p="secret")])
    assert not {"d", "p"} & keys.keys[0].keys()
    assert judged(SIGNER.sign(claims()), keys).is_verified


def test_what_could_not_be_checked_is_never_counted_as_passed() -> None:
    found = judged(SIGNER.sign(claims()), None)
    assert (found.first_failure, found.is_verified) == (None, False)
    assert found.claims is not None


def test_every_rule_names_an_rfc_or_a_specification() -> None:
    assert all(any(word in source for word in ("RFC", "OIDC")) for source in SOURCES.values())
    assert {rule for rule, *_ in CASES} | {"size", "parts", "encoding", "json"} == set(SOURCES)
