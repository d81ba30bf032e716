"""Every rule of the verifier: what passes it, what does not, and what it says of both."""

import json
from typing import Any

import pytest

from app.oauth.key_set import KeySet, keys_of
from app.oauth.rules import JWT_SOURCES, SOURCES, RuleOutcome
from app.oauth.verify import JwtKind, access_token_hash
from tests.app.oauth.signing import ACCESS, CLIENT, ISSUER, NOW, Signer, claims, judged, part

SIGNER = Signer()
AT_HASH = access_token_hash("RS256", ACCESS.reveal())
PASSED, FAILED = RuleOutcome.PASSED, RuleOutcome.FAILED
NOT_APPLICABLE, UNCHECKED = RuleOutcome.NOT_APPLICABLE, RuleOutcome.CANNOT_BE_CHECKED
FIRST = claims(auth_time=5, azp=CLIENT)

CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], RuleOutcome]] = [
    # rule, claims, headers, expected, outcome
    ("typ", {}, {}, {}, PASSED),
    ("typ", {}, {"typ": "jwt"}, {}, PASSED),
    ("typ", {}, {"typ": None}, {}, PASSED),
    ("typ", {}, {"typ": "application/JWT"}, {}, PASSED),
    ("typ", {}, {"typ": "at+jwt"}, {}, FAILED),
    ("typ", {}, {"typ": "application/at+JWT"}, {"kind": JwtKind.ACCESS}, PASSED),
    ("typ", {}, {"typ": "dpop+jwt"}, {"kind": JwtKind.ACCESS}, FAILED),
    ("typ", {}, {"typ": "logout+jwt"}, {"kind": JwtKind.ACCESS}, FAILED),
    ("typ", {}, {"typ": "at+jwt"}, {"kind": JwtKind.ACCESS}, PASSED),
    ("typ", {}, {"typ": "anything"}, {"kind": JwtKind.ANY}, PASSED),
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
    ("key size", {}, {}, {"keys": None}, UNCHECKED),
    ("key size", {}, {"kid": "k2"}, {}, UNCHECKED),
    ("key size", {}, {}, {"algs": ("ES256",)}, NOT_APPLICABLE),
    ("key", {}, {}, {"algs": ("ES256",)}, NOT_APPLICABLE),
    ("signature", {}, {}, {"algs": ("ES256",)}, FAILED),
    ("signature", {}, {}, {"keys": Signer("RS384").keys()}, FAILED),
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
    ("aud", {"aud": [CLIENT, "stranger"]}, {}, {"kind": JwtKind.ACCESS}, PASSED),
    ("aud", {"aud": ["stranger"]}, {}, {"kind": JwtKind.ACCESS}, FAILED),
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
    ("exp", {"exp": ...}, {}, {"kind": JwtKind.ANY}, FAILED),
    ("nbf", {}, {}, {}, NOT_APPLICABLE),
    ("nbf", {"nbf": NOW + 300}, {}, {}, PASSED),
    ("nbf", {"nbf": NOW + 301}, {}, {}, FAILED),
    ("iat", {}, {}, {}, PASSED),
    ("iat", {"iat": NOW + 300}, {}, {}, PASSED),
    ("iat", {"iat": NOW + 301}, {}, {}, FAILED),
    ("iat", {"iat": NOW - 86_401}, {}, {}, FAILED),
    ("iat", {"iat": NOW - 86_401}, {}, {"is_fresh": False}, PASSED),
    ("iat", {"iat": ...}, {}, {}, FAILED),
    ("iat", {"iat": ...}, {}, {"kind": JwtKind.ACCESS}, NOT_APPLICABLE),
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
    ("auth_time", {"auth_time": NOW + 300}, {}, {"max_age_s": 60}, PASSED),
    ("auth_time", {"auth_time": NOW + 301}, {}, {"max_age_s": 60}, FAILED),
    ("auth_time", {"auth_time": NOW - 300}, {}, {"max_age_s": 0}, PASSED),
    ("auth_time", {"auth_time": NOW - 301}, {}, {"max_age_s": 0}, FAILED),
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
    ("refreshed auth_time", FIRST, {}, {"is_refreshed": True, "first": claims()}, NOT_APPLICABLE),
    ("refreshed aud", {"aud": [CLIENT]}, {}, {"is_refreshed": True, "first": FIRST}, PASSED),
    ("refreshed azp", {}, {}, {"is_refreshed": True, "first": claims()}, PASSED),
    ("refreshed azp", {}, {}, {"is_refreshed": True, "first": FIRST}, FAILED),
    ("refreshed azp", {"azp": CLIENT}, {}, {"is_refreshed": True, "first": claims()}, FAILED),
    ("refreshed nonce", {}, {}, {"is_refreshed": True, "first": claims(nonce=...)}, FAILED),
    *(
        (rule, more, headers, {"kind": kind, **against}, outcome)
        for kind in (JwtKind.ACCESS, JwtKind.ANY)
        for rule, more, headers, against, outcome in (
            ("typ", {}, {}, {}, PASSED),
            ("typ", {}, {"typ": "at+jwt"}, {}, PASSED),
            ("crit", {}, {}, {}, PASSED),
            ("crit", {}, {"crit": ["exp"]}, {}, FAILED),
            ("zip", {}, {}, {}, PASSED),
            ("zip", {}, {"zip": "DEF"}, {}, FAILED),
            ("header key", {}, {"x5c": ["AAAA"]}, {}, PASSED),
            ("alg", {}, {}, {}, PASSED),
            ("alg", {}, {}, {"algs": ()}, FAILED),
            ("key", {}, {}, {}, PASSED),
            ("key", {}, {"kid": "k2"}, {}, FAILED),
            ("key size", {}, {}, {}, PASSED),
            ("signature", {}, {}, {}, PASSED),
            ("signature", {}, {}, {"keys": Signer("RS384").keys()}, FAILED),
            ("claim types", {}, {}, {}, PASSED),
            ("claim types", {"jti": 5}, {}, {}, FAILED),
            ("claim types", {"sub": None}, {}, {}, FAILED),
            ("iss", {}, {}, {}, PASSED),
            ("iss", {"iss": ISSUER + "/"}, {}, {}, FAILED),
            ("iss", {}, {}, {"issuer": None}, UNCHECKED),
            ("aud", {"aud": [CLIENT, "stranger"]}, {}, {}, PASSED),
            ("aud", {"aud": ["stranger"]}, {}, {}, FAILED),
            ("aud", {}, {}, {"audience": None}, UNCHECKED),
            ("exp", {}, {}, {}, PASSED),
            ("exp", {"exp": NOW}, {}, {"is_fresh": False}, FAILED),
            ("nbf", {}, {}, {}, NOT_APPLICABLE),
            ("nbf", {"nbf": NOW}, {}, {}, PASSED),
            ("nbf", {"nbf": NOW + 301}, {}, {}, FAILED),
            ("iat", {}, {}, {}, PASSED),
            ("iat", {"iat": ...}, {}, {}, NOT_APPLICABLE),
            ("iat", {"iat": NOW + 301}, {}, {}, FAILED),
        )
    ),
]


