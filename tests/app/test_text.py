"""Words for durations, and durations read from words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import duration, seconds_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90),
        (" 5 min ", 300),
        ("5min", 300),
        ("-1 h 30 min", -5400),
        ("+3 s", 3),
        ("1.5 s", 1.5),
        ("41 ms", 0.041),
        ("1 d 4 h", 100_800),
    ],
)
def test_a_duration_is_read_as_it_is_written(text: str, expected: float) -> None:
    assert seconds_in(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "soon", "5 5", "5 min 3", "3m", "10 minutes", "--1 s", "1 s - 2 s", "1e3", "٣"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert seconds_in(text) is None


@given(st.integers(0, 59), st.sampled_from(["s", "min", "h", "d"]))
def test_what_is_written_in_one_unit_is_read_as_the_same(number: int, unit: str) -> None:
    seconds = number * {"s": 1, "min": 60, "h": 3600, "d": 86_400}[unit]
    assert seconds_in(duration(seconds)) == seconds


@given(st.text())
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    found = seconds_in(text)
    assert found is None or isinstance(found, float)
