"""The geometry of the timeline, without Qt: lanes and a span of time become shapes.

Nothing here visits more items than there are pixels: what is too narrow to distinguish is found by bisection, one cell
of a few pixels after the other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import NamedTuple

from app.lanes import End, Lane, LaneMark, Lanes, Limits, MarkKind, Series, TokenLife, Track
from app.token_name import TokenName
from ui.timeline.span import ORDER, Frame, ticks

_NARROW_PX = 3.0
_CELL_PX = 2.0
_MERGED_PX = 40.0
_MARK_CELL_PX = 8.0
_LABEL_PX = 34.0
_NEAR_PX = 7.0


class LimitKind(StrEnum):
    """Which limit of a family."""

    IDLE = "idle limit"
    ABSOLUTE = "absolute limit"


@dataclass(frozen=True, slots=True)
class Rules:
    """The leeway for access tokens in seconds, and the limits of the refresh token family."""

    leeway_s: float = 0.0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarShape:
    """A token's lifetime in pixels; `leeway_x` is where its leeway begins, `is_running` whether its end is ahead.

    With `count` above 1 it stands for that many lives too close together, named after the first. `life_s` is the
    stated lifetime. `is_cut` says whether it continues beyond the left or right edge, `may_last_x` how far a life of
    unstated end can go at most.
    """

    lane: Lane
    begin: float
    end: float
    name: TokenName
    seq: int
    how: End
    is_running: bool
    has_label: bool
    leeway_x: float | None = None
    life_s: float | None = None
    may_last_x: float | None = None
    is_cut: tuple[bool, bool] = (False, False)
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkShape:
    """A mark in pixels, lasting until `until`; `count` above 1 stands for that many on one spot.

    `room` is the space to its right; `took_s` its duration, and `note` is `Mark.note`.
    """

    lane: Lane
    kind: MarkKind
    x: float
    until: float
    seq: int
    note: str = ""
    token: TokenName | None = None
    took_s: float = 0.0
    back_x: float | None = None
    room: float = 0.0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A rotation, or a replay (which points backwards): from the request lane up to its token."""

    x: float
    target_x: float
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Tail:
    """A grace period in pixels, from the end of a rotated refresh token; overlapping ones are merged."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class LimitShape:
    """A visible limit."""

    kind: LimitKind
    x: float


@dataclass(frozen=True, slots=True)
class Focus:
    """The selection in pixels: a bar, or a mark where `begin` is `end`."""

    lane: Lane
    begin: float
    end: float
    is_bar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything to draw inside a frame; `now_x` is None while now is outside."""

    frame: Frame
    bars: tuple[BarShape, ...]
    marks: tuple[MarkShape, ...]
    links: tuple[Link, ...]
    tails: tuple[Tail, ...]
    limits: tuple[LimitShape, ...]
    focus: tuple[Focus, ...]
    ticks: tuple[float, ...]
    now_x: float | None

    def what_at(self, x: float, y: float) -> BarShape | MarkShape | None:
        """Return the nearest mark at a point, else the bar; None for nothing."""
        lane = self.frame.lane_at(y)
        near_px = _NEAR_PX * self.frame.scale
        near = [mark for mark in self.marks if mark.lane is lane and mark.x - near_px <= x <= mark.until + near_px]
        if near:
            return min(near, key=lambda mark: abs(mark.x - x))
        over = [bar for bar in self.bars if bar.lane is lane and bar.begin <= x <= max(bar.end, bar.begin + 1)]
        return over[-1] if over else None


def picture(
    lanes: Lanes,
    frame: Frame,
    now: float,
    *,
    rules: Rules | None = None,
    chosen: int | None = None,
    offset_s: float = 0.0,
) -> Picture:
    """Return what to draw; `now` in epoch seconds, `chosen` the journal number of the selection.

    `offset_s` is how far local time is ahead of UTC.
    """
    rules = rules or Rules()
    ends = limits_of(lanes, rules.limits)
    bars = tuple(shape for lane in ORDER for shape in _bars(lanes.track(lane), frame, now, rules, ends))
    marks = tuple(shape for lane in ORDER for shape in _marks(lanes.track(lane), frame))
    return Picture(
        frame=frame,
        bars=bars,
        marks=marks,
        links=(*_rotations(lanes.track(Lane.ACCESS), frame), *_replays(marks)),
        tails=tuple(_tails(lanes.track(Lane.REFRESH), frame, rules.limits.grace_s)),
        limits=tuple(LimitShape(kind, frame.x(at)) for kind, at in ends.items() if frame.span.contains(at)),
        focus=() if chosen is None else _focus(lanes, chosen, frame, now),
        ticks=ticks(frame, offset_s),
        now_x=frame.x(now) if frame.span.contains(now) else None,
    )


