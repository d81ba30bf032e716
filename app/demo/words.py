"""The sentences of the demo org's System Log, with the true causes; no code reads them.

Okta's own errors, which clients get, are in `app.demo.dialect`.
"""

from app.demo.cause import Cause
from app.demo.system_log import LogEvent
from app.refusal_cause import RefusalCause
from app.text import duration

_CAME_AGAIN = "Refresh token {generation} was exchanged {since} ago and came again; the grace period is {limit_s:g} s."
SENTENCES = {
    RefusalCause.REUSED: _CAME_AGAIN,
    RefusalCause.FAMILY_ENDED: f"Its family was ended for reuse: {_CAME_AGAIN}",
    RefusalCause.LIFETIME_ENDED: "The family's lifetime ended {since} ago.",
    RefusalCause.IDLE: "It was not used for {since}; the idle limit is {limit}.",
    RefusalCause.REVOKED_BY_ADMIN: "An administrator revoked it.",
    RefusalCause.REVOKED_BY_CLIENT: "Its own application revoked it at the revocation endpoint.",
    RefusalCause.EXPIRED_BY_ADMIN: "An administrator let it expire.",
    RefusalCause.CODE_REUSED: "Its authorization code was used twice.",
    RefusalCause.APPLICATION_DEACTIVATED: "The application {label} was deactivated.",
    RefusalCause.ACCESS_TOKEN_EXPIRED: "It is past its end.",
    RefusalCause.NEVER_ISSUED: "This org never issued it, or forgot it at a reset or restart.",
}
"""What each cause of a token's end is called."""

_LIFETIME_OVER = "Its family's lifetime has ended."

NO_SUCH_CLIENT = "No application of this org has that client ID."
CLIENT_DEACTIVATED = "The application is deactivated."
PUBLIC_CLIENT = "A public application has no secret."
NO_SUCH_LOGIN = "No user of this org has that login."
NO_LOGIN_WITH_CODES = "No user of this org has that login and one-time codes."
WRONG_PASSWORD = "The password is wrong."  # noqa: S105 - a sentence
NO_ACCESS_POLICY = "The authorization server has no access policy for this application."
SECOND_FACTOR_IMPOSSIBLE = "The user has a second factor; the application cannot, or does not want to, ask for one."
NO_PHONE = "The user has no phone that could be asked."
OTP_USED = "The one-time code was used before."
OTP_WRONG = "The one-time code is not the user's now, nor was it half a minute ago."
PUSH_DENIED = "The user denied it on the phone, or chose the wrong number."
PUSH_PENDING = "The user has not answered on the phone yet."
DENY_CHOSEN = "Deny was chosen."
WRONG_NUMBER = "The wrong number was chosen."
OTHER_SIGN_IN = "The oob_code was given out for another sign-in."
CHOSE_DENY = "The user chose Deny."
CHOSE_CANCEL = "The user chose Cancel."
TOO_MANY_USER_CODES = "Ten wrong codes were typed within a minute."
NO_DEVICE_WAITS = "No device waits with that code (any more)."
DEVICE_PENDING = "The user has not typed the code and allowed it yet."
DEVICE_NEVER_ISSUED = "This org never issued the device code, or forgot it."
DEVICE_USED = "The device code was used before."
DEVICE_ENDED = "The device code is past its end."
CODE_NEVER_ISSUED = "This org never issued the code, or forgot it with its end."
CODE_USED = "The code was used before; the tokens issued for it are revoked."
REQUEST_URI_UNKNOWN = "This server never issued the request_uri, or it is past its end."
REQUEST_URI_OF_ANOTHER = "The request_uri was issued to another application."
ACCESS_NEVER_ISSUED = "This org never issued it, or forgot it at a reset."
FAULT_REFUSES_TOKENS = "A fault makes the API refuse valid tokens."


def said(cause: Cause | str) -> str:
    """Return a cause as a sentence; a text stays as it is."""
    if isinstance(cause, str):
        return cause
    if cause.kind is RefusalCause.LIFETIME_ENDED and cause.since_s is None:
        return _LIFETIME_OVER
    return SENTENCES[cause.kind].format(
        generation=cause.generation,
        since=duration(cause.since_s or 0),
        limit=duration(cause.limit_s),
        limit_s=cause.limit_s,
        label=cause.label,
    )


def logged(event: LogEvent) -> str:
    outcome = "done" if event.succeeded else f"refused: {event.reason}"
    about = " ".join(part for part in (event.grant, event.client_id, event.user_id, event.family) if part)
    cause = f". {event.cause}" if event.cause else ""
    return f"{event.event_type} {outcome}{f' ({about})' if about else ''}{cause}"


def issued_to(what: str, client_id: str) -> str:
    return f"The {what} was issued to {client_id}."


def issued_by(what: str, issuer: str) -> str:
    return f"The {what} was issued by {issuer}."


def asked_for(scopes: str) -> str:
    return f"Asked for: {scopes or 'no scope at all'}."


def scopes_denied(granted: str, denied: str) -> str:
    return f"Granted at the sign-in: {granted}. Denied: {denied}."


def grant_off(grant: str, label: str) -> str:
    return f"The {grant} grant is not enabled for the application {label}."


def disk_refused(strerror: str | None) -> str:
    return f"The ledger could not be written: {strerror}."


def handle_never_issued(name: str) -> str:
    """Return that a handle (`mfa_token`, `oob_code`) is unknown."""
    return f"This org never issued the {name}, or forgot it."


def handle_used(name: str) -> str:
    return f"The {name} was used before."


def handle_ended(name: str) -> str:
    return f"The {name} is past its end."


def wrong_binding_code(channel: str) -> str:
    return f"It is not the code of the {channel} message."


def no_common_challenge(types: str) -> str:
    return f"challenge_types_supported names none of {types}, which the org asks."


def code_ended(since_s: float) -> str:
    return f"The code is past its end, by {duration(since_s)}."


def polled_too_soon(interval_s: float) -> str:
    return f"The device polled again within {interval_s:g} s."


def fault_was_on(fault: object) -> str:
    return f"The fault {fault} was on."


def token_of(issuer: str) -> str:
    return f"It is a token of {issuer}."


def ended_ago(since_s: float) -> str:
    return f"It ended {duration(since_s)} ago."


def changed(names: list[str]) -> str:
    return f"Changed: {', '.join(names)}." if names else "Nothing changed."
