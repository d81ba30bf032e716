"""Accessibility: every control has a name and a role, says why it cannot be used, and is reached in the eye's order."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.walks import path, tabs_of, widgets_of
from tests.ui.window.test_main_window import shown
from ui.window.main_window import MainWindow

SIZE = QSize(1360, 860)
NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Window)
MOST_STEPS = 200


def focusable(window: QWidget) -> list[QWidget]:
    """Return what Tab has to reach: visible, enabled, and no mere part of something that is reached."""
    return [
        each
        for each in widgets_of(window)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
        and not isinstance(each, QLabel | QTabWidget)
    ]


def nameless(widget: QWidget) -> str | None:
    """Return what a screen reader lacks to tell what a control is."""
    interface = QAccessible.queryAccessibleInterface(widget)
    if interface is None:
        return "no interface"
    if not interface.text(QAccessible.Text.Name).strip():
        return "no name"
    return f"role {interface.role().name}" if interface.role() in NO_ROLES else None


def says_why(button: QAbstractButton) -> bool:
    """Return whether a button says more than its own text, in its tooltip or its description."""
    interface = QAccessible.queryAccessibleInterface(button)
    said = {button.toolTip(), button.accessibleDescription(), interface.text(QAccessible.Text.Description)}
    return bool({each.strip() for each in said} - {"", button.text()})


def names_missing_in(window: MainWindow) -> list[str]:
    """Return which controls do not tell a screen reader their name and role."""
    faults: dict[str, str | None] = {}
    for _ in tabs_of(window):
        controls = [each for each in widgets_of(window) if each.isVisible() and takes_focus(each)]
        assert len(controls) > 5
        faults |= {path(each): nameless(each) for each in controls if nameless(each)}
    return [f"{where}: {fault}" for where, fault in faults.items()]


def takes_focus(widget: QWidget) -> bool:
    # What has a proxy is a part of another control, as the line in a spin box is.
    parts = widget.focusProxy() is not None or isinstance(widget, QLabel | QTabWidget)
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not parts


def silent_in(window: MainWindow) -> list[str]:
    """Return what cannot be used and does not say why."""
    silent: dict[str, None] = {}
    for _ in tabs_of(window):
        buttons = [each for each in window.findChildren(QAbstractButton) if each.isVisible() and not each.isEnabled()]
        silent |= {path(each): None for each in buttons if not says_why(each)}
    actions = [each for each in window.findChildren(QAction) if not each.isEnabled() and not each.isSeparator()]
    bare = [each for each in actions if each.menu() is None and each.toolTip() in ("", plain(each.text()))]
    return [*silent, *(f"action {each.text()!r}" for each in bare)]


def plain(text: str) -> str:
    # What Qt makes of a text when an action has no tooltip of its own.
    return text.replace("&", "").removesuffix("…").removesuffix("...")


def textless_in(window: MainWindow) -> list[str]:
    """Return the actions of menus that have no text."""
    menus = window.findChildren(QMenu)
    actions = [action for menu in menus for action in menu.actions() if not action.isSeparator()]
    assert len(actions) > 5
    return [path(each) for each in actions if not each.text().strip()]


def out_of_order_in(qtbot: QtBot, window: MainWindow) -> list[str]:
    """Return where Tab does not reach everything in the order of the eye."""
    window.activateWindow()
    return [f"{tab}: {fault}" for tab in tabs_of(window) for fault in faults_of_the_order(qtbot, window)]


def faults_of_the_order(qtbot: QtBot, window: MainWindow) -> Iterator[str]:
    missed, visited = missed_and_visited(qtbot, window)
    yield from (f"Tab never comes to {each}" for each in missed)
    for before, after in pairwise(visited):
        if panel_of(before) is panel_of(after) and goes_back(window, before, after):
            yield f"against the order of the eye, {path(before)} -> {path(after)}"
    yield from (f"Tab leaves {each} and comes back to it" for each in torn_panels(visited))


def missed_and_visited(qtbot: QtBot, window: MainWindow) -> tuple[list[str], list[QWidget]]:
    """Return what Tab has not come to, by name, and what it has."""
    there = focusable(window)  # a walk through a table may enable what stands before it: that is for the next round
    visited = walked(qtbot, window)
    return [path(each) for each in focusable(window) if each in there and each not in visited], visited


def walked(qtbot: QtBot, window: MainWindow) -> list[QWidget]:
    """Return what Tab comes to, from the first until it comes there again."""
    window.top_bar.connection_picker.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(window.top_bar.connection_picker.hasFocus)
    visited: list[QWidget] = []
    for _ in range(MOST_STEPS):
        now = QApplication.focusWidget()
        if now is None or now in visited:
            return visited
        visited.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    raise AssertionError("Tab goes on for ever")


def panel_of(widget: QWidget) -> QWidget:
    """Return the innermost card or panel around a control, or the window."""
    found: QWidget = widget
    around = widget.parentWidget()
    while around is not None:
        found = around
        if around.property("card") or around.objectName().endswith(("Panel", "Card", "Bar")):
            return found
        around = around.parentWidget()
    return found


def goes_back(window: QWidget, before: QWidget, after: QWidget) -> bool:
    """Return whether the eye would come to `after` first: it stands above, or in the same row and further left."""
    one, other = (seen_of(each, window) for each in (before, after))
    if other.bottom() <= one.top():
        return True
    in_one_row = other.top() < one.bottom() and one.top() < other.bottom()
    return in_one_row and other.left() < one.left()


def seen_of(widget: QWidget, window: QWidget) -> QRect:
    """Return what is seen of a widget: a tall one in a scroll area may begin above the area's edge."""
    seen = widget.visibleRegion().boundingRect() if widget.visibleRegion() else widget.rect()
    return seen.translated(widget.mapTo(window, QPoint(0, 0)))


