"""What happened between the start of a sign-in and its end, in the browser, by password or on another device."""

from dataclasses import dataclass
from enum import Enum

from app.errors.reasons import FailureKind, SignInEnded


@dataclass(frozen=True, slots=True)
class SignInStarted:
    """A sign-in began; in the browser, its response is awaited at `redirect_uri`.

    `scopes` are the requested ones. `kind` is the name of its kind, and `how` says so in words where no browser is
    awaited, as in "on another device".
    """

    issuer: str
    redirect_uri: str
    scopes: str = ""
    kind: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class RedirectPortsTaken:
    """Other programs hold `ports`, so the browser's response is awaited at the connection's next redirect URI."""

    ports: tuple[int, ...]
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class AuthorizationPushed:
    """The request was pushed to the server (RFC 9126); the browser carries only a reference to it."""


@dataclass(frozen=True, slots=True)
class BrowserOpened:
    """The system browser was asked to open the sign-in page."""

    worked: bool


class Ignored(Enum):
    """Why a request to the redirect listener was not taken for this sign-in's."""

    NO_URL = "no URL"
    OTHER_HOST = "other host"
    OTHER_METHOD = "other method"
    NO_DOCUMENT = "no document"
    FETCHED = "fetched"
    NO_FORM = "no form"
    LONG_FORM = "long form"
    UNREADABLE = "unreadable"
    TWICE = "twice"
    OTHER_STATE = "other state"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class RedirectIgnored:
    """Something reached the redirect listener that was not this sign-in's response."""

    why: Ignored


@dataclass(frozen=True, slots=True)
class DeviceCodeShown:
    """A code to enter at `verification_uri` was shown; the code itself is as good as a password, so not recorded."""

    verification_uri: str
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class SecondFactorWanted:
    """The password was right and is not enough; `offered` are the second factors to choose from."""

    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneTimeCodeRefused:
    """The server did not accept a one-time code; another may be entered."""


@dataclass(frozen=True, slots=True)
class PushAwaited:
    """A push was sent to the user's phone; `has_number` says whether a number must be chosen there."""

    has_number: bool
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class SignInFinished:
    """A sign-in ended without a session, and why.

    `code` and `description` are the server's OAuth error, if there was one; `rule` is the one its ID token broke, and
    `kind` why there was no usable response. `what` is for people.
    """

    what: str
    reason: SignInEnded
    code: str = ""
    description: str = ""
    rule: str = ""
    kind: FailureKind | None = None


SignInEvent = (
    SignInStarted
    | RedirectPortsTaken
    | AuthorizationPushed
    | BrowserOpened
    | RedirectIgnored
    | DeviceCodeShown
    | SecondFactorWanted
    | OneTimeCodeRefused
    | PushAwaited
    | SignInFinished
)
