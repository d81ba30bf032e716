"""Hatching, so that an area is distinguished by more than its colour, on screen and in SVG files."""

from PySide6.QtCore import QLineF, QRectF

_STEP_PX = 5.0


def hatching(area: QRectF, step: float = _STEP_PX) -> list[QLineF]:
    """Return slanted lines that fill an area and stay inside it."""
    found, height = [], area.height()
    # One grid for all areas, so that lines do not crawl while the picture moves.
    start = area.left() - height - (area.left() - height) % step
    while start < area.right():
        begin, end = max(start, area.left()), min(start + height, area.right())
        if end > begin:
            found.append(QLineF(begin, area.bottom() - (begin - start), end, area.bottom() - (end - start)))
        start += step
    return found
