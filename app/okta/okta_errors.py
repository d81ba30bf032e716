"""What Okta's management API refuses, in three lines: its error code says what to do next (Okta fact §3.5)."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from app.errors import LapseError, OktaRefused, UnusableResponse
from app.okta import words
from app.wire.fetch import FetchedResponse

_VALIDATION, _NOT_FOUND = "E0000001", "E0000007"
_SERVER_SIDE, _TOO_MANY = 500, 429
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 1.0, 86_400.0
_LONGEST_SAID = 2000


def refused(response: FetchedResponse, *, app: str, now: float) -> LapseError:
    """Return the error for an unsuccessful response; `app` is the requested ID, `now` in epoch seconds."""
    body = _read(response)
    if body is None and response.status not in (*words.REFUSED_BY_STATUS, _TOO_MANY):
        return UnusableResponse(words.not_as_okta(response.status), status=response.status)
    code, summary, causes = _said(response, body or {})
    wait_s = wait_of(response, now) if response.status == _TOO_MANY else None
    what, next_step = _message(response.status, code, app, causes, wait_s)
    raw = ": ".join(each for each in (code, summary) if each) or None
    found = OktaRefused(
        what,
        next_step=next_step,
        code=code,
        causes=causes,
        status=response.status,
        retry_after_s=wait_s,
        raw=" ".join((raw, *causes)) if raw else None,
    )
    if response.status == _TOO_MANY or response.status >= _SERVER_SIDE:
        found.exit_code = 3
    return found


def wait_of(response: FetchedResponse, now: float) -> float:
    """Return how long the rate limit lasts, at least 1 s: its reset minus the server's own Date (Okta fact §2.8)."""
    try:
        reset = float(int(response.headers.get("x-rate-limit-reset", "")))
    except (ValueError, OverflowError):
        return _SHORTEST_WAIT_S
    try:
        sent = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        sent = now
    return min(max(reset - sent, _SHORTEST_WAIT_S), _LONGEST_WAIT_S)


def _message(status: int, code: str, app: str, causes: tuple[str, ...], wait_s: float | None) -> words.Message:
    if wait_s is not None:
        return words.rate_limited(wait_s)
    if code == _NOT_FOUND:
        return words.no_app(app)
    if code == _VALIDATION:
        return words.not_valid(causes)
    if status >= _SERVER_SIDE and code not in words.REFUSED_BY_CODE:
        return words.org_failed(status)
    known = words.REFUSED_BY_CODE.get(code) or words.REFUSED_BY_STATUS.get(status)
    return known or words.refused_otherwise(status, code)


def _read(response: FetchedResponse) -> Mapping[str, Any] | None:
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("errorCode"), str) else None


def _said(response: FetchedResponse, body: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """Return code, summary and causes, safe to show; members of a wrong type count as absent."""
    causes = body.get("errorCauses")
    said = [each.get("errorSummary") for each in causes if isinstance(each, dict)] if isinstance(causes, list) else []
    texts = tuple(response.said(each, longest=_LONGEST_SAID) for each in said[:20] if isinstance(each, str) and each)
    code, summary = body.get("errorCode", ""), body.get("errorSummary")
    summarised = response.said(summary, longest=_LONGEST_SAID) if isinstance(summary, str) else ""
    return response.said(str(code), longest=40), summarised, tuple(filter(None, texts))
