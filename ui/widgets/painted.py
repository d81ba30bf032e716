"""Painted widgets: brand mark, role dots, the bar of life left, a picker with its arrow."""

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from ui import theme

_FULL_CIRCLE = 360 * 16


class BrandMark(QWidget):
    """The ring of the brand: a lifetime with its lapsed part faded."""

    def __init__(self, size: int = 26, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._size), theme.px(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() / 6
        ring = QRectF(self.rect()).adjusted(width, width, -width, -width)
        for colour, start, span in ((scheme.tint("access"), 0, _FULL_CIRCLE), (scheme.access, 90 * 16, -280 * 16)):
            pen = QPen(QColor(colour), width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(ring, start, span)


class Dot(QWidget):
    """A small filled circle in a role's colour."""

    def __init__(self, role: str, size: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._size), theme.px(self._size))

    def show_role(self, role: str) -> None:
        self._role = role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme.current(), self._role)))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class LifeBar(QWidget):
    """The share of a life left, 0 to 1; None draws a dotted track: the end is not stated."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float | None) -> None:
        if share != self._share:
            self._share = share
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(5))

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if self._share is None:
            pen = QPen(QColor(scheme.border), 2, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawLine(QLineF(track.left(), track.center().y(), track.right(), track.center().y()))
            return
        painter.setBrush(QColor(scheme.tint(self._role)))
        painter.drawRoundedRect(track, 2.5, 2.5)
        if self._share > 0:
            track.setWidth(max(track.width() * self._share, 4))
            painter.setBrush(QColor(getattr(scheme, self._role)))
            painter.drawRoundedRect(track, 2.5, 2.5)


class Picker(QComboBox):
    """A combo box with a painted arrow: a style sheet would need an image file per scheme."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.current().muted), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        tip = QPointF(self.width() - 14, self.height() / 2 + 2)
        painter.drawPolyline([tip + QPointF(-4, -4), tip, tip + QPointF(4, -4)])
