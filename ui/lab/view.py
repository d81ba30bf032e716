"""The lab's chart as a widget, and as a picture in a file."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTransform
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import theme
from ui.lab.drawing import ChartDrawing
from ui.lab.plot import Plot
from ui.text import plain_tooltip
from ui.widgets.look import Look
from ui.widgets.picture import image_of, svg_of

_NOTHING = Plot("", "access", (), None, str)
_WIDTH, _LEAST_WIDTH = 240, 180
_FILE_WIDTH = 860
_FILE_MARGIN = 24
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class LabChart(QWidget):
    """Paints a `Plot`; Up, Down, Home and End walk through its bars, and the mouse shows tooltips.

    `chosen_changed` carries the sentence of the chosen bar, "" for none. It requests the height its rows need and,
    unless it `grows`, takes no more.
    """

    chosen_changed = Signal(str)

    def __init__(self, name: str, *, grows: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        vertical = QSizePolicy.Policy.Expanding if grows else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self._plot = _NOTHING
        self._grows = grows
        self._chosen: int | None = None
        self._drawing: ChartDrawing | None = None
        self._describe()

    @property
    def chosen(self) -> int | None:
        return self._chosen

    def show_plot(self, plot: Plot) -> None:
        """Show another plot; the chosen bar stays chosen."""
        self._plot = plot
        if self._chosen is not None and self._chosen >= len(plot.lines):
            self._chosen = None
        self._describe()
        self._lay_out_anew()

    def choose(self, number: int | None) -> None:
        """Mark a bar and emit its sentence."""
        self._chosen = number
        self._describe()
        self.update()

    def sentence_at(self, x: float, y: float) -> str:
        """Return the sentence of the bar at a point, "" for none."""
        number = self._drawn().chart.row_at(x, y)
        return "" if number is None else self._plot.lines[number].sentence

    def sizeHint(self) -> QSize:
        return QSize(theme.px(_WIDTH), self._needed())

    def minimumSizeHint(self) -> QSize:
        """Return the full height: squeezed rows would be unreadable."""
        return QSize(theme.px(_LEAST_WIDTH), self._needed())

    # --- pictures -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._drawn().draw(painter, self._chosen if self.hasFocus() else None)
        if self.hasFocus() and self._chosen is None:
            painter.setPen(self._look().colour("access"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))

    def image(self, caption: str, scale: float = 2.0) -> QImage:
        """Return the chart under `caption` for a slide, independent of the size on screen."""
        file = _Filed(self._plot, self._look(), caption)
        return image_of(file.size, self._look().colour("surface"), file.draw, scale)

    def svg(self, caption: str) -> bytes:
        """Return the chart under `caption` as an SVG file."""
        file = _Filed(self._plot, self._look(), caption)
        return svg_of(file.size, self._look().colour("surface"), file.draw, self._plot.title)

    def _drawn(self) -> ChartDrawing:
        if self._drawing is None:
            height = float(self.height()) if self._grows else None
            self._drawing = ChartDrawing(self._plot, self._look(), float(self.width()), height)
        return self._drawing

    def _needed(self) -> int:
        return round(self._drawn().natural_height)

    def _look(self) -> Look:
        return Look(theme.current(), theme.px(100) / 100, self.font())

    # --- input ----------------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_drawing"):
            self._lay_out_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again; another width may need another height."""
        super().resizeEvent(event)
        self._drawing = None
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        sentence = self.sentence_at(event.position().x(), event.position().y())
        QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(sentence), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self._drawn().chart.row_at(event.position().x(), event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), len(self._plot.lines)
        if count and key in _STEPS:
            before = self._chosen if self._chosen is not None else (-1 if _STEPS[key] > 0 else count)
            self.choose(min(max(before + _STEPS[key], 0), count - 1))
        elif count and key in _ENDS:
            self.choose(_ENDS[key] % count)
        else:
            super().keyPressEvent(event)

    def _lay_out_anew(self) -> None:
        self._drawing = None
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        sentence = "" if self._chosen is None else self._plot.lines[self._chosen].sentence
        title = self._plot.title
        self.setAccessibleName(f"{title} by strategy" if title else "Chart")
        self.setAccessibleDescription(sentence)
        self.chosen_changed.emit(sentence)


class _Filed:
    """The chart for a slide: title, scenario, and the bars at their own width."""

    def __init__(self, plot: Plot, look: Look, caption: str) -> None:
        self._look, self._title, self._caption = look, plot.title, caption
        self._margin, width = look.px(_FILE_MARGIN), look.px(_FILE_WIDTH)
        self._chart = ChartDrawing(plot, look, width)
        area = QRectF(0, 0, width, look.px(400))
        wrapped = QFontMetricsF(look.small).boundingRect(area, Qt.TextFlag.TextWordWrap, caption)
        self._caption_height = wrapped.height()
        self._top = self._margin + look.px(26) + self._caption_height + look.px(14)
        self.size = QSize(round(width + 2 * self._margin), round(self._top + self._chart.natural_height + self._margin))

    def draw(self, painter: QPainter) -> None:
        look, width = self._look, self.size.width() - 2 * self._margin
        painter.setPen(look.colour("text"))
        painter.setFont(look.bold)
        painter.drawText(
            QRectF(self._margin, self._margin, width, look.px(20)), Qt.AlignmentFlag.AlignVCenter, self._title
        )
        painter.setPen(look.colour("muted"))
        painter.setFont(look.small)
        area = QRectF(self._margin, self._margin + look.px(26), width, self._caption_height)
        painter.drawText(area, Qt.TextFlag.TextWordWrap, self._caption)
        painter.setTransform(QTransform.fromTranslate(self._margin, self._top), True)
        self._chart.draw(painter)
