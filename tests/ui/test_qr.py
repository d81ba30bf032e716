"""QR codes as they are painted: every square where it belongs, a whole number of pixels wide, on white."""

import pytest
import segno
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.panels import panel_in
from tests.qt_deleted import delete_now
from tests.ui.window.test_main_window import shown
from ui import theme
from ui.session.device_waiting import DeviceWaitingPanel
from ui.widgets.qr import QUIET, QrCode

TEXTS = ["a", "https://as.example/activate?user_code=WDJB-MJHT", "https://as.example/?x=" + "y" * 300]
BLACK, WHITE = QColor("#000000").rgb(), QColor("#FFFFFF").rgb()


def painted(qr: QrCode, ratio: float) -> QImage:
    """Return what a screen with so many pixels to one of ours shows; nothing in it was drawn over before."""
    size = qr.size() * ratio
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#FF00FF"))
    qr.render(image, QPoint(0, 0))
    return image


def read(image: QImage, across: int) -> tuple[list[list[bool]], int]:
    """Return the squares, each the same in every one of its pixels, and how many pixels wide they are."""
    square = min(image.width(), image.height()) // across
    left, top = (image.width() - square * across) // 2, (image.height() - square * across) // 2
    rows = []
    for line in range(across):
        row = []
        for column in range(across):
            pixels = {
                image.pixel(left + column * square + x, top + line * square + y)
                for x in range(square)
                for y in range(square)
            }
            assert pixels in ({BLACK}, {WHITE}), (line, column, pixels)
            row.append(pixels == {BLACK})
        rows.append(row)
    return rows, square


@pytest.fixture
def qr(qtbot: QtBot) -> QrCode:
    found = QrCode()
    qtbot.addWidget(found)
    return found


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("text", TEXTS, ids=["tiny", "usual", "long"])
def test_every_square_is_sharp_and_where_it_belongs(qr: QrCode, text: str, ratio: float) -> None:
    assert qr.show_text(text)
    qr.resize(qr.sizeHint())
    wanted = [[bool(each) for each in row] for row in segno.make_qr(text, error="l").matrix_iter(border=QUIET)]
    rows, square = read(painted(qr, ratio), len(wanted))
    assert rows == wanted
    assert square >= 3 * ratio - 1


def test_the_margin_is_white(qr: QrCode) -> None:
    qr.show_text(TEXTS[1])
    qr.resize(qr.sizeHint())
    rows, _ = read(painted(qr, 1.0), len(qr._rows))
    assert QUIET == 4
    for margin in (*rows[:QUIET], *rows[-QUIET:]):
        assert not any(margin)
    assert not any(any(row[:QUIET]) or any(row[-QUIET:]) for row in rows)


def test_it_is_black_on_white_on_dark_too(qapp: QApplication, qr: QrCode) -> None:
    qr.show_text(TEXTS[1])
    qr.resize(qr.sizeHint())
    light = painted(qr, 2.0)
    theme.apply(qapp, "dark")
    try:
        assert painted(qr, 2.0) == light
    finally:
        theme.apply(qapp, "light")


def test_it_grows_with_type(qapp: QApplication, qr: QrCode) -> None:
    qr.show_text(TEXTS[1])
    before = qr.sizeHint()
    theme.apply(qapp, "light", 2.0)
    try:
        assert qr.sizeHint() == before * 2
    finally:
        theme.apply(qapp, "light")


def test_what_is_too_long_is_not_drawn(qr: QrCode) -> None:
    assert qr.show_text("x" * 2900)
    assert not qr.show_text("x" * 3000)
    qr.resize(50, 50)
    assert not qr._rows


def test_what_is_masked_has_no_square_of_it(qapp: QApplication, qr: QrCode) -> None:
    qr.show_text(TEXTS[1])
    qr.resize(qr.sizeHint())
    qr.show_masked("Masked")
    one = painted(qr, 1.0)
    qr.show_text(TEXTS[1] + "0")
    assert painted(qr, 1.0) == one
    qr.show_masked("")
    assert painted(qr, 1.0) != one


def test_a_low_window_in_large_type_scrolls_instead_of_shrinking_it(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "light", 1.35)
    window = shown(qtbot, "device", QSize(1024, 640))
    qr = panel_in(window, DeviceWaitingPanel).qr_code
    qtbot.waitUntil(lambda: qr.size() == qr.sizeHint())
    window.close()
    delete_now()
    theme.apply(qapp, "light")
