"""Known attacks on verifiers, each refused (CVEs of the field; the classes of the JWT security playbooks)."""

import base64
import hmac
import itertools
import json
import zlib
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.oauth.rules import RuleOutcome
from app.oauth.verify import JwtKind
from tests.app.oauth.signing import CLIENT, ISSUER, NOW, Signer, claims, judged, part, refused

RSA, EC = Signer(), Signer("ES256")
STRANGER = Signer("RS384", "k1")
EVERYTHING = ("RS256", "RS384", "ES256", "HS256", "none", "EdDSA")
PEM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
DER = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
PKCS1 = serialization.Encoding.PEM, serialization.PublicFormat.PKCS1


ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": 2**384 - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D,
    "ES512": 2**521 - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
    "EdDSA": 2**252 + 27742317777372353535851937790883648493,
}
"""How many points each curve's generator has."""


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


def _spellings(signer: Signer) -> list[bytes]:
    """Every form in which a public key may have been taken for a secret."""
    public, jwk = signer.key.public_key(), signer.public()
    forms = [PEM, DER, *([PKCS1] if signer.alg.startswith("RS") else [])]
    texts = [public.public_bytes(*form) for form in forms]
    texts += [text.replace(b"\n", end) for text in texts for end in (b"", b"\r\n")]
    texts += [text.strip() for text in texts] + [base64.b64encode(text) for text in texts]
    texts += [json.dumps(jwk, separators=how).encode() for how in ((",", ":"), (", ", ": "))]
    texts += [json.dumps({"keys": [jwk]}).encode(), json.dumps(jwk, sort_keys=True).encode()]
    for name in {"n", "e", "x", "y", "kid"} & jwk.keys():
        texts += [jwk[name].encode(), jwt.utils.base64url_decode(jwk[name] + "=" * (-len(jwk[name]) % 4))]
    return [*texts, b"", b"\0", b"secret"]


@pytest.mark.parametrize("signer", [RSA, EC, Signer("EdDSA")], ids=lambda signer: signer.alg)
@pytest.mark.parametrize(("alg", "make"), [("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")])
def test_the_public_key_as_a_secret(signer: Signer, alg: str, make: str) -> None:
    """CVE-2017-11424, CVE-2022-29217, CVE-2024-33663."""
    signed = unsigned({"alg": alg, "kid": "k1"}).rstrip(".")
    for secret in _spellings(signer):
        token = f"{signed}.{part(hmac.digest(secret, signed.encode(), make))}"
        for keys in (signer.keys(), signer.keys(alg=alg), signer.keys(kty="oct", k=part(secret))):
            for algs in ((*EVERYTHING, alg), None):
                assert refused(judged(token, keys, algs=algs)) == "alg"


@pytest.mark.parametrize(
    "headers",
    [
        {"jwk": STRANGER.public()},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["AAAA"]},
        {"jwk": STRANGER.public(), "kid": ...},
        {"jwk": {"keys": [STRANGER.public()]}},
        {"jwk": "https://evil.example"},
        {"jku": "file:///etc/passwd", "kid": "stranger"},
        {"x5t": "AAAA", "x5t#S256": "AAAA", "x5c": [5]},
    ],
)
def test_keys_that_come_along(headers: dict[str, Any]) -> None:
    """CVE-2018-0114."""
    found = judged(STRANGER.sign(claims(), **headers), RSA.keys(), algs=EVERYTHING)
    assert refused(found) in ("key", "signature")
    verdict = found.verdict("header key")
    assert verdict is not None
    for name in headers.keys() & {"jwk", "jku", "x5u", "x5c"}:
        assert name in verdict.found
    assert judged(RSA.sign(claims(), **{**headers, "kid": "k1"}), RSA.keys()).is_verified, "not used, and no harm"


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
    for keys in (RSA.keys(), RSA.keys(kid=...), RSA.keys(kid=1), RSA.keys(kid=kid if isinstance(kid, list) else 0)):
        assert refused(judged(token, keys)) == "key"


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


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256"])
def test_signatures_without_a_secret(alg: str) -> None:
    """Each half zero, one, about the order of the curve, the field's end; each length about the right one."""
    signer = Signer(alg)
    head, body, good = signer.sign(claims()).split(".")
    whole = len(jwt.utils.base64url_decode(good))
    half, order = whole // 2, ORDERS.get(alg, 0)
    numbers = [0, 1, *([order - 1, order, order + 1] if order else []), 2 ** (8 * half) - 1]
    pairs = [one.to_bytes(half) + two.to_bytes(half) for one in numbers for two in numbers]
    raw = jwt.utils.base64url_decode(good)
    lengths = [raw[:-1], raw[1:], raw + b"\0", b"\0" + raw, raw[:half], raw * 2, b""]
    for forged in [*pairs, *lengths, bytes(whole), b"\xff" * whole, bytes(40_000)]:
        found = judged(f"{head}.{body}.{part(forged)}", signer.keys(), algs=(alg,))
        assert refused(found) == "signature"
    assert judged(f"{head}.{body}.{good}", signer.keys(), algs=(alg,)).is_verified


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_an_rsa_signature_without_its_leading_zero(alg: str) -> None:
    """RFC 8017 §8.1.2 and §8.2.2: as long as the modulus, or it is none."""
    signer = Signer(alg)
    tokens = (signer.sign(claims(nonce=f"n{number}")).rpartition(".") for number in itertools.count())
    signed, raw = next((text, raw) for text, _, end in tokens if (raw := jwt.utils.base64url_decode(end))[0] == 0)
    assert refused(judged(f"{signed}.{part(raw[1:])}", signer.keys(), algs=(alg,))) == "signature"


