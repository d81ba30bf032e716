"""The painted timeline: lanes, lives, marks and the running now; zoomed, moved and walked through."""

from datetime import UTC, datetime

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.lanes import End, Lane, Lanes, MarkKind
from ui import theme
from ui.timeline.layout import (
    ORDER,
    BarShape,
    Frame,
    Link,
    MarkShape,
    Picture,
    Span,
    following,
    neighbour,
    picture,
    walk_of,
)

_FIRST_SPAN_S = 150.0
_LEFT = 118.0
_RIGHT = 14.0
_TOP = 22.0
_TICKS = 26.0
_BAR = 20.0
_RADIUS = 4.0
_MARK = 5.0
_ZOOM = 1.25
_STEP = 0.1
_DAY_S = 86400.0
_ROLES = {
    MarkKind.CALL: "good",
    MarkKind.FAILED_CALL: "bad",
    MarkKind.TOKEN_REQUEST: "refresh",
    MarkKind.REFUSAL: "bad",
    MarkKind.LOST: "warning",
    MarkKind.RETRY: "warning",
    MarkKind.SIGN_IN: "id",
    MarkKind.SIGN_OUT: "muted",
    MarkKind.SESSION_END: "bad",
}


class TimelineView(QWidget):
    """Paints a `Picture`; says what is selected by its number in the journal, and takes selections from elsewhere.

    Wheel zooms around the cursor, dragging moves, arrow keys walk from event to event, +/- zoom, F follows now.
    """

    selected = Signal(int)
    following_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timelineView")
        self.setAccessibleName(self.tr("Timeline"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lanes = Lanes()
        self._now = 0.0
        self._leeway_s = 0.0
        self._span = following(0.0, _FIRST_SPAN_S)
        self._follows = True
        self._chosen: int | None = None
        self._dragged_from: tuple[float, Span] | None = None
        self._picture: Picture | None = None

    @property
    def span(self) -> Span:
        """The time that is shown."""
        return self._span

    @property
    def follows(self) -> bool:
        """Whether the span moves with now."""
        return self._follows

    def show_lanes(self, lanes: Lanes, *, leeway_s: float) -> None:
        """Show these lanes, which may grow later; then `refresh` draws them anew."""
        self._lanes, self._leeway_s = lanes, leeway_s
        self.refresh()

    def refresh(self) -> None:
        """Draw what has become of the lanes."""
        self._picture = None
        self.update()

    def tick(self, now: float) -> None:
        """Let now be `now`, in epoch seconds."""
        self._now = now
        if self._follows:
            self._span = following(now, self._span.seconds)
        self.refresh()

    def follow(self, *, on: bool) -> None:
        """Let the span move with now, or stand still."""
        if on != self._follows:
            self._follows = on
            self.following_changed.emit(on)
        self.tick(self._now)

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Show `factor` times as much time; `around` (epoch seconds) stays where it is, now by default."""
        centre = around if around is not None else min(max(self._now, self._span.begin), self._span.end)
        self._span = self._span.zoomed(factor, centre)
        self.tick(self._now)

    def select(self, seq: int | None) -> None:
        """Mark what has this number; bring it into sight."""
        self._chosen = seq
        moment = self._moment_of(seq)
        if moment is not None and not self._span.begin <= moment <= self._span.end:
            self.follow(on=False)
            self._span = self._span.moved(moment - (self._span.begin + self._span.end) / 2)
        self.setAccessibleDescription(self._sentence_of(seq))
        self.refresh()

    def sizeHint(self) -> QSize:
        """Return room for four lanes and the ticks."""
        return QSize(640, int(_TOP + _TICKS + len(ORDER) * 44))

    def minimumSizeHint(self) -> QSize:
        """Return the least at which lanes can be told apart."""
        return QSize(320, int(_TOP + _TICKS + len(ORDER) * 26))

    # --- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture."""
        shown = self._shown()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lanes(painter, shown.frame)
        self._paint_ticks(painter, shown)
        painter.save()
        painter.setClipRect(QRectF(shown.frame.left - 1, 0, shown.frame.width + 2, self.height()))
        for link in shown.links:
            self._paint_link(painter, shown.frame, link)
        for bar in shown.bars:
            self._paint_bar(painter, shown.frame, bar)
        for mark in shown.marks:
            self._paint_mark(painter, shown.frame, mark)
        painter.restore()
        self._paint_now(painter, shown)

    def _shown(self) -> Picture:
        if self._picture is None:
            lane_height = max((self.height() - _TOP - _TICKS) / len(ORDER), 1.0)
            frame = Frame(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1.0), lane_height, self._span)
            self._picture = picture(self._lanes, frame, self._now, leeway_s=self._leeway_s)
        return self._picture

    def _paint_lanes(self, painter: QPainter, frame: Frame) -> None:
        scheme = theme.current()
        names = {
            Lane.CALLS: self.tr("API calls"),
            Lane.ACCESS: self.tr("Access"),
            Lane.REFRESH: self.tr("Refresh"),
            Lane.TOKEN_REQUESTS: self.tr("Token endpoint"),
        }
        for lane in ORDER:
            top = frame.lane_top(lane)
            painter.setPen(QPen(QColor(scheme.text)))
            words = QRectF(0, top, frame.left - 10, frame.lane_height)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, names[lane])
            painter.setPen(QPen(QColor(scheme.border), 0))
            bottom = round(top + frame.lane_height) + 0.5
            painter.drawLine(QLineF(frame.left, bottom, frame.left + frame.width, bottom))

    def _paint_ticks(self, painter: QPainter, shown: Picture) -> None:
        scheme, frame = theme.current(), shown.frame
        for moment in shown.ticks:
            x = round(frame.x(moment)) + 0.5
            painter.setPen(QPen(QColor(scheme.border), 0, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, frame.top, x, frame.bottom + 4))
            painter.setPen(QPen(QColor(scheme.muted)))
            words = QRectF(x - 60, frame.bottom + 5, 120, _TICKS - 6)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, _tick_text(moment, self._span))

    def _paint_bar(self, painter: QPainter, frame: Frame, bar: BarShape) -> None:
        scheme = theme.current()
        role = "access" if bar.lane is Lane.ACCESS else "refresh"
        height = min(_BAR, frame.lane_height - 6)
        area = QRectF(bar.begin, frame.middle(bar.lane) - height / 2, max(bar.end - bar.begin, 1.5), height)
        gone = bar.how in (End.REFUSED, End.REVOKED, End.DROPPED, End.FORGOTTEN)
        pen = QPen(QColor(getattr(scheme, "bad" if bar.how is End.REFUSED else role)), 1)
        if gone:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen if bar.count == 1 else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(scheme.tint(role)))
        painter.drawRoundedRect(area, _RADIUS, _RADIUS)
        if bar.leeway_x is not None and bar.leeway_x < bar.end - 1:
            painter.fillRect(QRectF(bar.leeway_x, area.top() + 1, bar.end - bar.leeway_x, height - 2), _hatched(scheme))
        if bar.seq and bar.seq == self._chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(scheme.text), 2))
            painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), _RADIUS, _RADIUS)
        if bar.has_label:
            painter.setPen(QPen(QColor(theme.text_on_tint(scheme, role))))
            words = painter.fontMetrics().elidedText(
                _bar_text(bar), Qt.TextElideMode.ElideRight, int(area.width()) - 12
            )
            painter.drawText(area.adjusted(7, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_mark(self, painter: QPainter, frame: Frame, mark: MarkShape) -> None:
        scheme = theme.current()
        colour = QColor(getattr(scheme, _ROLES[mark.kind]))
        centre = QPointF(mark.x, frame.middle(mark.lane))
        chosen = mark.seq == self._chosen
        painter.setPen(QPen(QColor(scheme.text), 2) if chosen else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(colour)
        if mark.kind is MarkKind.CALL:
            painter.drawEllipse(centre, _MARK, _MARK)
        elif mark.kind in (MarkKind.TOKEN_REQUEST, MarkKind.SIGN_IN):
            painter.drawPolygon(_diamond(centre))
        elif mark.kind in (MarkKind.LOST, MarkKind.RETRY):
            painter.drawPolygon(_triangle(centre))
        else:
            painter.setPen(QPen(colour, 3 if chosen else 2.2))
            painter.drawLines(_cross(centre))
        if mark.count > 1:
            painter.setPen(QPen(QColor(scheme.muted)))
            painter.drawText(QPointF(mark.x + _MARK + 2, centre.y() - _MARK), f"×{mark.count}")

    def _paint_link(self, painter: QPainter, frame: Frame, link: Link) -> None:
        scheme = theme.current()
        low, high = frame.middle(Lane.TOKEN_REQUESTS), frame.middle(Lane.ACCESS)
        if not link.is_replay:
            painter.setPen(QPen(QColor(scheme.refresh), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(link.x, low - _MARK, link.x, high + _BAR / 2))
            return
        target = QPointF(link.target_x, frame.middle(Lane.REFRESH) + _BAR / 2)
        painter.setPen(QPen(QColor(scheme.bad), 1.6))
        painter.drawLine(QLineF(QPointF(link.x, low - _MARK), target))
        painter.drawLines([QLineF(target, target + QPointF(7, 2)), QLineF(target, target + QPointF(5, 7))])

    def _paint_now(self, painter: QPainter, shown: Picture) -> None:
        if shown.now_x is None:
            return
        scheme, x = theme.current(), shown.now_x
        painter.setPen(QPen(QColor(scheme.bad), 1.4))
        painter.drawLine(QLineF(x, shown.frame.top - 4, x, shown.frame.bottom))
        words = self.tr("now")
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(words) + 14
        pill = QRectF(x - width / 2, 1, width, 17)
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(scheme.bad))
        painter.drawRoundedRect(pill, 8, 8)
        painter.setPen(QPen(QColor(scheme.on_accent)))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)

    # --- hands ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self.refresh()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the cursor; sideways, or with Shift, move."""
        turned = event.angleDelta()
        if turned.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(-(turned.x() or turned.y()) / 1200)
        elif turned.y():
            moment = self._shown().frame.moment(event.position().x())
            if self._follows:
                self.zoom(_ZOOM ** (-turned.y() / 120))
            else:
                self.zoom(_ZOOM ** (-turned.y() / 120), moment)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select what is there, and begin to drag."""
        position = event.position()
        self._dragged_from = (position.x(), self._span)
        seq = self._shown().hit(position.x(), position.y())
        if seq is not None:
            self._choose(seq)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell what is under the cursor."""
        position = event.position()
        if self._dragged_from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            began, span = self._dragged_from
            if abs(position.x() - began) > _MARK or not self._follows:
                self.follow(on=False)
                self._span = span.moved((began - position.x()) / self._shown().frame.width * span.seconds)
                self.refresh()
            return
        seq = self._shown().hit(position.x(), position.y())
        told = self._sentence_of(seq).replace("&", "&amp;").replace("<", "&lt;")
        QToolTip.showText(event.globalPosition().toPoint(), f"<p>{told}</p>" if told else "", self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        self._dragged_from = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, zoom, follow."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            self._walk(key)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1 / _ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(_ZOOM)
        elif key == Qt.Key.Key_F:
            self.follow(on=not self._follows)
        else:
            super().keyPressEvent(event)

    def _walk(self, key: int) -> None:
        walk = walk_of(self._lanes)
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            seq = neighbour(walk, None, 1 if key == Qt.Key.Key_Home else -1)
        else:
            seq = neighbour(walk, self._chosen, 1 if key == Qt.Key.Key_Right else -1)
        if seq is not None:
            self._choose(seq)

    def _choose(self, seq: int) -> None:
        self.select(seq)
        self.selected.emit(seq)

    def _move(self, share: float) -> None:
        self.follow(on=False)
        self._span = self._span.moved(share * self._span.seconds)
        self.refresh()

    def _moment_of(self, seq: int | None) -> float | None:
        bar = next((bar.begins_at for bar in self._lanes.bars if bar.seq == seq), None)
        return bar if bar is not None else next((mark.at for mark in self._lanes.marks if mark.seq == seq), None)

    def _sentence_of(self, seq: int | None) -> str:
        if seq is None:
            return ""
        mark = next((mark.text for mark in self._lanes.marks if mark.seq == seq), None)
        if mark is not None:
            return mark
        return " ".join(bar.sentence(self._now) for bar in self._lanes.bars if bar.seq == seq)


def _bar_text(bar: BarShape) -> str:
    if bar.how is End.OPEN or (bar.lane is Lane.ACCESS and bar.how is End.LAPSED):
        return bar.name
    return f"{bar.name} · {bar.how}"


def _tick_text(moment: float, span: Span) -> str:
    there = datetime.fromtimestamp(moment, tz=UTC).astimezone()
    if span.seconds > 3 * _DAY_S:
        return there.strftime("%Y-%m-%d")
    if span.seconds > _DAY_S / 2:
        return there.strftime("%m-%d %H:%M")
    return there.strftime("%H:%M:%S")


def _hatched(scheme: theme.Scheme) -> QColor:
    colour = QColor(scheme.warning)
    colour.setAlphaF(0.25)
    return colour


def _diamond(centre: QPointF) -> QPolygonF:
    size = _MARK + 1.5
    offsets = (QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0))
    return QPolygonF([centre + offset for offset in offsets])


def _triangle(centre: QPointF) -> QPolygonF:
    offsets = (QPointF(0, -_MARK - 1), QPointF(_MARK + 1, _MARK), QPointF(-_MARK - 1, _MARK))
    return QPolygonF([centre + offset for offset in offsets])


def _cross(centre: QPointF) -> list[QLineF]:
    one, other = QPointF(_MARK, _MARK), QPointF(_MARK, -_MARK)
    return [QLineF(centre - one, centre + one), QLineF(centre - other, centre + other)]
