"""Where everything of the lab's chart lies, worked out without Qt: numbers become bars, ticks and a line.

A chart with a gutter has the names in it, left of the bars; without one each name stands above its bar, for a column
that is too narrow for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_CUT_ABOVE = 4.0
_CUT_SHARE = 0.78
_LEAST_BAR = 2.0
_LARGEST = 1.9
# Heights in lines of text: of a row's name, bar and note, and of the room below it.
_BAR, _BAR_STACKED, _NAME, _GAP, _GAP_STACKED = 1.25, 0.8, 1.2, 0.75, 0.7
_TICKS_APART = 4.5  # in lines too


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A number to draw; `needless` of it are set apart at its end, `has_note` asks for a line of text with it."""

    value: float
    needless: float = 0.0
    has_note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The room there is, in pixels: `line` is a line's height, `gutter` is for names, `tail` for what follows a bar.

    `top` is kept for the legend, `bottom` for the ticks' numbers. A gutter of 0 stacks each name on its bar.
    """

    width: float
    height: float
    line: float
    gutter: float = 0.0
    tail: float = 0.0
    top: float = 0.0
    bottom: float = 0.0

    @property
    def is_stacked(self) -> bool:
        """Whether names stand above their bars."""
        return self.gutter == 0


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One bar with what belongs to it; from `split` on it is needless, and `is_cut` says that it is longer in truth."""

    whole: Box
    name: Box
    bar: Box
    split: float
    note: Box
    is_cut: bool


class Tick(NamedTuple):
    """A round number of the axis, and where it is."""

    x: float
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn; `plot` is the room of the bars, `least_x` where the line of the least possible is."""

    plot: Box
    rows: tuple[ChartRow, ...]
    ticks: tuple[Tick, ...]
    least_x: float | None

    def row_at(self, x: float, y: float) -> int | None:
        """Return the number of the row at a point, None where there is none."""
        for number, row in enumerate(self.rows):
            if row.whole.top <= y < row.whole.bottom and 0 <= x < row.whole.right:
                return number
        return None


@dataclass(frozen=True, slots=True)
class _Axis:
    left: float
    width: float
    end: float

    def x(self, value: float) -> float:
        return self.left + min(value / self.end, 1.0) * self.width


def natural_height(bars: Sequence[ChartBar], room: Room) -> float:
    """Return the height at which the chart has as much room as its texts ask for."""
    return room.top + room.bottom + sum(_row_heights(bars, room))


def chart_of(bars: Sequence[ChartBar], room: Room, least: float | None = None) -> Chart:
    """Return where everything lies; bars that would make all others tiny are cut, at most those of the largest value.

    Where there is more height than needed rows grow, up to about twice; where there is less, they shrink.
    """
    heights = _row_heights(bars, room)
    factor = min((room.height - room.top - room.bottom) / sum(heights), _LARGEST) if heights else 1.0
    factor = max(factor, 0.0)
    plot = Box(room.gutter, room.top, max(room.width - room.gutter - room.tail, 1.0), sum(heights) * factor)
    end = axis_end([bar.value for bar in bars], least)
    is_any_cut = any(bar.value > end for bar in bars)
    axis = _Axis(plot.left, plot.width * (_CUT_SHARE if is_any_cut else 1.0), end)
    rows, top = [], room.top
    for bar, height in zip(bars, heights, strict=True):
        rows.append(_row(bar, Box(0, top, room.width, height * factor), room, plot, axis, factor))
        top += height * factor
    return Chart(plot, tuple(rows), _ticks(axis, _TICKS_APART * room.line), None if least is None else axis.x(least))


def axis_end(values: Sequence[float], least: float | None = None) -> float:
    """Return where the axis ends: at the largest number, or at the one before where that is far smaller."""
    longest, floor = max(values, default=0.0), least or 0.0
    before = max([floor, *(value for value in values if value < longest)])
    return before if 0 < before * _CUT_ABOVE < longest else max(longest, floor) or 1.0


def flow(widths: Sequence[float], room: float, gap: float) -> list[tuple[float, int]]:
    """Return where things of these widths stand, one after another: the left edge and the line, from 0 on."""
    found: list[tuple[float, int]] = []
    left, line = 0.0, 0
    for width in widths:
        if left and left + width > room:
            left, line = 0.0, line + 1
        found.append((left, line))
        left += width + gap
    return found


def _row_heights(bars: Sequence[ChartBar], room: Room) -> list[float]:
    if not room.is_stacked:
        return [room.line * (_BAR + _GAP)] * len(bars)
    return [room.line * (_NAME + _BAR_STACKED + _GAP_STACKED + (_NAME if bar.has_note else 0.0)) for bar in bars]


def _row(bar: ChartBar, whole: Box, room: Room, plot: Box, axis: _Axis, factor: float) -> ChartRow:
    is_cut = bar.value > axis.end
    right = plot.right if is_cut else axis.x(bar.value)
    width = max(right - plot.left, _LEAST_BAR if bar.value else 0.0)
    line = room.line * factor
    if room.is_stacked:
        name = Box(0, whole.top, room.width, line * _NAME)
        drawn = Box(plot.left, name.bottom, width, line * _BAR_STACKED)
        note = Box(0, drawn.bottom, room.width, line * _NAME if bar.has_note else 0.0)
    else:
        drawn = Box(plot.left, whole.top + line * _GAP / 2, width, line * _BAR)
        name = Box(0, whole.top, plot.left, whole.height)
        note = Box(drawn.right, whole.top, room.width - drawn.right, whole.height)
    split = min(max(axis.x(bar.value - bar.needless), drawn.left), drawn.right) if bar.needless else drawn.right
    return ChartRow(whole, name, drawn, split, note, is_cut)


def _ticks(axis: _Axis, apart: float) -> tuple[Tick, ...]:
    step = _nice_step(axis.end / max(axis.width / apart, 1.0))
    return tuple(Tick(axis.x(number * step), number * step) for number in range(math.floor(axis.end / step + 1e-9) + 1))


def _nice_step(at_least: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 … in every power of ten."""
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(found for times in (1, 2, 5, 10) if (found := times * power) >= at_least * (1 - 1e-9))
