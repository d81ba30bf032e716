"""The one table that says what each trouble at the token endpoint does to the session.

| what the server did                                       | verdict | the session          |
| --------------------------------------------------------- | ------- | -------------------- |
| 400/401 `invalid_grant`                                   | Refusal | ends                 |
| any other RFC 6749 §5.2 error (the set-up is wrong)       | Hiccup  | is kept, no retry    |
| 429 or 5xx, whatever the body says (Okta's 429 says so)   | Hiccup  | is kept              |
| `temporarily_unavailable`, `server_error`, at any status  | Hiccup  | is kept              |
| a web page, garbage, too large, a redirect                | Hiccup  | is kept              |
| no answer: DNS, refused, TLS, timeout, broken off         | Hiccup  | is kept              |
| the metadata cannot be fetched                            | Hiccup  | is kept              |
"""

from app.errors import DiscoveryFailed, Hiccup, LapseError, OAuthError, Refusal, Unreachable, UnusableAnswer

_DEAD = frozenset({"invalid_grant"})
_BUSY = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_TOO_MANY = 429
_SERVER_ERRORS = 500
_CURES = {
    "unauthorized_client": "Turn on the Refresh Token grant for this app at the server; the session is kept.",
    "invalid_client": "Check the client ID of this connection; the session is kept.",
    "invalid_scope": "Check the scopes of this connection; the session is kept.",
}


def judge(trouble: LapseError) -> Refusal | Hiccup:
    """Return what a failed refresh means for the session; see the table above."""
    if isinstance(trouble, OAuthError):
        return _judge_oauth(trouble)
    if isinstance(trouble, UnusableAnswer):
        return Hiccup(trouble.what, raw=trouble.raw, status=trouble.status, retry_after_s=trouble.retry_after_s)
    if isinstance(trouble, Unreachable):
        return Hiccup(trouble.what, sent=trouble.sent, next_step=trouble.cure, ran_s=trouble.ran_s)
    assert isinstance(trouble, DiscoveryFailed)
    return Hiccup(trouble.what, sent=False)


def _judge_oauth(trouble: OAuthError) -> Refusal | Hiccup:
    busy = trouble.status == _TOO_MANY or trouble.status >= _SERVER_ERRORS or trouble.code in _BUSY
    if trouble.code in _DEAD and not busy:
        return Refusal(
            "The server refused the refresh token: it is expired, already used, or revoked.",
            code=trouble.code,
            description=trouble.description,
            status=trouble.status,
        )
    what = "The server is too busy to refresh." if busy else f"The server would not refresh: {trouble.code}."
    next_step = "Call again in a while; the session is kept." if busy else _CURES.get(trouble.code, "")
    return Hiccup(
        what, next_step=next_step, raw=trouble.raw, status=trouble.status, retry_after_s=trouble.retry_after_s
    )
