"""How long a failed refresh is worth trying again with the same refresh token, and how long to leave the server alone.

| what happened                                          | what is done                                              |
| ------------------------------------------------------ | --------------------------------------------------------- |
| the answer was lost (sent, nothing usable came back)   | ask again at once, twice at most, within 20 s of the first |
| 429 or 503 that says when to come back, within 30 s    | wait that long, ask once more                              |
| the same, later than that                              | fail now, and ask nothing until then (an hour at most)     |
| anything else                                          | fail now                                                   |

A server that rotates takes the old refresh token again only within its grace period, so a lost answer is asked for
again at once or not at all (security facts §6); a refusal is never asked about twice. The 20 s are of waiting for
answers while this program ran: after a stop of any length a lost answer is asked for again, for there is no other hope.
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
    """What has been tried so far: answers lost, how many seconds of running they were waited for, and waits granted."""

    lost: int = 0
    lost_s: float = 0.0
    waited: int = 0

    def after(self, failure: Hiccup) -> "Attempts":
        """Return what has been tried once more is asked for after this failure."""
        if is_lost_answer(failure):
            return replace(self, lost=self.lost + 1, lost_s=self.lost_s + failure.ran_s)
        return replace(self, waited=self.waited + 1)


def is_lost_answer(failure: Hiccup) -> bool:
    """Return whether the server may have answered, and rotated, without us hearing of it."""
    return failure.lost or (failure.sent and failure.status is None)


def wait_before_retry_s(failure: Hiccup, tried: Attempts) -> float | None:
    """Return how many seconds to wait before asking again, None when it is not worth it."""
    if is_lost_answer(failure):
        in_time = tried.lost_s + failure.ran_s < RETRY_WITHIN_S
        return 0.0 if in_time and tried.lost < _MOST_RETRIES else None
    if failure.status in _COMES_BACK and failure.retry_after_s is not None and not tried.waited:
        return failure.retry_after_s if failure.retry_after_s <= _LONGEST_WAIT_S else None
    return None


def pause_s(failure: Hiccup) -> float:
    """Return how many seconds the server wants to be left alone, 0 when it does not say; at most an hour."""
    if failure.status not in _COMES_BACK or failure.retry_after_s is None:
        return 0.0
    return min(failure.retry_after_s, LONGEST_PAUSE_S)
