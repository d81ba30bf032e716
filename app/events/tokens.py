"""The tokens of token responses, by name and fingerprint; never a value."""

from dataclasses import dataclass
from enum import Enum

from app.decision import ExpirySource
from app.token_name import TokenName


class RefreshTokenFate(Enum):
    """What a token response did to the refresh token (RFC 6749 §6)."""

    NEW = "new"
    REPLACED = "replaced"
    KEPT = "kept"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Issued:
    """One token of a generation by name and fingerprint, never by value; `expires_at` in epoch seconds or unknown."""

    name: TokenName
    fingerprint: str
    length: int
    expires_at: float | None = None
    source: ExpirySource = ExpirySource.NOT_STATED


@dataclass(frozen=True, slots=True)
class RestoredTokens:
    """The tokens restored from the store; each with the time it was received, in epoch seconds."""

    access: Issued | None = None
    received_at: float = 0.0
    refresh: Issued | None = None
    refresh_received_at: float = 0.0


NOTHING_TAKEN = RestoredTokens()


@dataclass(frozen=True, slots=True)
class TokensReceived:
    """A token response became generation `number` of the family."""

    number: int
    grant: str
    access: Issued | None
    refresh: Issued | None
    id: Issued | None
    refresh_fate: RefreshTokenFate
    scope: str


@dataclass(frozen=True, slots=True)
class IdTokenRefused:
    """A refreshed ID token broke `rule`; the access token that came with it is used, the former identity stays.

    `why` is a sentence.
    """

    name: TokenName
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class FreshTokenRefused:
    """The API refused an access token that had just been issued by a refresh: another refresh would not help."""

    name: TokenName


@dataclass(frozen=True, slots=True)
class AccessTokenDropped:
    """The access token was discarded on request; the refresh token is still there."""

    name: TokenName


TokenEvent = TokensReceived | IdTokenRefused | FreshTokenRefused | AccessTokenDropped
