"""The geometry of the lab's chart, by its properties: in order, inside, apart, and found where it was drawn."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.lab.layout import Box, ChartBar, Room, axis_end, chart_of, flow, natural_height

NUMBERS = st.just(0.0) | st.floats(1e-6, 1e7) | st.integers(0, 5000).map(float)
BARS = st.lists(
    st.builds(lambda value, share, note: ChartBar(value, value * share, note), NUMBERS, st.floats(0, 1), st.booleans()),
    min_size=1,
    max_size=9,
)
ROOMS = st.builds(
    lambda width, height, line, stacked: Room(
        width=width,
        height=height,
        line=line,
        gutter=0.0 if stacked else width * 0.25,
        tail=0.0 if stacked else width * 0.2,
        top=line,
        bottom=line,
    ),
    st.floats(100, 3000),
    st.floats(200, 2000),
    st.floats(8, 60),
    st.booleans(),
)
LEAST = st.none() | st.integers(0, 100_000).map(float)


@given(BARS, ROOMS, LEAST)
def test_longer_numbers_have_longer_bars(bars: list[ChartBar], room: Room, least: float | None) -> None:
    rows = chart_of(bars, room, least).rows
    for one, row in zip(bars, rows, strict=True):
        for other, beside in zip(bars, rows, strict=True):
            if one.value <= other.value:
                assert row.bar.width <= beside.bar.width + 1e-6


@given(BARS, ROOMS, LEAST)
def test_everything_lies_inside(bars: list[ChartBar], room: Room, least: float | None) -> None:
    chart = chart_of(bars, room, least)
    for row in chart.rows:
        assert room.top - 1e-6 <= row.whole.top
        assert row.whole.bottom <= max(room.height - room.bottom, room.top) + 1e-6
        assert chart.plot.left <= row.bar.left <= row.split <= row.bar.right + 1e-6
        assert row.bar.right <= chart.plot.right + 1e-6
        for box in (row.name, row.bar, row.note):
            assert row.whole.top - 1e-6 <= box.top
            assert box.bottom <= row.whole.bottom + 1e-6
            assert box.right <= room.width + 1e-6
    if chart.least_x is not None:
        assert chart.plot.left <= chart.least_x <= chart.plot.right + 1e-6


def are_apart(boxes: list[Box]) -> bool:
    """Return whether boxes follow one another downwards without touching more than at their edges."""
    return all(one.bottom <= other.top + 1e-6 for one, other in pairwise(boxes))


@given(BARS, ROOMS)
def test_rows_and_what_is_in_them_never_overlap(bars: list[ChartBar], room: Room) -> None:
    rows = chart_of(bars, room).rows
    assert are_apart([row.whole for row in rows])
    if room.is_stacked:
        assert are_apart([box for row in rows for box in (row.name, row.bar, row.note)])
    else:
        assert all(row.name.right <= row.bar.left + 1e-6 <= row.note.left + 2e-6 for row in rows)


@given(BARS, ROOMS)
def test_a_row_is_found_where_it_is(bars: list[ChartBar], room: Room) -> None:
    chart = chart_of(bars, room)
    for number, row in enumerate(chart.rows):
        assert chart.row_at(room.width / 2, row.whole.top + row.whole.height / 2) == number
    assert chart.row_at(room.width / 2, room.top - 1) is None
    assert chart.row_at(room.width / 2, chart.rows[-1].whole.bottom + 1) is None
    assert chart.row_at(room.width + 1, chart.rows[0].whole.top) is None


@given(BARS, ROOMS)
def test_the_natural_height_is_just_enough(bars: list[ChartBar], room: Room) -> None:
    height = natural_height(bars, room)
    snug = Room(width=room.width, height=height, line=room.line, gutter=room.gutter, top=room.top, bottom=room.bottom)
    rows = chart_of(bars, snug).rows
    assert rows[-1].whole.bottom == pytest.approx(height - room.bottom)
    assert all(row.bar.height >= room.line * 0.7 for row in rows)
    if room.is_stacked:
        assert all(row.name.height >= room.line for row in rows)


@given(BARS, ROOMS, LEAST)
def test_ticks_are_round_even_and_in_sight(bars: list[ChartBar], room: Room, least: float | None) -> None:
    chart = chart_of(bars, room, least)
    assert chart.ticks[0].value == 0
    assert all(chart.plot.left <= tick.x <= chart.plot.right + 1e-6 for tick in chart.ticks)
    gaps = [other.x - one.x for one, other in pairwise(chart.ticks)]
    assert all(gap == pytest.approx(gaps[0], rel=1e-6) for gap in gaps)
    assert all(gap >= min(room.line * 4, chart.plot.width) * 0.7 for gap in gaps)


@given(BARS, ROOMS, LEAST)
def test_only_the_longest_are_cut_and_only_where_the_others_would_be_tiny(
    bars: list[ChartBar], room: Room, least: float | None
) -> None:
    cut = {bar.value for bar, row in zip(bars, chart_of(bars, room, least).rows, strict=True) if row.is_cut}
    assert len(cut) <= 1
    if cut:
        others = {bar.value for bar in bars} - cut
        assert cut.pop() > 4 * max([*others, least or 0.0])


@pytest.mark.parametrize(
    ("values", "least", "end"),
    [
        ([24, 96, 2000], 23, 96),
        ([24, 96, 300], 23, 300),
        ([2000, 2000, 24], None, 24),
        ([0, 0, 41], None, 41),
        ([0, 0], None, 1),
        ([0, 0], 5, 5),
        ([1, 8], 8, 8),
        ([], None, 1),
    ],
)
def test_where_the_axis_ends(values: list[float], least: float | None, end: float) -> None:
    assert axis_end(values, least) == end


@given(st.lists(st.floats(1, 300), max_size=8), st.floats(50, 600), st.floats(0, 20))
def test_what_flows_stays_in_the_room_and_in_order(widths: list[float], room: float, gap: float) -> None:
    places = flow(widths, room, gap)
    for (left, _), width in zip(places, widths, strict=True):
        assert left == 0 or left + width <= room + 1e-6
    for place, ((left, line), (after, next_line)) in enumerate(pairwise(places)):
        assert (next_line, after) == (line + 1, 0) or (next_line == line and after >= left + widths[place])
