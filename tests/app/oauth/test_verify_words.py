"""The words of verdicts: what a failure says was expected, what was found, and why that matters."""

import json
from typing import Any

import pytest

from app.oauth.rules import RuleOutcome
from app.oauth.verify import JwtKind
from tests.app.oauth.signing import CLIENT, ISSUER, Signer, claims, judged

SIGNER = Signer()


@pytest.mark.parametrize(
    ("rule", "more", "headers", "against", "wanted", "found", "why"),
    [
        (
            "typ",
            {},
            {"typ": "at+jwt"},
            {},
            "JWT, or nothing",
            "at+jwt",
            "The ID token says it is another kind of token.",
        ),
        (
            *("typ", {}, {"typ": "dpop+jwt"}, {"kind": JwtKind.ACCESS}, "JWT, at+jwt, or nothing", "dpop+jwt"),
            "The access token says it is another kind of token.",
        ),
        (
            *("crit", {}, {"crit": ["exp"]}, {}, "nothing", "crit: ['exp']"),
            "The token's header demands an extension that is not understood.",
        ),
        ("zip", {}, {"zip": "DEF"}, {}, "nothing", "DEF", "The token claims to be compressed."),
        (
            *("alg", {}, {}, {"algs": ("ES256", "PS256")}, "one of ES256, PS256, asymmetric", "RS256"),
            "The token's algorithm is not one the issuer announced.",
        ),
        (
            *("alg", {}, {}, {"algs": ()}, "one of none, asymmetric", "RS256"),
            "The token's algorithm is not one the issuer announced.",
        ),
        (
            *("key", {}, {"kid": "k2"}, {}, "exactly one key that fits kid, kty, alg and use", "0 fit (kid k2)"),
            "0 of 1 published keys fit the token; exactly one must.",
        ),
        (
            *("signature", {}, {}, {"keys": Signer("RS384").keys()}, "made with that key", "it does not hold"),
            "The token's signature does not hold.",
        ),
        (
            *("claim types", {"exp": "soon"}, {}, {}, "moments are finite numbers, texts are texts", "exp is soon"),
            "The token has no usable exp.",
        ),
        ("iss", {"iss": "x"}, {}, {}, ISSUER, "x", "The ID token was made by another issuer."),
        (
            "sub",
            {"sub": ""},
            {},
            {},
            "1 to 255 ASCII characters",
            "an empty text",
            "The ID token has no usable subject.",
        ),
        ("aud", {"aud": "x"}, {}, {}, f"{CLIENT} alone", "x", "The ID token is not for this audience."),
        (
            *("aud", {"aud": [CLIENT, "x"]}, {}, {}, f"{CLIENT} alone", "['client', 'x']"),
            "The ID token is not for this client alone.",
        ),
        (
            *("aud", {"aud": ["x"]}, {}, {"kind": JwtKind.ACCESS}, CLIENT, "['x']"),
            "The access token is not for this audience.",
        ),
        ("azp", {"azp": "x"}, {}, {}, CLIENT, "x", "The ID token was issued to another client (azp)."),
        (
            *("exp", {"exp": 1_789_999_700}, {}, {}, "after 1790000000, give or take 300 s", "1789999700"),
            "The ID token had already expired when it arrived.",
        ),
        (
            *("exp", {"exp": 1_790_000_000}, {}, {"is_fresh": False}, "after 1790000000", "1790000000"),
            "The ID token has expired.",
        ),
        (
            *("nbf", {"nbf": 1_790_000_301}, {}, {}, "at most 1790000000 (now), give or take 300 s", "1790000301"),
            "The ID token is not to be used yet.",
        ),
        (
            *("iat", {"iat": 1_790_000_301}, {}, {"is_fresh": False}),
            *("at most 1790000000 (now), give or take 300 s", "1790000301"),
            "The ID token claims to come from the future.",
        ),
        (
            *("iat", {"iat": 1}, {}, {}, "at most 1790000000 (now), give or take 300 s, at most 24 h ago", "1"),
            "The ID token was issued more than a day ago.",
        ),
        (
            *("nonce", {"nonce": "x"}, {}, {}, "the one sent at sign-in", "another"),
            "The ID token is for another sign-in (nonce).",
        ),
        (
            *("nonce", {"nonce": ...}, {}, {}, "the one sent at sign-in", "none"),
            "The ID token is for another sign-in (nonce).",
        ),
        (
            *("at_hash", {"at_hash": "x"}, {}, {}, "the hash of its access token", "x"),
            "The ID token belongs to another access token (at_hash).",
        ),
        (
            *("auth_time", {"auth_time": 1}, {}, {"max_age_s": 60}, "at most 60 s ago", "1"),
            "The user signed in too long ago.",
        ),
        (
            *("auth_time", {}, {}, {"max_age_s": 60}, "at most 60 s ago", "nothing"),
            "The ID token does not say when the user signed in.",
        ),
        (
            *("refreshed sub", {}, {}, {"is_refreshed": True, "first": claims(sub="x")}, "as at sign-in", "another"),
            "The refreshed ID token has another sub than the sign-in.",
        ),
        (
            *("refreshed aud", {}, {}, {"is_refreshed": True, "first": claims(aud="x")}, "as at sign-in", "another"),
            "The refreshed ID token has another audience than the sign-in.",
        ),
    ],
)
def test_what_a_failure_says(
    rule: str,
    more: dict[str, Any],
    headers: dict[str, Any],
    against: dict[str, Any],
    wanted: str,
    found: str,
    why: str,
) -> None:
    keys = against.get("keys", SIGNER.keys())
    rest = {name: value for name, value in against.items() if name != "keys"}
    verdict = judged(SIGNER.sign(claims(**more), **headers), keys, **rest).verdict(rule)
    assert verdict is not None
    assert (verdict.outcome, verdict.expected, verdict.found, verdict.why) == (RuleOutcome.FAILED, wanted, found, why)


@pytest.mark.parametrize(
    ("kid", "said"),
    [
        ("x" * 120, "x" * 120),
        ("x" * 121, "x" * 120 + "…"),
        ("a\nb\x1b[31m\u202e\0", "a�b�[31m��"),
        (["a", 1], "['a', 1]"),
        (["x" * 40_000], "['" + "x" * 118 + "…"),
        (10**4000, "1" + "0" * 119 + "…"),
        (None, "nothing"),
        ("", "an empty text"),
    ],
)
def test_what_is_shown_of_a_token_is_one_short_line(kid: object, said: str) -> None:
    header = json.dumps({"alg": "RS256", "kid": kid}).encode()
    verdict = judged(SIGNER.signed_by_hand(header, b"{}"), SIGNER.keys()).verdict("key")
    assert verdict is not None
    assert verdict.found == f"0 fit (kid {said})"
