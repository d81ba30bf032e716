"""Whatever the text, nothing is raised; and only the very text that was signed is ever verified."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.inspection.pasted_text import find_tokens
from app.inspection.reading import pretty, read
from app.oauth.decode import decode
from app.oauth.key_set import KeySet, keys_of
from app.oauth.rules import RuleOutcome
from app.oauth.verify import JwtKind, Verification
from app.secret import Secret
from tests.app.oauth.signing import Signer, claims, judged, part, signed_payload

SIGNER = Signer()
GOOD, OTHER = SIGNER.sign(claims()), SIGNER.sign(claims(sub="somebody else", nonce="n2"), typ="at+jwt")
KEYS = SIGNER.keys()

LETTERS = st.characters(exclude_categories=())  # half surrogates too, which a paste may hold
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(LETTERS, max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(LETTERS, max_size=6), inner, max_size=4),
    max_leaves=15,
)
NAMES = st.sampled_from(
    [
        *("alg", "kid", "typ", "crit", "zip", "jwk", "b64", "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce"),
        *("at_hash", "auth_time", "jti"),
    ]
)
OBJECTS = st.dictionaries(NAMES | st.text(LETTERS, max_size=5), JSON, max_size=8)
PARTS = (
    OBJECTS.map(lambda found: part(json.dumps(found).encode()))
    | st.text(LETTERS, max_size=30)
    | st.binary(max_size=40).map(part)
)
TEXTS = st.text(LETTERS, max_size=200) | st.lists(PARTS, max_size=5).map(".".join)
WRAPPINGS = st.sampled_from(
    [
        *("{}", "Bearer {}", "authorization: DPoP {}", "curl -H 'Authorization: Bearer {}' x", '"{}"', " {}\n"),
        *('{{"access_token": "{}", "id_token": 5}}', "https://x/#id_token={}&access_token=%zz&x", '["{}"]', '"{{{}'),
    ]
)


def look_into(text: str) -> None:
    """Read a text in every lenient way there is, and show it."""
    for seen in (text, *(each.token.reveal() for each in find_tokens(text))):
        reading = read(seen)
        assert reading.length == len(seen)
        pretty(reading.claims)
        decode(seen)


def assert_whole(found: Verification) -> None:
    """Assert that a verification says why in each verdict that is not a pass, and all of it in whole letters."""
    assert found.verdicts
    for each in found.verdicts:
        assert each.why or each.outcome is RuleOutcome.PASSED
        f"{each.rule}{each.expected}{each.found}{each.source}{each.why}".encode()


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The good token with something changed in it."""
    token = GOOD
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(token) - 1, 0)))
        what = draw(st.sampled_from(["replace", "flip", "insert", "delete", "cut", "reverse", "double", "swap"]))
        letter = draw(LETTERS)
        if what == "replace":
            token = token[:place] + letter + token[place + 1 :]
        elif what == "flip" and token:
            token = token[:place] + chr(ord(token[place]) ^ (1 << draw(st.integers(0, 7)))) + token[place + 1 :]
        elif what == "insert":
            token = token[:place] + letter + token[place:]
        elif what == "delete":
            token = token[:place] + token[place + 1 :]
        elif what == "cut":
            token = token[:place]
        elif what == "reverse":
            token = ".".join(reversed(token.split(".")))
        elif what == "swap":
            ours, theirs = token.split("."), OTHER.split(".")
            number = draw(st.integers(0, 2))
            token = ".".join([*ours[:number], theirs[number], *ours[number + 1 :]])
        else:
            token += token[place:]
    return token


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """The good token, with something put into the JSON of one of its parts, anywhere in it."""
    parts = GOOD.split(".")
    number = draw(st.integers(0, 1))
    raw = (b'{"alg":"RS256","kid":"k1"}', json.dumps(claims()).encode())[number]
    begin = draw(st.integers(0, len(raw)))
    more = json.dumps(draw(JSON)).encode()
    parts[number] = part(raw[:begin] + draw(st.sampled_from([b"", b",", b'"x":', b"{", b"}"])) + more + raw[begin:])
    return ".".join(parts)


@given(text=TEXTS, kind=st.sampled_from(JwtKind), algs=st.sampled_from([None, (), ("RS256",), ("none", "HS256")]))
@example(text="", kind=JwtKind.ID, algs=None)
def test_no_text_raises_anything(text: str, kind: JwtKind, algs: tuple[str, ...] | None) -> None:
    found = judged(text, KEYS, kind=kind, algs=algs)
    assert not found.is_verified
    assert_whole(found)
    assert signed_payload(text, KEYS, algs or ()) is None
    look_into(text)