def limits_of(lanes: Lanes, limits: Limits) -> dict[LimitKind, float]:
    """Return when the current family reaches its known limits, in epoch seconds."""
    found: dict[LimitKind, float] = {}
    family = lanes.family
    if family is not None and limits.idle_s is not None:
        found[LimitKind.IDLE] = family.used_at + limits.idle_s
    if family is not None and limits.absolute_s is not None and family.began_at is not None:
        found[LimitKind.ABSOLUTE] = family.began_at + limits.absolute_s
    return found


def _bars(track: Track, frame: Frame, now: float, rules: Rules, ends: dict[LimitKind, float]) -> Iterator[BarShape]:
    last: _Run | None = None
    for run in _runs(track, frame, now):
        if last is not None and run.is_narrow and last.may_grow and run.begin - last.end < 1:
            last = _Run(last.place, last.lives + run.lives, last.begin, max(last.end, run.end))
            continue
        if last is not None:
            yield _shape(track.bars[last.place], last, frame, now, rules, ends)
        last = run
    if last is not None:
        yield _shape(track.bars[last.place], last, frame, now, rules, ends)


class _Run(NamedTuple):
    """Bars drawn as one, in pixels; a plain tuple, because many are made."""

    place: int
    lives: int
    begin: float
    end: float

    @property
    def is_narrow(self) -> bool:
        return self.lives > 1 or self.end - self.begin < _NARROW_PX

    @property
    def may_grow(self) -> bool:
        return self.is_narrow and self.end - self.begin < _MERGED_PX


def _runs(track: Track, frame: Frame, now: float) -> Iterator[_Run]:
    """Yield runs of visible bars: one bar alone, or many that begin within two pixels."""
    begins, bars, span = track.begins, track.bars, frame.span
    place, stop = max(bisect_right(begins, span.begin) - 1, 0), bisect_right(begins, span.end)
    if place < stop and bars[place].until(now) < span.begin:
        place += 1
    while place < stop:
        begin = frame.x(max(bars[place].begins_at, span.begin))
        end = _end_x(bars[place], frame, now)
        after = place + 1
        if end - begin < _NARROW_PX:
            after = bisect_left(begins, frame.moment(begin + _CELL_PX), after, stop)
        if after - place > 1:
            last_end = _end_x(bars[after - 1], frame, now)
            if last_end - frame.x(bars[after - 1].begins_at) >= _NARROW_PX:
                after -= 1  # it begins with the others, but is wide enough to distinguish
                last_end = _end_x(bars[after - 1], frame, now)
            end = max(end, last_end)
        yield _Run(place, after - place, begin, end)
        place = after


def _end_x(bar: TokenLife, frame: Frame, now: float) -> float:
    return frame.x(min(bar.until(now), frame.span.end))


def _shape(bar: TokenLife, run: _Run, frame: Frame, now: float, rules: Rules, ends: dict[LimitKind, float]) -> BarShape:
    """Return the shape of a bar, or of a run named after its first."""
    is_one = run.lives == 1
    return BarShape(
        lane=bar.lane,
        begin=run.begin,
        end=run.end,
        name=bar.name,
        seq=bar.seq,
        how=bar.end_at(now),
        is_running=is_one and bar.ended_at is None and (bar.ends_at is None or now < bar.ends_at),
        has_label=is_one and run.end - run.begin >= _LABEL_PX * frame.scale,
        leeway_x=_leeway_x(bar, run, frame, rules.leeway_s) if is_one else None,
        life_s=None if bar.ends_at is None else bar.ends_at - bar.begins_at,
        may_last_x=_may_last_x(bar, run, frame, ends) if is_one else None,
        is_cut=(bar.begins_at < frame.span.begin, is_one and bar.until(now) > frame.span.end),
        count=run.lives,
    )


def _leeway_x(bar: TokenLife, run: _Run, frame: Frame, leeway_s: float) -> float | None:
    if not leeway_s or bar.lane is not Lane.ACCESS or bar.ends_at is None or bar.ended_at not in (None, bar.ends_at):
        return None
    return max(run.begin, min(run.end, frame.x(bar.ends_at - leeway_s)))


