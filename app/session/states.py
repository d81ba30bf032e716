"""The states of a session, and what it gives to a caller."""

from dataclasses import dataclass

from app.decision import Decision
from app.errors import Refusal, StoreFailed, StoreUnread
from app.session.tokens import Held, TokenSet


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Nobody is signed in; `damaged` is what was wrong with a stored session that had to be set aside."""

    damaged: StoreFailed | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user is signed in and `tokens` are held."""

    tokens: TokenSet


@dataclass(frozen=True, slots=True)
class Ended:
    """The token endpoint refused; every later call raises `reason.again()`."""

    reason: Refusal


@dataclass(frozen=True, slots=True)
class Unread:
    """It is unknown whether a user is signed in, because the store cannot be read; each call tries again."""

    reason: StoreUnread


SessionState = SignedOut | SignedIn | Ended | Unread


@dataclass(frozen=True, slots=True)
class Fresh:
    """A usable access token and how it was obtained; `refreshed_s` is None when no refresh was needed.

    `joined` means that the refresh had been started for another call.
    """

    access: Held
    decision: Decision
    refreshed_s: float | None = None
    joined: bool = False
