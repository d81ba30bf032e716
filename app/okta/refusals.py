"""What Okta's management API refuses, in three lines: its error code says what to do next (Okta fact §3.5)."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from app.errors import LapseError, OktaRefused, UnusableAnswer
from app.okta.keeping import TOKENS_PAGE
from app.text import duration
from app.wire.fetch import Answer

_VALIDATION, _INVALID_TOKEN, _FORBIDDEN, _NOT_FOUND = "E0000001", "E0000011", "E0000006", "E0000007"
_SERVER_SIDE, _TOO_MANY = 500, 429
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 1.0, 86_400.0
_LONGEST_SAID = 2000

_TOKEN = (
    "Okta does not accept the API token.",
    f"Check that it was copied whole. One that lay unused for 30 days is gone: make another in {TOKENS_PAGE}.",
)
_RIGHT = (
    "Whoever made the API token may not do this.",
    "A token has the rights of the admin who made it. Ask one who may manage applications, a Super Administrator say.",
)
_BY_CODE = {
    _INVALID_TOKEN: _TOKEN,
    "E0000004": _TOKEN,
    "E0000005": (
        "Okta does not accept the API token from here.",
        f"Look in {TOKENS_PAGE} from which network zone the token may be used.",
    ),
    _FORBIDDEN: _RIGHT,
    "E0000015": _RIGHT,
    "E0000003": ("Okta could not read what Lapse sent.", "Nothing was changed. Please report it."),
    "E0000010": ("The org is read only at the moment.", "Nothing was changed. Try again later."),
    "E0000021": ("Okta could not read what Lapse sent.", "Nothing was changed. Please report it."),
    "E0000022": (
        "The server does not let apps be changed this way.",
        "Check that the issuer is an org of Okta's.",
    ),
}
_BY_STATUS = {401: _BY_CODE[_INVALID_TOKEN], 403: _BY_CODE[_FORBIDDEN]}


def refused(answer: Answer, *, app: str, now: float) -> LapseError:
    """Return what to tell of an answer that is no success; `app` is the ID asked about, `now` epoch seconds."""
    body = _read(answer)
    if body is None and answer.status not in (*_BY_STATUS, _TOO_MANY):
        return UnusableAnswer(
            f"The server answered {answer.status}, and not as Okta's management API does.", status=answer.status
        )
    code, summary, causes = _said(answer, body or {})
    wait_s = wait_of(answer, now) if answer.status == _TOO_MANY else None
    what, next_step = _words(answer.status, code, app, causes, wait_s)
    raw = ": ".join(each for each in (code, summary) if each) or None
    found = OktaRefused(
        what,
        next_step=next_step,
        code=code,
        causes=causes,
        status=answer.status,
        retry_after_s=wait_s,
        raw=" ".join((raw, *causes)) if raw else None,
    )
    if answer.status == _TOO_MANY or answer.status >= _SERVER_SIDE:
        found.exit_code = 3
    return found


def wait_of(answer: Answer, now: float) -> float:
    """Return how long the rate limit lasts, at least 1 s: its reset less the server's own Date (Okta fact §2.8)."""
    try:
        reset = float(int(answer.headers.get("x-rate-limit-reset", "")))
    except (ValueError, OverflowError):
        return _SHORTEST_WAIT_S
    try:
        sent = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        sent = now
    return min(max(reset - sent, _SHORTEST_WAIT_S), _LONGEST_WAIT_S)


def _words(status: int, code: str, app: str, causes: tuple[str, ...], wait_s: float | None) -> tuple[str, str]:
    if wait_s is not None:
        return "The org's rate limit is reached.", f"Wait {duration(wait_s)}, then try again."
    if code == _NOT_FOUND:
        return (
            f"The org has no app with the ID {app}.",
            "Copy the client ID from the app's General tab, and check that the issuer is of the same org.",
        )
    if code == _VALIDATION:
        return (
            f"Okta does not accept the change: {'; '.join(causes) or 'it says no reason'}.".replace("..", "."),
            "Nothing was changed. Correct it and try again.",
        )
    if status >= _SERVER_SIDE and code not in _BY_CODE:
        return f"The org failed ({status}).", "Try again later; look at the app before you do."
    known = _BY_CODE.get(code) or _BY_STATUS.get(status)
    return known or (f"The org answered {status} {code}.".replace(" .", "."), "Read what it says below.")


def _read(answer: Answer) -> Mapping[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("errorCode"), str) else None


def _said(answer: Answer, body: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """Return code, summary and causes, as they may be told; what is not of the right type counts as not there."""
    causes = body.get("errorCauses")
    said = [each.get("errorSummary") for each in causes if isinstance(each, dict)] if isinstance(causes, list) else []
    texts = tuple(answer.said(each, longest=_LONGEST_SAID) for each in said[:20] if isinstance(each, str) and each)
    code, summary = body.get("errorCode", ""), body.get("errorSummary")
    told = answer.said(summary, longest=_LONGEST_SAID) if isinstance(summary, str) else ""
    return answer.said(str(code), longest=40), told, tuple(filter(None, texts))
