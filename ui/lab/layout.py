"""The geometry of the lab's chart, without Qt: numbers become bars, ticks and a line.

With a gutter the names are left of the bars; without one each name is above its bar, for narrow columns.
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
    """The space in pixels: `line` is a line's height, `gutter` is for names, `tail` for text after a bar.

    `top` is for the legend, `bottom` for the ticks' numbers. With a gutter of 0, names are above the bars.
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
        return self.gutter == 0


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One bar with its texts; needless from `split` on, and drawn shortened if `is_cut`."""

    whole: Box
    name: Box
    bar: Box
    split: float
    note: Box
    is_cut: bool


class Tick(NamedTuple):
    """A round number of the axis and its position."""

    x: float
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to draw; `plot` is the area of the bars, `least_x` the line of the least possible."""

    plot: Box
    rows: tuple[ChartRow, ...]
    ticks: tuple[Tick, ...]
    least_x: float | None

    def row_at(self, x: float, y: float) -> int | None:
        """Return the number of the row at a point, None for none."""
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
    """Return the height that fits all texts."""
    return room.top + room.bottom + sum(_row_heights(bars, room))


def chart_of(bars: Sequence[ChartBar], room: Room, least: float | None = None) -> Chart:
    """Return the layout; bars that would make all others tiny are cut, but only those of the largest value.

    Rows grow to about twice their height with more room, and shrink with less.
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
    """Return the axis's end: the largest number, or the second largest where that is far smaller."""
    longest, floor = max(values, default=0.0), least or 0.0
    before = max([floor, *(value for value in values if value < longest)])
    return before if 0 < before * _CUT_ABOVE < longest else max(longest, floor) or 1.0


def flow(widths: Sequence[float], room: float, gap: float) -> list[tuple[float, int]]:
    """Return the left edge and line of things of these widths placed one after another, from 0 on."""
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
    """Return the next of 1, 2, 5, 10, 20, 50 …"""
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(found for times in (1, 2, 5, 10) if (found := times * power) >= at_least * (1 - 1e-9))