def test_a_signature_in_another_form() -> None:
    token = EC.sign(claims())
    head, body, signature = token.split(".")
    raw = jwt.utils.base64url_decode(signature)
    as_der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    assert judged(token, EC.keys(), algs=("ES256",)).is_verified
    assert refused(judged(f"{head}.{body}.{part(as_der)}", EC.keys(), algs=("ES256",))) == "signature"


def test_numbers_that_are_the_same_modulo_another() -> None:
    """Only ECDSA has a second signature: s and n - s are both good by definition (FIPS 186-5 knows no low s)."""
    eddsa = Signer("EdDSA")
    head, body, signature = eddsa.sign(claims()).split(".")
    raw = jwt.utils.base64url_decode(signature)
    beyond = int.from_bytes(raw[32:], "little") + ORDERS["EdDSA"]
    other = f"{head}.{body}.{part(raw[:32] + beyond.to_bytes(32, 'little'))}"
    assert refused(judged(other, eddsa.keys(), algs=("EdDSA",))) == "signature"
    head, body, signature = RSA.sign(claims()).split(".")
    beyond = int.from_bytes(jwt.utils.base64url_decode(signature)) + RSA.key.public_key().public_numbers().n
    other = f"{head}.{body}.{part(beyond.to_bytes(257))}"
    assert refused(judged(other, RSA.keys())) == "signature"


GOOD = json.dumps(claims()).encode()
HEAD = b'{"alg":"RS256","kid":"k1"}'


@pytest.mark.parametrize(
    "value",
    [
        *("1e999", "-1e999", "1e308", str(2**63), str(-(2**63)), "1" + "0" * 400, "1000000000000000", "-1"),
        *('"1790000060"', '"soon"', '""', "true", "false", "null", "[1790000060]", "{}"),
    ],
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
    "aud",
    [
        [],
        [""],
        ["client", 5],
        [["client"]],
        [{"client": 1}],
        {"client": 1},
        5,
        True,
        None,
        "",
        "Client",
        "client ",
        "clien",
    ],
)
def test_audiences_that_are_not_ours(aud: object) -> None:
    payload = json.dumps(claims(aud=aud)).encode()
    for kind in JwtKind:
        assert refused(judged(RSA.signed_by_hand(HEAD, payload), RSA.keys(), kind=kind)) == "aud"


@pytest.mark.parametrize(
    "iss",
    [
        ISSUER[:-1],
        ISSUER + "/",
        ISSUER.upper(),
        [ISSUER],
        "https://as.example.evil.example",
        "",
        None,
        {},
        5,
        "https://AS.example",
        "https://as.example:443",
        " " + ISSUER,
    ],
)
def test_issuers_that_look_alike(iss: object) -> None:
    """CVE-2024-53861: part of an issuer is not the issuer."""
    payload = json.dumps(claims(iss=iss)).encode()
    for kind in JwtKind:
        found = judged(RSA.signed_by_hand(HEAD, payload), RSA.keys(), kind=kind)
        verdict = found.verdict("iss")
        assert verdict is not None
        assert verdict.outcome is RuleOutcome.FAILED
        assert refused(found) == ("iss" if isinstance(iss, str) else "claim types")


@pytest.mark.parametrize("sub", ["", "x" * 256, "é", "x" * 40_000, 5, None, ["u"], {"u": 1}, True])
def test_subjects_that_are_none(sub: object) -> None:
    found = judged(RSA.signed_by_hand(HEAD, json.dumps(claims(sub=sub)).encode()), RSA.keys())
    assert refused(found) == ("sub" if isinstance(sub, str) else "claim types")


