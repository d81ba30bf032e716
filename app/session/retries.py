"""How long a failed refresh is worth retrying with the same refresh token, and how long to leave the server alone.

| what happened                                          | what is done                                            |
| ------------------------------------------------------ | ------------------------------------------------------- |
| the response was lost (sent, nothing usable came back) | retry at once, twice at most, within 20 s of the first  |
| 429 or 503 with a Retry-After within 30 s              | wait that long, retry once                              |
| the same, later than that                              | fail now, and send nothing until then (an hour at most) |
| anything else                                          | fail now                                                |

A server that rotates accepts the old refresh token again only within its grace period, so a lost response is retried at
once or not at all (security facts §6); a refusal is never retried. The 20 s count waiting for responses while this
program ran: after a stop of any length a lost response is retried, because nothing else helps.
"""

from dataclasses import dataclass, replace

from app.errors import Hiccup

RETRY_WITHIN_S = 20.0
_MOST_RETRIES = 2
_LONGEST_WAIT_S = 30.0
LONGEST_PAUSE_S = 3600.0
_COMES_BACK = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Attempts:
    """What was tried so far: responses lost, the seconds of running time spent waiting for them, and waits granted."""

    lost: int = 0
    lost_s: float = 0.0
    waited: int = 0

    def after(self, failure: Hiccup) -> "Attempts":
        """Return the attempts with one more, made after this failure."""
        if is_lost_response(failure):
            return replace(self, lost=self.lost + 1, lost_s=self.lost_s + failure.ran_s)
        return replace(self, waited=self.waited + 1)


def is_lost_response(failure: Hiccup) -> bool:
    """Return whether the server may have responded, and rotated, without us receiving it."""
    return failure.lost or (failure.sent and failure.status is None)


def wait_before_retry_s(failure: Hiccup, tried: Attempts) -> float | None:
    """Return how many seconds to wait before retrying, None when it is not worth it."""
    if is_lost_response(failure):
        in_time = tried.lost_s + failure.ran_s < RETRY_WITHIN_S
        return 0.0 if in_time and tried.lost < _MOST_RETRIES else None
    if failure.status in _COMES_BACK and failure.retry_after_s is not None and not tried.waited:
        return failure.retry_after_s if failure.retry_after_s <= _LONGEST_WAIT_S else None
    return None


def pause_s(failure: Hiccup) -> float:
    """Return how many seconds the server asks us to wait, 0 when it does not say; at most an hour."""
    if failure.status not in _COMES_BACK or failure.retry_after_s is None:
        return 0.0
    return min(failure.retry_after_s, LONGEST_PAUSE_S)
