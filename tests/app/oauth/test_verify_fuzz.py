"""Whatever the text, nothing is raised; and only the very text that was signed is ever verified."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.inspection.pasted import find_tokens
from app.inspection.reading import read
from app.oauth.decode import decode
from app.oauth.keyset import keys_of
from app.oauth.verify import Kind
from tests.app.oauth.signing import Signer, claims, judged, part

SIGNER = Signer()
GOOD = SIGNER.sign(claims())
KEYS = SIGNER.keys()
FUZZ = settings(max_examples=120, deadline=None, derandomize=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)
NAMES = st.sampled_from(
    ["alg", "kid", "typ", "crit", "zip", "jwk", "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash"]
)
OBJECTS = st.dictionaries(NAMES | st.text(max_size=5), JSON, max_size=8)
PARTS = (
    OBJECTS.map(lambda found: part(json.dumps(found).encode()))
    | st.text(max_size=30)
    | st.binary(max_size=40).map(part)
)
TEXTS = st.text(max_size=200) | st.lists(PARTS, max_size=5).map(".".join)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The good token with something changed in it."""
    token = GOOD
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(token) - 1, 0)))
        what = draw(st.sampled_from(["replace", "insert", "delete", "cut", "swap", "double"]))
        letter = draw(st.characters(codec="utf-8"))
        if what == "replace":
            token = token[:place] + letter + token[place + 1 :]
        elif what == "insert":
            token = token[:place] + letter + token[place:]
        elif what == "delete":
            token = token[:place] + token[place + 1 :]
        elif what == "cut":
            token = token[:place]
        elif what == "swap":
            token = ".".join(reversed(token.split(".")))
        else:
            token += token[place:]
    return token


@FUZZ
@given(text=TEXTS, kind=st.sampled_from(Kind), algs=st.sampled_from([None, (), ("RS256",), ("none", "HS256")]))
@example(text="", kind=Kind.ID, algs=None)
def test_no_text_raises_anything(text: str, kind: Kind, algs: tuple[str, ...] | None) -> None:
    found = judged(text, KEYS, kind=kind, algs=algs)
    assert not found.is_verified
    assert found.verdicts
    read(text)
    decode(text)
    for pasted in find_tokens(text):
        read(pasted.token.reveal())


@FUZZ
@given(token=mutations())
def test_only_the_very_text_that_was_signed_is_verified(token: str) -> None:
    assert judged(token, KEYS).is_verified is (token == GOOD)
    read(token)


@FUZZ
@given(
    header=OBJECTS,
    payload=OBJECTS,
    keys=st.lists(
        st.dictionaries(
            st.sampled_from(["kty", "alg", "kid", "use", "n", "e", "crv", "x", "y", "key_ops"]), JSON, max_size=8
        ),
        max_size=3,
    ),
)
def test_no_keys_raise_anything(
    header: dict[str, object], payload: dict[str, object], keys: list[dict[str, object]]
) -> None:
    token = f"{part(json.dumps({'alg': 'RS256', **header}).encode())}.{part(json.dumps(payload).encode())}.AAAA"
    assert not judged(token, keys_of(keys), algs=None).is_verified


@FUZZ
@given(payload=OBJECTS, is_refreshed=st.booleans(), first=st.none() | OBJECTS, max_age_s=st.none() | st.floats(0, 1e9))
def test_no_signed_claims_raise_anything(
    payload: dict[str, object], is_refreshed: bool, first: dict[str, object] | None, max_age_s: float | None
) -> None:
    token = SIGNER.signed_by_hand(b'{"alg":"RS256","kid":"k1"}', json.dumps(payload).encode())
    judged(token, KEYS, is_refreshed=is_refreshed, first=first, max_age_s=max_age_s)


@pytest.mark.parametrize(
    "text", ["." * 1_000_000, "a" * 1_000_000, "é" * 500_000, f"{part(b'[' * 100_000)}.{part(b'[' * 100_000)}.x"]
)
def test_large_and_deep_texts(text: str) -> None:
    assert not judged(text, KEYS).is_verified
    read(text)
    find_tokens(text)
    decode(text)
