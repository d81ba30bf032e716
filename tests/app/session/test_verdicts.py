"""The table of verdicts: what each trouble does to the session, and the three lines told of it."""

import pytest

from app.errors import (
    BadInput,
    DiscoveryFailed,
    Hiccup,
    LapseError,
    OAuthError,
    Refusal,
    StoreFailed,
    Unreachable,
    UnusableResponse,
)
from app.errors.reasons import FailureKind
from app.session.failure_table import judge

STILL = "You are still signed in."


@pytest.mark.parametrize(
    ("trouble", "kind", "lines"),
    [
        (
            OAuthError("invalid_grant", "x", status=400),
            Refusal,
            (
                "The server refused the refresh token: it is expired, already used, or revoked.",
                "You are not signed in.",
                "Sign in again.",
            ),
        ),
        (
            OAuthError("invalid_grant", "API call exceeded rate limit due to too many requests.", status=429),
            Hiccup,
            ("The server is too busy to refresh.", STILL, "Call again in a while; the session is kept."),
        ),
        (
            OAuthError("server_error", "", status=500),
            Hiccup,
            ("The server is too busy to refresh.", STILL, "Call again in a while; the session is kept."),
        ),
        (
            OAuthError("temporarily_unavailable", "", status=400),
            Hiccup,
            ("The server is too busy to refresh.", STILL, "Call again in a while; the session is kept."),
        ),
        (
            OAuthError("unauthorized_client", "", status=400),
            Hiccup,
            (
                "The server refused to refresh: unauthorized_client.",
                STILL,
                "Turn on the Refresh Token grant for this app at the server; the session is kept.",
            ),
        ),
        (
            OAuthError("invalid_client", "", status=401),
            Hiccup,
            (
                "The server refused to refresh: invalid_client.",
                STILL,
                "Check the client ID of this connection; the session is kept.",
            ),
        ),
        (
            UnusableResponse("The token endpoint answered 503.", status=503),
            Hiccup,
            ("The token endpoint answered 503.", STILL, "Call again in a while; the session is kept."),
        ),
        (
            Unreachable("No route.", sent=False),
            Hiccup,
            ("No route.", STILL, "Check the network and call again; the session is kept."),
        ),
        (
            Unreachable("The proxy is gone.", sent=False, kind=FailureKind.PROXY, next_step="Check HTTPS_PROXY."),
            Hiccup,
            ("The proxy is gone.", STILL, "Check HTTPS_PROXY."),
        ),
        (
            DiscoveryFailed("The issuer answered 404 where its metadata should be."),
            Hiccup,
            (
                "The issuer answered 404 where its metadata should be.",
                STILL,
                "Check the issuer URL and the network, then try again.",
            ),
        ),
    ],
)
def test_the_table(trouble: LapseError, kind: type[LapseError], lines: tuple[str, str, str]) -> None:
    verdict = judge(trouble)
    assert type(verdict) is kind
    assert verdict.lines() == lines


@pytest.mark.parametrize("trouble", [StoreFailed("It is locked."), BadInput("It is odd."), LapseError("Whatever.")])
def test_whatever_else_stops_a_refresh_does_not_end_the_session(trouble: LapseError) -> None:
    verdict = judge(trouble)
    assert type(verdict) is Hiccup
    assert verdict.lines()[:2] == (trouble.what, STILL)


@pytest.mark.parametrize("code", ["TEMPORARILY_UNAVAILABLE", "temporarily-unavailable", "Service Unavailable"])
def test_a_busy_server_is_understood_however_it_writes(code: str) -> None:
    assert judge(OAuthError(code, "", status=400)).what == "The server is too busy to refresh."


def test_a_cure_is_found_however_the_code_is_written() -> None:
    for code in ("INVALID_CLIENT", "Invalid-Client", "invalidClient"):
        assert "client ID" in judge(OAuthError(code, "", status=401)).next_step
