"""Slanted lines that fill an area, so that it is told apart by more than its colour, on screens and in SVG files."""

from PySide6.QtCore import QLineF, QRectF

_STEP_PX = 5.0


def hatching(area: QRectF, step: float = _STEP_PX) -> list[QLineF]:
    """Return slanted lines that fill an area and stay inside it."""
    found, height = [], area.height()
    start = area.left() - height - (area.left() - height) % step  # the same grid everywhere, so that nothing crawls
    while start < area.right():
        begin, end = max(start, area.left()), min(start + height, area.right())
        if end > begin:
            found.append(QLineF(begin, area.bottom() - (begin - start), end, area.bottom() - (end - start)))
        start += step
    return found