def torn_panels(visited: list[QWidget]) -> list[str]:
    seen: list[QWidget] = []
    torn = []
    for each in visited:
        panel = panel_of(each)
        if panel in seen and seen[-1] is not panel:
            torn.append(path(panel))
        if not seen or seen[-1] is not panel:
            seen.append(panel)
    return torn


def test_the_walk_by_tab_can_fail(qtbot: QtBot) -> None:
    window = shown(qtbot, "lapsed", SIZE)
    qtbot.waitExposed(window)
    window.activateWindow()
    strip, bar = window.call_strip, window.top_bar
    assert not list(faults_of_the_order(qtbot, window))
    QWidget.setTabOrder(strip.call_api_button, strip.api_method_picker)
    assert any("apiMethodPicker" in each for each in faults_of_the_order(qtbot, window))
    QWidget.setTabOrder(strip.call_count_spin, bar.menu_button)
    assert any("Tab leaves" in each for each in faults_of_the_order(qtbot, window))


def test_the_walks_can_fail(qtbot: QtBot) -> None:
    window = shown(qtbot, "lapsed", SIZE)
    strip = window.call_strip
    assert not goes_back(window, strip.api_method_picker, strip.api_url_edit)
    assert goes_back(window, strip.api_url_edit, strip.api_method_picker)
    assert goes_back(window, strip.call_api_button, window.top_bar.connection_picker)
    strip.api_url_edit.setAccessibleName("")
    strip.api_url_edit.setPlaceholderText("")
    assert nameless(strip.api_url_edit) == "no name"
    strip.call_api_button.setToolTip("")
    strip.call_api_button.setAccessibleDescription("")
    assert not says_why(strip.call_api_button)
    bar = window.top_bar.menu_button
    assert torn_panels([bar, strip.api_url_edit, bar]) == [path(window.top_bar)]


@pytest.mark.parametrize("state", ["storm"])
def test_every_view_of_the_inspector_is_reached_too(qtbot: QtBot, state: str) -> None:
    window = shown(qtbot, state, SIZE)
    qtbot.waitExposed(window)
    window.activateWindow()
    window.tabs.setCurrentWidget(window.inspector)
    for place in range(window.inspector.tabs.count()):
        window.inspector.tabs.setCurrentIndex(place)
        missed, visited = missed_and_visited(qtbot, window)
        assert not missed, missed
        faults = [f"{path(each)}: {nameless(each)}" for each in visited if nameless(each)]
        assert not faults, "\n".join(faults)
