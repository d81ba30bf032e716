"""Painted pictures as PNG or SVG files, by the same function that paints the screen."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

Paint = Callable[[QPainter], None]


def image_of(size: QSize, ground: QColor, paint: Paint, scale: float = 2.0) -> QImage:
    """Return what `paint` paints over `ground`, with `scale` pixels per screen pixel."""
    found = QImage(size * scale, QImage.Format.Format_RGB32)
    found.setDevicePixelRatio(scale)
    found.fill(ground)
    painter = QPainter(found)
    paint(painter)
    painter.end()
    return found


def png_of(image: QImage) -> bytes:
    octets = QBuffer()
    octets.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(octets, b"png").write(image)
    return bytes(octets.data().data())


def svg_of(size: QSize, ground: QColor, paint: Paint, title: str) -> bytes:
    """Return what `paint` paints over `ground` as an SVG file."""
    from PySide6.QtSvg import QSvgGenerator

    octets, whole = QByteArray(), QRect(0, 0, size.width(), size.height())
    buffer = QBuffer(octets)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(whole)
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(whole, ground)
    paint(painter)
    painter.end()
    buffer.close()
    return bytes(octets.data())
