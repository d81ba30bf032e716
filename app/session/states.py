"""How a session stands, and what it gives to a caller."""

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
    """Somebody is signed in and `tokens` are held."""

    tokens: TokenSet


@dataclass(frozen=True, slots=True)
class Ended:
    """The token endpoint refused; `reason` is what to tell every later call, `again()` each time."""

    reason: Refusal


@dataclass(frozen=True, slots=True)
class Unread:
    """Nobody knows whether somebody is signed in, because the store cannot be read; each call tries it again."""

    reason: StoreUnread


SessionState = SignedOut | SignedIn | Ended | Unread


@dataclass(frozen=True, slots=True)
class Fresh:
    """A usable access token and how it was come by; `refreshed_s` is None when no refresh was needed.

    `joined` means that the refresh had been started for another call.
    """

    access: Held
    decision: Decision
    refreshed_s: float | None = None
    joined: bool = False
