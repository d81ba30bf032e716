"""Draws the lab's chart: on the screen, into an image, into an SVG file."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from ui.lab import words
from ui.lab.layout import Box, Chart, ChartRow, Room, chart_of, flow, natural_height
from ui.lab.plot import Line, Plot
from ui.widgets.hatching import hatching
from ui.widgets.look import Look

_RADIUS, _SWATCH, _PAD = 3.0, 10.0, 8.0
_STACKED_BELOW = 430.0
_LEGEND_GAP = 14.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignCenter


class ChartDrawing:
    """One plot in one layout and look; `chosen` is the marked row."""

    def __init__(self, plot: Plot, look: Look, width: float, height: float | None = None) -> None:
        self._plot, self._look = plot, look
        self._small, self._names = QFontMetricsF(look.small), QFontMetricsF(look.name)
        self._bold = QFontMetricsF(look.bold)
        self._legend = self._legend_entries()
        self._places = flow([self._entry_width(text) for _, text in self._legend], width, look.px(_LEGEND_GAP))
        bars = [line.bar for line in plot.lines]
        wanted = natural_height(bars, self._room(width, 0.0))
        self._room_shown = self._room(width, wanted if height is None else height)
        self.natural_height = wanted
        self.chart: Chart = chart_of(bars, self._room_shown, plot.least)

    def draw(self, painter: QPainter, chosen: int | None = None) -> None:
        """Draw everything, the most important on top."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_legend(painter)
        self._draw_axis(painter)
        for number, row in enumerate(self.chart.rows):
            if number == chosen:
                self._draw_chosen(painter, row)
            self._draw_bar(painter, row)
        self._draw_least(painter)
        for row, line in zip(self.chart.rows, self._plot.lines, strict=True):
            self._write(painter, row, line)

    # --- layout -------------------------------------------------------------------------------------------------

    def _room(self, width: float, height: float) -> Room:
        look, lines = self._look, self._plot.lines
        gutter = tail = 0.0
        if width >= look.px(_STACKED_BELOW):
            gutter = max((self._bold.horizontalAdvance(line.name) for line in lines), default=0.0) + look.px(2 * _PAD)
            tail = max((self._tail_of(line) for line in lines), default=0.0) + look.px(_PAD)
        legend_lines = max((line for _, line in self._places), default=-1) + 1
        return Room(
            width=width,
            height=height,
            line=self._names.height(),
            gutter=gutter,
            tail=tail,
            top=legend_lines * self._legend_line() + (look.px(6) if legend_lines else 0.0),
            bottom=self._small.height() + look.px(6),
        )

    def _tail_of(self, line: Line) -> float:
        note = self._small.horizontalAdvance(line.note) + self._look.px(_PAD) if line.note else 0.0
        return self._bold.horizontalAdvance(line.text) + note + self._look.px(_PAD)

    def _legend_line(self) -> float:
        return self._small.height() + self._look.px(4)

    def _entry_width(self, text: str) -> float:
        return self._look.px(_SWATCH + 5) + self._small.horizontalAdvance(text)

    def _legend_entries(self) -> list[tuple[str, str]]:
        """Return the signs that need a legend, each with its word."""
        lines = self._plot.lines
        found = []
        if any(line.bar.needless for line in lines):
            found += [("needed", words.NEEDED_WORD), ("needless", words.NEEDLESS_WORD)]
        if self._plot.least is not None:
            found.append(("least", words.least_words(self._plot.least)))
        return found

    # --- painting --------------------------------------------------------------------------------------------

    def _draw_legend(self, painter: QPainter) -> None:
        look = self._look
        painter.setFont(look.small)
        for (sign, text), (left, line) in zip(self._legend, self._places, strict=True):
            top, high = line * self._legend_line(), self._small.height()
            side = look.px(_SWATCH)
            swatch = QRectF(left, top + (high - side) / 2, side, side)
            if sign == "least":
                self._draw_least_line(painter, QLineF(swatch.center().x(), top, swatch.center().x(), top + high))
            elif sign == "needless":
                self._fill_needless(painter, swatch)
            else:
                painter.fillRect(swatch, look.colour(self._plot.role))
            painter.setPen(look.colour("muted"))
            painter.drawText(QRectF(left + side + look.px(5), top, room_of(self._small, text), high), _MIDDLE, text)

    def _draw_axis(self, painter: QPainter) -> None:
        look, plot = self._look, self.chart.plot
        painter.setFont(look.small)
        for place, tick in enumerate(self.chart.ticks):
            x = round(tick.x) + 0.5
            is_zero = place == 0
            painter.setPen(QPen(look.colour("border"), 1, Qt.PenStyle.SolidLine if is_zero else Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(x, plot.top, x, plot.bottom + look.px(3)))
            text = self._plot.tick_text(tick.value)
            width = room_of(self._small, text)
            left = min(max(x - width / 2, 0.0), self._room_shown.width - width)
            painter.setPen(look.colour("muted"))
            painter.drawText(QRectF(left, plot.bottom + look.px(5), width, self._small.height()), _CENTRE, text)

    def _draw_bar(self, painter: QPainter, row: ChartRow) -> None:
        look, bar = self._look, rect(row.bar)
        if not bar.width():
            return
        shape = outline(bar, look.px(_RADIUS))
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(
            QRectF(bar.left(), bar.top(), row.split - bar.left(), bar.height()), look.colour(self._plot.role)
        )
        if row.split < bar.right():
            self._fill_needless(painter, QRectF(row.split, bar.top(), bar.right() - row.split, bar.height()))
        painter.restore()
        if row.split < bar.right():
            painter.setPen(QPen(look.colour(self._plot.role), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(shape)
        if row.is_cut:
            painter.fillPath(self._break(row), look.colour("surface"))

    def _fill_needless(self, painter: QPainter, area: QRectF) -> None:
        look = self._look
        painter.fillRect(area, look.tinted(self._plot.role))
        painter.setPen(QPen(look.colour(self._plot.role), 1))
        painter.drawLines(hatching(area, look.px(5)))

    def _break(self, row: ChartRow) -> QPainterPath:
        """Return the gap that marks a shortened bar: two slanted cuts."""
        look, bar = self._look, row.bar
        middle = self.chart.plot.left + self.chart.plot.width * 0.9
        lean, wide = bar.height * 0.3, look.px(3)
        path = QPainterPath()
        for x in (middle - wide * 1.4, middle + wide * 1.4):
            corners = ((x + lean, bar.top - 1), (x + lean + wide, bar.top - 1), (x - lean + wide, bar.bottom + 1))
            path.moveTo(x - lean, bar.bottom + 1)
            for corner in corners:
                path.lineTo(QPointF(*corner))
            path.closeSubpath()
        return path

    def _draw_least(self, painter: QPainter) -> None:
        x, plot, beyond = self.chart.least_x, self.chart.plot, self._look.px(3)
        if x is None:
            return
        if not self._room_shown.is_stacked:
            self._draw_least_line(painter, QLineF(x, plot.top - beyond, x, plot.bottom))
            return
        for row in self.chart.rows:  # not through the names above the bars
            self._draw_least_line(painter, QLineF(x, row.bar.top - beyond, x, row.bar.bottom + beyond))

    def _draw_least_line(self, painter: QPainter, line: QLineF) -> None:
        look = self._look
        painter.setPen(QPen(look.colour("surface"), look.px(3.4)))  # a halo, visible on the bars too
        painter.drawLine(line)
        painter.setPen(QPen(look.colour("text"), look.px(1.8)))
        painter.drawLine(line)

    def _draw_chosen(self, painter: QPainter, row: ChartRow) -> None:
        look = self._look
        painter.setPen(QPen(look.colour("access"), 1))
        painter.setBrush(look.tinted("access"))
        painter.drawRoundedRect(rect(row.whole).adjusted(0.5, 1.5, -0.5, -1.5), look.px(5), look.px(5))

    def _write(self, painter: QPainter, row: ChartRow, line: Line) -> None:
        look, is_stacked = self._look, self._room_shown.is_stacked
        painter.setPen(look.colour("text"))
        painter.setFont(look.name)
        inset = look.px(2) if is_stacked else look.px(_PAD)
        name = rect(row.name).adjusted(inset, 0, -inset, 0)
        painter.drawText(name, (_MIDDLE if is_stacked else _MIDDLE | _RIGHT), line.name)
        painter.setFont(look.bold)
        beside = rect(row.note).adjusted(look.px(_PAD), 0, 0, 0)
        painter.drawText(name if is_stacked else beside, _MIDDLE | _RIGHT if is_stacked else _MIDDLE, line.text)
        if line.note:
            painter.setFont(look.small)
            painter.setPen(look.text_on("bad"))
            past = look.px(2) if is_stacked else look.px(2 * _PAD) + self._bold.horizontalAdvance(line.text)
            painter.drawText(rect(row.note).adjusted(past, 0, 0, 0), _MIDDLE, line.note)


def rect(box: Box) -> QRectF:
    return QRectF(*box)


def outline(bar: QRectF, radius: float) -> QPainterPath:
    """Return the outline of a bar: square at the axis, round at its other end.

    Drawn corner by corner: QPainterPath.united loses parts at some sizes.
    """
    round_px = min(radius, bar.width() / 2, bar.height() / 2)
    path = QPainterPath(bar.topLeft())
    path.lineTo(bar.right() - round_px, bar.top())
    path.quadTo(bar.topRight(), QPointF(bar.right(), bar.top() + round_px))
    path.lineTo(bar.right(), bar.bottom() - round_px)
    path.quadTo(bar.bottomRight(), QPointF(bar.right() - round_px, bar.bottom()))
    path.lineTo(bar.bottomLeft())
    path.closeSubpath()
    return path


def room_of(metrics: QFontMetricsF, text: str) -> float:
    """Return the width of a text."""
    return metrics.horizontalAdvance(text) + 2
