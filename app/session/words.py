"""The sentences of a session: why it does not begin, is not refreshed, is not stored."""

from types import MappingProxyType

from app.errors.reasons import KeyringState
from app.text import duration

SIGN_IN_AGAIN = "Sign in again."
CALL_AGAIN = "Call again."
NOBODY = "Nobody is signed in."

# --- a refresh --------------------------------------------------------------------------------------------------------

CHECK_NETWORK = "Check the network and call again; the session is kept."
LATER = "Call again in a while; the session is kept."
LOOK_FOR_PAGE = "Open a web page to see whether the network wants a sign-in, then call again; the session is kept."
AFTER_INCOMPLETE = "Call again; if the next refresh is refused, sign in again."
ASK_OPERATOR = "Call again; if it keeps happening, ask the server's operator."
READ_REASON = "Read the server's reason below and check the connection; the session is kept."
CURES = MappingProxyType(
    {
        "unauthorized_client": "Turn on the Refresh Token grant for this app at the server; the session is kept.",
        "invalid_client": "Check the client ID of this connection; the session is kept.",
        "invalid_scope": "Check the scopes of this connection; the session is kept.",
    }
)
TOO_BUSY = "The server is too busy to refresh."
BEING_SIGNED_OUT = "The session is being signed out."
ENDED_ELSEWHERE = "The session was ended in another Lapse."
ANOTHER_SIGN_IN = "Another sign-in has taken the place of this session."
STORED_WITHOUT_REFRESH_TOKEN = "The session another Lapse stored has no refresh token."  # noqa: S105 - a sentence
NOTHING_TO_REFRESH_WITH = (
    "The server gave no refresh token, so there is nothing to refresh with.",
    "Use the access token until it lapses, and sign in again then.",
)
USED_UP = "The access token is used up and the server gave no refresh token."
SEEMS_DEAD = (
    "The server refused the refresh token twice and did not say why: it is most likely dead.",
    "Sign in again. Calls send nothing more; Refresh now (lapse refresh) asks the server once more.",
)
ANOTHER_CLIENTS = (
    "The refreshed tokens were not used: their ID token is another issuer's, or for another client.",
    "Call again to refresh once more; if it keeps happening, ask the server's operator.",
)
LOCK_HELD = (
    "Another Lapse has held this session's lock for half a minute.",
    "Close the other Lapse, or wait for it; then call again.",
)


def would_not(code: str) -> str:
    return f"The server refused to refresh: {code}."


def refused_silently(status: int) -> str:
    return f"The server refused to refresh ({status}) and did not say why."


def left_alone(left_s: float) -> tuple[str, str]:
    what = f"The server asked us to wait another {duration(left_s)}."
    return what, "Call again then; the session is kept."


def no_access_token(flaw: str) -> tuple[str, str]:
    """Return the sentence and what to do; `flaw` in half a sentence."""
    what = f"The response to the refresh brought no access token that could be used: {flaw}."
    return what, "Call again: the new refresh token that came with it will be sent."


def cannot_look(why: str) -> str:
    return f"{why} So it is not known whether another Lapse has refreshed meanwhile."


def unlocked(state: KeyringState) -> str:
    return f"{state.value}, then call again."


def unchecked(why: str) -> str:
    return f"It could not be checked: {why}"


def lock_unusable(path: str, why: str) -> tuple[str, str]:
    step = "Make it writable, or set LAPSE_HOME to another folder; then call again."
    return f"The session's lock {path} cannot be used: {why}.", step


# --- a sign-in --------------------------------------------------------------------------------------------------------

