"""Published vectors: what others signed is accepted, what they forged is refused."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from app.oauth.keyset import keys_of
from app.oauth.verify import Expected, Kind, signed_payload, verify

VECTORS = Path(__file__).parents[2] / "vectors"
RFC: list[dict[str, Any]] = json.loads((VECTORS / "rfc_examples.json").read_text(encoding="utf-8"))["vectors"]
WYCHEPROOF: list[dict[str, Any]] = json.loads((VECTORS / "wycheproof_es256_rs256.json").read_text(encoding="utf-8"))[
    "groups"
]
CASES = [(group["public"], test) for group in WYCHEPROOF for test in group["tests"]]
ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@pytest.mark.parametrize("vector", RFC, ids=lambda vector: vector["source"])
def test_the_examples_of_the_rfcs(vector: dict[str, Any]) -> None:
    """A shared secret proves nothing to a public client, so HMAC examples are refused like unsecured ones."""
    found = signed_payload(vector["token"], keys_of([vector["key"]]), ASYMMETRIC)
    if vector["result"] == "valid":
        assert found == vector["payload"].encode()
    else:
        assert found is None


@pytest.mark.parametrize(("key", "test"), CASES, ids=[f"{key['alg']} {test['comment']}" for key, test in CASES])
def test_wycheproof(key: dict[str, Any], test: dict[str, Any]) -> None:
    found = signed_payload(test["jws"], keys_of([key]), (key["alg"],))
    assert (found == b"foo") is (test["result"] == "valid")
    assert not verify(test["jws"], Expected(kind=Kind.ANY, now=0.0, keys=keys_of([key]))).is_verified


def test_an_example_of_the_rfc_as_a_whole_token() -> None:
    vector = next(each for each in RFC if each["source"] == "RFC 7515 A.2")
    found = verify(
        vector["token"], Expected(kind=Kind.ANY, now=1_300_819_379, issuer="joe", keys=keys_of([vector["key"]]))
    )
    assert found.is_verified
    assert found.claims is not None
    assert found.claims["http://example.com/is_root"] is True
    late = verify(vector["token"], Expected(kind=Kind.ANY, now=1_300_819_380, keys=keys_of([vector["key"]])))
    assert late.first_failure is not None
    assert late.first_failure.rule == "exp"


def test_the_vectors_themselves_hold_under_another_library() -> None:
    valid = [each for each in RFC if each["result"] == "valid"]
    assert len(valid) == 7
    for each in valid:
        alg = jwt.get_unverified_header(each["token"])["alg"]
        key = {name: value for name, value in each["key"].items() if name != "use"}
        assert (
            jwt.PyJWS().decode(each["token"], jwt.PyJWK(key, algorithm=alg), algorithms=[alg])
            == each["payload"].encode()
        )
