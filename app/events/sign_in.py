"""What happened between the wish to sign in and its end, in the browser, by password or on another device."""

from dataclasses import dataclass
from enum import Enum

from app.errors.reasons import FailureKind, SignInEnded


@dataclass(frozen=True, slots=True)
class SignInStarted:
    """A sign-in began; in the browser it waits for that to come back to `redirect_uri`.

    `scopes` are those it asks for. `kind` is the name of its kind, and `how` says so in a sentence where no browser is
    waited for, as in "on another device".
    """

    issuer: str
    redirect_uri: str
    scopes: str = ""
    kind: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class RedirectPortsTaken:
    """Other programs hold `ports`, so the browser's answer is awaited at the connection's next redirect URI."""

    ports: tuple[int, ...]
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class AuthorizationPushed:
    """The request was sent to the server beforehand (RFC 9126); the browser carries nothing but a reference to it."""


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
    """Something reached the redirect listener that was not this sign-in's answer."""

    why: Ignored


@dataclass(frozen=True, slots=True)
class DeviceCodeShown:
    """A code to type at `verification_uri` was shown; the code itself is as good as a password, and stays out."""

    verification_uri: str
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class SecondFactorWanted:
    """The password was right and is not enough; `offered` are the second factors there are to choose from."""

    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneTimeCodeRefused:
    """The server did not take a one-time code; another may be typed."""


@dataclass(frozen=True, slots=True)
class PushAwaited:
    """The server asks on the person's phone; `has_number` says whether a number must be chosen there."""

    has_number: bool
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class SignInFinished:
    """A sign-in ended without a session, and why.

    `code` and `description` are the server's OAuth error, if it said one; `rule` is what its ID token did not pass, and
    `kind` why there was no response that can be used. `what` is for people.
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
