"""The whole window: reachable, named, not clipped, and closed only when allowed."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.preview.states import STATES, new_window
from tests.ui.walks import clipped_once_settled
from ui import theme
from ui.shell.page import Page
from ui.window.main_window import MainWindow

NAMES = {
    "connectionPicker signInButton signOutButton accountChip accessTokenCard refreshTokenCard idTokenCard",
    "apiMethodPicker apiUrlEdit callCountSpin callApiButton verdictBanner storyLabel inspectorTable responseView",
    "issuerLabel storeLabel menuButton signInUrlEdit copySignInUrlButton openBrowserAgainButton cancelSignInButton",
    "errorPanel welcomeSignInButton inspectedTokenPicker copyAccessTokenButton",
}
EVERY_STATE = pytest.mark.parametrize("state", STATES)


def shown(qtbot: QtBot, state: str, size: QSize) -> MainWindow:
    window = new_window(state)
    qtbot.addWidget(window, before_close_func=lambda each: setattr(each, "_may_close", True))
    window.resize(size)
    window.show()
    return window


def test_every_control_has_its_stable_name(qtbot: QtBot) -> None:
    window = shown(qtbot, "signed-in", QSize(1360, 860))
    for name in " ".join(NAMES).split():
        assert len([each for each in window.findChildren(QWidget) if each.objectName() == name]) == 1, name


def test_the_walk_can_fail(qtbot: QtBot) -> None:
    window = shown(qtbot, "lapsed", QSize(1360, 860))
    qtbot.waitExposed(window)
    assert clipped_once_settled(window) == []
    window.call_strip.call_api_button.setFixedWidth(20)
    assert [each.partition(" ")[0] for each in clipped_once_settled(window)] == ["callApiButton"]


def test_the_window_asks_before_it_closes(qtbot: QtBot) -> None:
    window = shown(qtbot, "signed-out", QSize(1024, 640))
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    with qtbot.assertNotEmitted(window.close_requested):
        window.allow_close()
    assert not window.isVisible()


def test_pages_change(qtbot: QtBot) -> None:
    window = shown(qtbot, "starting", QSize(1024, 640))
    for page in Page:
        window.show_page(page)
        assert window.page is page


def test_the_tab_order_follows_the_eye(qtbot: QtBot) -> None:
    window = shown(qtbot, "lapsed", QSize(1360, 860))
    window.call_strip.api_method_picker.setFocus()
    order = []
    for _ in range(4):
        order.append(window.focusWidget().objectName())
        window.focusNextChild()
    assert order == ["apiMethodPicker", "apiUrlEdit", "callCountSpin", "callApiButton"]


def test_where_there_is_room_the_bar_shows_all_its_words(qtbot: QtBot) -> None:
    bar = shown(qtbot, "signed-in", QSize(1360, 860)).top_bar
    for each, words in ((bar.store_label, "Kept in the OS keyring"), (bar._name, "Ada Lovelace")):
        qtbot.waitUntil(lambda each=each, words=words: each.text() == words)


def test_the_cards_make_room_for_larger_type_and_come_back_with_smaller(qtbot: QtBot, qapp: QApplication) -> None:
    window = shown(qtbot, "lapsed", QSize(1360, 860))
    window.side.show()
    cards = window.findChild(QScrollArea, "leftScroll")
    assert cards.isVisible()
    theme.apply(qapp, "light", theme.PRESENTER_ZOOM)
    try:
        assert not cards.isVisible()
        window.resize(1024, 640)
        theme.apply(qapp, "light", 0.8)
        assert cards.isVisible()
    finally:
        theme.apply(qapp, "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_largest_type_the_bar_and_the_tabs_can_be_used(qtbot: QtBot, qapp: QApplication, scheme: str) -> None:
    theme.apply(qapp, scheme, 2.0)
    try:
        window = shown(qtbot, "lab", QSize(1024, 640))
        qtbot.waitExposed(window)
        bar = window.top_bar
        for each in (bar.connection_picker, bar.sign_out_button, bar.side_button, bar.menu_button):
            assert each.width() >= each.minimumSizeHint().width(), each.objectName()
        assert bar.store_label.accessibleName() == "Kept in the OS keyring"
        back = window.side.tabs.tabBar().findChild(QToolButton, "ScrollLeftButton")
        assert back.isVisible()
        image, arrow = back.grab().toImage(), QColor({"light": theme.LIGHT, "dark": theme.DARK}[scheme].text)
        pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        assert arrow in pixels
    finally:
        theme.apply(qapp, "light")


def test_a_low_window_with_an_error_scrolls_instead_of_laying_controls_over_each_other(qtbot: QtBot) -> None:
    window = shown(qtbot, "failed", QSize(1024, 640))
    scroll = window.findChild(QScrollArea, "storyScroll")
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0)
    search, table = window.inspector.claims.filter_edit, window.inspector.claims.table
    assert search.mapTo(window, search.rect().bottomLeft()).y() <= table.mapTo(window, table.rect().topLeft()).y()
    window.error_panel.hide()
    window.resize(1360, 860)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0)