NO_ID_TOKEN = "The server sent no ID token, so it is not known who signed in."  # noqa: S105 - a sentence
SET_CLOCK = "Set the clock, then sign in again."
SIGN_IN_CURES = MappingProxyType(
    {
        "invalid_client": "Check the client ID of this connection, and that the app is active at the server.",
        "unauthorized_client": "Turn on the {} grant for this app at the server, then sign in again.",
        "unsupported_grant_type": "Sign in another way: this server does not know the {} grant.",
        "invalid_scope": "Check the scopes of this connection; the server lists what it does not know.",
        "invalid_target": "Check the resource of this connection; it must be an API the server knows (RFC 8707).",
        "access_denied": "Ask the server's admin which policy forbids it, or sign in another way.",
        "slow_down": "Wait a minute, then sign in again.",
        "temporarily_unavailable": "Wait a minute, then sign in again.",
        "server_error": "Try again; if it keeps happening, ask the server's operator.",
    }
)
OTHER_SIGN_IN_CURE = "Read the server's reason below; check the connection."
CANCELLED = "It was cancelled."
NOT_SIGNED_IN = "The server did not sign you in."
READ_ITS_REASON = "Read its reason below; check the connection."
DECLINED = "The sign-in was declined."
REQUEST_REFUSED = "The server refused the sign-in request before the browser was opened."
CODE_REFUSED = "The server refused the authorization code."
CODE_USED = "Sign in again; the code was used, or too old."
NOWHERE_TO_PUSH = (
    "The server takes pushed requests only (RFC 9126), and its metadata does not say where to push them.",
    "Tell the server's operator that pushed_authorization_request_endpoint is missing.",
)
NO_DEVICE_GRANT = (
    "This server offers no sign-in on another device: its metadata names no device_authorization_endpoint.",
    "Sign in through the browser.",
)
NO_DEVICE_CODE = "The server gave no code for another device."
DEVICE_CODE_UNUSED = "The code was not used in time."
DEVICE_CODE_DEAD = "The server does not take the code any more."
DECLINED_THERE = "The sign-in was declined on the other device."
FOR_A_NEW_CODE = "Sign in again for a new code."
PASSWORD_MISSING = ("The username or the password is missing.", "Give both, then sign in.")
NO_PASSWORD_GRANT = (
    "This server takes no passwords from programs: its metadata lists no password grant.",
    "Sign in through the browser; the password was not sent.",
)
PASSWORD_REFUSED = (
    "The server did not accept the username and password.",
    "Check both and sign in again; too many tries may lock the account.",
)
PASSWORD_NOT_HERE = "The server does not let this account sign in with a password here."  # noqa: S105 - a sentence
BY_BROWSER = "Sign in through the browser, or have the app's policy allow it (at Okta: Password, or Password + factor)."
CODE_TOO_LATE = "The time to enter a one-time code is over."
PUSH_TOO_LATE = "The time to ask on the phone is over."
CODE_BY_SMS = (
    "The server sent a code by SMS or voice, which Lapse does not ask for.",
    "Sign in again with a one-time code, or through the browser.",
)
PHONE_UNANSWERED = "Nobody answered on the phone in time."
DECLINED_ON_PHONE = "The sign-in was declined on the phone."
FACTOR_REFUSED = "The server does not accept that second factor for this account."


def no_code_accepted(tried: int) -> tuple[str, str]:
    step = "Check the clock of the device that makes the codes, then sign in again."
    return f"None of {tried} one-time codes was accepted.", step


def not_granted(grant: str) -> str:
    return f"This app may not use the {grant} grant."


def tokens_unusable(flaw: str) -> str:
    return f"The server's tokens cannot be used: {flaw}."


def not_accepted(why: str) -> str:
    return f"The sign-in was not accepted: {why}"


def too_late(what: str, last: str) -> str:
    """Return that the time is over, and how the last poll failed, if it did; both are sentences."""
    return f"{what} The last attempt: {last}" if last else what


def clock_wrong(skew_s: float) -> str:
    """`skew_s` is the server's time minus ours."""
    return f"This computer's clock is {duration(skew_s)} {'behind' if skew_s > 0 else 'ahead of'} the server's."


# --- a sign-out -------------------------------------------------------------------------------------------------------


def signed_out(here: str, server: str, browser: str) -> tuple[str, str, str]:
    """Return the outcome here, at the server and in the browser; each argument is why not, "" where it is done."""
    return (
        f"Signed out here, but not deleted from the store: {here}." if here else "Signed out here.",
        f"Not revoked at the server: {server}." if server else "The server revoked the tokens.",
        f"The browser's session was left as it is: {browser}."
        if browser
        else "The browser was sent to the server's sign-out page.",
    )


# --- a call -----------------------------------------------------------------------------------------------------------

API_URL_UNUSABLE = ("The API URL cannot be used.", "Correct it and call again.")


def rejected(error: str) -> str:
    return f"401 {error}" if error else "401"


def refreshed(took_s: float, *, joined: bool) -> str:
    return f"{'joined a refresh of' if joined else 'refreshed in'} {duration(took_s)}"


def answered(request: str, status: int, took_s: float) -> str:
    return f"{request} {status} in {duration(took_s)}"


# --- the store --------------------------------------------------------------------------------------------------------

NOT_ANSWERING = "The keyring does not answer."
NOT_GIVEN_BACK = "The keyring took what it was given but did not give it back."
NONE_RUNNING = "No keyring is running on this machine."
LOCKED = "The keyring is locked."
OTHER_CONNECTIONS = "The stored session belongs to another connection."
DAMAGED = "The stored session is damaged."
PARTS_MISSING = "The stored session is damaged: parts of it are missing."
STORED_ELSEWHERE = (
    "Another Lapse has stored a newer session meanwhile, and it was left alone.",
    "Call again to go on with that one.",
)
ENDED_MEANWHILE = ("The session was ended in another Lapse meanwhile, and is not stored again.", SIGN_IN_AGAIN)


def not_trusted(name: str) -> str:
    return f"The only keyring here is {name}, which Lapse does not trust with tokens."


def unusable(error: str) -> str:
    return f"The keyring cannot be used ({error})."


def set_aside(damage: str) -> str:
    return f" {damage} It was set aside."
