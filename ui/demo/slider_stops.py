"""The stops of the demo org's sliders and the words for their values, without a widget."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence

from app.demo.policy import DAY_S, HOUR_S
from app.text import duration

ACCESS_S = (5, 10, 15, 30, 45, 60, 75, 120, 300, 600, 900, 1800, HOUR_S)
REFRESH_S = (60, 120, 300, 900, 1800, HOUR_S, 2 * HOUR_S, 7 * HOUR_S, 8 * HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, 0)
IDLE_S = (10, 30, 60, 300, 900, HOUR_S, 8 * HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, 0)
GRACE_S = tuple(range(0, 61, 5))

Words = Callable[[int], str]


def nearest(stops: Sequence[int], value: int) -> int:
    """Return the index of the stop for `value`: its own, or the next larger one.

    A last stop of 0 means no limit and is larger than everything.
    """
    if value in stops:
        return stops.index(value)
    ends = [*stops[:-1], stops[-1] or math.inf]
    return min(bisect_left(ends, value), len(stops) - 1)


def lasting(seconds: int) -> str:
    """Return a lifetime in words."""
    return duration(seconds)


def lasting_or_unlimited(seconds: int) -> str:
    """Return a lifetime in words, where 0 means that it has no limit."""
    return duration(seconds) if seconds else "unlimited"


def ahead(seconds: float) -> str:
    """Return how far a clock is ahead, with its sign: `+90 s`, `0 s`."""
    return f"{seconds:+g} s" if seconds else "0 s"
