"""What was decided about a refresh, and how it went."""

from dataclasses import dataclass

from app.decision import Decision
from app.errors.reasons import FailureKind
from app.token_name import TokenName


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision was made: refresh or not."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class RefreshStarted:
    """The session began to refresh with the named refresh token."""

    refresh_name: TokenName


@dataclass(frozen=True, slots=True)
class RefreshRetried:
    """A refresh failed in a way worth retrying; the same refresh token is sent `wait_s` seconds later."""

    what: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class RefreshSucceeded:
    """A refresh brought generation `number` and was stored, `duration_s` after it began."""

    number: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class RefreshFailed:
    """A refresh failed; `terminal` says whether it ended the session.

    `code`, `description` and `status` are the token endpoint's response, if there was one (RFC 6749 §5.2); `kind` says
    why there is no usable one. `what` is for people.
    """

    what: str
    terminal: bool
    duration_s: float
    code: str = ""
    description: str = ""
    status: int | None = None
    kind: FailureKind | None = None


@dataclass(frozen=True, slots=True)
class SkewMeasured:
    """The server's Date header differed from our clock by `skew_s` (positive: the server is ahead)."""

    skew_s: float


RefreshEvent = Decided | RefreshStarted | RefreshRetried | RefreshSucceeded | RefreshFailed | SkewMeasured
