"""Forged ID tokens and token responses that clients must refuse (OpenID RP conformance modules)."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization

from app.base64url import base64url
from app.demo.endpoint_routes import ActiveFaults
from app.demo.faults import FaultKind
from app.demo.ledger import SigningKey

STRANGER = "https://stranger.example"
_WEEK_S = 7 * 24 * 3600
_TEN_MINUTES_S = 600
_HOUR_S = 3600

Claims = dict[str, Any]


Forgery = Callable[[Claims, Claims], Claims]
"""Makes new claims from the claims so far and the true ones; of two faults about one claim the last wins."""


def _set(**claims: Any) -> Forgery:
    return lambda found, _true: {**found, **claims}


def _without(name: str) -> Forgery:
    return lambda found, _true: {key: value for key, value in found.items() if key != name}


_FORGED_CLAIMS: dict[FaultKind, Forgery] = {
    FaultKind.WRONG_ISS: _set(iss=STRANGER),
    FaultKind.WRONG_SUB: _set(sub="00u-demo-stranger"),
    FaultKind.WRONG_AUD: _set(aud="0oa-stranger"),
    FaultKind.WRONG_NONCE: _set(nonce="another-nonce"),
    FaultKind.WRONG_AT_HASH: _set(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    FaultKind.NO_ISS: _without("iss"),
    FaultKind.NO_SUB: _without("sub"),
    FaultKind.NO_AUD: _without("aud"),
    FaultKind.NO_IAT: _without("iat"),
    FaultKind.NO_EXP: _without("exp"),
    FaultKind.NO_NONCE: _without("nonce"),
    FaultKind.NO_AT_HASH: _without("at_hash"),
    FaultKind.AUD_ARRAY: lambda found, true: {**found, "aud": [true["aud"]]},
    FaultKind.EXTRA_AUD: lambda found, true: {**found, "aud": [true["aud"], "0oa-stranger"]},
    FaultKind.OLD_IAT: lambda found, true: {**found, "iat": true["iat"] - _WEEK_S},
    FaultKind.FUTURE_IAT: lambda found, true: {**found, "iat": true["iat"] + _HOUR_S},
    FaultKind.EXPIRED: lambda found, true: {**found, "exp": true["iat"] - _TEN_MINUTES_S},
}
_FORGED_RESPONSES: dict[FaultKind, Forgery] = {
    FaultKind.NO_EXPIRES_IN: _without("expires_in"),
    FaultKind.NO_SCOPE: _without("scope"),
    FaultKind.NO_ID_TOKEN: _without("id_token"),
    FaultKind.ODD_TOKEN_TYPE: _set(token_type="bEARER"),  # noqa: S106 - no password
}
_MIDDLE = 20


def forge_claims(claims: Claims, faults: ActiveFaults) -> Claims:
    return _forged(claims, faults, _FORGED_CLAIMS)


def forge_response(response: dict[str, Any], faults: ActiveFaults) -> dict[str, Any]:
    return _forged(response, faults, _FORGED_RESPONSES)


def _forged(true: Claims, faults: ActiveFaults, known: dict[FaultKind, Forgery]) -> Claims:
    found = true
    for kind in faults:
        if kind in known:
            found = known[kind](found, true)
    return found


def sign(claims: Claims, key: SigningKey, faults: ActiveFaults) -> str:
    """Return the claims as a signed token, or as one with an invalid signature."""
    headers: dict[str, Any] = {"typ": None} if FaultKind.NO_KID in faults else {"kid": key.kid, "typ": None}
    if FaultKind.ALG_NONE in faults:
        return f"{_part({**headers, 'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
    if FaultKind.ALG_HS256 in faults:
        return _signed_with_the_public_key(claims, key, headers)
    algorithm = "PS256" if FaultKind.ALG_PS256 in faults else "RS256"
    token = jwt.encode(claims, key.private, algorithm=algorithm, headers=headers)
    return _spoilt(token) if FaultKind.BAD_SIGNATURE in faults else token


def _signed_with_the_public_key(claims: Claims, key: SigningKey, headers: dict[str, Any]) -> str:
    # CVE-2015-9235: PyJWT rightly will not do this for us
    secret = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{_part({**headers, 'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _spoilt(token: str) -> str:
    head, _, signature = token.rpartition(".")
    other = "A" if signature[_MIDDLE] != "A" else "B"
    return f"{head}.{signature[:_MIDDLE]}{other}{signature[_MIDDLE + 1 :]}"


def _part(found: dict[str, Any]) -> str:
    return base64url(json.dumps(found, separators=(",", ":")).encode())
