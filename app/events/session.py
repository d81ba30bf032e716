"""How a session began, was kept and ended."""

from dataclasses import dataclass
from enum import Enum

from app.errors.reasons import SessionEnd
from app.events.tokens import NOTHING_TAKEN, RestoredTokens


class StorePlace(Enum):
    """Where the session is kept."""

    KEYRING = "the OS keyring"
    MEMORY = "memory, for this run only"


@dataclass(frozen=True, slots=True)
class SessionStored:
    """The session as of generation `number` was written."""

    number: int
    place: StorePlace


@dataclass(frozen=True, slots=True)
class StoreTroubled:
    """The store could not keep or return the session; a damaged entry was set aside where it `is_set_aside`.

    `what` and `next_step` are for people.
    """

    what: str
    next_step: str
    is_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class KeyringAwaited:
    """A keyring call takes long, most likely because the keyring asks for its password; `waiting` False ends it."""

    waiting: bool


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A user signed in."""

    subject: str
    display_name: str


@dataclass(frozen=True, slots=True)
class SessionRestored:
    """A stored session was restored, without any network request."""

    display_name: str
    number: int
    place: StorePlace
    taken: RestoredTokens = NOTHING_TAKEN


@dataclass(frozen=True, slots=True)
class SessionAdopted:
    """Another process had refreshed the same session; what it stored was taken over."""

    number: int
    taken: RestoredTokens = NOTHING_TAKEN


@dataclass(frozen=True, slots=True)
class SessionGone:
    """The stored session is gone: another process has signed out, or its session ended."""


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session ended by a refusal of the token endpoint."""

    reason: SessionEnd


class Undone(Enum):
    """Why one part of a sign-out was not done."""

    CANCELLED = "cancelled"
    NOT_WANTED = "not wanted"
    NO_TOKEN = "no token"  # noqa: S105 - a reason, not a token
    NO_REVOCATION = "no revocation offered"
    NO_RESPONSE = "no response in time"
    FAILED = "failed"
    NOBODY = "nobody was signed in"
    NO_METADATA = "no metadata"
    NO_SIGN_OUT = "no sign-out offered"
    NO_PORT = "no port"
    NO_BROWSER = "no browser"
    BROWSER_LATE = "browser late"


@dataclass(frozen=True, slots=True)
class SignOutFinished:
    """The user signed out; `revoked` says whether the server ended the session too, `why` why it did not.

    `error` is the sentence of the failed revocation, and `kept` why the store could not delete the session here; both
    are empty where there is nothing to report.
    """

    revoked: bool
    why: Undone | None = None
    error: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class BrowserSessionLeft:
    """After a sign-out: whether the browser was sent to the server's page for it, why not, how long it was awaited."""

    sent: bool
    why: Undone | None = None
    waited_s: float = 0.0


SessionEvent = (
    SessionStored
    | StoreTroubled
    | KeyringAwaited
    | SessionStarted
    | SessionRestored
    | SessionAdopted
    | SessionGone
    | SessionEnded
    | SignOutFinished
    | BrowserSessionLeft
)
