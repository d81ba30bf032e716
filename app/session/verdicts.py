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
    AnswerKind,
    DiscoveryFailed,
    Hiccup,
    LapseError,
    OAuthError,
    Refusal,
    SilentRefusal,
    Unreachable,
    UnusableAnswer,
)
from app.oauth.codes import plain_code

# A refresh token that is no good any more, in the codes of RFC 6749 and of servers that have their own words for it.
_DEAD = re.compile(
    r"(bad|invalid|expired|revoked|incorrect|unknown|unusable|inactive|reused|used)_?((refresh_?)?token|grant)"
    r"|(refresh_?)?(token|grant)_(is_)?(bad|invalid|expired|revoked|incorrect|unknown|unusable|inactive|reused|used)"
)
# OIDC Core §3.1.2.6, its registry of errors, and what Entra and others make of them.
_NEEDS_PERSON = frozenset(
    {
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "login_required",
        "mfa_required",
        "reauthentication_required",
        "unmet_authentication_requirements",
    }
)
_BUSY = frozenset(
    {
        "bad_gateway",
        "gateway_timeout",
        "internal_server_error",
        "rate_limit_exceeded",
        "request_timeout",
        "server_error",
        "service_unavailable",
        "slow_down",
        "temporarily_unavailable",
        "too_early",
        "too_many_requests",
    }
)
_TOO_MANY = 429
_SERVER_ERRORS = 500
_NETWORK = "Check the network and call again; the session is kept."
_LATER = "Call again in a while; the session is kept."
_CURES = {
    "unauthorized_client": "Turn on the Refresh Token grant for this app at the server; the session is kept.",
    "invalid_client": "Check the client ID of this connection; the session is kept.",
    "invalid_scope": "Check the scopes of this connection; the session is kept.",
}
_OTHER_CURE = "Read the server's reason below and check the connection; the session is kept."


def judge(trouble: LapseError) -> Refusal | Hiccup:
    """Return what a failed refresh means for the session; see the table above."""
    if isinstance(trouble, OAuthError):
        return _judge_oauth(trouble)
    if isinstance(trouble, UnusableAnswer):
        return _judge_answer(trouble)
    if isinstance(trouble, Unreachable):
        return Hiccup(trouble.what, sent=trouble.sent, next_step=trouble.cure or _NETWORK, ran_s=trouble.ran_s)
    if isinstance(trouble, Refusal | Hiccup):
        return trouble
    # Whatever else stopped it is no word of the server's, and ends nothing.
    sent = not isinstance(trouble, DiscoveryFailed)
    return Hiccup(trouble.what, sent=sent, next_step=trouble.next_step, raw=trouble.raw)


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
        return _hiccup("The server is too busy to refresh.", _LATER, trouble)
    if refuses_token(trouble.code):
        return _refusal("The server refused the refresh token: it is expired, already used, or revoked.", trouble)
    if code in _NEEDS_PERSON:
        return _refusal("The server refreshes no more until a person has signed in again.", trouble)
    return _hiccup(f"The server would not refresh: {trouble.code}.", _CURES.get(code, _OTHER_CURE), trouble)


def _judge_answer(trouble: UnusableAnswer) -> Hiccup:
    if trouble.kind is AnswerKind.SILENT:
        what = f"The server refused to refresh ({trouble.status}) and did not say why."
        return SilentRefusal(what, raw=trouble.raw, status=trouble.status)
    if trouble.kind is AnswerKind.INCOMPLETE:
        next_step = "Call again; should the next refresh be refused, sign in again."
        return _hiccup(trouble.what, next_step, trouble, lost=True)
    if trouble.kind is AnswerKind.WEB_PAGE:
        next_step = "Open a web page to see whether the network wants a sign-in, then call again; the session is kept."
        return _hiccup(trouble.what, next_step, trouble)
    if is_busy(trouble):
        return _hiccup(trouble.what, _LATER, trouble)
    return _hiccup(trouble.what, "Call again; if it stays so, ask the server's operator.", trouble)


def _refusal(what: str, trouble: OAuthError) -> Refusal:
    return Refusal(what, code=trouble.code, description=trouble.description, status=trouble.status)


def _hiccup(what: str, next_step: str, trouble: OAuthError | UnusableAnswer, *, lost: bool = False) -> Hiccup:
    return Hiccup(
        what,
        next_step=next_step,
        raw=trouble.raw,
        lost=lost,
        status=trouble.status,
        retry_after_s=trouble.retry_after_s,
    )
