"""The visible time span, its frame in pixels, and the ticks below, without Qt."""

from dataclasses import dataclass

from app.lanes import Lane

ORDER = (Lane.CALLS, Lane.ACCESS, Lane.REFRESH, Lane.TOKEN_REQUESTS)
SHORTEST_S, LONGEST_S = 2.0, 10 * 365 * 86400.0
"""The zoom limits, in seconds from edge to edge."""

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS_S = tuple(days * 86400 for days in (1, 2, 7, 14, 30, 90, 180, 365, 730, 1825))
_TICK_PX = 110.0


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """The visible time, in epoch seconds."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.begin

    def zoomed(self, factor: float, around: float) -> "TimeSpan":
        """Return the span `factor` times as long, with the moment `around` in the same place."""
        seconds = min(max(self.seconds * factor, SHORTEST_S), LONGEST_S)
        share = (around - self.begin) / self.seconds
        begin = around - share * seconds
        return TimeSpan(begin, begin + seconds)

    def moved(self, seconds: float) -> "TimeSpan":
        return TimeSpan(self.begin + seconds, self.end + seconds)

    def contains(self, moment: float) -> bool:
        return self.begin <= moment <= self.end


@dataclass(frozen=True, slots=True)
class Frame:
    """The area in pixels: lanes of `lane_height` begin at `top`, time runs from `left` for `width`.

    `scale` is the factor of everything compared with the design.
    """

    left: float
    top: float
    width: float
    lane_height: float
    span: TimeSpan
    scale: float = 1.0

    def x(self, moment: float) -> float:
        return self.left + (moment - self.span.begin) / self.span.seconds * self.width

    def moment(self, x: float) -> float:
        """The inverse of `x`."""
        return self.span.begin + (x - self.left) / self.width * self.span.seconds

    def lane_top(self, lane: Lane) -> float:
        return self.top + ORDER.index(lane) * self.lane_height

    def middle(self, lane: Lane) -> float:
        return self.lane_top(lane) + self.lane_height / 2

    def lane_at(self, y: float) -> Lane | None:
        """The inverse of `lane_top`."""
        return next((lane for lane in ORDER if 0 <= y - self.lane_top(lane) < self.lane_height), None)

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + len(ORDER) * self.lane_height


def tick_step(frame: Frame) -> float:
    """Return the seconds between ticks: a round number, at least about 110 design pixels wide."""
    least = frame.span.seconds * _TICK_PX * frame.scale / max(frame.width, 1.0)
    return next((step for step in (*_STEPS_S, *_DAYS_S) if step >= least), least)


def ticks(frame: Frame, offset_s: float = 0.0) -> tuple[float, ...]:
    """Return the moments of the ticks; `offset_s` is how far local time is ahead of UTC, to align days."""
    step = tick_step(frame)
    first = frame.span.begin - (frame.span.begin + offset_s) % step
    count = int(frame.span.seconds / step) + 2
    found = (first + index * step for index in range(count))
    return tuple(moment for moment in found if frame.span.contains(moment))


def following(now: float, seconds: float) -> TimeSpan:
    """Return the span that follows now, with a tenth of it left for the future."""
    end = now + seconds / 10
    return TimeSpan(end - seconds, end)
