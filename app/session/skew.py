"""How far the server's clock is from ours, and whether that explains why an ID token did not pass."""

from app.clock import Clock
from app.events.refresh import SkewMeasured
from app.journal import JournalWriter
from app.session import words

_BY_CLOCK = frozenset({"exp", "nbf", "iat"})
_TO_BLAME_S = 60.0
_WORTH_SAYING_S = 2.0


class Skew:
    """The server's time minus ours by its last response, in seconds; `skew_s` is None while unknown."""

    def __init__(self, journal: JournalWriter, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self.skew_s: float | None = None

    def measure(self, server_time: float | None, cause: int) -> None:
        if server_time is None:
            return
        before, self.skew_s = self.skew_s, server_time - self._clock.now()
        if abs(self.skew_s - (before or 0.0)) >= _WORTH_SAYING_S:
            self._journal.append(SkewMeasured(self.skew_s), cause=cause)


def clock_to_blame(rule: str, skew_s: float | None) -> str:
    """Return a sentence about our clock where it explains why a token failed `rule`, else "".

    `skew_s` is the server's Date minus our time, in seconds; None where it is not known.
    """
    if rule not in _BY_CLOCK or skew_s is None or abs(skew_s) < _TO_BLAME_S:
        return ""
    return words.clock_wrong(skew_s)
