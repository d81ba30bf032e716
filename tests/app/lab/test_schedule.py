"""The schedule keeps its laws, and depends on the seed and on nothing that strategies or policies are about."""

from dataclasses import replace
from itertools import pairwise

import pytest

from app.lab.scenario import Pattern, RotationMode, Scenario, Weather
from app.lab.schedule import Interval, Schedule, StepKind, schedule_of

_HOUR_S = 3600.0
_SCENARIOS = [
    Scenario(seed=seed, calls=400, pattern=pattern, weather=weather)
    for pattern in Pattern
    for weather in Weather
    for seed in (1, 2, 7)
]


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=lambda each: f"{each.pattern}-{each.weather}-{each.seed}")
def test_a_schedule_keeps_its_laws(scenario: Scenario) -> None:
    found = schedule_of(scenario)
    assert len(found.calls) == scenario.calls
    assert list(found.calls) == sorted(found.calls)
    assert found.calls[0] > 0
    for begin in (*found.starts, *(night.begin for night in found.asleep)):
        assert not [moment for moment in found.calls if begin - 60 <= moment <= begin]
    for night in found.asleep:
        assert not [moment for moment in found.calls if night.begin <= moment < night.end]
    assert all(before.end < after.begin for before, after in pairwise(found.spells))
    assert bool(found.spells) is (scenario.weather is not Weather.GOOD)
    assert not [spell for spell in found.spells if spell.begin < 300]


@pytest.mark.parametrize("pattern", Pattern)
def test_the_same_seed_gives_the_same_schedule_and_another_gives_another(pattern: Pattern) -> None:
    scenario = Scenario(seed=3, calls=100, pattern=pattern, weather=Weather.BUSY)
    assert schedule_of(scenario) == schedule_of(scenario)
    other = schedule_of(replace(scenario, seed=4))
    assert other.calls != schedule_of(scenario).calls
    assert other.spells != schedule_of(scenario).spells


def test_another_weather_leaves_the_calls_where_they_are() -> None:
    assert len({schedule_of(Scenario(weather=weather)).calls for weather in Weather}) == 1


def test_what_the_server_does_and_whose_clock_is_wrong_leave_everything_where_it_is() -> None:
    plain = Scenario(weather=Weather.OUTAGES)
    other = replace(
        plain,
        access_token_lifetime_s=60,
        rotation=RotationMode.STATIC,
        grace_s=0,
        skew_s=90,
        leeway_s=30,
        refresh_idle_s=60,
    )
    assert schedule_of(other) == schedule_of(plain)


def test_an_office_day_has_its_breaks_and_loads_pages() -> None:
    found = schedule_of(Scenario())
    assert not [moment for moment in found.calls if 3 * _HOUR_S < moment < 4 * _HOUR_S]
    assert found.calls[-1] <= 8.5 * _HOUR_S
    loads = [found.calls.count(moment) for moment in set(found.calls)]
    assert set(loads) == {1, 2, 3, 4, 5, 6}
    assert len(found.starts) == 2


def test_bursts_are_of_25_calls_and_steady_calls_come_alone() -> None:
    bursts = schedule_of(Scenario(calls=100, pattern=Pattern.BURST)).calls
    assert [bursts.count(moment) for moment in sorted(set(bursts))] == [25] * 4
    steady = schedule_of(Scenario(calls=100, pattern=Pattern.STEADY)).calls
    assert all(9 <= after - before <= 21 for before, after in pairwise(steady))


def test_one_night_is_slept_through() -> None:
    [night] = schedule_of(Scenario(pattern=Pattern.OVERNIGHT)).asleep
    assert night.end - night.begin > 14 * _HOUR_S


def test_what_happens_at_the_same_moment_has_an_order() -> None:
    found = Schedule(calls=(10.0, 10.0, 30.0), starts=(10.0,), asleep=(Interval(20.0, 25.0),))
    assert [(step.at, step.what, step.lasts_s) for step in found.steps()] == [
        (10.0, StepKind.START, 0.0),
        (10.0, StepKind.CALL, 0.0),
        (10.0, StepKind.CALL, 0.0),
        (20.0, StepKind.SLEEP, 5.0),
        (30.0, StepKind.CALL, 0.0),
    ]


def test_a_spell_holds_from_its_begin_until_before_its_end() -> None:
    found = Schedule(calls=(1.0,), spells=(Interval(10.0, 20.0), Interval(30.0, 40.0)))
    assert [found.is_in_spell(moment) for moment in (9.9, 10.0, 19.9, 20.0, 29.9, 30.0, 40.0)] == [
        *(False, True, True, False),
        *(False, True, False),
    ]
