"""The contents of the lanes: token lives as bars, moments as marks, and what bounds a family of refresh tokens."""

from dataclasses import dataclass
from enum import StrEnum

from app.text import duration
from app.token_name import TokenName


class Lane(StrEnum):
    """The four lanes, top to bottom."""

    CALLS = "API calls"
    ACCESS = "Access"
    REFRESH = "Refresh"
    TOKEN_REQUESTS = "Token requests"  # noqa: S105 - a heading


class End(StrEnum):
    """How a token's life ended."""

    OPEN = "in hand"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    DROPPED = "dropped"
    REVOKED = "revoked"
    EXPIRED = "expired on request"
    REFUSED = "refused"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a family of refresh tokens, in seconds; None: not stated by the server.

    `grace_s` is how long a rotated token is still accepted, `idle_s` counts from the family's last refresh,
    `absolute_s` from its sign-in.
    """

    grace_s: float = 0.0
    idle_s: float | None = None
    absolute_s: float | None = None


@dataclass(frozen=True, slots=True)
class FamilyTimes:
    """The family in hand: when its sign-in was (None: not in this journal) and its last use, in epoch seconds."""

    number: int
    began_at: float | None
    used_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLife:
    """One token's life: from receipt to its stated end (None: not stated), and how it really ended (`ended_at`).

    All times in epoch seconds. `before` is the name of the token it came from by rotation or refresh; `family` counts
    sign-ins; `seq` is the journal's number of its receipt.
    """

    lane: Lane
    name: TokenName
    family: int
    seq: int
    fingerprint: str
    begins_at: float
    ends_at: float | None
    end: End = End.OPEN
    ended_at: float | None = None
    before: TokenName | None = None

    @property
    def number(self) -> int:
        """The number of the generation that brought it."""
        return self.name.number

    def until(self, now: float) -> float:
        """Return where its bar ends if drawn at `now`: its real end, else its stated one, else now."""
        if self.ended_at is not None:
            return self.ended_at
        return max(self.begins_at, now) if self.ends_at is None else max(self.begins_at, self.ends_at)

    def end_at(self, now: float) -> End:
        """Return its state at `now`: a token in hand past its end has lapsed."""
        is_over = self.end is End.OPEN and self.ends_at is not None and now >= self.ends_at
        return End.LAPSED if is_over else self.end

    def sentence(self, now: float) -> str:
        stated = "end not stated by the server"
        if self.ends_at is not None:
            life_s = self.ends_at - self.begins_at
            stated = f"for {duration(round(life_s) or life_s)}"  # servers state whole seconds; responses take some
        came = f", after {self.before}" if self.before else ""
        return f"{self.name}, received {duration(now - self.begins_at)} ago, {stated}{came}: {self.end_at(now)}."


class MarkKind(StrEnum):
    """What a mark means; each has a shape and a word of its own."""

    CALL = "call"
    FAILED_CALL = "failed call"
    TOKEN_REQUEST = "token request"  # noqa: S105 - a kind of mark
    REFUSAL = "refusal"
    LOST = "lost response"
    RETRY = "retry"
    REPLAY = "replay"
    REPLAY_REFUSED = "refused replay"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    SESSION_END = "session ended"
    DROP = "dropped"
    REVOCATION = "revoked"
    EXPIRY = "expired on request"
    TRAVEL = "time travel"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMark:
    """A moment on a lane: `at` and `until` in epoch seconds, `text` in a sentence, `seq` its number in the journal.

    `token` is the refresh token that was sent; `back_to` is when that token had been replaced already: a replay. `note`
    is what one word cannot say: the grant of a sign-in, the status of a failed call, how far time was moved.
    """

    lane: Lane
    kind: MarkKind
    at: float
    until: float
    text: str
    seq: int
    token: TokenName | None = None
    note: str = ""
    back_to: float | None = None