@pytest.mark.parametrize(
    "typ",
    [
        "at+jwt",
        "application/at+jwt",
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "JWS",
        "",
        "JWT ",
        "application/application/jwt",
        5,
        None,
        True,
        ["JWT"],
    ],
)
def test_tokens_of_another_kind(typ: object) -> None:
    header = json.dumps({"alg": "RS256", "kid": "k1", "typ": typ}).encode()
    assert refused(judged(RSA.signed_by_hand(header, GOOD), RSA.keys())) == "typ"


@pytest.mark.parametrize("crit", [["b64"], ["exp"], [], "b64", 5, None])
def test_extensions_that_are_demanded(crit: object) -> None:
    """CVE-2025-59420, CVE-2026-32597."""
    header = json.dumps({"alg": "RS256", "kid": "k1", "crit": crit, "b64": False}).encode()
    assert refused(judged(RSA.signed_by_hand(header, GOOD), RSA.keys())) == "crit"


@pytest.mark.parametrize("b64", [False, True, None, "false", 0])
def test_a_payload_that_may_not_be_encoded(b64: object) -> None:
    """RFC 7797 §6: without crit beside it, those who know it and those who do not would read two payloads."""
    header = json.dumps({"alg": "RS256", "kid": "k1", "b64": b64}).encode()
    assert refused(judged(RSA.signed_by_hand(header, GOOD), RSA.keys())) == "crit"


@pytest.mark.parametrize("zipped", ["DEF", "", None, 0, ["DEF"]])
def test_compressed_payloads(zipped: object) -> None:
    header = json.dumps({"alg": "RS256", "kid": "k1", "zip": zipped}).encode()
    for payload in (GOOD, zlib.compress(b"{}" + b" " * 10_000_000)):
        assert refused(judged(RSA.signed_by_hand(header, payload), RSA.keys())) in ("zip", "json")


def test_an_access_token_is_no_id_token() -> None:
    access = RSA.sign(claims(aud="api://default", nonce=..., scp=["openid"]))
    assert refused(judged(access, RSA.keys())) == "aud"
    assert judged(access, RSA.keys(), kind=JwtKind.ACCESS, audience="api://default").is_verified
    for_us = RSA.sign(claims(nonce=..., scp=["openid"], cid=CLIENT))
    assert refused(judged(for_us, RSA.keys())) == "nonce"
    assert refused(judged(RSA.sign(claims(), typ="at+jwt"), RSA.keys())) == "typ"


def test_an_id_token_is_no_access_token() -> None:
    assert refused(judged(RSA.sign(claims()), RSA.keys(), kind=JwtKind.ACCESS, audience="api://default")) == "aud"


def test_a_logout_token_is_no_id_token() -> None:
    events = {"http://schemas.openid.net/event/backchannel-logout": {}}
    logout = claims(events=events, jti="j", sid="s", nonce=...)
    assert refused(judged(RSA.sign(logout, typ="logout+jwt"), RSA.keys())) == "typ"
    assert refused(judged(RSA.sign(logout), RSA.keys())) == "nonce"
    assert refused(judged(RSA.sign(logout, typ="logout+jwt"), RSA.keys(), kind=JwtKind.ACCESS)) == "typ"


def test_a_proof_of_possession_is_no_token() -> None:
    """RFC 9449: it carries its key, and that key is nobody's here."""
    proof = STRANGER.sign({"jti": "j", "htm": "GET", "htu": ISSUER, "iat": NOW}, typ="dpop+jwt", jwk=STRANGER.public())
    for kind in JwtKind:
        assert not judged(proof, RSA.keys(), kind=kind, algs=EVERYTHING).is_verified


def test_an_encrypted_token_is_not_read_as_a_signed_one() -> None:
    """CVE-2024-33664: and nothing is inflated."""
    for middle in ("", "AAAA", part(GOOD)):
        token = ".".join([part(b'{"alg":"dir","enc":"A256GCM","zip":"DEF"}'), middle, "AAAA", "AAAA", "AAAA"])
        assert refused(judged(token, RSA.keys())) == "parts"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_signature_stripped_or_borrowed(alg: str) -> None:
    signer = Signer(alg)
    head, body, signature = signer.sign(claims()).split(".")
    other_head, other_body, _ = signer.sign(claims(sub="admin"), x=1).split(".")
    for token in (f"{head}.{body}.", f"{head}.{other_body}.{signature}", f"{other_head}.{body}.{signature}"):
        assert refused(judged(token, signer.keys(), algs=(alg,))) == "signature"
    assert refused(judged(f"{head}.{body}", signer.keys(), algs=(alg,))) == "parts"


def test_an_old_token_is_told_from_a_new_one() -> None:
    token = RSA.sign(claims(iat=NOW - 86_401, exp=NOW + 86_401))
    assert refused(judged(token, RSA.keys())) == "iat"
