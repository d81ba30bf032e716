"""The shapes of marks and bars, as paths for screen and SVG alike."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from app.lanes import MarkKind


def mark_path(kind: MarkKind, size: float) -> QPainterPath:
    """Return a mark around the origin, `size` from its centre to its edge; every meaning has its own shape."""
    return _PATHS.get(kind, _cross)(size)


def is_filled(kind: MarkKind) -> bool:
    return kind not in _LINES


def bar_path(area: QRectF, radius: float, *, cut_left: bool, cut_right: bool) -> QPainterPath:
    """Return a bar with round ends, open where it continues beyond the edge."""
    path = QPainterPath()
    if not cut_left and not cut_right:
        path.addRoundedRect(area, radius, radius)
        return path
    if cut_left and cut_right:
        path.moveTo(area.topLeft())
        path.lineTo(area.topRight())
        path.moveTo(area.bottomLeft())
        path.lineTo(area.bottomRight())
        return path
    return _open_path(area, radius, left=cut_left)


def arrow_back(begin: QPointF, end: QPointF, size: float) -> QPainterPath:
    """Return a bent arrow from `begin` back to `end`, which it reaches from below."""
    path = QPainterPath(begin)
    path.cubicTo(QPointF(begin.x(), (begin.y() + end.y()) / 2), QPointF(end.x(), begin.y()), end)
    for side in (-1, 1):
        path.moveTo(end)
        path.lineTo(end + QPointF(side * size * 0.7, size))
    return path


def _open_path(area: QRectF, radius: float, *, left: bool) -> QPainterPath:
    shut, ajar, sign = (area.right(), area.left(), -1) if left else (area.left(), area.right(), 1)
    path = QPainterPath(QPointF(ajar, area.top()))
    path.lineTo(shut + sign * radius, area.top())
    path.quadTo(shut, area.top(), shut, area.top() + radius)
    path.lineTo(shut, area.bottom() - radius)
    path.quadTo(shut, area.bottom(), shut + sign * radius, area.bottom())
    path.lineTo(ajar, area.bottom())
    return path


def _dot(size: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), size, size)
    return path


def _polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _diamond(size: float) -> QPainterPath:
    far = size * 1.3
    return _polygon((0, -far), (far, 0), (0, far), (-far, 0))


def _holed_diamond(size: float) -> QPainterPath:
    path = _diamond(size)
    path.addEllipse(QPointF(0, 0), size * 0.45, size * 0.45)  # left open by the odd-even fill rule
    return path


def _double_diamond(size: float) -> QPainterPath:
    path = _diamond(size)
    path.addPath(_diamond(size * 0.6))
    return path


def _triangle(size: float) -> QPainterPath:
    return _polygon((0, -size * 1.2), (size * 1.2, size), (-size * 1.2, size))


def _drop(size: float) -> QPainterPath:
    return _polygon((-size * 1.1, -size * 0.8), (size * 1.1, -size * 0.8), (0, size * 1.1))


def _backwards(size: float) -> QPainterPath:
    return _polygon((-size * 1.2, 0), (size, -size * 1.1), (size, size * 1.1))


def _hourglass(size: float) -> QPainterPath:
    wide, high = size * 0.9, size * 1.15
    return _polygon((-wide, -high), (wide, -high), (-wide, high), (wide, high))


def _cross(size: float) -> QPainterPath:
    path = QPainterPath(QPointF(-size, -size))
    path.lineTo(size, size)
    path.moveTo(-size, size)
    path.lineTo(size, -size)
    return path


def _backward_cross(size: float) -> QPainterPath:
    path = _cross(size * 0.85)
    path.addPath(_polygon((-size * 2.3, 0), (-size * 1.3, -size * 0.7), (-size * 1.3, size * 0.7)))
    return path


def _barred(size: float) -> QPainterPath:
    path = _dot(size)
    path.moveTo(-size * 0.7, size * 0.7)
    path.lineTo(size * 0.7, -size * 0.7)
    return path


def _fast_forward(size: float) -> QPainterPath:
    path = _polygon((-size * 1.2, -size), (0, 0), (-size * 1.2, size))
    path.addPath(_polygon((0, -size), (size * 1.2, 0), (0, size)))
    return path


def _square(size: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(-size, -size, 2 * size, 2 * size))
    return path


_PATHS = {
    MarkKind.CALL: _dot,
    MarkKind.FAILED_CALL: _cross,
    MarkKind.TOKEN_REQUEST: _diamond,
    MarkKind.REFUSAL: _cross,
    MarkKind.LOST: _triangle,
    MarkKind.RETRY: _double_diamond,
    MarkKind.REPLAY: _backwards,
    MarkKind.REPLAY_REFUSED: _backward_cross,
    MarkKind.SIGN_IN: _holed_diamond,
    MarkKind.SIGN_OUT: _square,
    MarkKind.SESSION_END: _square,
    MarkKind.DROP: _drop,
    MarkKind.REVOCATION: _barred,
    MarkKind.EXPIRY: _hourglass,
    MarkKind.TRAVEL: _fast_forward,
}
_LINES = (
    MarkKind.FAILED_CALL,
    MarkKind.REFUSAL,
    MarkKind.REPLAY_REFUSED,
    MarkKind.SIGN_OUT,
    MarkKind.REVOCATION,
)
