"""Limits that count only the time in which the program ran, whatever loop it runs on."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sim_loop import SimLoop
from app.wire.running_time import RunningLimit, running_limit
from tests.app.stopped import StoppedLoop, Stops


def over_at(limit_s: float, stops: Stops) -> tuple[float, float]:
    """Return when the limit was over by the clock, and how long it says it ran."""
    loop = StoppedLoop(stops)

    async def wait() -> tuple[float, float]:
        over = asyncio.Event()
        limit = RunningLimit(over.set)
        limit.begin(limit_s)
        await over.wait()
        return loop.time(), limit.ran_s

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(wait())


@pytest.mark.parametrize("limit_s", [0.0, 0.2, 0.5, 1.0, 20.0, 20.3])
def test_without_a_stop_it_is_as_long_as_it_says(limit_s: float) -> None:
    assert over_at(limit_s, []) == (pytest.approx(limit_s), pytest.approx(limit_s))


@pytest.mark.parametrize("stopped_s", [25.0, 45.0, 3600.0])
@pytest.mark.parametrize("at_s", [0.1, 7.0, 19.9])
def test_after_a_stop_it_has_its_whole_time_again(at_s: float, stopped_s: float) -> None:
    over, ran_s = over_at(20.0, [(at_s, stopped_s)])
    assert over - stopped_s - at_s == pytest.approx(20.0, abs=0.6)
    assert ran_s == pytest.approx(over - stopped_s, abs=0.6)


def test_a_loop_that_is_busy_for_a_moment_is_no_stop() -> None:
    over, ran_s = over_at(20.0, [(each + 0.1, 1.0) for each in range(0, 60, 3)])
    assert ran_s == pytest.approx(20.0)
    assert over < 20.0 * 1.6


stops = st.lists(st.tuples(st.floats(0.0, 200.0), st.floats(2.6, 90.0)), max_size=5)


@given(limit_s=st.floats(0.5, 60.0), stops=stops)
def test_it_never_ends_before_it_has_run_for_as_long_as_it_says(limit_s: float, stops: Stops) -> None:
    over, ran_s = over_at(limit_s, stops)
    assert ran_s >= limit_s - 1e-6
    last = max((at_s + stopped_s for at_s, stopped_s in stops if at_s + stopped_s < over), default=0.0)
    assert over - last >= limit_s - 0.6 or not last, "what came during the last stop has the whole time to be read"


def test_a_block_that_runs_too_long_is_a_timeout() -> None:
    async def too_long() -> None:
        async with running_limit(3.0):
            await asyncio.sleep(4)

    with asyncio.Runner(loop_factory=SimLoop) as runner, pytest.raises(TimeoutError):
        runner.run(too_long())


def test_a_block_that_waited_through_a_stop_goes_on() -> None:
    async def stopped() -> float:
        async with running_limit(3.0) as limit:
            await asyncio.sleep(2)
            return limit.ran_s

    loop_factory: Callable[[], SimLoop] = lambda: StoppedLoop([(1.0, 45.0)])  # noqa: E731
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(stopped()) == pytest.approx(1.5, abs=0.6)


def test_begun_anew_it_counts_on_and_ended_it_counts_no_more() -> None:
    async def run() -> list[float]:
        limit = RunningLimit(lambda: pytest.fail("it was over"))
        found = []
        for limit_s in (5.0, None, 2.0):
            limit.begin(limit_s)
            await asyncio.sleep(1.7)
            found.append(limit.ran_s)
        limit.end()
        await asyncio.sleep(9)
        return [*found, limit.ran_s]

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        assert runner.run(run()) == pytest.approx([1.7, 3.4, 5.1, 5.1])
