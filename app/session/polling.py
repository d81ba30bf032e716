"""Polling a token endpoint while the user is busy elsewhere: no faster than asked for, and bounded (RFC 8628)."""

from collections.abc import Awaitable, Callable

from app.clock import Clock
from app.errors import LapseError, OAuthError, Unreachable, UnusableResponse
from app.errors.reasons import FailureKind
from app.oauth.error_codes import plain_code
from app.oauth.grants import TokenResponse
from app.session import words
from app.session.failure_table import is_busy

PENDING, _SLOW_DOWN = "authorization_pending", "slow_down"
_SLOWER_BY_S = 5.0
_LONGEST_PAUSE_S = 60.0
_OK = 200
# No decision yet: a captive portal's page, a 4xx without an error, a success without tokens.
_UNDECIDED = frozenset({FailureKind.WEB_PAGE, FailureKind.SILENT, FailureKind.INCOMPLETE})


class TooLate(Exception):
    """The time is over without a response from the user; `last_failure` is why the last poll failed, if it did."""

    def __init__(self, last_failure: LapseError | None) -> None:
        super().__init__("the time is over")
        self.last_failure = last_failure

    def explained(self, what: str) -> str:
        """Return `what` in a sentence, followed by the last poll's failure."""
        return words.too_late(what, "" if self.last_failure is None else self.last_failure.what)


async def poll(
    ask: Callable[[], Awaitable[TokenResponse]], clock: Clock, *, interval_s: float, until: float
) -> TokenResponse:
    """Call `ask` every `interval_s` seconds until it brings tokens, the first time after one interval.

    It continues on authorization_pending, 5 s slower for good after each slow_down, and on errors of the network (with
    its sign-in page) or a busy server: then the pauses double, to a minute at most, until a response comes again (RFC
    8628 §3.5). Raises TooLate at `until` (epoch seconds), and every other OAuthError at once.
    """
    lost, asked_s, last_failure = 0, 0.0, None
    while True:
        pause_s = max(min(interval_s * 2**lost, max(_LONGEST_PAUSE_S, interval_s)), asked_s)
        if clock.now() + pause_s > until:
            await clock.sleep_until(until)
            raise TooLate(last_failure)
        await clock.sleep_until(clock.now() + pause_s)
        try:
            return await ask()
        except (OAuthError, UnusableResponse, Unreachable) as failed:
            code = plain_code(failed.code) if isinstance(failed, OAuthError) else ""
            if isinstance(failed, OAuthError) and code in (PENDING, _SLOW_DOWN):
                interval_s += _SLOWER_BY_S if code == _SLOW_DOWN else 0.0
                lost, asked_s, last_failure = 0, failed.retry_after_s or 0.0, None
            elif _passes(failed):
                lost, asked_s, last_failure = min(lost + 1, 10), _wait_of(failed), failed
            else:
                raise


def _passes(failed: OAuthError | UnusableResponse | Unreachable) -> bool:
    """Return whether a poll may be repeated after this failure: nothing was decided, and the code is not spent."""
    if isinstance(failed, OAuthError):
        return is_busy(failed)
    return isinstance(failed, Unreachable) or failed.kind in _UNDECIDED or failed.status != _OK


def _wait_of(failed: OAuthError | UnusableResponse | Unreachable) -> float:
    return 0.0 if isinstance(failed, Unreachable) else failed.retry_after_s or 0.0
