"""A decision: refresh or not, and why, with every input it was made from; `words` makes its sentences."""

from dataclasses import dataclass
from enum import Enum

from app.token_name import TokenName


class Verdict(Enum):
    """What a server call needs first."""

    USE = "use"
    REFRESH = "refresh"
    SIGN_IN = "sign in"


class Reason(Enum):
    """Why the verdict is what it is."""

    FRESH = "fresh"
    UNKNOWN_EXPIRY = "unknown expiry"
    LAPSED = "lapsed"
    WITHIN_LEEWAY = "within leeway"
    DROPPED = "dropped"
    REJECTED = "rejected by the API"
    ASKED = "asked for"
    NO_REFRESH_TOKEN = "no refresh token"  # noqa: S105 - a reason, not a token
    SEEMS_DEAD = "refresh token most likely dead"
    SIGNED_OUT = "signed out"
    ENDED = "session ended"
    STORE_UNREAD = "store cannot be read"


class ExpirySource(Enum):
    """Where an expiry comes from."""

    EXPIRES_IN = "expires_in"
    EXP = "exp"
    ASKED = "made to expire on request"
    NOT_STATED = "not stated by the server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Refresh or not, and why.

    Times are epoch seconds (`at`, `expires_at`) or seconds (`*_s`). `remaining_s` is what is left until `expires_at`,
    negative once past it; it is the smaller of what the wall clock and the elapsed time say. `leeway_s` is the leeway
    in force, `leeway_asked_s` the one configured: it is capped to a share of the token's life.
    """

    verdict: Verdict
    reason: Reason
    at: float
    asked_by: str
    access_name: TokenName | None = None
    expires_at: float | None = None
    remaining_s: float | None = None
    source: ExpirySource = ExpirySource.NOT_STATED
    leeway_s: float = 0.0
    leeway_asked_s: float = 0.0

    @property
    def requests(self) -> int:
        """How many HTTP requests one API call needs now."""
        return {Verdict.USE: 1, Verdict.REFRESH: 2, Verdict.SIGN_IN: 0}[self.verdict]
