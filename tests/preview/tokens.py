"""Tokens for pictures: made up, but signed, and verified where a picture says so."""

import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from app.decision import ExpirySource
from app.demo.ledger import SigningKey
from app.events.tokens import RefreshTokenFate
from app.inspection.inspector import Against, Inspection, inspect_held
from app.oauth.key_set import keys_of
from app.secret import Secret
from app.session.expiry import Expiry, Receipt
from app.session.generations import Generation, Generations
from app.session.tokens import Held, TokenSet
from app.token_name import TokenKind

NOW = 1_790_085_903.0
ISSUER = "http://127.0.0.1:8899/oauth2/default"
CLIENT = "0oa-demo-native"


def tokens_of(
    number: int, *, age_s: float, scopes: tuple[str, ...] = ("openid", "profile", "offline_access")
) -> TokenSet:
    """Return the generation of that number, received `age_s` seconds before NOW."""
    received = NOW - age_s
    user = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "00u-demo-ada",
        "name": "Ada Lovelace",
        "iat": int(NOW - 333),
        "exp": int(NOW + 3267),
    }
    access = {
        "ver": 1,
        "jti": "AT.oV1qB2m0QYkZ",
        "iss": ISSUER,
        "aud": "api://default",
        "iat": int(received),
        "exp": int(received + 30),
        "cid": CLIENT,
        "uid": "00u-demo-ada",
        "scp": list(scopes),
        "sub": "ada@example.com",
    }
    receipt = Receipt(received, received, "preview")
    return TokenSet(
        family="preview",
        number=number,
        receipt=receipt,
        access=Held(TokenKind.ACCESS, number, signed_jwt(access)),
        refresh=Held(TokenKind.REFRESH, number, Secret(f"a made-up refresh token {number}")),
        id=Held(TokenKind.ID, number, signed_jwt(user)),
        expiry=Expiry(30.0, ExpirySource.EXPIRES_IN),
        scope="openid profile offline_access",
        refresh_fate=RefreshTokenFate.NEW if number == 1 else RefreshTokenFate.REPLACED,
        refresh_receipt=receipt,
        id_claims=user,
        first_id_claims=user,
    )


def signed_jwt(claims: dict[str, Any]) -> Secret:
    """Return these claims signed with the key of this run."""
    return Secret(jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": "demo-1", "typ": None}))


@cache
def signing_key() -> SigningKey:
    """Return the key of the demo org that plays the stories."""
    return SigningKey.generate()


@cache
def _key() -> rsa.RSAPrivateKey:
    """Return the key of this run: what the pictures show as verified is verified."""
    return rsa.generate_private_key(65537, 2048)


def against() -> Against:
    """Return what the pictures' tokens are verified against."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key()))
    public.pop("key_ops", None)
    return Against(now=NOW, keys=keys_of([{**public, "kid": "demo-1"}]), issuer=ISSUER, client_id=CLIENT, skew_s=0.2)


def inspections_of(tokens: TokenSet) -> tuple[Inspection, ...]:
    """Return the inspections of what is held."""
    held = (each for each in (tokens.access, tokens.id, tokens.refresh) if each is not None)
    return tuple(inspect_held(each, tokens, against()) for each in held)


def generations_of(*all_tokens: TokenSet) -> tuple[Generation, ...]:
    """Return what is remembered of generations."""
    found = Generations()
    for tokens in all_tokens:
        found.note(tokens)
    return tuple(found)