@pytest.mark.parametrize(("rule", "more", "headers", "against", "outcome"), CASES)
def test_each_rule(
    rule: str, more: dict[str, Any], headers: dict[str, Any], against: dict[str, Any], outcome: RuleOutcome
) -> None:
    token = SIGNER.sign(claims(**more), **headers)
    found = judged(token, against.get("keys", SIGNER.keys()), **{k: v for k, v in against.items() if k != "keys"})
    verdict = found.verdict(rule)
    assert verdict is not None
    assert verdict.outcome is outcome, verdict
    assert bool(verdict.why) or outcome is PASSED
    kind = against.get("kind", JwtKind.ID)
    assert verdict.source == (SOURCES[rule] if kind is JwtKind.ID else JWT_SOURCES.get(rule, SOURCES[rule]))
    if outcome is FAILED:
        assert not found.is_verified
    if outcome in (PASSED, FAILED):
        assert verdict.expected
        assert verdict.found


HEADER = ["size", "parts", "encoding", "json", "typ", "crit", "zip", "header key", "alg"]
KEY = ["key", "key size", "signature"]
CLAIMS = ["claim types", "iss", "aud", "exp", "nbf", "iat"]
ID_CLAIMS = [
    *("claim types", "iss", "sub", "aud", "azp", "exp", "nbf", "iat", "nonce", "at_hash", "auth_time"),
]
REFRESHED = [f"refreshed {name}" for name in ("iss", "sub", "aud", "azp", "auth_time", "nonce")]


