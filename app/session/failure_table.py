"""The one table that says what each trouble at the token endpoint does to the session.

| what the server did                                       | verdict       | the session                          |
| --------------------------------------------------------- | ------------- | ------------------------------------ |
| `invalid_grant`, or the same in another dialect           | Refusal       | ends                                 |
| an error that only a person can answer                    | Refusal       | ends                                 |
| any other RFC 6749 §5.2 error (the set-up is wrong)       | Hiccup        | is kept, no retry                    |
| 400, 401, 403, 410 or 422 without a word why              | SilentRefusal | is kept, asked about once more       |
| the same, with the status in words as its `error`         | SilentRefusal | is kept, asked about once more       |
| 429 or 5xx, whatever the body says (Okta's 429 says so)   | Hiccup        | is kept                              |
| `temporarily_unavailable`, `server_error`, at any status  | Hiccup        | is kept                              |
| a success without an access token                         | Hiccup        | is kept, asked again: a lost answer  |
| a web page, garbage, too large, a redirect                | Hiccup        | is kept                              |
| no answer: DNS, refused, TLS, timeout, broken off         | Hiccup        | is kept                              |
| the metadata cannot be fetched                            | Hiccup        | is kept                              |
| anything else that stopped it                             | Hiccup        | is kept                              |
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
    UnusableAnswer,
)
from app.errors.reasons import FailureKind, SessionEnd
from app.oauth.error_codes import plain_code
from app.session import words

# A refresh token that is no good any more, in the codes of RFC 6749 and of servers that have their own words for it.
_DEAD = re.compile(
    r"(bad|invalid|expired|revoked|incorrect|unknown|unusable|inactive|reused|used)_?((refresh_?)?token|grant)"
    r"|(refresh_?)?(token|grant)_(is_)?(bad|invalid|expired|revoked|incorrect|unknown|unusable|inactive|reused|used)"
)
# OIDC Core §3.1.2.6, its registry of errors, and what Entra and others make of them.
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


def judge(trouble: LapseError) -> Refusal | Hiccup:
    """Return what a failed refresh means for the session; see the table above."""
    if isinstance(trouble, OAuthError):
        return _judge_oauth(trouble)
    if isinstance(trouble, UnusableAnswer):
        return _judge_answer(trouble)
    if isinstance(trouble, Unreachable):
        step = trouble.cure or words.CHECK_NETWORK
        return Hiccup(trouble.what, kind=trouble.kind, sent=trouble.sent, next_step=step, ran_s=trouble.ran_s)
    if isinstance(trouble, Refusal | Hiccup):
        return trouble
    # Whatever else stopped it is no word of the server's, and ends nothing.
    sent = not isinstance(trouble, DiscoveryFailed)
    kind = trouble.kind if isinstance(trouble, NoUsableResponse) else FailureKind.LOCAL
    return Hiccup(trouble.what, kind=kind, sent=sent, next_step=trouble.next_step, raw=trouble.raw)


def refuses_token(code: str) -> bool:
    """Return whether an error code says that the refresh token is no good any more, in the words of any dialect."""
    return _DEAD.fullmatch(plain_code(code)) is not None


def is_busy(trouble: OAuthError | UnusableAnswer) -> bool:
    """Return whether a server only says that it has no time now, at whatever status."""
    if trouble.status == _TOO_MANY or trouble.status >= _SERVER_ERRORS:
        return True
    return isinstance(trouble, OAuthError) and plain_code(trouble.code) in _BUSY


def _judge_oauth(trouble: OAuthError) -> Refusal | Hiccup:
    code = plain_code(trouble.code)
    if is_busy(trouble):
        return _hiccup(words.TOO_BUSY, words.LATER, trouble)
    if refuses_token(trouble.code):
        return _refusal(SessionEnd.REFUSED, trouble)
    if code in _NEEDS_PERSON:
        return _refusal(SessionEnd.NEEDS_PERSON, trouble)
    return _hiccup(words.would_not(trouble.code), words.CURES.get(code, words.READ_REASON), trouble)


def _judge_answer(trouble: UnusableAnswer) -> Hiccup:
    if trouble.kind is FailureKind.SILENT:
        what = words.refused_silently(trouble.status)
        return SilentRefusal(what, kind=trouble.kind, raw=trouble.raw, status=trouble.status)
    if trouble.kind is FailureKind.INCOMPLETE:
        return _hiccup(trouble.what, words.AFTER_INCOMPLETE, trouble, lost=True)
    if trouble.kind is FailureKind.WEB_PAGE:
        return _hiccup(trouble.what, words.LOOK_FOR_PAGE, trouble)
    if is_busy(trouble):
        return _hiccup(trouble.what, words.LATER, trouble)
    return _hiccup(trouble.what, words.ASK_OPERATOR, trouble)


def _refusal(reason: SessionEnd, trouble: OAuthError) -> Refusal:
    return Refusal(reason, code=trouble.code, description=trouble.description, status=trouble.status)


def _hiccup(what: str, next_step: str, trouble: OAuthError | UnusableAnswer, *, lost: bool = False) -> Hiccup:
    return Hiccup(
        what,
        kind=trouble.kind if isinstance(trouble, UnusableAnswer) else FailureKind.UNUSABLE,
        next_step=next_step,
        raw=trouble.raw,
        lost=lost,
        code=trouble.code,
        description=trouble.description,
        status=trouble.status,
        retry_after_s=trouble.retry_after_s,
    )
