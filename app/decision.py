"""A decision: refresh or not, and why, with every input it was made from."""

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from app.text import duration, seconds


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


_BECAUSE = MappingProxyType(
    {
        Reason.UNKNOWN_EXPIRY: "The access token's expiry is not stated by the server.",
        Reason.DROPPED: "There is no access token in hand.",
        Reason.REJECTED: "The API answered 401.",
        Reason.ASKED: "You asked for a refresh.",
        Reason.NO_REFRESH_TOKEN: "A new access token is needed and there is no refresh token.",
        Reason.SEEMS_DEAD: "The refresh token was refused twice without a word why: it is most likely dead.",
        Reason.SIGNED_OUT: "You are not signed in.",
        Reason.ENDED: "The session has ended.",
        Reason.STORE_UNREAD: "Whether you are signed in is not known, because the keyring cannot be read.",
    }
)


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
    access_name: str | None = None
    expires_at: float | None = None
    remaining_s: float | None = None
    source: ExpirySource = ExpirySource.NOT_STATED
    leeway_s: float = 0.0
    leeway_asked_s: float = 0.0

    @property
    def requests(self) -> int:
        """How many HTTP requests one API call needs now."""
        return {Verdict.USE: 1, Verdict.REFRESH: 2, Verdict.SIGN_IN: 0}[self.verdict]

    def because(self) -> str:
        """Return the reason as one sentence; the same text in window, command line and journal."""
        return (_BECAUSE.get(self.reason) or self._by_time()) + self._cap_note()

    def _by_time(self) -> str:
        left = duration(0.0 if self.remaining_s is None else self.remaining_s)
        if self.reason is Reason.FRESH:
            return f"The access token is good for another {left}."
        if self.reason is Reason.LAPSED:
            return f"The access token lapsed {left} ago."
        return f"The access token has {left} left, inside the leeway of {seconds(self.leeway_s)}."

    def consequence(self, when: str = "now") -> str:
        """Return what a call made now would do, or `when` the decision was thought through for."""
        if self.verdict is Verdict.REFRESH:
            return f"Calling {when} will refresh first, then call: 2 requests."
        if self.verdict is Verdict.USE and self.reason is Reason.UNKNOWN_EXPIRY:
            return f"Calling {when} uses it until the API says 401: 1 request."
        if self.verdict is Verdict.USE:
            return f"Calling {when} needs no refresh: 1 request."
        if self.reason is Reason.STORE_UNREAD:
            return f"Calling {when} tries to read it again first."
        return "Sign in to call the API."

    def sentence(self) -> str:
        """Return the whole decision for the journal: who asked, what was decided, why."""
        name = self.access_name or "no access token"
        verdicts = {
            Verdict.USE: f"kept {name}",
            Verdict.REFRESH: f"refresh before use ({name})",
            Verdict.SIGN_IN: "sign-in needed",
        }
        return f"{self.asked_by}: {verdicts[self.verdict]}. {self.because()}"

    def _cap_note(self) -> str:
        if self.leeway_s >= self.leeway_asked_s or self.reason not in (Reason.FRESH, Reason.WITHIN_LEEWAY):
            return ""
        return f" (The leeway of {seconds(self.leeway_asked_s)} is capped to {seconds(self.leeway_s)}.)"
