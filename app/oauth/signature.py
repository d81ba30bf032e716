"""Key and signature: which published key matches, whether it is strong enough, and whether it signed the text."""

from functools import cache

from app.oauth.jws import Jws
from app.oauth.key_set import KEY_TYPES, LARGEST_RSA_BITS, SMALLEST_RSA_BITS, KeySet, ReadyKey
from app.oauth.rules import RuleVerdict, failed, not_applicable, passed, shown, unchecked

_EXPECTED = {
    "key": "exactly one key that fits kid, kty, alg and use",
    "key size": f"RSA of {SMALLEST_RSA_BITS} to {LARGEST_RSA_BITS} bits",
    "signature": "made with that key",
}


def judge_signature(jws: Jws, keys: KeySet | None, algs: tuple[str, ...] | None) -> list[RuleVerdict]:
    """Return the verdicts of the rules key, key size and signature (RFC 7515 §5.2).

    `algs` are the algorithms the issuer announced, None where they are unknown; symmetric ones never count.
    """
    alg = jws.header.get("alg")
    if keys is None:
        return [_unchecked(rule, "There are no keys to check it with.") for rule in _EXPECTED]
    if not isinstance(alg, str) or alg not in KEY_TYPES or (algs is not None and alg not in algs):
        why = "The algorithm is not to be trusted."
        return [not_applicable("key", why), not_applicable("key size", why), _failed("not checked", why)]
    fitting = keys.fitting(jws.header)
    kid = f"kid {shown(jws.header['kid'])}" if "kid" in jws.header else "no kid"
    if len(fitting) != 1:
        why = f"{len(fitting)} of {len(keys.keys)} published keys fit the token; exactly one must."
        unknown = [_unchecked(rule, "It is not known with which key.") for rule in ("key size", "signature")]
        return [failed("key", _EXPECTED["key"], f"{len(fitting)} fit ({kid})", why), *unknown]
    return [passed("key", _EXPECTED["key"], f"one ({kid})"), *_under(jws, keys, fitting[0], alg)]


def _under(jws: Jws, keys: KeySet, place: int, alg: str) -> list[RuleVerdict]:
    try:
        key = keys.ready(place, alg)
        holds = not key.weakness and key.has_signed(jws.signed, jws.signature)
    except _what_a_key_may_raise():
        why = "The published key is no key of that algorithm."
        return [_unchecked("key size", why), _failed("the key cannot be used", why)]
    if key.weakness:
        return [_size(key), _failed("not checked", "The key is not to be trusted.")]
    if not holds:
        return [_size(key), _failed("it does not hold", "The token's signature does not hold.")]
    return [_size(key), passed("signature", _EXPECTED["signature"], f"it holds ({alg})")]


@cache
def _what_a_key_may_raise() -> tuple[type[Exception], ...]:
    """Return what a hostile JWK may raise in PyJWT and beneath it, found by fuzzing."""
    import jwt
    from cryptography.exceptions import UnsupportedAlgorithm

    return (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError, UnsupportedAlgorithm)


def _size(key: ReadyKey) -> RuleVerdict:
    if key.rsa_bits is None:
        return not_applicable("key size", "Keys that are not RSA have one size for each algorithm.")
    found = f"{key.rsa_bits} bits"
    if key.weakness:
        return failed("key size", _EXPECTED["key size"], found, key.weakness)
    return passed("key size", _EXPECTED["key size"], found)


def _failed(found: str, why: str) -> RuleVerdict:
    return failed("signature", _EXPECTED["signature"], found, why)


def _unchecked(rule: str, why: str) -> RuleVerdict:
    return unchecked(rule, _EXPECTED[rule], why)
