"""The one table that says what each failure at the token endpoint does to the session.

| what the server did                                      | verdict       | the session                       |
| -------------------------------------------------------- | ------------- | --------------------------------- |
| `invalid_grant`, or the same in another dialect          | Refusal       | ends                              |
| an error that only the user can resolve                  | Refusal       | ends                              |
| any other RFC 6749 §5.2 error (the set-up is wrong)      | Hiccup        | is kept, no retry                 |
| 400, 401, 403, 410 or 422 without a reason               | SilentRefusal | is kept, one more request         |
| the same, with the status in words as its `error`        | SilentRefusal | is kept, one more request         |
| 429 or 5xx, whatever the body says (Okta's 429 does)     | Hiccup        | is kept                           |
| `temporarily_unavailable`, `server_error`, at any status | Hiccup        | is kept                           |
| a success without an access token                        | Hiccup        | is kept, retried: a lost response |
| a web page, garbage, too large, a redirect               | Hiccup        | is kept                           |
| no response: DNS, refused, TLS, timeout, broken off      | Hiccup        | is kept                           |
| the metadata cannot be fetched                           | Hiccup        | is kept                           |
| any other error                                          | Hiccup        | is kept                           |
"""

import re

from app.errors import (
    DiscoveryFailed,
    Hiccup,
    LapseError,
    NoUsableResponse,
    OAuthError,
    Refusal,
    SilentRefusal,
    Unreachable,
    UnusableResponse,
)
from app.errors.reasons import FailureKind, SessionEnd
from app.oauth.error_codes import plain_code
from app.session import words

# A refresh token that is no longer valid, in the codes of RFC 6749 and of servers with codes of their own.
_DEAD = re.compile(
    r"(bad|invalid|expired|revoked|incorrect|unknown|unusable|inactive|reused|used)_?((refresh_?)?token|grant)"
    r"|(refresh_?)?(token|grant)_(is_)?(bad|invalid|expired|revoked|incorrect|unknown|unusable|inactive|reused|used)"
)
# OIDC Core §3.1.2.6, its registry of errors, and the variants of Entra and others.
_NEEDS_PERSON = frozenset(
    """
    account_selection_required consent_required interaction_required login_required mfa_required
    reauthentication_required unmet_authentication_requirements
    """.split()  # noqa: SIM905 - the quotes would hide the words
)
_BUSY = frozenset(
    """
    bad_gateway gateway_timeout internal_server_error rate_limit_exceeded request_timeout server_error
    service_unavailable slow_down temporarily_unavailable too_early too_many_requests
    """.split()  # noqa: SIM905 - the quotes would hide the words
)
_TOO_MANY = 429
_SERVER_ERRORS = 500


def judge(error: LapseError) -> Refusal | Hiccup:
    """Return what a failed refresh means for the session; see the table above."""
    if isinstance(error, OAuthError):
        return _judge_oauth(error)
    if isinstance(error, UnusableResponse):
        return _judge_response(error)
    if isinstance(error, Unreachable):
        step = error.cure or words.CHECK_NETWORK
        return Hiccup(error.what, kind=error.kind, sent=error.sent, next_step=step, ran_s=error.ran_s)
    if isinstance(error, Refusal | Hiccup):
        return error
    # Anything else that stopped it was not the server's decision, and ends nothing.
    sent = not isinstance(error, DiscoveryFailed)
    kind = error.kind if isinstance(error, NoUsableResponse) else FailureKind.LOCAL
    return Hiccup(error.what, kind=kind, sent=sent, next_step=error.next_step, raw=error.raw)


def refuses_token(code: str) -> bool:
    """Return whether an error code says that the refresh token is no longer valid, in any dialect."""
    return _DEAD.fullmatch(plain_code(code)) is not None


def is_busy(error: OAuthError | UnusableResponse) -> bool:
    """Return whether a server only says that it is too busy, at whatever status."""
    if error.status == _TOO_MANY or error.status >= _SERVER_ERRORS:
        return True
    return isinstance(error, OAuthError) and plain_code(error.code) in _BUSY


def _judge_oauth(error: OAuthError) -> Refusal | Hiccup:
    code = plain_code(error.code)
    if is_busy(error):
        return _hiccup(words.TOO_BUSY, words.LATER, error)
    if refuses_token(error.code):
        return _refusal(SessionEnd.REFUSED, error)
    if code in _NEEDS_PERSON:
        return _refusal(SessionEnd.NEEDS_PERSON, error)
    return _hiccup(words.would_not(error.code), words.CURES.get(code, words.READ_REASON), error)


def _judge_response(error: UnusableResponse) -> Hiccup:
    if error.kind is FailureKind.SILENT:
        what = words.refused_silently(error.status)
        return SilentRefusal(what, kind=error.kind, raw=error.raw, status=error.status)
    if error.kind is FailureKind.INCOMPLETE:
        return _hiccup(error.what, words.AFTER_INCOMPLETE, error, lost=True)
    if error.kind is FailureKind.WEB_PAGE:
        return _hiccup(error.what, words.LOOK_FOR_PAGE, error)
    if is_busy(error):
        return _hiccup(error.what, words.LATER, error)
    return _hiccup(error.what, words.ASK_OPERATOR, error)


def _refusal(reason: SessionEnd, error: OAuthError) -> Refusal:
    return Refusal(reason, code=error.code, description=error.description, status=error.status)


def _hiccup(what: str, next_step: str, error: OAuthError | UnusableResponse, *, lost: bool = False) -> Hiccup:
    return Hiccup(
        what,
        kind=error.kind if isinstance(error, UnusableResponse) else FailureKind.UNUSABLE,
        next_step=next_step,
        raw=error.raw,
        lost=lost,
        code=error.code,
        description=error.description,
        status=error.status,
        retry_after_s=error.retry_after_s,
    )
