"""Where everything of the timeline lies, worked out without Qt: lanes and a span of time become shapes."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.lanes import Bar, End, Lane, Lanes, Mark, MarkKind

ORDER = (Lane.CALLS, Lane.ACCESS, Lane.REFRESH, Lane.TOKEN_REQUESTS)
SHORTEST_S, LONGEST_S = 2.0, 10 * 365 * 86400.0
"""How far one can zoom in and out, in seconds from edge to edge."""

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS_S = tuple(days * 86400 for days in (1, 2, 7, 14, 30, 90, 180, 365, 730, 1825))
_TICK_PX = 110.0
_NARROW_PX = 3.0
_LABEL_PX = 40.0
_NEAR_PX = 7.0


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is shown, in epoch seconds."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin

    def zoomed(self, factor: float, around: float) -> "Span":
        """Return the span made `factor` times as long, with the moment `around` staying where it is."""
        seconds = min(max(self.seconds * factor, SHORTEST_S), LONGEST_S)
        share = (around - self.begin) / self.seconds
        begin = around - share * seconds
        return Span(begin, begin + seconds)

    def moved(self, seconds: float) -> "Span":
        """Return the span later by `seconds`."""
        return Span(self.begin + seconds, self.end + seconds)


@dataclass(frozen=True, slots=True)
class Frame:
    """The area to fill, in pixels: lanes of `lane_height` begin at `top`, and time runs from `left` for `width`."""

    left: float
    top: float
    width: float
    lane_height: float
    span: Span

    def x(self, moment: float) -> float:
        """Return where a moment lies."""
        return self.left + (moment - self.span.begin) / self.span.seconds * self.width

    def moment(self, x: float) -> float:
        """Return which moment lies at `x`; the inverse of `x`."""
        return self.span.begin + (x - self.left) / self.width * self.span.seconds

    def lane_top(self, lane: Lane) -> float:
        """Return where a lane begins."""
        return self.top + ORDER.index(lane) * self.lane_height

    def middle(self, lane: Lane) -> float:
        """Return the middle line of a lane."""
        return self.lane_top(lane) + self.lane_height / 2

    @property
    def bottom(self) -> float:
        """Where the lanes end."""
        return self.top + len(ORDER) * self.lane_height


@dataclass(frozen=True, slots=True, kw_only=True)
class BarShape:
    """A token's life in pixels; `leeway_x` is where its leeway begins, `is_running` whether its end is still to come.

    `count` above 1 means that so many lives lie too close to be told apart. `seq` is the journal's number, 0 for many.
    """

    lane: Lane
    begin: float
    end: float
    name: str
    seq: int
    how: End
    is_running: bool
    has_label: bool
    leeway_x: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkShape:
    """A mark in pixels; `count` above 1 means that so many lie on one spot."""

    lane: Lane
    kind: MarkKind
    x: float
    seq: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A rotation or a replay: from the request lane up to the token it brought; `is_replay` points backwards."""

    x: float
    target_x: float
    is_replay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything to draw inside a frame; `now_x` is None while now is out of sight."""

    frame: Frame
    bars: tuple[BarShape, ...]
    marks: tuple[MarkShape, ...]
    links: tuple[Link, ...]
    ticks: tuple[float, ...]
    now_x: float | None

    def hit(self, x: float, y: float) -> int | None:
        """Return the journal number of what lies at a point: the nearest mark, else the bar; None for nothing."""
        lane = next((lane for lane in ORDER if 0 <= y - self.frame.lane_top(lane) < self.frame.lane_height), None)
        near = [mark for mark in self.marks if mark.lane is lane and abs(mark.x - x) <= _NEAR_PX]
        if near:
            return min(near, key=lambda mark: abs(mark.x - x)).seq
        over = [bar for bar in self.bars if bar.lane is lane and bar.begin <= x <= max(bar.end, bar.begin + 1)]
        return next((bar.seq for bar in reversed(over) if bar.seq), None)


def picture(lanes: Lanes, frame: Frame, now: float, *, leeway_s: float = 0.0) -> Picture:
    """Return what is to be drawn; `now` in epoch seconds, `leeway_s` the leeway in force for access tokens."""
    bars = tuple(shape for lane in ORDER for shape in _bars(lanes.bars, lane, frame, now, leeway_s))
    marks = tuple(shape for lane in ORDER for shape in _marks(lanes.marks, lane, frame))
    now_x = frame.x(now) if frame.span.begin <= now <= frame.span.end else None
    return Picture(frame=frame, bars=bars, marks=marks, links=_links(lanes, frame), ticks=ticks(frame), now_x=now_x)


def ticks(frame: Frame) -> tuple[float, ...]:
    """Return the moments to write below: at nice steps, about 110 px apart."""
    least = frame.span.seconds * _TICK_PX / max(frame.width, 1.0)
    step = next((step for step in (*_STEPS_S, *_DAYS_S) if step >= least), least)
    first = frame.span.begin - frame.span.begin % step
    count = int(frame.span.seconds / step) + 2
    found = (first + index * step for index in range(count))
    return tuple(moment for moment in found if frame.span.begin <= moment <= frame.span.end)


def following(now: float, seconds: float) -> Span:
    """Return the span that follows now, with a tenth of it left for what comes."""
    end = now + seconds / 10
    return Span(end - seconds, end)


def neighbour(seqs: Sequence[int], current: int | None, step: int) -> int | None:
    """Return the event one step after (or before) the current one, in the order of the journal."""
    if not seqs:
        return None
    if current is None:
        return seqs[-1] if step < 0 else seqs[0]
    place = bisect_left(seqs, current)
    if step > 0 and place < len(seqs) and seqs[place] == current:
        place += 1
    elif step < 0:
        place -= 1
    return seqs[min(max(place, 0), len(seqs) - 1)]


def walk_of(lanes: Lanes) -> list[int]:
    """Return the journal numbers of everything one can walk over, in order."""
    return sorted({bar.seq for bar in lanes.bars} | {mark.seq for mark in lanes.marks})


def _bars(bars: Iterable[Bar], lane: Lane, frame: Frame, now: float, leeway_s: float) -> list[BarShape]:
    found: list[BarShape] = []
    span = frame.span
    for bar in bars:
        if bar.lane is not lane or bar.begins_at > span.end:
            continue
        until = bar.until(now)
        if until < span.begin:
            continue
        begin, end = frame.x(max(bar.begins_at, span.begin)), frame.x(min(until, span.end))
        last = found[-1] if found else None
        if (
            last is not None
            and end - begin < _NARROW_PX
            and begin - last.end < 1
            and last.end - last.begin < _MERGED_PX
        ):
            found[-1] = _merged(last, end)
            continue
        found.append(_shape(bar, frame, begin, end, now, leeway_s))
    return found


def _shape(bar: Bar, frame: Frame, begin: float, end: float, now: float, leeway_s: float) -> BarShape:
    leeway_x = None
    if leeway_s and bar.lane is Lane.ACCESS and bar.ends_at is not None and bar.ended_at in (None, bar.ends_at):
        leeway_x = max(begin, min(end, frame.x(bar.ends_at - leeway_s)))
    return BarShape(
        lane=bar.lane,
        begin=begin,
        end=end,
        name=bar.name,
        seq=bar.seq,
        how=bar.end,
        is_running=bar.ended_at is None and (bar.ends_at is None or now < bar.ends_at),
        has_label=end - begin >= _LABEL_PX,
        leeway_x=leeway_x,
    )


def _merged(last: BarShape, end: float) -> BarShape:
    return BarShape(
        lane=last.lane,
        begin=last.begin,
        end=max(last.end, end),
        name=last.name,
        seq=0,
        how=last.how,
        is_running=False,
        has_label=False,
        count=last.count + 1,
    )


_MERGED_PX = 40.0


def _marks(marks: Iterable[Mark], lane: Lane, frame: Frame) -> list[MarkShape]:
    found: list[MarkShape] = []
    for mark in marks:
        if mark.lane is not lane or not frame.span.begin <= mark.at <= frame.span.end:
            continue
        x = frame.x(mark.at)
        last = found[-1] if found else None
        if last is not None and last.kind is mark.kind and 0 <= x - last.x < _NARROW_PX:
            found[-1] = MarkShape(lane=lane, kind=mark.kind, x=last.x, seq=mark.seq, count=last.count + 1)
        else:
            found.append(MarkShape(lane=lane, kind=mark.kind, x=x, seq=mark.seq))
    return found


def _links(lanes: Lanes, frame: Frame) -> tuple[Link, ...]:
    """Return the rotations in sight, at most one a few pixels, and every replay of an older refresh token."""
    found: list[Link] = []
    for bar in lanes.bars:
        if bar.before is None or not frame.span.begin <= bar.begins_at <= frame.span.end:
            continue
        x = frame.x(bar.begins_at)
        if not found or x - found[-1].x >= _NARROW_PX:
            found.append(Link(x, x))
    return (*found, *_replays(lanes, frame))


def _replays(lanes: Lanes, frame: Frame) -> list[Link]:
    issued = {bar.name: bar for bar in lanes.bars if bar.lane is Lane.REFRESH and bar.end is End.REPLACED}
    found = []
    for mark in lanes.marks:
        bar = issued.get(mark.token)
        if mark.lane is not Lane.TOKEN_REQUESTS or bar is None or bar.ended_at is None or mark.at <= bar.ended_at:
            continue
        if frame.span.begin <= mark.at <= frame.span.end:
            found.append(Link(frame.x(mark.at), max(frame.left, frame.x(bar.ended_at)), is_replay=True))
    return found


def are_apart(shapes: Sequence[BarShape]) -> bool:
    """Return whether bars of one lane follow one another without lying over each other."""
    return all(one.end <= other.begin + 1 for one, other in pairwise(shapes) if one.lane is other.lane)
