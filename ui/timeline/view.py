"""The timeline as a widget: zoom, pan, selection, and export as a picture."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.lanes import Lane, Lanes, Limits
from ui import theme
from ui.text import plain_tooltip
from ui.timeline import words
from ui.timeline.drawing import TimelineDrawing
from ui.timeline.layout import BarShape, Picture, Rules, picture
from ui.timeline.span import ORDER, Frame, TimeSpan, following
from ui.timeline.walk import beside, moment_of, neighbour, sentence_of
from ui.widgets.look import Look
from ui.widgets.picture import image_of, svg_of

_FIRST_SPAN_S = 150.0
_LEFT, _RIGHT, _TOP, _TICKS, _GAP = 105.0, 14.0, 22.0, 24.0, 14.0
_LANE, _LEAST_LANE = 44, 26
_WIDTH, _LEAST_WIDTH = 640, 320
_ZOOM = 1.25
_STEP = 0.1
_PAGE = 0.8
_DRAG_PX = 5
_NOTCH = 120
_KEYS_STEP = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS_LANE = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_KEYS_END = {Qt.Key.Key_Home: 1, Qt.Key.Key_End: -1}
_KEYS_ZOOM = {Qt.Key.Key_Plus: 1 / _ZOOM, Qt.Key.Key_Equal: 1 / _ZOOM, Qt.Key.Key_Minus: _ZOOM}
_KEYS_PAGE = {Qt.Key.Key_PageUp: -_PAGE, Qt.Key.Key_PageDown: _PAGE}


class TimelineView(QWidget):
    """Paints a `Picture`; selections are journal numbers, and can be set from outside.

    Wheel zooms around the cursor, dragging pans; left and right go from event to event, up and down to the item above
    or below, Home and End to the first and last; Shift with left and right, and the page keys, pan; + and - zoom, F
    follows now.
    """

    selected = Signal(int)
    chosen_changed = Signal(str)
    following_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timelineView")
        self.setAccessibleName("Timeline")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lanes = Lanes()
        self._now = 0.0
        self._rules = Rules()
        self._span = following(0.0, _FIRST_SPAN_S)
        self._follows = True
        self._is_presented = False
        self._chosen: int | None = None
        self._lane: Lane | None = None
        self._dragged_from: tuple[float, TimeSpan] | None = None
        self._picture: Picture | None = None
        self._look: Look | None = None
        self._describe()

    @property
    def span(self) -> TimeSpan:
        return self._span

    @property
    def follows(self) -> bool:
        return self._follows

    @property
    def chosen(self) -> int | None:
        return self._chosen

    def show_lanes(self, lanes: Lanes, *, leeway_s: float, limits: Limits | None = None) -> None:
        """Show these lanes; after they grow, call `refresh`."""
        self._lanes, self._rules = lanes, Rules(leeway_s, limits or Limits())
        self._describe()
        self.refresh()

    def show_presenter(self, *, on: bool) -> None:
        """Draw larger, and generations by shape too."""
        self._is_presented, self._look = on, None
        self.refresh()

    def refresh(self) -> None:
        """Draw the lanes as they are now."""
        self._picture = None
        self.update()

    def tick(self, now: float) -> None:
        self._now = now
        if self._follows:
            self._span = following(now, self._span.seconds)
        self.refresh()

    def follow(self, *, on: bool) -> None:
        """Let the span move with now, or not."""
        if on != self._follows:
            self._follows = on
            self.following_changed.emit(on)
        self.tick(self._now)

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Show `factor` times as much time; `around` (epoch seconds) stays in place, by default now if visible."""
        centre = around if around is not None else min(max(self._now, self._span.begin), self._span.end)
        self._span = self._span.zoomed(factor, centre)
        self.tick(self._now)

    def select(self, seq: int | None) -> None:
        """Mark the item of this journal number, and scroll to it."""
        self._mark(None if seq is None else self._lanes.shown(seq))

    def sizeHint(self) -> QSize:
        """Return room for four lanes and the ticks."""
        return QSize(theme.px(_WIDTH), theme.px(_TOP + _TICKS + len(ORDER) * _LANE))

    def minimumSizeHint(self) -> QSize:
        """Return the least height at which lanes can be distinguished."""
        return QSize(theme.px(_LEAST_WIDTH), theme.px(_TOP + _TICKS + len(ORDER) * _LEAST_LANE))

    # --- pictures -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._draw(painter)
        if self.hasFocus():
            painter.setPen(self._looks().colour("access"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))

    def image(self, scale: float = 2.0) -> QImage:
        """Return the picture as shown, with `scale` pixels per screen pixel."""
        return image_of(self.size(), self._looks().colour("surface"), self._draw, scale)

    def svg(self) -> bytes:
        """Return the picture as shown, as an SVG file."""
        return svg_of(self.size(), self._looks().colour("surface"), self._draw, "Timeline")

    def _draw(self, painter: QPainter) -> None:
        TimelineDrawing(painter, self._shown(), self._looks()).draw()

    def _shown(self) -> Picture:
        if self._picture is None:
            offset = words.local(self._now).utcoffset()
            self._picture = picture(
                self._lanes,
                self._frame(),
                self._now,
                rules=self._rules,
                chosen=self._chosen,
                offset_s=0.0 if offset is None else offset.total_seconds(),
            )
        return self._picture

    def _frame(self) -> Frame:
        look = self._looks()
        metrics = QFontMetricsF(look.name)
        widest = max(metrics.horizontalAdvance(name) for name in words.LANE_NAMES.values())
        left, top = max(look.px(_LEFT), widest + look.px(_GAP)), look.px(_TOP)
        lane_height = max((self.height() - top - look.px(_TICKS)) / len(ORDER), 1.0)
        width = max(self.width() - left - look.px(_RIGHT), 1.0)
        return Frame(left, top, width, lane_height, self._span, look.scale)

    def _looks(self) -> Look:
        scheme = theme.current()
        if self._look is None or self._look.scheme is not scheme:
            self._look = Look(scheme, theme.px(100) / 100, self.font(), self._is_presented)
        return self._look

    # --- input ----------------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.FontChange, QEvent.Type.PaletteChange, QEvent.Type.LanguageChange)
        if event.type() in kinds and hasattr(self, "_look"):
            self._look = None
            self.updateGeometry()
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the cursor; sideways, or with Shift, pan."""
        turned = event.angleDelta()
        if turned.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(-(turned.x() or turned.y()) / _NOTCH * _STEP)
        elif turned.y():
            moment = self._shown().frame.moment(event.position().x())
            self.follow(on=False)  # following now would move the moment under the cursor
            self.zoom(_ZOOM ** (-turned.y() / _NOTCH), moment)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the item, and start dragging."""
        position = event.position()
        self._dragged_from = (position.x(), self._span)
        shown = self._shown()
        found = shown.what_at(position.x(), position.y())
        if isinstance(found, BarShape) and found.count > 1:
            nearest = self._lanes.track(found.lane).nearest(shown.frame.moment(position.x()))
            self._choose(found.seq if nearest is None else nearest.seq, found.lane)
        elif found is not None:
            self._choose(found.seq, found.lane)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._dragged_from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            began, span = self._dragged_from
            if abs(position.x() - began) > _DRAG_PX or not self._follows:
                self.follow(on=False)
                self._span = span.moved((began - position.x()) / self._shown().frame.width * span.seconds)
                self.refresh()
            return
        sentence = self.sentence_at(position.x(), position.y())
        QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(sentence), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None

    def sentence_at(self, x: float, y: float) -> str:
        """Return the sentence of the item at a point; in front of the refresh lane, its limits."""
        shown = self._shown()
        if x < shown.frame.left:
            return words.limits_sentence(self._rules.limits) if shown.frame.lane_at(y) is Lane.REFRESH else ""
        found = shown.what_at(x, y)
        if found is None:
            return ""
        if isinstance(found, BarShape) and found.count > 1:
            return words.many(found.count, found.name)
        return sentence_of(self._lanes, found.seq, self._now, found.lane)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _KEYS_STEP and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(_KEYS_STEP[key] * _STEP)
        elif key in _KEYS_STEP or key in _KEYS_END:
            self._walk(key)
        elif key in _KEYS_LANE:
            self._climb(_KEYS_LANE[key])
        elif key in _KEYS_ZOOM:
            self.zoom(_KEYS_ZOOM[key])
        elif key in _KEYS_PAGE:
            self._move(_KEYS_PAGE[key])
        elif key == Qt.Key.Key_F:
            self.follow(on=not self._follows)
        else:
            super().keyPressEvent(event)

    def _walk(self, key: Qt.Key) -> None:
        is_end = key in _KEYS_END
        seq = neighbour(self._lanes, None if is_end else self._chosen, {**_KEYS_END, **_KEYS_STEP}[key])
        if seq is not None:
            self._choose(seq, self._lane)

    def _climb(self, step: int) -> None:
        """Go to the item above or below the selection at the same moment, or start in the outermost lane."""
        moment = None if self._chosen is None else moment_of(self._lanes, self._chosen, self._lane)
        if moment is None or self._lane is None:
            self._walk(Qt.Key.Key_End)
            return
        found = beside(self._lanes, self._lane, moment, step)
        if found is not None:
            self._choose(found[1], found[0])

    def _choose(self, seq: int, lane: Lane | None) -> None:
        self._mark(seq, lane)
        self.selected.emit(seq)

    def _mark(self, seq: int | None, lane: Lane | None = None) -> None:
        there = [] if seq is None else [thing.lane for thing in self._lanes.at(seq)]
        self._chosen, self._lane = seq, lane if lane in there else there[0] if there else None
        moment = None if seq is None else moment_of(self._lanes, seq, self._lane)
        if moment is not None and not self._span.contains(moment):
            self.follow(on=False)
            self._span = self._span.moved(moment - (self._span.begin + self._span.end) / 2)
        self._describe()
        self.refresh()

    def _describe(self) -> None:
        """Describe the selection and the limits, including unknown ones, which are not drawn."""
        sentence = "" if self._chosen is None else sentence_of(self._lanes, self._chosen, self._now, self._lane)
        limits = words.limits_sentence(self._rules.limits)
        self.setAccessibleDescription(f"{sentence} {limits}" if sentence else limits)
        self.chosen_changed.emit(sentence)

    def _move(self, share: float) -> None:
        self.follow(on=False)
        self._span = self._span.moved(share * self._span.seconds)
        self.refresh()
