"""Known attacks on verifiers, each refused (CVEs of the field; the classes of the JWT security playbooks)."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.oauth.verify import Kind, Verification
from tests.app.oauth.signing import ISSUER, NOW, Signer, claims, judged, part

RSA, EC = Signer(), Signer("ES256")
STRANGER = Signer("RS384", "k1")
EVERYTHING = ("RS256", "RS384", "ES256", "HS256", "none", "EdDSA")
PEM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
DER = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
PKCS1 = serialization.Encoding.PEM, serialization.PublicFormat.PKCS1


def refused(found: Verification) -> str:
    assert not found.is_verified
    assert found.first_failure is not None
    assert found.first_failure.why
    return found.first_failure.rule


def unsigned(header: object, signature: str = "") -> str:
    return f"{part(json.dumps(header).encode())}.{part(json.dumps(claims()).encode())}.{signature}"


@pytest.mark.parametrize(
    "alg", ["none", "None", "nOnE", "NONE", "", None, 0, ["RS256"], {"RS256": 1}, "RS256 ", "rs256", "RS", "HS256"]
)
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_algorithms_that_are_none(alg: object, signature: str) -> None:
    """CVE-2015-9235, CVE-2016-10555."""
    token = unsigned({"alg": alg, "kid": "k1"}, signature)
    assert refused(judged(token, RSA.keys(), algs=EVERYTHING)) in ("alg", "key", "signature")
    assert refused(judged(token, RSA.keys(), algs=None)) in ("alg", "key", "signature")


def test_a_header_without_an_algorithm() -> None:
    assert refused(judged(unsigned({"kid": "k1"}), RSA.keys())) == "alg"


def _jwk_text(signer: Signer) -> bytes:
    return json.dumps(signer.public()).encode()


@pytest.mark.parametrize(
    "secret",
    [
        lambda: RSA.key.public_key().public_bytes(*PEM),
        lambda: RSA.key.public_key().public_bytes(*PEM).strip(),
        lambda: RSA.key.public_key().public_bytes(*DER),
        lambda: RSA.key.public_key().public_bytes(*PKCS1),
        lambda: bytes(RSA.public()["n"], "ascii"),
        lambda: _jwk_text(RSA),
        lambda: b"",
    ],
)
def test_the_public_key_as_a_secret(secret: Callable[[], bytes]) -> None:
    """CVE-2017-11424, CVE-2022-29217, CVE-2024-33663."""
    signed = unsigned({"alg": "HS256", "kid": "k1"}).rstrip(".")
    token = f"{signed}.{part(hmac.digest(secret(), signed.encode(), hashlib.sha256))}"
    assert refused(judged(token, RSA.keys(), algs=EVERYTHING)) == "alg"
    assert refused(judged(token, RSA.keys(), algs=None)) == "alg"


@pytest.mark.parametrize(
    "headers",
    [
        {"jwk": STRANGER.public()},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["AAAA"]},
        {"jwk": STRANGER.public(), "kid": ...},
    ],
)
def test_keys_that_come_along(headers: dict[str, Any]) -> None:
    """CVE-2018-0114."""
    token = Signer("RS384", "k1").sign(claims(), **headers)
    assert refused(judged(token, RSA.keys(), algs=EVERYTHING)) in ("key", "signature")


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "k1' OR '1'='1",
        "k1\x00",
        "K1",
        " k1",
        "",
        ["k1"],
        {"k1": 1},
        1,
        None,
        True,
        "x" * 10_000,
    ],
)
def test_strange_key_ids(kid: object) -> None:
    header = json.dumps({"alg": "RS256", "kid": kid}).encode()
    token = RSA.signed_by_hand(header, json.dumps(claims()).encode())
    assert refused(judged(token, RSA.keys())) == "key"


@pytest.mark.parametrize(
    "signature",
    [
        b"\x00" * 64,
        b"",
        b"\x00" * 63,
        b"\xff" * 64,
        bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551") * 2,
        encode_dss_signature(1, 1),
        b"\x00" * 10_000,
    ],
)
def test_psychic_signatures(signature: bytes) -> None:
    """CVE-2022-21449."""
    token = unsigned({"alg": "ES256", "kid": "k1"}, part(signature))
    assert refused(judged(token, EC.keys(), algs=("ES256",))) == "signature"


def test_a_signature_in_another_form() -> None:
    token = EC.sign(claims())
    head, body, signature = token.split(".")
    raw = jwt.utils.base64url_decode(signature)
    as_der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    assert judged(token, EC.keys(), algs=("ES256",)).is_verified
    assert refused(judged(f"{head}.{body}.{part(as_der)}", EC.keys(), algs=("ES256",))) == "signature"


def _respelled(token: str) -> list[str]:
    head, body, signature = token.split(".")
    return [
        f"{token}=",
        f"{head}=.{body}.{signature}",
        f"{token}\n",
        f" {token}",
        f"{head}.{body}.{signature[:10]}\n{signature[10:]}",
        f"{token}.",
        f".{token}",
        token.replace("-", "+").replace("_", "/") + "==",
        f'{{"payload":"{body}","signatures":[{{"protected":"{head}","signature":"{signature}"}}]}}',
        f'{{"protected":"{head}","payload":"{body}","signature":"{signature}"}}',
        f"{head}.{body}.{signature}.{head}.{body}",
        f"{body}.{head}.{signature}",
        f"{head}.{body}",
        f"{head}.{body}.",
        f"{head}..{signature}",
    ]


@pytest.mark.parametrize("number", range(15))
def test_another_spelling_of_a_good_token_is_no_good_token(number: int) -> None:
    """CVE-2022-39227, CVE-2026-102269."""
    token = RSA.sign(claims())
    assert judged(token, RSA.keys()).is_verified
    assert not judged(_respelled(token)[number], RSA.keys()).is_verified


GOOD = json.dumps(claims()).encode()
HEAD = b'{"alg":"RS256","kid":"k1"}'


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        (b'{"alg":"none","alg":"RS256","kid":"k1"}', GOOD),
        (HEAD, GOOD[:-1] + b',"sub":"admin"}'),
        (HEAD, GOOD[:-1] + b',"x":NaN}'),
        (HEAD, GOOD[:-1] + b',"x":-Infinity}'),
        (HEAD, GOOD[:-1] + b',"x":"\\ud800"}'),
        (HEAD, GOOD[:-1] + b',"x":' + b"9" * 5000 + b"}"),
        (HEAD, GOOD[:-1] + b',"x":' + b"[" * 33 + b"]" * 33 + b"}"),
        (HEAD, b"[" * 40_000),
        (HEAD, b"\xef\xbb\xbf" + GOOD),
        (HEAD, GOOD.decode().encode("utf-16")),
        (HEAD, GOOD[:-1] + b',"x":"\xff"}'),
        (HEAD, GOOD + b"{}"),
        (HEAD, b"null"),
        (HEAD, b"[]"),
        (HEAD, b'"text"'),
        (HEAD, b""),
    ],
)
def test_json_that_is_not_to_be_trusted_though_it_is_signed(header: bytes, payload: bytes) -> None:
    assert refused(judged(RSA.signed_by_hand(header, payload), RSA.keys())) in ("json", "parts")


@pytest.mark.parametrize(
    "value", ["1e999", "1e308", str(2**63), "9" * 300, "-1", '"1790000060"', "true", "[1790000060]", "{}"]
)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_moments_that_are_none(name: str, value: str) -> None:
    payload = json.dumps(claims(**{name: ...})).encode()[:-1] + f',"{name}":{value}}}'.encode()
    found = judged(RSA.signed_by_hand(HEAD, payload), RSA.keys())
    if (name, value) == ("nbf", "-1"):
        assert found.is_verified
    else:
        assert refused(found) in ("claim types", "exp", "iat", "nbf", "json")


@pytest.mark.parametrize(
    "aud", [[], [""], ["client", 5], [["client"]], {"client": 1}, 5, None, "", "Client", "client ", "clien"]
)
def test_audiences_that_are_not_ours(aud: object) -> None:
    assert refused(judged(RSA.sign(claims(aud=aud)), RSA.keys())) == "aud"


@pytest.mark.parametrize(
    "iss", [ISSUER[:-1], ISSUER + "/", ISSUER.upper(), [ISSUER], "https://as.example.evil.example", ""]
)
def test_issuers_that_look_alike(iss: object) -> None:
    """CVE-2024-53861: part of an issuer is not the issuer."""
    header, payload = HEAD, json.dumps(claims(iss=iss)).encode()
    assert refused(judged(RSA.signed_by_hand(header, payload), RSA.keys())) in ("iss", "claim types")


@pytest.mark.parametrize(
    "typ", ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "JWS", 5, ["JWT"]]
)
def test_tokens_of_another_kind(typ: object) -> None:
    header = json.dumps({"alg": "RS256", "kid": "k1", "typ": typ}).encode()
    assert refused(judged(RSA.signed_by_hand(header, GOOD), RSA.keys())) == "typ"


@pytest.mark.parametrize("crit", [["b64"], ["exp"], [], "b64", 5, None])
def test_extensions_that_are_demanded(crit: object) -> None:
    """CVE-2025-59420, CVE-2026-32597."""
    header = json.dumps({"alg": "RS256", "kid": "k1", "crit": crit, "b64": False}).encode()
    assert refused(judged(RSA.signed_by_hand(header, GOOD), RSA.keys())) == "crit"


def test_an_access_token_is_no_id_token() -> None:
    access = RSA.sign(claims(aud="api://default", nonce=..., scp=["openid"]))
    assert refused(judged(access, RSA.keys())) == "aud"
    assert judged(access, RSA.keys(), kind=Kind.ACCESS, audience="api://default").is_verified


def test_an_encrypted_token_is_not_read_as_a_signed_one() -> None:
    """CVE-2024-33664: and nothing is inflated."""
    token = ".".join([part(b'{"alg":"dir","enc":"A256GCM","zip":"DEF"}'), "", "AAAA", "AAAA", "AAAA"])
    assert refused(judged(token, RSA.keys())) == "parts"


def test_an_old_token_is_told_from_a_new_one() -> None:
    token = RSA.sign(claims(iat=NOW - 86_401, exp=NOW + 86_401))
    assert refused(judged(token, RSA.keys())) == "iat"
