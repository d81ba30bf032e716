"""The time that is shown, the frame it fills, and the moments to write below, without Qt."""

from dataclasses import dataclass

from app.lanes import Lane

ORDER = (Lane.CALLS, Lane.ACCESS, Lane.REFRESH, Lane.TOKEN_REQUESTS)
SHORTEST_S, LONGEST_S = 2.0, 10 * 365 * 86400.0
"""How far one can zoom in and out, in seconds from edge to edge."""

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS_S = tuple(days * 86400 for days in (1, 2, 7, 14, 30, 90, 180, 365, 730, 1825))
_TICK_PX = 110.0


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """The time that is shown, in epoch seconds."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin

    def zoomed(self, factor: float, around: float) -> "TimeSpan":
        """Return the span made `factor` times as long, with the moment `around` staying where it is."""
        seconds = min(max(self.seconds * factor, SHORTEST_S), LONGEST_S)
        share = (around - self.begin) / self.seconds
        begin = around - share * seconds
        return TimeSpan(begin, begin + seconds)

    def moved(self, seconds: float) -> "TimeSpan":
        """Return the span later by `seconds`."""
        return TimeSpan(self.begin + seconds, self.end + seconds)

    def contains(self, moment: float) -> bool:
        return self.begin <= moment <= self.end


@dataclass(frozen=True, slots=True)
class Frame:
    """The area to fill, in pixels: lanes of `lane_height` begin at `top`, and time runs from `left` for `width`.

    `scale` is how many times as large as in the design everything is drawn.
    """

    left: float
    top: float
    width: float
    lane_height: float
    span: TimeSpan
    scale: float = 1.0

    def x(self, moment: float) -> float:
        """Return where a moment lies."""
        return self.left + (moment - self.span.begin) / self.span.seconds * self.width

    def moment(self, x: float) -> float:
        """Return which moment lies at `x`; the inverse of `x`."""
        return self.span.begin + (x - self.left) / self.width * self.span.seconds

    def lane_top(self, lane: Lane) -> float:
        return self.top + ORDER.index(lane) * self.lane_height

    def middle(self, lane: Lane) -> float:
        """Return the middle line of a lane."""
        return self.lane_top(lane) + self.lane_height / 2

    def lane_at(self, y: float) -> Lane | None:
        """Return the lane at a height; the inverse of `lane_top`."""
        return next((lane for lane in ORDER if 0 <= y - self.lane_top(lane) < self.lane_height), None)

    @property
    def right(self) -> float:
        """Where the lanes end to the right."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where the lanes end below."""
        return self.top + len(ORDER) * self.lane_height


def tick_step(frame: Frame) -> float:
    """Return the seconds from one tick to the next: a nice step, at least about 110 px of the design wide."""
    least = frame.span.seconds * _TICK_PX * frame.scale / max(frame.width, 1.0)
    return next((step for step in (*_STEPS_S, *_DAYS_S) if step >= least), least)


def ticks(frame: Frame, offset_s: float = 0.0) -> tuple[float, ...]:
    """Return the moments to write below; `offset_s` is how far local time is ahead of UTC, so that days are whole."""
    step = tick_step(frame)
    first = frame.span.begin - (frame.span.begin + offset_s) % step
    count = int(frame.span.seconds / step) + 2
    found = (first + index * step for index in range(count))
    return tuple(moment for moment in found if frame.span.contains(moment))


def following(now: float, seconds: float) -> TimeSpan:
    """Return the span that follows now, with a tenth of it left for what comes."""
    end = now + seconds / 10
    return TimeSpan(end - seconds, end)
