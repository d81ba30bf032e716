"""The theoretical minimum is what brute force finds, and no strategy beats it on a perfect network."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lab.minimum import least_refreshes
from app.lab.scenario import Contestant, Pattern, Scenario
from app.lab.schedule import schedule_of
from tests.app.lab.conftest import Ran


def _by_brute_force(calls: list[int], lifetime: int) -> int:
    """Return the fewest moments, of all there are, at which refreshing gives every call a good token."""
    moments = range(max(calls, default=0) + 1)
    for count in range(len(calls) + 1):
        for chosen in combinations(moments, count):
            issued = (0, *chosen)
            if all(any(at <= call < at + lifetime for at in issued) for call in calls):
                return count
    raise AssertionError("a refresh at every call serves them all")


@given(st.lists(st.integers(0, 12), max_size=6).map(sorted), st.integers(1, 7))
def test_it_is_what_brute_force_finds(calls: list[int], lifetime: int) -> None:
    assert least_refreshes(calls, lifetime) == _by_brute_force(calls, lifetime)


def test_a_call_at_the_very_end_of_a_token_needs_another() -> None:
    assert least_refreshes([299.9], 300) == 0
    assert least_refreshes([300.0], 300) == 1


@pytest.mark.parametrize("contestant", Contestant)
@pytest.mark.parametrize("pattern", [Pattern.BURST, Pattern.STEADY])
def test_no_strategy_beats_it_on_a_good_network(ran: Ran, pattern: Pattern, contestant: Contestant) -> None:
    scenario = Scenario(calls=75, pattern=pattern, access_token_lifetime_s=60)
    assert ran(scenario, contestant).token_requests >= least_refreshes(schedule_of(scenario).calls, 60)
