"""Published vectors: what others signed is accepted, what they forged is refused."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from app.oauth.key_set import KEY_TYPES, KeySet, keys_of
from app.oauth.verify import Expected, JwtKind, verify
from tests.app.oauth.signing import signed_payload

VECTORS = Path(__file__).parents[2] / "vectors"
EVERY_ALG = (*KEY_TYPES, "HS256", "HS384", "HS512", "none")
"""What the most careless issuer could announce."""

MARKED_VALID_YET_REFUSED = {
    346: "the key says PS256, the header PS384",
    347: "the key says ES521, which is no algorithm",
    350: "as 346",
    351: "as 347",
}


def vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return found


RFC: list[dict[str, Any]] = vectors("rfc.json")["vectors"]


def wycheproof(name: str) -> Iterator[tuple[str, list[dict[str, Any]], dict[str, Any]]]:
    """Yield every test with its name and its group's keys: one, or a set."""
    for group in vectors(name)["groups"]:
        keys = group.get("public") or group["private"]
        for test in group["tests"]:
            yield f"{test['tcId']} {group['comment']} {test['comment']}", keys.get("keys", [keys]), test


def is_good(keys: list[dict[str, Any]], test: dict[str, Any]) -> bool:
    """What must be accepted. A shared secret proves nothing to a client that cannot keep one: HMAC is refused."""
    is_symmetric = all(key["kty"] == "oct" for key in keys)
    return test["result"] == "valid" and not is_symmetric and test["tcId"] not in MARKED_VALID_YET_REFUSED


def faults_of_signature(keys: list[dict[str, Any]], test: dict[str, Any]) -> Iterator[str]:
    found = signed_payload(test["jws"], keys_of(keys), EVERY_ALG)
    if (found is not None) is not is_good(keys, test):
        yield "refused" if found is None else "accepted"
    if found != signed_payload(test["jws"], KeySet(tuple(keys)), EVERY_ALG):
        yield "judged otherwise when nobody dropped the secrets"
    if found is not None and base64.urlsafe_b64encode(found).rstrip(b"=").decode() != test["jws"].split(".")[1]:
        yield "another payload"
    # their payloads are texts, no claims
    if verify(test["jws"], Expected(kind=JwtKind.ANY, now=0.0, keys=keys_of(keys))).is_verified:
        yield "verified as a token"


def test_wycheproof_signatures() -> None:
    every = wycheproof("wycheproof_jws.json")
    wrong = [f"{name}: {fault}" for name, keys, test in every for fault in faults_of_signature(keys, test)]
    assert not wrong, "\n".join(("", *wrong))


def test_wycheproof_keys() -> None:
    """Keys of the wrong use, size, curve, type; exponent 1; ROCA; two of one name; secrets among public keys."""
    wrong = [
        name
        for name, keys, test in wycheproof("wycheproof_jwk.json")
        if (signed_payload(test["jws"], keys_of(keys), EVERY_ALG) is not None) is not is_good(keys, test)
    ]
    assert not wrong, "\n".join(("", *wrong))


def test_a_wrong_judgement_would_be_named() -> None:
    name, keys, test = next(each for each in wycheproof("wycheproof_jws.json") if is_good(*each[1:]))
    assert name.startswith(f"{test['tcId']} ")
    assert list(faults_of_signature(keys, test)) == []
    assert list(faults_of_signature(keys, {**test, "result": "invalid"})) == ["accepted"]


def test_enough_of_the_vectors_are_accepted_to_mean_something() -> None:
    cases = [each[1:] for name in ("jws", "jwk") for each in wycheproof(f"wycheproof_{name}.json")]
    assert len(cases) == 427
    assert sum(is_good(keys, test) for keys, test in cases) == 33


@pytest.mark.parametrize("vector", RFC, ids=lambda vector: f"{vector['source']} {vector['name']}")
def test_the_examples_of_the_rfcs(vector: dict[str, Any]) -> None:
    found = signed_payload(vector["token"], keys_of([vector["key"]]), EVERY_ALG)
    if vector["result"] == "valid" and vector["key"]["kty"] != "oct":
        assert found == vector["payload"].encode()
    else:
        assert found is None


@pytest.mark.parametrize("source", ["RFC 7515 A.2", "RFC 7515 A.3"])
def test_the_tokens_of_the_rfcs_as_whole_tokens(source: str) -> None:
    vector = next(each for each in RFC if each["source"] == source)
    keys = keys_of([vector["key"]])
    found = verify(vector["token"], Expected(kind=JwtKind.ANY, now=1_300_819_379, issuer="joe", keys=keys))
    assert found.is_verified
    assert found.claims is not None
    assert found.claims["http://example.com/is_root"] is True
    late = verify(vector["token"], Expected(kind=JwtKind.ANY, now=1_300_819_380, keys=keys))
    assert late.first_failure is not None
    assert late.first_failure.rule == "exp"


def test_the_vectors_themselves_hold_under_another_library() -> None:
    valid = [each for each in RFC if each["result"] == "valid"]
    assert len(valid) == 10
    for each in valid:
        alg = jwt.get_unverified_header(each["token"])["alg"]
        key = {name: value for name, value in each["key"].items() if name != "use"}
        assert (
            jwt.PyJWS().decode(each["token"], jwt.PyJWK(key, algorithm=alg), algorithms=[alg])
            == each["payload"].encode()
        )
