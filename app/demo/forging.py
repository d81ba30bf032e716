"""Forged answers: ID tokens and token answers bent by faults, for clients to refuse (OpenID RP conformance modules)."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization

from app.demo.door import Bends
from app.demo.faults import Kind
from app.demo.ledger import SigningKey

STRANGER = "https://stranger.example"
_WEEK_S = 7 * 24 * 3600
_TEN_MINUTES_S = 600
_HOUR_S = 3600

Claims = dict[str, Any]


Bend = Callable[[Claims, Claims], Claims]
"""Makes claims of the claims so far and the true ones, so that faults may meet: of two about one the last wins."""


def _set(**claims: Any) -> Bend:
    return lambda found, _true: {**found, **claims}


def _without(name: str) -> Bend:
    return lambda found, _true: {key: value for key, value in found.items() if key != name}


_BENT_CLAIMS: dict[Kind, Bend] = {
    Kind.WRONG_ISS: _set(iss=STRANGER),
    Kind.WRONG_SUB: _set(sub="00u-demo-stranger"),
    Kind.WRONG_AUD: _set(aud="0oa-stranger"),
    Kind.WRONG_NONCE: _set(nonce="another-nonce"),
    Kind.WRONG_AT_HASH: _set(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    Kind.NO_ISS: _without("iss"),
    Kind.NO_SUB: _without("sub"),
    Kind.NO_AUD: _without("aud"),
    Kind.NO_IAT: _without("iat"),
    Kind.NO_EXP: _without("exp"),
    Kind.NO_NONCE: _without("nonce"),
    Kind.NO_AT_HASH: _without("at_hash"),
    Kind.AUD_ARRAY: lambda found, true: {**found, "aud": [true["aud"]]},
    Kind.EXTRA_AUD: lambda found, true: {**found, "aud": [true["aud"], "0oa-stranger"]},
    Kind.OLD_IAT: lambda found, true: {**found, "iat": true["iat"] - _WEEK_S},
    Kind.FUTURE_IAT: lambda found, true: {**found, "iat": true["iat"] + _HOUR_S},
    Kind.EXPIRED: lambda found, true: {**found, "exp": true["iat"] - _TEN_MINUTES_S},
}
_BENT_ANSWERS: dict[Kind, Bend] = {
    Kind.NO_EXPIRES_IN: _without("expires_in"),
    Kind.NO_SCOPE: _without("scope"),
    Kind.NO_ID_TOKEN: _without("id_token"),
    Kind.ODD_TOKEN_TYPE: _set(token_type="bEARER"),  # noqa: S106 - no password
}
_MIDDLE = 20


def bend(claims: Claims, bends: Bends) -> Claims:
    """Return the claims of an ID token as the faults want them."""
    return _bent(claims, bends, _BENT_CLAIMS)


def bend_answer(answer: dict[str, Any], bends: Bends) -> dict[str, Any]:
    """Return a token answer as the faults want it."""
    return _bent(answer, bends, _BENT_ANSWERS)


def _bent(true: Claims, bends: Bends, known: dict[Kind, Bend]) -> Claims:
    found = true
    for kind in bends:
        if kind in known:
            found = known[kind](found, true)
    return found


def sign(claims: Claims, key: SigningKey, bends: Bends) -> str:
    """Return the claims as a signed token, or as what should not pass for one."""
    headers: dict[str, Any] = {"typ": None} if Kind.NO_KID in bends else {"kid": key.kid, "typ": None}
    if Kind.ALG_NONE in bends:
        return f"{_part({**headers, 'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
    if Kind.ALG_HS256 in bends:
        return _signed_with_the_public_key(claims, key, headers)
    algorithm = "PS256" if Kind.ALG_PS256 in bends else "RS256"
    token = jwt.encode(claims, key.private, algorithm=algorithm, headers=headers)
    return _spoilt(token) if Kind.BAD_SIGNATURE in bends else token


def _signed_with_the_public_key(claims: Claims, key: SigningKey, headers: dict[str, Any]) -> str:
    # CVE-2015-9235: PyJWT rightly will not do this for us
    secret = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{_part({**headers, 'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_text(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _spoilt(token: str) -> str:
    head, _, signature = token.rpartition(".")
    other = "A" if signature[_MIDDLE] != "A" else "B"
    return f"{head}.{signature[:_MIDDLE]}{other}{signature[_MIDDLE + 1 :]}"


def _part(found: dict[str, Any]) -> str:
    return _text(json.dumps(found, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
