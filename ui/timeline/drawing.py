"""Draws a picture of the timeline: on the screen, into an image, into an SVG file."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from app.lanes import End, Lane, MarkKind
from ui.timeline import words
from ui.timeline.layout import BarShape, LimitKind, LimitShape, Link, MarkShape, Picture, Tail
from ui.timeline.shapes import arrow_back, bar_path, is_filled, mark_path
from ui.timeline.span import ORDER
from ui.widgets.hatching import hatching
from ui.widgets.look import Look

_BAR, _RADIUS, _MARK, _TAIL = 20.0, 4.0, 5.0, 4.0
_FREE_END = 4.0
_LEAST_ROOM = 12.0
_DENSE_PX = 16.0
_GONE = (End.REFUSED, End.REVOKED, End.DROPPED, End.EXPIRED, End.FORGOTTEN)
_ROLES = {
    MarkKind.CALL: "good",
    MarkKind.FAILED_CALL: "bad",
    MarkKind.TOKEN_REQUEST: "refresh",
    MarkKind.REFUSAL: "bad",
    MarkKind.LOST: "warning",
    MarkKind.RETRY: "warning",
    MarkKind.REPLAY: "warning",
    MarkKind.REPLAY_REFUSED: "bad",
    MarkKind.SIGN_IN: "refresh",
    MarkKind.SIGN_OUT: "muted",
    MarkKind.SESSION_END: "bad",
    MarkKind.DROP: "warning",
    MarkKind.REVOCATION: "bad",
    MarkKind.EXPIRY: "warning",
    MarkKind.TRAVEL: "access",
}
_ORDINARY = (MarkKind.CALL, MarkKind.TOKEN_REQUEST)  # drawn first, so that they hide no refusal
_CENTRE = Qt.AlignmentFlag.AlignCenter
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class TimelineDrawing:
    """One picture, painter and look."""

    def __init__(self, painter: QPainter, shown: Picture, look: Look) -> None:
        self._painter = painter
        self._shown = shown
        self._frame = shown.frame
        self._look = look
        self._small = QFontMetricsF(look.small)
        self._ends, self._marks = words.END_WORDS, words.MARK_WORDS
        self._bar_height = min(look.mark_px(_BAR), shown.frame.lane_height - look.px(6))
        self._colours = {role: look.colour(role) for role in {*_ROLES.values(), "surface"}}
        self._paths: dict[MarkKind, QPainterPath] = {}
        self._told: set[tuple[Lane, int]] = set()  # where the bar already shows how it ended

    def draw(self) -> None:
        """Draw everything, the most important on top."""
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_lanes()
        self._painter.setFont(self._look.small)
        self._draw_ticks()
        self._draw_tails(self._shown.tails)
        self._draw_bars(self._shown.bars)
        self._draw_rotations()
        for link in self._shown.links:
            self._draw_replay(link)
        self._draw_now_line()
        for mark in sorted(self._shown.marks, key=lambda mark: mark.kind not in _ORDINARY):
            self._draw_mark(mark)
        for limit in self._shown.limits:
            self._draw_limit(limit)
        self._draw_focus()
        self._draw_now()

    def _draw_lanes(self) -> None:
        painter, frame, look = self._painter, self._frame, self._look
        painter.setFont(look.name)
        for lane, name in words.LANE_NAMES.items():
            top = frame.lane_top(lane)
            painter.setPen(QPen(look.colour("text")))
            painter.drawText(QRectF(0, top, frame.left - look.px(10), frame.lane_height), _MIDDLE, name)
        painter.setPen(QPen(look.colour("border"), 1))
        bottoms = [round(frame.lane_top(lane) + frame.lane_height) + 0.5 for lane in ORDER]
        painter.drawLines([QLineF(frame.left, bottom, frame.right, bottom) for bottom in bottoms])

    def _draw_ticks(self) -> None:
        painter, frame, look = self._painter, self._frame, self._look
        xs = [round(frame.x(moment)) + 0.5 for moment in self._shown.ticks]
        painter.setPen(QPen(look.colour("border"), 1, Qt.PenStyle.DotLine))
        painter.drawLines([QLineF(x, frame.top, x, frame.bottom + look.px(4)) for x in xs])
        painter.setPen(QPen(look.colour("muted")))
        for x, text in zip(xs, words.tick_texts(self._shown.ticks, frame), strict=True):
            width = self._small.horizontalAdvance(text) + 2
            left = min(x - width / 2, frame.right + look.px(14) - width)
            area = QRectF(left, frame.bottom + look.px(6), width, self._small.height())
            painter.drawText(area, _CENTRE, text)

    def _draw_tails(self, tails: tuple[Tail, ...]) -> None:
        look = self._look
        top = self._frame.middle(Lane.REFRESH) + self._bar_height / 2 + 1
        height = min(look.px(_TAIL), max(self._frame.lane_height / 2 - self._bar_height / 2 - 2, 2.0))
        for tail in tails:
            area = QRectF(tail.begin, top, tail.end - tail.begin, height)
            self._painter.setPen(QPen(look.colour("refresh"), 1))
            self._painter.drawLines(hatching(area, look.px(4)))
            self._painter.drawLine(QLineF(area.topRight(), area.bottomRight()))
            self._painter.drawLine(QLineF(area.bottomLeft(), area.bottomRight()))

    def _draw_bars(self, bars: tuple[BarShape, ...]) -> None:
        for lane, role in ((Lane.ACCESS, "access"), (Lane.REFRESH, "refresh")):
            top = self._frame.middle(lane) - self._bar_height / 2
            mine = [bar for bar in bars if bar.lane is lane]
            # Without round ends and words, because there may be hundreds.
            short = [self._area(bar, top) for bar in mine if bar.count == 1 and not bar.has_label]
            many = [self._area(bar, top) for bar in mine if bar.count > 1]
            self._painter.setBrush(self._look.tinted(role))
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.drawRects(many)
            self._painter.setPen(QPen(self._look.colour(role), 0.6))
            self._painter.drawLines([QLineF(area.topLeft(), area.topRight()) for area in many])
            self._painter.drawLines([QLineF(area.bottomLeft(), area.bottomRight()) for area in many])
            self._painter.drawRects(short)
            for bar in mine:
                if bar.has_label and bar.count == 1:
                    self._draw_bar(bar, role, top)

    def _area(self, bar: BarShape, top: float) -> QRectF:
        return QRectF(bar.begin, top, max(bar.end - bar.begin, 1.5), self._bar_height)

    def _draw_bar(self, bar: BarShape, role: str, top: float) -> None:
        painter, look = self._painter, self._look
        area = QRectF(bar.begin, top, bar.end - bar.begin, self._bar_height)
        is_open = bar.lane is Lane.REFRESH and bar.is_running and bar.life_s is None
        path = bar_path(area, look.px(_RADIUS), cut_left=bar.is_cut[0], cut_right=bar.is_cut[1] or is_open)
        left, right = (0 if is_cut else 2 for is_cut in (bar.is_cut[0], bar.is_cut[1] or is_open))
        painter.fillRect(area.adjusted(left, 1, -right, -1), look.tinted(role))
        pen = QPen(look.colour("bad" if bar.how is End.REFUSED else role), 1)
        if bar.how in _GONE:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(look.tinted(role) if not (any(bar.is_cut) or is_open) else Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if is_open:
            self._draw_open_end(bar, area, role)
        if bar.leeway_x is not None and bar.leeway_x < bar.end - 1:
            self._draw_leeway(area, bar.leeway_x)
        if bar.how is End.LAPSED and not bar.is_cut[1]:
            edge = QRectF(area.right() - look.px(3), area.top() - look.px(2), look.px(3), area.height() + look.px(4))
            painter.fillRect(edge, look.colour(role))
        self._write_on(bar, area, role)

    def _draw_open_end(self, bar: BarShape, area: QRectF, role: str) -> None:
        """Draw how far a token of unstated expiry may last: up to the first limit, or a little way."""
        until = bar.may_last_x or min(area.right() + self._look.px(_FREE_END * 3), self._frame.right)
        pen = QPen(self._look.colour(role), 1, Qt.PenStyle.DotLine)
        self._painter.setPen(pen)
        lines = [QLineF(area.right(), y, until, y) for y in (area.top(), area.bottom())]
        self._painter.drawLines(lines)

    def _draw_leeway(self, area: QRectF, begin: float) -> None:
        look = self._look
        hatched = QRectF(begin, area.top() + 1, area.right() - begin, area.height() - 2)
        wash = look.colour("warning")
        wash.setAlphaF(0.14)
        self._painter.fillRect(hatched, wash)
        self._painter.setPen(QPen(look.colour("warning"), 1))
        self._painter.drawLines(hatching(hatched, look.px(5)))

    def _write_on(self, bar: BarShape, area: QRectF, role: str) -> None:
        look = self._look
        right = area.right() - look.px(4) if bar.leeway_x is None else max(bar.leeway_x, area.left())
        room = right - area.left() - look.px(6)
        texts = words.bar_texts(bar, self._ends, presenter=look.presenter)
        for text in texts:
            if self._small.horizontalAdvance(text) <= room:
                self._painter.setPen(QPen(look.text_on(role)))
                left = QRectF(area.left() + look.px(6), area.top(), room + 1, area.height())
                self._painter.drawText(left, _MIDDLE, text)
                if bar.how in self._ends and text.endswith(self._ends[bar.how]):
                    self._told.add((bar.lane, round(bar.end)))
                return

    def _draw_rotations(self) -> None:
        """Draw the rotations: from each token request up to its call; thin lines where there are many."""
        frame, look = self._frame, self._look
        low = frame.middle(Lane.TOKEN_REQUESTS) - look.mark_px(_MARK) * 1.3
        high = frame.middle(Lane.CALLS) + look.mark_px(_MARK) + 2
        lines = [QLineF(link.x, low, link.x, high) for link in self._shown.links if not link.is_replay]
        is_dense = len(lines) * look.px(_DENSE_PX) > frame.width
        style = Qt.PenStyle.SolidLine if is_dense else Qt.PenStyle.DashLine
        self._painter.setPen(QPen(look.colour("refresh"), 0.4 if is_dense else 1.2, style))
        self._painter.drawLines(lines)

    def _draw_replay(self, link: Link) -> None:
        if not link.is_replay:
            return
        painter, frame, look = self._painter, self._frame, self._look
        low = frame.middle(Lane.TOKEN_REQUESTS) - look.mark_px(_MARK) * 1.3
        target = QPointF(link.target_x, frame.middle(Lane.REFRESH) + self._bar_height / 2 + look.px(2))
        painter.setPen(QPen(look.colour("bad"), look.px(1.6)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(arrow_back(QPointF(link.x, low), target, look.px(6)))

    def _draw_mark(self, mark: MarkShape) -> None:
        painter, look = self._painter, self._look
        colour, size = self._colours[_ROLES[mark.kind]], look.mark_px(_MARK)
        middle = self._frame.middle(mark.lane)
        if mark.until - mark.x > size:
            painter.setPen(QPen(colour, look.px(2)))
            painter.drawLine(QLineF(mark.x, middle, mark.until, middle))
        filled, surface = is_filled(mark.kind), self._colours["surface"]
        painter.setPen(QPen(surface, 1) if filled else QPen(colour, look.mark_px(2)))
        painter.setBrush(colour if filled else surface)
        if mark.kind not in self._paths:
            self._paths[mark.kind] = mark_path(mark.kind, size)
        painter.drawPath(self._paths[mark.kind].translated(mark.x, middle))
        self._write_beside(mark, middle, max(mark.until - mark.x, 0.0) + size)

    def _write_beside(self, mark: MarkShape, middle: float, away: float) -> None:
        look = self._look
        left = mark.x + away + look.px(5)
        room = mark.room - look.mark_px(_MARK) * 1.3 - (left - mark.until) - look.px(4)
        if room < look.px(_LEAST_ROOM) or (mark.lane, round(mark.x)) in self._told:
            return
        room = min(room, self._next_bar(mark) - left - look.px(4))
        for text in words.mark_texts(mark, self._marks):
            width = self._small.horizontalAdvance(text)
            if width <= room:
                self._painter.setPen(QPen(look.colour("muted")))
                area = QRectF(left, middle - self._small.height() / 2, width + 2, self._small.height())
                self._painter.drawText(area, _MIDDLE, text)
                return

    def _next_bar(self, mark: MarkShape) -> float:
        """Return where the next bar to the right of a mark in its lane begins or continues."""
        bars = (bar.begin for bar in self._shown.bars if bar.lane is mark.lane and bar.end > mark.x + 1)
        return next(bars, self._frame.right)

    def _draw_limit(self, limit: LimitShape) -> None:
        """Draw a limit: a line through the lane with its own flag and words."""
        painter, look, frame = self._painter, self._look, self._frame
        top, height = frame.lane_top(Lane.REFRESH), frame.lane_height
        is_idle = limit.kind is LimitKind.IDLE
        style = Qt.PenStyle.DashDotLine if is_idle else Qt.PenStyle.SolidLine
        painter.setPen(QPen(look.colour("warning"), look.px(1.6), style))
        painter.drawLine(QLineF(limit.x, top + 1, limit.x, top + height - 1))
        text = words.LIMIT_WORDS[limit.kind]
        width, high = self._small.horizontalAdvance(text) + look.px(16), self._small.height()
        left = limit.x if limit.x + width <= frame.right + look.px(10) else limit.x - width
        flag = QRectF(left, top + 1 if is_idle else top + height - high - 1, width, high)
        painter.fillRect(flag, look.tinted("warning"))
        size = look.px(3.2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("warning"))
        sign = mark_path(MarkKind.EXPIRY if is_idle else MarkKind.SESSION_END, size)
        painter.drawPath(sign.translated(flag.left() + look.px(7), flag.center().y()))
        painter.setPen(QPen(look.text_on("warning")))
        painter.drawText(flag.adjusted(look.px(13), 0, 0, 0), _MIDDLE, text)

    def _draw_focus(self) -> None:
        look = self._look
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(look.colour("text"), look.px(2)))
        for focus in self._shown.focus:
            high = (self._bar_height if focus.is_bar else look.mark_px(_MARK) * 2) + look.px(6)
            wide = look.px(3) if focus.is_bar else high / 2
            top = self._frame.middle(focus.lane) - high / 2
            area = QRectF(focus.begin - wide, top, focus.end - focus.begin + 2 * wide, high)
            self._painter.drawRoundedRect(area, look.px(_RADIUS) + 2, look.px(_RADIUS) + 2)

    def _draw_now_line(self) -> None:
        x, frame, look = self._shown.now_x, self._frame, self._look
        if x is not None:
            self._painter.setPen(QPen(look.colour("bad"), look.px(1.6)))
            self._painter.drawLine(QLineF(x, frame.top - look.px(4), x, frame.bottom + look.px(4)))

    def _draw_now(self) -> None:
        x, look, painter = self._shown.now_x, self._look, self._painter
        if x is None:
            return
        text = words.NOW_WORD
        width = self._small.horizontalAdvance(text) + look.px(14)
        pill = QRectF(x - width / 2, self._frame.top - look.px(21), width, look.px(17))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("bad"))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(QPen(look.colour("on_accent")))
        painter.drawText(pill, _CENTRE, text)
