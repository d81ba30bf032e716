"""Proof Key for Code Exchange (RFC 7636), S256 only."""

import hashlib
import secrets
from dataclasses import dataclass

from app.base64url import base64url
from app.secret import Secret

METHOD = "S256"


@dataclass(frozen=True, slots=True)
class Pkce:
    """A code verifier and the challenge made from it."""

    verifier: Secret

    @classmethod
    def new(cls) -> "Pkce":
        """Make a verifier of 43 characters from 32 random bytes (RFC 7636 §4.1)."""
        return cls(Secret(secrets.token_urlsafe(32)))

    @property
    def challenge(self) -> str:
        """Return BASE64URL(SHA256(verifier)) without padding (RFC 7636 §4.2)."""
        return base64url(hashlib.sha256(self.verifier.reveal().encode("ascii")).digest())
