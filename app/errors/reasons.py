"""Why something failed, as enums: code reads these, people the sentence made of them."""

from enum import Enum, StrEnum


class Standing(Enum):
    """What an error means for the session."""

    STILL_SIGNED_IN = "You are still signed in."
    SIGNED_OUT = "You are not signed in."
    UNCHANGED = "Your session has not changed."


class KeyringState(Enum):
    """The state of the keyring; its value is what the user can do about it."""

    READY = "Sign in again"
    LOCKED = "Unlock your keyring"
    ABSENT = "Start a keyring service"
    REFUSED = "Use the system's own keyring"
    NOT_ANSWERING = "Look for your keyring's prompt"


class FailureKind(StrEnum):
    """Why there is no usable response: what failed so that none came, or what is wrong with the one that came."""

    PROXY = "proxy"
    PROXY_WANTS_SIGN_IN = "proxy wants a sign-in"
    CERTIFICATE = "certificate"
    UNKNOWN_AUTHORITY = "unknown authority"
    """No authority this machine trusts has signed the certificate: an unknown one has, or it is self-signed."""
    NAME = "name"
    CONNECTION_REFUSED = "refused"
    NO_RESPONSE = "no response"
    """None came, and it is not known why."""
    INCOMPLETE = "incomplete"
    """A success that lacks what it should bring; the server may well have acted on the request."""
    WEB_PAGE = "web page"
    """A network's sign-in page may be in between."""
    REDIRECT = "redirect"
    SILENT = "silent"
    """A refusal (4xx) that does not say why."""
    NO_METADATA = "no metadata"
    OTHER_ISSUER = "other issuer"
    """The metadata names another issuer than the one asked for."""
    UNUSABLE = "unusable"
    """Anything else came."""
    LEFT_ALONE = "left alone"
    """Nothing was sent, because the server asked us to wait."""
    LOCAL = "local"
    """Nothing was sent, for a reason on this machine."""


class SessionEnd(Enum):
    """Why a session ended by the token endpoint's doing."""

    REFUSED = "refused"
    REFUSED_AFTER_LOSS = "refused after a lost response"
    NEEDS_PERSON = "needs a person"
    OTHER_SUBJECT = "another person's tokens"


class SignInEnded(StrEnum):
    """Why a sign-in ended without a session."""

    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"
    """The browser, the other device or the phone did not respond in time."""
    DECLINED = "declined"
    """The user declined, at the server, on the other device or on the phone."""
    REFUSED = "refused"
    """The server answered with an error."""
    NOT_ACCEPTED = "not accepted"
    """The response cannot be trusted or used: another issuer's, an ID token that is missing or not valid."""
    NO_RESPONSE = "no response"
    """There was no usable response; `FailureKind` says more."""
    NOT_POSSIBLE = "not possible"
    """It could not begin or go on with this server or this input."""