@given(text=TEXTS, wrapping=WRAPPINGS)
@example(text=GOOD, wrapping='{{"access_token": "{}", "id_token": 5}}')
def test_no_paste_raises_anything(text: str, wrapping: str) -> None:
    look_into(wrapping.format(text))


@given(token=mutations() | spliced())
@example(token=GOOD)
def test_only_the_very_text_that_was_signed_is_verified(token: str) -> None:
    found = judged(token, KEYS)
    assert found.is_verified is (token == GOOD)
    assert_whole(found)
    look_into(token)


VALUES = JSON | st.binary(max_size=300).map(part) | st.integers(0, 2**2100).map(lambda n: part(n.to_bytes(263)))
JWK_NAMES = ["kty", "alg", "kid", "use", "key_ops", "n", "e", "crv", "x", "y", "d", "p", "k", "x5c"]
SIGNERS = [Signer(alg) for alg in ("RS256", "PS256", "ES256", "ES512", "EdDSA")]


@given(signer=st.sampled_from(SIGNERS), bent=st.dictionaries(st.sampled_from(JWK_NAMES), VALUES, max_size=3))
def test_no_bent_key_raises_anything(signer: Signer, bent: dict[str, Any]) -> None:
    """Keys as they come from an issuer, and as somebody might put them together without dropping what is private."""
    token, jwk = signer.sign(claims()), {**signer.public(), **bent}
    for keys in (keys_of([jwk]), keys_of([jwk, bent, signer.public()]), KeySet((jwk,))):
        for algs in (None, (signer.alg,)):
            assert_whole(judged(token, keys, algs=algs))
            signed_payload(token, keys, (signer.alg,))


@given(header=OBJECTS, payload=OBJECTS, keys=st.lists(JSON | OBJECTS, max_size=3))
def test_no_keys_raise_anything(header: dict[str, Any], payload: dict[str, Any], keys: list[Any]) -> None:
    token = f"{part(json.dumps({'alg': 'RS256', **header}).encode())}.{part(json.dumps(payload).encode())}.AAAA"
    assert not judged(token, keys_of(keys), algs=None).is_verified


@given(
    header=OBJECTS,
    payload=OBJECTS,
    access=st.text(LETTERS, max_size=20),
    is_refreshed=st.booleans(),
    first=st.none() | OBJECTS,
    max_age_s=st.none() | st.floats(0, 1e9),
)
@example(header={}, payload=claims(at_hash="x"), access="\ud800", is_refreshed=False, first=None, max_age_s=None)
def test_no_signed_claims_raise_anything(
    header: dict[str, Any],
    payload: dict[str, Any],
    access: str,
    is_refreshed: bool,
    first: dict[str, Any] | None,
    max_age_s: float | None,
) -> None:
    raw = json.dumps({**header, "alg": "RS256", "kid": "k1"}).encode()
    token = SIGNER.signed_by_hand(raw, json.dumps(payload).encode())
    against = {"is_refreshed": is_refreshed, "first": first, "max_age_s": max_age_s, "access_token": Secret(access)}
    for kind in JwtKind:
        assert_whole(judged(token, KEYS, kind=kind, **against))


def joined(header: bytes, payload: bytes, signature: bytes = b"s") -> str:
    return ".".join(map(part, (header, payload, signature)))


MIB = 1024 * 1024
LARGE = {
    "dots": "." * MIB,
    "letters": "a" * MIB,
    "not ASCII": "é" * MIB,
    "spaces": " " * MIB,
    "quotes": '"' * MIB,
    "headers": "authorization:" * (MIB // 14),
    "header and spaces": "Authorization: Bearer" + " " * MIB,
    "spaces and header": " " * MIB + "Authorization:",
    "parameters": "id_token=&" * (MIB // 10),
    "deep arrays": joined(b"[" * 100_000, b"[" * 100_000),
    "deep objects": joined(b"{}", b'{"x":' * 100_000),
    "deep paste": "[" * MIB,
    "deep paste of objects": '{"access_token":' * (MIB // 16),
    "as many digits": joined(b"{}", b'{"x":' + b"9" * 500_000 + b"}"),
    "a large header": joined(json.dumps({f"{n}": n for n in range(30_000)}).encode(), b"{}"),
    "10,000 claims": joined(b"{}", json.dumps({f"{n}": [n] for n in range(10_000)}).encode()),
    "a large signature": joined(b"{}", b"{}", bytes(MIB // 4 * 3)),
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("do", [lambda text: judged(text, KEYS), read, find_tokens, decode, look_into])
def test_large_and_deep_texts_end(text: str, do: Callable[[str], object]) -> None:
    do(text)
    assert not judged(text, KEYS).is_verified