@pytest.mark.parametrize("headers", [{}, {"alg": "HS256"}, {"kid": "k2"}, {"zip": "DEF", "crit": ["x"]}])
@pytest.mark.parametrize("keys", [None, SIGNER.keys(), SIGNER.keys(n="!"), SIGNER.keys(n="AA"), keys_of([])])
@pytest.mark.parametrize(
    ("kind", "is_refreshed", "rules"),
    [
        (JwtKind.ID, False, ID_CLAIMS),
        (JwtKind.ID, True, [*ID_CLAIMS, *REFRESHED]),
        (JwtKind.ACCESS, False, CLAIMS),
        (JwtKind.ANY, False, CLAIMS),
    ],
)
def test_every_readable_token_is_under_every_rule_of_its_kind_once(
    headers: dict[str, Any], keys: KeySet | None, kind: JwtKind, is_refreshed: bool, rules: list[str]
) -> None:
    header = json.dumps({"alg": "RS256", "kid": "k1", **headers}).encode()
    token = SIGNER.signed_by_hand(header, json.dumps(claims()).encode())
    found = judged(token, keys, kind=kind, is_refreshed=is_refreshed)
    assert [each.rule for each in found.verdicts] == [*HEADER, *KEY, *rules]


def test_every_rule_of_every_kind_has_a_case_that_passes_and_one_that_fails() -> None:
    covered = {(against.get("kind", JwtKind.ID), rule, outcome) for rule, _, _, against, outcome in CASES}
    for kind, rules in (
        (JwtKind.ID, [*HEADER[4:], *KEY, *ID_CLAIMS, *REFRESHED]),
        (JwtKind.ACCESS, [*HEADER[4:], *KEY, *CLAIMS]),
        (JwtKind.ANY, [*HEADER[4:], *KEY, *CLAIMS]),
    ):
        assert {rule for rule in rules if (kind, rule, PASSED) not in covered} == set()
        # a key in the header is not used and does no harm; sizes have a test of their own; ANY is any type
        unfailing = {"header key", "key size", *(["typ"] if kind is JwtKind.ANY else [])}
        assert {rule for rule in rules if (kind, rule, FAILED) not in covered} == unfailing


READABLE = part(b'{"alg":"RS256"}'), part(b'{"sub":"u"}'), part(b"signature")


@pytest.mark.parametrize(
    ("token", "rule"),
    [
        ("a" * 65_537, "size"),
        ("", "parts"),
        ("a.b", "parts"),
        (".b.c", "parts"),
        ("." * 65_537, "size"),
        ("." * 65_536, "parts"),
        ("..", "parts"),
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
@pytest.mark.parametrize("kind", JwtKind)
def test_what_cannot_be_read_fails_its_rule_and_is_judged_no_further(token: str, rule: str, kind: JwtKind) -> None:
    found = judged(token, SIGNER.keys(), kind=kind)
    assert [each.rule for each in found.verdicts] == HEADER[: HEADER.index(rule) + 1]
    assert all(each.outcome is PASSED for each in found.verdicts[:-1])
    assert (found.header, found.claims) == (None, None)
    assert found.verdicts[-1].expected
    assert found.verdicts[-1].found
    assert found.first_failure is found.verdicts[-1]
    assert found.first_failure.why.startswith("The token cannot be read")
    assert not found.is_verified


def test_a_token_may_be_as_long_as_the_bound() -> None:
    for length, outcome in ((65_536, PASSED), (65_537, FAILED)):
        token = ".".join([*READABLE[:2], ""]).ljust(length, "A")
        found = judged(token, SIGNER.keys())
        assert found.verdicts[0].outcome is outcome
        assert (found.claims is not None) is (outcome is PASSED)


def test_what_could_not_be_checked_is_never_counted_as_passed() -> None:
    found = judged(SIGNER.sign(claims()), None)
    assert (found.first_failure, found.is_verified) == (None, False)
    assert found.claims is not None


def test_every_rule_names_an_rfc_or_a_specification() -> None:
    assert all(any(word in source for word in ("RFC", "OIDC")) for source in SOURCES.values())
    assert {rule for rule, *_ in CASES} | {"size", "parts", "encoding", "json"} == set(SOURCES)
