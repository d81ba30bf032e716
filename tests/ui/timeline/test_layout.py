"""The timeline's geometry, by its properties: inside the lane, in order, apart, and found where it was drawn."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lanes import End, FamilyTimes, Lane, LaneMark, Lanes, Limits, MarkKind, TokenLife
from tests.names import AT, RT
from ui.timeline.layout import LimitKind, Picture, Rules, limits_of, picture
from ui.timeline.span import LONGEST_S, ORDER, SHORTEST_S, Frame, TimeSpan, following, ticks
from ui.timeline.walk import beside, neighbour

NOW = 1_790_000_000.0


def bar(
    number: int, begin: float, life: float | None, lane: Lane = Lane.ACCESS, ended: float | None = None
) -> TokenLife:
    name = AT if lane is Lane.ACCESS else RT
    return TokenLife(
        lane=lane,
        name=name(number),
        family=1,
        seq=number * 10 + (lane is Lane.REFRESH),
        fingerprint="9f2c",
        begins_at=begin,
        ends_at=None if life is None else begin + life,
        end=End.OPEN if ended is None else End.REPLACED,
        ended_at=ended,
        before=None if number == 1 else name(number - 1),
    )


def mark(
    seq: int, at: float, kind: MarkKind = MarkKind.CALL, lane: Lane = Lane.CALLS, token: str = "", **more: Any
) -> LaneMark:
    return LaneMark(lane=lane, kind=kind, at=at, until=at, text="", seq=seq, token=token, **more)


def lanes_with(bars: list[TokenLife], marks: list[LaneMark] | None = None) -> Lanes:
    found = Lanes()
    for thing in sorted([*bars, *(marks or [])], key=lambda thing: thing.seq):
        found.put(thing)
    return found


def frame(begin: float = NOW - 100, end: float = NOW + 50, width: float = 600) -> Frame:
    return Frame(80, 20, width, 30, TimeSpan(begin, end))


LIVES = st.lists(st.tuples(st.floats(0.01, 500), st.floats(0.01, 400)), min_size=1, max_size=60)
SPANS = st.tuples(st.floats(-5000, 5000), st.floats(SHORTEST_S, 20_000))


@given(lives=LIVES, span=SPANS, width=st.floats(50, 3000))
def test_bars_lie_inside_the_frame_in_order_and_apart(
    lives: list[tuple[float, float]], span: tuple[float, float], width: float
) -> None:
    moment, bars = NOW - 3000, []
    for number, (gap, life) in enumerate(lives, 1):
        bars.append(bar(number, moment, life, ended=moment + min(gap, life)))
        moment += gap
    area = frame(NOW + span[0], NOW + span[0] + span[1], width)
    shapes = picture(lanes_with(bars), area, NOW).bars
    assert all(area.left - 0.01 <= shape.begin <= shape.end <= area.left + width + 0.01 for shape in shapes)
    assert [shape.begin for shape in shapes] == sorted(shape.begin for shape in shapes)
    in_lanes = [pair for pair in pairwise(shapes) if pair[0].lane is pair[1].lane]
    assert all(one.end <= other.begin + 1 for one, other in in_lanes)
    in_sight = [each for each in bars if each.begins_at <= area.span.end and each.until(NOW) >= area.span.begin]
    assert sum(shape.count for shape in shapes) == len(in_sight)


@given(moment=st.floats(-1e5, 1e5), begin=st.floats(-1e5, 1e5), seconds=st.floats(2, 1e6), width=st.floats(10, 4000))
def test_a_moment_is_found_where_it_was_placed(moment: float, begin: float, seconds: float, width: float) -> None:
    area = frame(NOW + begin, NOW + begin + seconds, width)
    assert area.moment(area.x(NOW + moment)) == pytest.approx(NOW + moment, abs=max(seconds, 1e5) * 1e-6)


@given(begin=st.floats(-1e6, 1e6), seconds=st.floats(SHORTEST_S, LONGEST_S), width=st.floats(240, 4000))
def test_ticks_are_few_even_and_in_sight(begin: float, seconds: float, width: float) -> None:
    area = frame(NOW + begin, NOW + begin + seconds, width)
    found = ticks(area)
    assert len(found) <= width / 100 + 2
    assert all(area.span.begin <= tick <= area.span.end for tick in found)
    gaps = {round(other - one, 3) for one, other in pairwise(found)}
    assert len(gaps) <= 1


@given(factor=st.floats(0.01, 100), share=st.floats(0, 1), seconds=st.floats(SHORTEST_S, 1e6))
def test_zooming_keeps_the_moment_under_the_cursor(factor: float, share: float, seconds: float) -> None:
    span = TimeSpan(NOW, NOW + seconds)
    around = NOW + share * seconds
    zoomed = span.zoomed(factor, around)
    assert SHORTEST_S - 0.01 <= zoomed.seconds <= LONGEST_S + 1
    assert (around - zoomed.begin) / zoomed.seconds == pytest.approx(share, abs=1e-3)


def test_following_leaves_room_for_what_comes() -> None:
    span = following(NOW, 150)
    assert (span.seconds, span.end) == (150, NOW + 15)


def seq_at(found: Picture, x: float, y: float) -> int:
    what = found.what_at(x, y)
    assert what is not None
    return what.seq


def test_what_is_drawn_is_hit_and_the_rest_is_not() -> None:
    bars = [bar(1, NOW - 60, 30, ended=NOW - 30), bar(2, NOW - 20, 30)]
    marks = [mark(7, NOW - 50), mark(8, NOW - 10)]
    area = frame()
    found = picture(lanes_with(bars, marks), area, NOW)
    for each in bars:
        assert seq_at(found, area.x(each.begins_at + 5), area.middle(Lane.ACCESS)) == each.seq
    for one in marks:
        assert seq_at(found, area.x(one.at) + 3, area.middle(Lane.CALLS)) == one.seq
    assert found.what_at(area.x(NOW - 25), area.middle(Lane.ACCESS)) is None
    assert seq_at(found, area.x(NOW - 50), area.middle(Lane.ACCESS)) == 10
    assert found.what_at(area.x(NOW), area.bottom + 5) is None


def test_ten_thousand_lives_become_few_shapes_that_count_them_all() -> None:
    bars = [
        bar(number, NOW - 300_000 + number * 30, 30, ended=NOW - 300_000 + number * 30 + 30)
        for number in range(1, 10_001)
    ]
    shapes = picture(lanes_with(bars), frame(NOW - 300_000, NOW + 100, 900), NOW).bars
    assert len(shapes) < 200
    assert sum(shape.count for shape in shapes) == 10_000


def test_the_leeway_and_the_running_edge_are_told() -> None:
    found = picture(lanes_with([bar(1, NOW - 10, 30)]), frame(), NOW, rules=Rules(leeway_s=5))
    (shape,) = found.bars
    assert shape.is_running
    assert shape.leeway_x == pytest.approx(found.frame.x(NOW + 15))
    assert found.now_x == pytest.approx(found.frame.x(NOW))
    assert picture(lanes_with([]), frame(NOW - 10, NOW - 5), NOW).now_x is None
    assert not picture(lanes_with([bar(1, NOW - 60, 30)]), frame(), NOW).bars[0].is_running


def test_an_unstated_end_runs_up_to_now() -> None:
    found = picture(lanes_with([bar(1, NOW - 10, None, Lane.REFRESH)]), frame(), NOW)
    assert found.bars[0].end == pytest.approx(found.frame.x(NOW))


def test_a_rotation_is_linked_and_a_replay_points_backwards() -> None:
    bars = [bar(1, NOW - 60, 30, ended=NOW - 30), bar(2, NOW - 30, 30)]
    replay = mark(99, NOW - 5, MarkKind.REPLAY_REFUSED, Lane.TOKEN_REQUESTS, RT(1), back_to=NOW - 30)
    found = picture(lanes_with(bars, [replay]), frame(), NOW)
    assert [link.is_replay for link in found.links] == [False, True]
    assert found.links[0].x == found.bars[1].begin
    assert (found.links[1].x, found.links[1].target_x) == (found.frame.x(NOW - 5), found.frame.x(NOW - 30))


def test_the_keyboard_walks_from_event_to_event() -> None:
    lanes = lanes_with([bar(1, NOW, 30), bar(2, NOW + 30, 30)], [mark(5, NOW), mark(15, NOW)])
    assert [neighbour(lanes, None, 1), neighbour(lanes, None, -1)] == [5, 20]
    assert [neighbour(lanes, seq, 1) for seq in (5, 10, 12, 15, 20)] == [10, 15, 15, 20, 20]
    assert [neighbour(lanes, seq, -1) for seq in (20, 15, 12, 10, 5)] == [15, 10, 10, 5, 5]
    assert neighbour(Lanes(), None, 1) is None


def test_the_lanes_lie_one_below_the_other() -> None:
    area = frame()
    tops = [area.lane_top(lane) for lane in ORDER]
    assert tops == sorted(tops)
    assert area.bottom == tops[-1] + area.lane_height


@given(
    gaps=st.lists(st.floats(0.05, 300), min_size=2, max_size=40),
    grace_s=st.floats(0, 400),
    span=SPANS,
    width=st.floats(200, 2000),
)
def test_the_grace_lies_after_every_rotated_refresh_token_and_nowhere_else(
    gaps: list[float], grace_s: float, span: tuple[float, float], width: float
) -> None:
    moment, bars = NOW - 3000, []
    for number, gap in enumerate(gaps, 1):
        bars.append(bar(number, moment, None, Lane.REFRESH, ended=None if number == len(gaps) else moment + gap))
        moment += gap
    area = frame(NOW + span[0], NOW + span[0] + span[1], width)
    tails = picture(lanes_with(bars), area, NOW, rules=Rules(limits=Limits(grace_s=grace_s))).tails
    if grace_s / area.span.seconds * width < 3:
        assert not tails
        return
    ends = [each.ended_at for each in bars if each.ended_at is not None]
    shares = [area.span.begin + area.span.seconds * step / 200 for step in range(1, 200)]
    for each in shares:
        near = min((abs(each - end) for end in (*ends, *(end + grace_s for end in ends))), default=1)
        if near > 1e-3:
            inside = any(end <= each <= end + grace_s for end in ends)
            assert any(tail.begin <= area.x(each) <= tail.end for tail in tails) is inside
    assert all(area.left - 0.01 <= tail.begin <= tail.end <= area.right + 0.01 for tail in tails)


@given(
    moments=st.lists(st.tuples(st.floats(-4000, 4000), st.sampled_from(list(MarkKind))), max_size=80),
    span=SPANS,
    width=st.floats(50, 2000),
)
def test_marks_are_counted_in_order_and_none_is_lost(
    moments: list[tuple[float, MarkKind]], span: tuple[float, float], width: float
) -> None:
    marks = [mark(seq, NOW + at, kind) for seq, (at, kind) in enumerate(moments, 1)]
    area = frame(NOW + span[0], NOW + span[0] + span[1], width)
    shapes = picture(lanes_with([], marks), area, NOW).marks
    for kind in MarkKind:  # a refusal among a thousand others is still seen
        in_sight = sum(each.kind is kind and area.span.contains(each.at) for each in marks)
        assert sum(shape.count for shape in shapes if shape.kind is kind) == in_sight
    assert [shape.x for shape in shapes] == sorted(shape.x for shape in shapes)
    assert all(area.left - 0.01 <= shape.x <= shape.until <= area.right + 0.01 for shape in shapes)


@given(lives=LIVES, span=SPANS)
def test_whatever_is_drawn_is_hit(lives: list[tuple[float, float]], span: tuple[float, float]) -> None:
    moment, bars = NOW - 3000, []
    for number, (gap, life) in enumerate(lives, 1):
        bars.append(bar(number, moment, life, ended=moment + min(gap, life)))
        moment += gap
    area = frame(NOW + span[0], NOW + span[0] + span[1])
    found = picture(lanes_with(bars), area, NOW)
    for shape in found.bars:
        if shape.end - shape.begin > 2:
            hit = found.what_at((shape.begin + shape.end) / 2, area.middle(shape.lane))
            assert hit is shape


def test_the_limits_lie_where_the_family_reaches_them_and_unknown_ones_nowhere() -> None:
    lanes = lanes_with([bar(1, NOW - 60, None, Lane.REFRESH)])
    lanes.family = FamilyTimes(1, NOW - 90, NOW - 60)
    rules = Rules(limits=Limits(idle_s=80, absolute_s=100))
    found = picture(lanes, frame(), NOW, rules=rules)
    assert {limit.kind: limit.x for limit in found.limits} == {
        LimitKind.IDLE: pytest.approx(found.frame.x(NOW + 20)),
        LimitKind.ABSOLUTE: pytest.approx(found.frame.x(NOW + 10)),
    }
    assert found.bars[0].may_last_x == pytest.approx(found.frame.x(NOW + 10))
    assert [limit.kind for limit in picture(lanes, frame(NOW, NOW + 15), NOW, rules=rules).limits] == [
        LimitKind.ABSOLUTE
    ]
    assert not picture(lanes, frame(), NOW, rules=Rules(limits=Limits(grace_s=5))).limits
    lanes.family = FamilyTimes(0, None, NOW - 60)
    assert list(limits_of(lanes, rules.limits)) == [LimitKind.IDLE]
    lanes.family = None
    assert not limits_of(lanes, rules.limits)


def test_what_is_selected_is_framed_in_every_lane_it_is_in() -> None:
    bars = [bar(1, NOW - 60, 30), replace(bar(1, NOW - 60, None, Lane.REFRESH), seq=10)]
    lanes = lanes_with(bars, [mark(11, NOW - 20)])
    focus = picture(lanes, frame(), NOW, chosen=10).focus
    assert [(each.lane, each.is_bar) for each in focus] == [(Lane.ACCESS, True), (Lane.REFRESH, True)]
    (one,) = picture(lanes, frame(), NOW, chosen=11).focus
    assert (one.begin, one.end, one.is_bar) == (frame().x(NOW - 20), frame().x(NOW - 20), False)
    assert not picture(lanes, frame(NOW - 5, NOW), NOW, chosen=11).focus


def test_up_and_down_find_what_lies_beside_and_pass_over_empty_lanes() -> None:
    bars = [bar(1, NOW - 60, 30, ended=NOW - 30), bar(2, NOW - 30, 30)]
    lanes = lanes_with(bars, [mark(31, NOW - 25), mark(32, NOW - 24, MarkKind.REFUSAL, Lane.TOKEN_REQUESTS)])
    assert beside(lanes, Lane.CALLS, NOW - 25, 1) == (Lane.ACCESS, 20)
    assert beside(lanes, Lane.ACCESS, NOW - 55, 1) == (Lane.TOKEN_REQUESTS, 32)
    assert beside(lanes, Lane.TOKEN_REQUESTS, NOW - 50, -1) == (Lane.ACCESS, 10)
    assert beside(lanes, Lane.CALLS, NOW, -1) is None


def test_days_begin_at_local_midnight() -> None:
    area = frame(NOW, NOW + 40 * 86400)
    assert all((tick + 5.5 * 3600) % 86400 == 0 for tick in ticks(area, 5.5 * 3600))


def test_a_long_life_after_many_short_ones_is_a_shape_of_its_own() -> None:
    bars = [bar(number, NOW - 90 + number / 100, 60, ended=NOW - 90 + (number + 1) / 100) for number in range(1, 9)]
    bars.append(bar(9, NOW - 89.91, 60))
    many, one = picture(lanes_with(bars), frame(), NOW).bars
    assert (many.count, many.end - many.begin < 1) == (8, True)
    assert (one.name, one.count, one.has_label) == (AT(9), 1, True)
