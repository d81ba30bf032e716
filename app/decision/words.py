"""The words of a decision: the same in window, command line and journal."""

from types import MappingProxyType

from app.decision import Decision, Reason, Verdict
from app.text import duration, seconds

# Each in two parts: in a story the article is left out.
_BECAUSE = MappingProxyType(
    {
        Reason.UNKNOWN_EXPIRY: ("The ", "access token's expiry is not stated by the server"),
        Reason.DROPPED: ("", "There is no access token in hand"),
        Reason.REJECTED: ("The ", "API answered 401"),
        Reason.ASKED: ("", "You asked for a refresh"),
        Reason.NO_REFRESH_TOKEN: ("", "A new access token is needed and there is no refresh token"),
        Reason.SEEMS_DEAD: ("The ", "refresh token was refused twice without a reason: it is most likely dead"),
        Reason.SIGNED_OUT: ("", "You are not signed in"),
        Reason.ENDED: ("The ", "session has ended"),
        Reason.STORE_UNREAD: ("", "Whether you are signed in is not known, because the keyring cannot be read"),
    }
)


def because(decision: Decision) -> str:
    """Return the reason as one sentence."""
    return "".join((*_reason(decision), ".", _cap_note(decision)))


def headline(decision: Decision) -> str:
    """Return the reason as a part of a story: `Access token lapsed 3 s ago`."""
    _, reason = _reason(decision)
    note = _cap_note(decision)
    return f"{reason[0].upper()}{reason[1:]}{f'.{note}' if note else ''}"


def consequence(decision: Decision, when: str = "now") -> str:
    """Return what a call would do, made now or `when` the decision was made for."""
    if decision.verdict is Verdict.REFRESH:
        return f"Calling {when} will refresh first, then call: 2 requests."
    if decision.verdict is Verdict.USE and decision.reason is Reason.UNKNOWN_EXPIRY:
        return f"Calling {when} uses it until the API says 401: 1 request."
    if decision.verdict is Verdict.USE:
        return f"Calling {when} needs no refresh: 1 request."
    if decision.reason is Reason.STORE_UNREAD:
        return f"Calling {when} tries to read it again first."
    return "Sign in to call the API."


def outcome(decision: Decision) -> str:
    """Return what was decided, and why."""
    name = decision.access_name or "no access token"
    verdicts = {
        Verdict.USE: f"kept {name}",
        Verdict.REFRESH: f"refresh before use ({name})",
        Verdict.SIGN_IN: "sign-in needed",
    }
    return f"{verdicts[decision.verdict]}. {because(decision)}"


def sentence(decision: Decision) -> str:
    """Return the whole decision for the journal: who asked, what was decided, why."""
    return f"{decision.asked_by}: {outcome(decision)}"


def _reason(decision: Decision) -> tuple[str, str]:
    return _BECAUSE.get(decision.reason) or ("The ", _by_time(decision))


def _by_time(decision: Decision) -> str:
    left = duration(decision.remaining_s or 0.0)
    if decision.reason is Reason.FRESH:
        return f"access token is good for another {left}"
    if decision.reason is Reason.LAPSED:
        return f"access token lapsed {left} ago"
    return f"access token has {left} left, inside the leeway of {seconds(decision.leeway_s)}"


def _cap_note(decision: Decision) -> str:
    if decision.leeway_s >= decision.leeway_asked_s or decision.reason not in (Reason.FRESH, Reason.WITHIN_LEEWAY):
        return ""
    return f" (The leeway of {seconds(decision.leeway_asked_s)} is capped to {seconds(decision.leeway_s)}.)"
