"""A sharp QR code: black on white in both schemes, with the margin that cameras need."""

from collections.abc import Iterator
from itertools import groupby

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme

QUIET = 4
"""Squares of margin on each side (ISO/IEC 18004 §6.3.8)."""
_SIDE = 190
_SMALLEST_SQUARE = 3
_BLACK, _WHITE = "#000000", "#FFFFFF"


class QrCode(QWidget):
    """Draws one text; every square is a whole number of device pixels wide.

    Its accessible description is set by the user of the widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[bool, ...], ...] = ()
        self._masked = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> bool:
        """Draw `text`; return False, and draw nothing, if it is too long for a QR code (about 2,900 bytes)."""
        self._rows = _squares(text) if text else ()
        self.updateGeometry()
        self.update()
        return bool(self._rows)

    def show_masked(self, why: str) -> None:
        """Show `why` instead of the code; an empty text shows the code again."""
        self._masked = why
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size at which a camera can read the code, at the current zoom."""
        across = len(self._rows)
        side = across * max(_SMALLEST_SQUARE, round(_SIDE / across)) if across else _SIDE
        return QSize(theme.px(side), theme.px(side))

    def minimumSizeHint(self) -> QSize:
        """Return the same: a smaller code could not be read."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._masked:
            scheme = theme.current()
            painter.fillRect(self.rect(), QColor(scheme.raised))
            painter.setPen(QColor(scheme.muted))
            inside = self.rect().adjusted(8, 8, -8, -8)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._masked)
        elif self._rows:
            painter.fillRect(self.rect(), QColor(_WHITE))
            ratio = painter.deviceTransform().m11()
            painter.scale(1 / ratio, 1 / ratio)  # from here one unit is one device pixel
            for square in self._dark(round(self.width() * ratio), round(self.height() * ratio)):
                painter.fillRect(square, QColor(_BLACK))

    def _dark(self, width: int, height: int) -> Iterator[QRect]:
        across = len(self._rows)
        square = max(min(width, height) // across, 1)
        left, top = (width - square * across) // 2, (height - square * across) // 2
        for line, row in enumerate(self._rows):
            start = 0
            for is_dark, run in groupby(row):
                length = len(tuple(run))
                if is_dark:
                    yield QRect(left + start * square, top + line * square, length * square, square)
                start += length


def _squares(text: str) -> tuple[tuple[bool, ...], ...]:
    import segno

    try:
        code = segno.make_qr(text, error="l")  # at least; better error correction is used where it costs no space
    except segno.DataOverflowError:
        return ()
    return tuple(tuple(map(bool, row)) for row in code.matrix_iter(border=QUIET))