def _may_last_x(bar: TokenLife, run: _Run, frame: Frame, ends: dict[LimitKind, float]) -> float | None:
    if bar.lane is not Lane.REFRESH or bar.end is not End.OPEN or bar.ends_at is not None or not ends:
        return None
    found = min(frame.x(min(ends.values())), frame.right)
    return found if found > run.end else None


def _marks(track: Track, frame: Frame) -> Iterator[MarkShape]:
    """Yield the marks of a lane with their space up to the next; overlapped ones have none."""
    spots = sorted(
        (spot for series in track.by_kind.values() for spot in _spots(series, frame)), key=lambda spot: spot[0]
    )
    for (x, mark, count), following in zip_longest(spots, spots[1:]):
        until = max(x, frame.x(min(mark.until, frame.span.end))) if count == 1 else x
        yield MarkShape(
            lane=mark.lane,
            kind=mark.kind,
            x=x,
            until=until,
            seq=mark.seq,
            note=mark.note,
            token=mark.token,
            took_s=mark.until - mark.at,
            back_x=None if mark.back_to is None else max(frame.left, frame.x(mark.back_to)),
            room=(frame.right if following is None else following[0]) - until,
            count=count,
        )


def _spots(series: Series, frame: Frame) -> Iterator[tuple[float, LaneMark, int]]:
    """Yield the positions of marks of one kind, with the newest there and their number."""
    moments, span = series.moments, frame.span
    place, stop = bisect_left(moments, span.begin), bisect_right(moments, span.end)
    while place < stop:
        x = frame.x(moments[place])
        after = bisect_left(moments, frame.moment(x + _MARK_CELL_PX * frame.scale), place + 1, stop)
        yield x, series.marks[after - 1], after - place
        place = after


def _rotations(access: Track, frame: Frame) -> Iterator[Link]:
    """Yield the visible rotations, at most one every few pixels."""
    place, stop = bisect_left(access.begins, frame.span.begin), bisect_right(access.begins, frame.span.end)
    while place < stop:
        bar = access.bars[place]
        x = frame.x(bar.begins_at)
        after = bisect_left(access.begins, frame.moment(x + _MARK_CELL_PX * frame.scale), place + 1, stop)
        if bar.before is not None or access.bars[after - 1].before is not None:
            yield Link(x, x)
        place = after


def _replays(marks: Sequence[MarkShape]) -> Iterator[Link]:
    return (Link(mark.x, mark.back_x, is_replay=True) for mark in marks if mark.back_x is not None)


def _tails(refresh: Track, frame: Frame, grace_s: float) -> Iterator[Tail]:
    """Yield the visible grace periods; too short ones are left out."""
    span = frame.span
    if grace_s / span.seconds * frame.width < _NARROW_PX:
        return
    begins, bars = refresh.begins, refresh.bars
    place = max(bisect_right(begins, span.begin - grace_s) - 1, 0)
    stop = bisect_right(begins, span.end)
    while place < stop:
        ended_at = _rotated_at(bars[place])
        if ended_at is None:
            place += 1
            continue
        until, place = ended_at + grace_s, place + 1
        while place < stop and (last := _last_rotated(refresh, place, until)) is not None:
            until, place = (bars[last].ended_at or until) + grace_s, last + 1
        if until >= span.begin and ended_at <= span.end:
            yield Tail(frame.x(max(ended_at, span.begin)), frame.x(min(until, span.end)))


def _last_rotated(refresh: Track, place: int, until: float) -> int | None:
    """Return the last token from `place` on that was rotated before `until`, None for none."""
    last = bisect_right(refresh.begins, until) - 1
    while last >= place:
        ended_at = _rotated_at(refresh.bars[last])
        if ended_at is not None and ended_at <= until:
            return last
        last -= 1
    return None


def _rotated_at(bar: TokenLife) -> float | None:
    return bar.ended_at if bar.end is End.REPLACED else None


def _focus(lanes: Lanes, chosen: int, frame: Frame, now: float) -> tuple[Focus, ...]:
    found = []
    for thing in lanes.at(chosen):
        until = thing.until(now) if isinstance(thing, TokenLife) else thing.at
        begins = thing.begins_at if isinstance(thing, TokenLife) else thing.at
        if until >= frame.span.begin and begins <= frame.span.end:
            begin, end = max(begins, frame.span.begin), min(until, frame.span.end)
            found.append(Focus(thing.lane, frame.x(begin), frame.x(end), isinstance(thing, TokenLife)))
    return tuple(found)
