"""The strict verifier: every rule a token is subject to, each with its verdict."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.base64url import base64url
from app.oauth.jws import LONGEST, Jws, NotReadable, read_jws
from app.oauth.key_set import KEY_TYPES, KeySet
from app.oauth.rules import JWT_SOURCES, RuleOutcome, RuleVerdict, failed, not_applicable, passed, shown, unchecked
from app.oauth.signature import judge_signature
from app.secret import Secret

SKEW_ALLOWED_S = 300.0
"""How far the server's clock may be from ours; others tolerate up to five minutes too."""
OLDEST_S = 24 * 3600.0
"""How old an ID token may be that has just been received: more than any usable clock is wrong."""

_READING = ("size", "parts", "encoding", "json")
_KEYS_IN_HEADER = ("jwk", "jku", "x5u", "x5c")
_LONGEST_SUB = 255
_LAST_MOMENT = 1e15  # a larger number is no time, and arithmetic with it overflows
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class JwtKind(StrEnum):
    """What a token is taken for, which decides the rules that apply."""

    ID = "ID token"
    ACCESS = "access token"
    ANY = "token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token is compared with; None means unknown, and the rule cannot be checked.

    `now` in epoch seconds. `nonce` is the one sent at sign-in; `is_refreshed` means the token came with a refresh,
    where `first` (the claims of the sign-in's ID token) takes its place (OIDC Core §12.2). `audience` is the client ID
    for an ID token. `is_fresh` means that it has just been received, so that an old `iat` is suspect.
    """

    kind: JwtKind
    now: float
    keys: KeySet | None = None
    algs: tuple[str, ...] | None = None
    issuer: str | None = None
    audience: str | None = None
    nonce: str | None = None
    access_token: Secret | None = field(default=None, repr=False)
    max_age_s: float | None = None
    first: dict[str, Any] | None = field(default=None, repr=False)
    is_refreshed: bool = False
    is_fresh: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """Every rule's verdict in order, and the token's content; `claims` can be trusted only if `is_verified`."""

    verdicts: tuple[RuleVerdict, ...]
    header: dict[str, Any] | None = field(default=None, repr=False)
    claims: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def first_failure(self) -> RuleVerdict | None:
        return next((each for each in self.verdicts if each.outcome is RuleOutcome.FAILED), None)

    @property
    def is_verified(self) -> bool:
        """Whether no rule failed and the signature holds; unchecked rules say so themselves."""
        signature = next((each for each in self.verdicts if each.rule == "signature"), None)
        return self.first_failure is None and signature is not None and signature.outcome is RuleOutcome.PASSED

    def verdict(self, rule: str) -> RuleVerdict | None:
        return next((each for each in self.verdicts if each.rule == rule), None)


def verify(token: str, expected: Expected) -> Verification:
    """Return the verdict of every rule; never raises, whatever the text is."""
    try:
        jws = read_jws(token)
    except NotReadable as bad:
        return Verification(tuple(_read_up_to(bad)))
    signature = judge_signature(jws, expected.keys, expected.algs)
    verdicts = [*_READ_WELL, *_header(jws, expected), *signature, *_claims(jws, expected)]
    if expected.kind is not JwtKind.ID:
        verdicts = [replace(each, source=JWT_SOURCES.get(each.rule, each.source)) for each in verdicts]
    return Verification(tuple(verdicts), jws.header, jws.claims)


_EXPECTED_TO_READ = {
    "size": f"at most {LONGEST // 1024} KiB",
    "parts": "three parts between two dots, none empty but perhaps the signature",
    "encoding": "base64url without padding or spare bits",
    "json": "two JSON objects: UTF-8, no name twice, no NaN, at most 32 levels",
}
_READ_WELL = tuple(passed(rule, _EXPECTED_TO_READ[rule], "as expected") for rule in _READING)


def _read_up_to(bad: NotReadable) -> list[RuleVerdict]:
    place = _READING.index(bad.rule)
    why = f"The token cannot be read: {bad}."
    return [*_READ_WELL[:place], failed(bad.rule, _EXPECTED_TO_READ[bad.rule], str(bad), why)]


# --- the header ---------------------------------------------------------------------------------------------------


def _header(jws: Jws, expected: Expected) -> list[RuleVerdict]:
    return [_typ(jws, expected), _crit(jws), _zip(jws), _header_key(jws), _alg(jws, expected)]


def _typ(jws: Jws, expected: Expected) -> RuleVerdict:
    kinds = ("JWT", "at+jwt") if expected.kind is not JwtKind.ID else ("JWT",)
    wanted = f"{', '.join(kinds)}, or nothing"
    if "typ" not in jws.header:
        return passed("typ", wanted, "nothing")
    typ, found = jws.header["typ"], shown(jws.header["typ"])
    # A media type by RFC 7515 §4.1.9: "application/" may precede it, and case does not matter.
    if isinstance(typ, str) and typ.lower().removeprefix("application/") in [each.lower() for each in kinds]:
        return passed("typ", wanted, found)
    if expected.kind is JwtKind.ANY and isinstance(typ, str):
        return passed("typ", "anything", found, "No kind of token was asked for.")
    return failed("typ", wanted, found, f"The {expected.kind} says it is another kind of token.")


def _crit(jws: Jws) -> RuleVerdict:
    # b64 changes what is signed, so it is allowed only where crit names it (RFC 7797 §6)
    there = next((name for name in ("crit", "b64") if name in jws.header), None)
    if there is None:
        return passed("crit", "nothing", "nothing")
    found = f"{there}: {shown(jws.header[there])}"
    return failed("crit", "nothing", found, "The token's header demands an extension that is not understood.")


def _zip(jws: Jws) -> RuleVerdict:
    if "zip" not in jws.header:
        return passed("zip", "nothing", "nothing")
    return failed("zip", "nothing", shown(jws.header["zip"]), "The token claims to be compressed.")


def _header_key(jws: Jws) -> RuleVerdict:
    there = [name for name in _KEYS_IN_HEADER if name in jws.header]
    if not there:
        return passed("header key", "no key from the header", "none there")
    return passed(
        "header key", "no key from the header", f"{', '.join(there)}: not used", "Anyone can put a key there."
    )


def _alg(jws: Jws, expected: Expected) -> RuleVerdict:
    wanted = (
        "an asymmetric one" if expected.algs is None else f"one of {', '.join(expected.algs) or 'none'}, asymmetric"
    )
    alg = jws.header.get("alg")
    found = shown(alg)
    if not isinstance(alg, str):
        return failed("alg", wanted, found, "The token names no algorithm.")
    if alg not in KEY_TYPES:
        return failed("alg", wanted, found, "The token's algorithm is not one that a public client can trust.")
    if expected.algs is not None and alg not in expected.algs:
        return failed("alg", wanted, found, "The token's algorithm is not one the issuer announced.")
    why = "" if expected.algs is not None else "The issuer's algorithms are not known."
    return passed("alg", wanted, found, why)


# --- the claims ---------------------------------------------------------------------------------------------------

Rule = Callable[[dict[str, Any], Expected, Jws], RuleVerdict]


def _claims(jws: Jws, expected: Expected) -> list[RuleVerdict]:
    rules = _RULES_OF[expected.kind]
    if expected.is_refreshed:
        rules = (*rules, *_REFRESHED)
    return [rule(jws.claims, expected, jws) for rule in rules]


def _types(claims: dict[str, Any], _expected: Expected, _jws: Jws) -> RuleVerdict:
    wanted = "moments are finite numbers, texts are texts"
    for name in ("exp", "nbf", "iat", "auth_time"):
        if name in claims and not _is_moment(claims[name]):
            return failed("claim types", wanted, f"{name} is {shown(claims[name])}", f"The token has no usable {name}.")
    for name in ("iss", "sub", "jti", "azp", "nonce", "at_hash"):
        if name in claims and not isinstance(claims[name], str):
            return failed("claim types", wanted, f"{name} is {shown(claims[name])}", f"The token has no usable {name}.")
    return passed("claim types", wanted, "as expected")


def _iss(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    found = shown(claims.get("iss"))
    if expected.issuer is None:
        return unchecked("iss", "the issuer", "The expected issuer is not known.")
    if claims.get("iss") == expected.issuer:
        return passed("iss", expected.issuer, found)
    return failed("iss", expected.issuer, found, f"The {expected.kind} was made by another issuer.")


def _sub(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    subject = claims.get("sub")
    if isinstance(subject, str) and 0 < len(subject) <= _LONGEST_SUB and subject.isascii():
        return passed("sub", "1 to 255 ASCII characters", shown(subject))
    return failed("sub", "1 to 255 ASCII characters", shown(subject), f"The {expected.kind} has no usable subject.")


def _aud(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    found = shown(claims.get("aud"))
    if expected.audience is None:
        return unchecked("aud", "an audience", "The expected audience is not known.")
    audiences = audiences_of(claims)
    wanted = f"{expected.audience} alone" if expected.kind is JwtKind.ID else expected.audience
    if expected.audience not in audiences:
        return failed("aud", wanted, found, f"The {expected.kind} is not for this audience.")
    if expected.kind is JwtKind.ID and audiences != {expected.audience}:
        return failed("aud", wanted, found, "The ID token is not for this client alone.")
    return passed("aud", wanted, found)


def _azp(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    if "azp" not in claims:
        return not_applicable("azp", "There is none, and one audience needs none.")
    if expected.audience is None:
        return unchecked("azp", "the client", "The expected client is not known.")
    if claims["azp"] == expected.audience:
        return passed("azp", expected.audience, shown(claims["azp"]))
    return failed("azp", expected.audience, shown(claims["azp"]), "The ID token was issued to another client (azp).")


def _exp(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    # a slightly wrong clock must not refuse what has just been received; later, expired is expired
    allowed_s = SKEW_ALLOWED_S if expected.is_fresh else 0.0
    wanted = f"after {expected.now:.0f}" + (f", give or take {allowed_s:.0f} s" if allowed_s else "")
    if not _is_moment(claims.get("exp")):
        return failed("exp", wanted, shown(claims.get("exp")), f"The {expected.kind} has no usable exp.")
    exp = claims["exp"]
    if not expected.now < exp + allowed_s:
        had = "had already expired when it arrived" if expected.is_fresh else "has expired"
        return failed("exp", wanted, shown(exp), f"The {expected.kind} {had}.")
    return passed("exp", wanted, shown(exp))


def _nbf(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    if "nbf" not in claims:
        return not_applicable("nbf", "There is none.")
    wanted = f"at most {expected.now:.0f} (now), give or take {SKEW_ALLOWED_S:.0f} s"
    if _is_moment(claims["nbf"]) and claims["nbf"] <= expected.now + SKEW_ALLOWED_S:
        return passed("nbf", wanted, shown(claims["nbf"]))
    return failed("nbf", wanted, shown(claims["nbf"]), f"The {expected.kind} is not to be used yet.")


def _iat(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    oldest = f", at most {OLDEST_S / 3600:.0f} h ago" if expected.is_fresh else ""
    wanted = f"at most {expected.now:.0f} (now), give or take {SKEW_ALLOWED_S:.0f} s{oldest}"
    iat = claims.get("iat")
    if iat is None and expected.kind is not JwtKind.ID:
        return not_applicable("iat", "There is none.")
    if not _is_moment(iat):
        return failed("iat", wanted, shown(iat), f"The {expected.kind} has no usable iat.")
    assert iat is not None
    if iat > expected.now + SKEW_ALLOWED_S:
        return failed("iat", wanted, shown(iat), f"The {expected.kind} claims to come from the future.")
    if expected.is_fresh and iat < expected.now - OLDEST_S:
        return failed("iat", wanted, shown(iat), f"The {expected.kind} was issued more than a day ago.")
    return passed("iat", wanted, shown(iat))


def _nonce(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    if expected.is_refreshed:
        return not_applicable("nonce", "A refresh sends none; see the rules of §12.2.")
    if expected.nonce is None:
        return unchecked("nonce", "the one sent at sign-in", "The one that was sent is not known any more.")
    if claims.get("nonce") == expected.nonce:
        return passed("nonce", "the one sent at sign-in", "the same")
    found = "another" if "nonce" in claims else "none"
    return failed("nonce", "the one sent at sign-in", found, "The ID token is for another sign-in (nonce).")


def _at_hash(claims: dict[str, Any], expected: Expected, jws: Jws) -> RuleVerdict:
    if "at_hash" not in claims:
        return not_applicable("at_hash", "There is none, which the code flow allows.")
    if expected.access_token is None:
        return unchecked("at_hash", "the hash of its access token", "Its access token is not at hand.")
    wanted = access_token_hash(str(jws.header.get("alg", "")), expected.access_token.reveal())
    found = shown(claims["at_hash"])
    if wanted is not None and isinstance(claims["at_hash"], str) and _same(wanted, claims["at_hash"]):
        return passed("at_hash", "the hash of its access token", found)
    why = "The ID token belongs to another access token (at_hash)."
    return failed("at_hash", "the hash of its access token", found, why)


def _auth_time(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
    if expected.max_age_s is None:
        return not_applicable("auth_time", "No max_age was asked for.")
    wanted = f"at most {expected.max_age_s:.0f} s ago"
    auth_time = claims.get("auth_time")
    if not _is_moment(auth_time):
        return failed("auth_time", wanted, shown(auth_time), "The ID token does not say when the user signed in.")
    assert auth_time is not None
    if auth_time + expected.max_age_s + SKEW_ALLOWED_S < expected.now:
        return failed("auth_time", wanted, shown(auth_time), "The user signed in too long ago.")
    if auth_time > expected.now + SKEW_ALLOWED_S:
        return failed("auth_time", wanted, shown(auth_time), "The sign-in time (auth_time) is in the future.")
    return passed("auth_time", wanted, shown(auth_time))


def _as_at_sign_in(name: str) -> Rule:
    """Return the rule that a claim equals that of the sign-in (OIDC Core §12.2)."""
    rule, optional = f"refreshed {name}", name in ("auth_time", "nonce")

    def check(claims: dict[str, Any], expected: Expected, _jws: Jws) -> RuleVerdict:
        if expected.first is None:
            return unchecked(rule, "as at sign-in", "The sign-in's ID token is not known.")
        if optional and name not in claims:
            return not_applicable(rule, "There is none, which is allowed.")
        if name == "auth_time" and name not in expected.first:
            return not_applicable(rule, "The sign-in's ID token had none.")
        before, after = expected.first.get(name), claims.get(name)
        same = audiences_of(claims) == audiences_of(expected.first) if name == "aud" else before == after
        if same:
            return passed(rule, "as at sign-in", "the same")
        article = "another audience" if name == "aud" else f"another {name}"
        why = f"The refreshed ID token has {article} than the sign-in."
        return failed(rule, "as at sign-in", "another", why)

    return check


_RULES_OF: dict[JwtKind, tuple[Rule, ...]] = {
    JwtKind.ID: (_types, _iss, _sub, _aud, _azp, _exp, _nbf, _iat, _nonce, _at_hash, _auth_time),
    JwtKind.ACCESS: (_types, _iss, _aud, _exp, _nbf, _iat),
    JwtKind.ANY: (_types, _iss, _aud, _exp, _nbf, _iat),
}
_REFRESHED = tuple(_as_at_sign_in(name) for name in ("iss", "sub", "aud", "azp", "auth_time", "nonce"))


def audiences_of(claims: dict[str, Any]) -> set[str]:
    """Return the audiences of a token; anything but a string or a list of strings is none."""
    aud = claims.get("aud")
    if isinstance(aud, str):
        return {aud}
    return set(aud) if isinstance(aud, list) and all(isinstance(each, str) for each in aud) else set()


def access_token_hash(alg: str, access_token: str) -> str | None:
    """Return the left half of the hash that belongs to the ID token's own algorithm (OIDC Core §3.1.3.6)."""
    make = hashlib.sha512 if alg == "EdDSA" else _HASHES.get(alg.removesuffix("K")[-3:])
    if make is None:
        return None
    digest = make(access_token.encode("utf-8", "surrogatepass")).digest()  # a pasted one may hold anything
    return base64url(digest[: len(digest) // 2])


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LAST_MOMENT


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "replace"))
