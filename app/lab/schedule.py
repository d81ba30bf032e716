"""The schedule of a run: calls, program starts, sleep and weather, drawn from the seed and the same for all."""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple

from app.lab.scenario import Pattern, Scenario, Weather

_MINUTE_S, _HOUR_S = 60.0, 3600.0
_LARGEST_PAGE = 6
_BURST = 25
_STEADY_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Interval:
    """From `begin` until before `end`, in seconds since the sign-in."""

    begin: float
    end: float


class StepKind(IntEnum):
    """What happens at a moment, in the order in which it does where moments are the same."""

    SLEEP = 0
    START = 1
    CALL = 2


class ScheduledStep(NamedTuple):
    """Something that happens `at` a moment; a sleep `lasts_s` seconds."""

    at: float
    what: StepKind
    lasts_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The same events for every contestant; times are in seconds since the sign-in, sorted.

    `calls` has one time per call; calls at the same time are a page load. At each of `starts` the program restarts
    and restores its session from the store. In `asleep` the machine sleeps. In `spells` the weather is what the
    scenario says, else good. No call is made in the minute before a start or a sleep.
    """

    calls: tuple[float, ...]
    starts: tuple[float, ...] = ()
    asleep: tuple[Interval, ...] = ()
    spells: tuple[Interval, ...] = ()

    def steps(self) -> list[ScheduledStep]:
        return sorted(
            [
                *(ScheduledStep(span.begin, StepKind.SLEEP, span.end - span.begin) for span in self.asleep),
                *(ScheduledStep(moment, StepKind.START) for moment in self.starts),
                *(ScheduledStep(moment, StepKind.CALL) for moment in self.calls),
            ]
        )

    def is_in_spell(self, moment: float) -> bool:
        place = bisect_right(self.spells, moment, key=lambda spell: spell.begin) - 1
        return place >= 0 and moment < self.spells[place].end


def schedule_of(scenario: Scenario) -> Schedule:
    """Return the schedule of a scenario: it depends on seed, calls, pattern and weather, and on nothing else."""
    drawn = _PATTERNS[scenario.pattern](scenario.calls, _dice(scenario, "calls"))
    length_s = drawn.calls[-1]
    spells = tuple(_spells(scenario.weather, length_s, _dice(scenario, "weather")))
    return Schedule(calls=drawn.calls, starts=drawn.starts, asleep=drawn.asleep, spells=spells)


def _dice(scenario: Scenario, what: str) -> random.Random:
    # One for each purpose: another weather leaves the calls where they are.
    return random.Random(f"{scenario.seed}/{what}")  # noqa: S311 - a seed is wanted, not a secret


# --- the calls --------------------------------------------------------------------------------------------------------


def _burst(calls: int, dice: random.Random) -> Schedule:
    """Return bursts of 25 simultaneous calls, 4 to 12 minutes apart; the program is restarted half-way."""
    count = -(-calls // _BURST)
    moments = list(accumulate(dice.uniform(4 * _MINUTE_S, 12 * _MINUTE_S) for _ in range(count)))
    half = count // 2
    starts = ((moments[half - 1] + moments[half]) / 2,) if half else ()
    return Schedule(calls=tuple(moment for moment in moments for _ in range(_BURST))[:calls], starts=starts)


def _steady(calls: int, dice: random.Random) -> Schedule:
    """Return single calls 9 to 21 s apart."""
    jitter = 0.4 * _STEADY_EVERY_S
    gaps = (_STEADY_EVERY_S + dice.uniform(-jitter, jitter) for _ in range(calls))
    return Schedule(calls=tuple(accumulate(gaps)))


def _office_day(calls: int, dice: random.Random) -> Schedule:
    """Return page loads from nine to half past five; the program is started after lunch and after the coffee break."""
    coffee_ends = 6 * _HOUR_S + 15 * _MINUTE_S
    at_work = (
        Interval(_MINUTE_S, 3 * _HOUR_S),
        Interval(4 * _HOUR_S + 10, 6 * _HOUR_S),
        Interval(coffee_ends + 10, 8.5 * _HOUR_S),
    )
    return Schedule(calls=_page_loads(calls, at_work, dice), starts=(4 * _HOUR_S, coffee_ends))


def _overnight(calls: int, dice: random.Random) -> Schedule:
    """Return page loads from one to half past five, a night of 15 hours, and page loads until noon."""
    night = Interval(4.5 * _HOUR_S + 2 * _MINUTE_S, 19.5 * _HOUR_S)
    at_work = (Interval(_MINUTE_S, 4.5 * _HOUR_S), Interval(19.5 * _HOUR_S + 10, 23 * _HOUR_S))
    return Schedule(calls=_page_loads(calls, at_work, dice), asleep=(night,))


def _page_loads(calls: int, at_work: tuple[Interval, ...], dice: random.Random) -> tuple[float, ...]:
    """Return `count` calls in page loads of 1 to 6, spread evenly over the working time."""
    sizes: list[int] = []
    while (left := calls - sum(sizes)) > 0:
        sizes.append(min(dice.randint(1, _LARGEST_PAGE), left))
    lengths = [span.end - span.begin for span in at_work]
    spans = dice.choices(at_work, weights=lengths, k=len(sizes))
    moments = sorted(dice.uniform(span.begin, span.end) for span in spans)
    return tuple(moment for moment, size in zip(moments, sizes, strict=True) for _ in range(size))


_PATTERNS: dict[Pattern, Callable[[int, random.Random], Schedule]] = {
    Pattern.BURST: _burst,
    Pattern.STEADY: _steady,
    Pattern.OFFICE_DAY: _office_day,
    Pattern.OVERNIGHT: _overnight,
}


# --- the weather ------------------------------------------------------------------------------------------------------

# Minutes a spell lasts; between two there are 10 to 40 minutes, and none comes in the first five.
_SPELLS: dict[Weather, tuple[float, float]] = {
    Weather.OUTAGES: (2, 8),
    Weather.LOST_ANSWERS: (5, 15),
    Weather.BUSY: (1, 5),
}


def _spells(weather: Weather, until: float, dice: random.Random) -> Iterator[Interval]:
    if weather is Weather.GOOD:
        return
    shortest, longest = _SPELLS[weather]
    moment = dice.uniform(5, 15) * _MINUTE_S
    while moment < until:
        end = moment + dice.uniform(shortest, longest) * _MINUTE_S
        yield Interval(moment, end)
        moment = end + dice.uniform(10, 40) * _MINUTE_S
