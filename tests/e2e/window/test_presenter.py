"""Presenter mode and how the window is left: everything masked, larger type, remembered."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTabWidget,
    QWidget,
)

from app.wire.har import har
from tests.e2e.window.desk import Desk, Open
from tests.qt_deleted import delete_now
from ui import theme
from ui.help.window import HelpWindow


@pytest.fixture(autouse=True)
def _as_designed(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light")


def cells(model: QAbstractItemModel) -> Iterator[str]:
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            yield from (str(model.index(row, column).data(role) or "") for role in roles)


def texts(widget: QWidget) -> Iterator[str]:
    """Yield everything a widget shows or says, by itself."""
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        yield widget.text()
    if isinstance(widget, QPlainTextEdit):
        yield widget.toPlainText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(index) for index in range(widget.count()))
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(index) for index in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from cells(widget.model())


def everything_shown(desk: Desk) -> str:
    window = desk.window
    found = [text for each in (window, *window.findChildren(QWidget)) for text in texts(each)]
    found += [f"{action.text()} {action.toolTip()}" for action in window.findChildren(QAction)]
    return "\n".join(found)


def secrets(desk: Desk) -> list[str]:
    """Return what must be seen nowhere: each token, and each part of it that would do to put it together."""
    held = desk.connections.session.tokens
    assert held is not None
    values = [each.value.reveal() for each in (held.access, held.refresh, held.id) if each is not None]
    return [part for value in values for part in value.split(".")[1:] or [value]]


def test_in_presenter_mode_no_token_is_anywhere_in_the_window(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.call()
    window = desk.window
    window.commands.reveal["access"].trigger()
    assert any(secret in everything_shown(desk) for secret in secrets(desk))  # this search finds one when it is there
    window.commands.presenter.setChecked(True)
    desk.controller.model.tick()
    assert window.top_bar.presenter_pill.isVisible()
    assert not window.commands.reveal["access"].isEnabled()
    for index in range(window.inspector.picker.count()):
        window.inspector.picker.setCurrentIndex(index)
        for row in range(window.wire.table.model().rowCount()):
            window.wire.table.selectRow(row)
            shown = everything_shown(desk)
            assert not [secret for secret in secrets(desk) if secret in shown]
    window.commands.reveal["access"].trigger()
    assert not [secret for secret in secrets(desk) if secret in everything_shown(desk)]


def test_exports_and_snippets_are_masked(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.call()
    desk.window.commands.presenter.setChecked(True)
    exported = str(har(desk.connections.journal, desk.connections.details, version="0"))
    assert not [secret for secret in secrets(desk) if secret in exported]
    assert not desk.window.wire.real_curl_button.isEnabled()


def test_presenter_mode_makes_type_larger_and_gives_it_back(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    before = QApplication.font().pixelSize()
    desk.window.commands.presenter.setChecked(True)
    assert QApplication.font().pixelSize() == round(13 * theme.PRESENTER_ZOOM)
    desk.window.commands.larger.trigger()
    desk.window.commands.presenter.setChecked(False)
    assert QApplication.font().pixelSize() == round(before * 1.1)
    desk.window.commands.normal_size.trigger()
    assert QApplication.font().pixelSize() == before


def test_the_window_opens_as_it_was_left(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.resize(960, 760)  # no larger than the screen of these tests lets it open again
    story = desk.window.findChild(QSplitter, "storySplitter")
    least = story.widget(0).minimumSizeHint().height()
    assert story.sizes()[0] > least + 10
    story.setSizes([least + 10, story.height()])  # both halves have the room they need, whatever the font
    QApplication.sendPostedEvents()
    left = story.sizes()[0]
    assert left in range(least + 1, least + 20)
    desk.window.commands.schemes.actions()[2].trigger()
    desk.close()
    again = open_desk()
    assert theme.current() is theme.DARK
    assert (again.window.width(), again.window.height()) == (960, 760)
    again.sign_in()
    assert again.window.findChild(QSplitter, "storySplitter").sizes()[0] == left


def test_presenter_mode_survives_a_restart(open_desk: Open) -> None:
    desk = open_desk()
    desk.window.commands.presenter.setChecked(True)
    desk.close()
    again = open_desk()
    again.sign_in()
    assert again.window.commands.presenter.isChecked()
    assert QApplication.font().pixelSize() == round(13 * theme.PRESENTER_ZOOM)
    again.window.commands.reveal["access"].trigger()
    assert again.window.cards["access"].value_view.toPlainText() == ""


@pytest.mark.parametrize("broken", [{"geometry": "nonsense"}, {"zoom": "huge"}, {"zoom": "nan"}, {"bodySplitter": "é"}])
def test_what_was_remembered_wrongly_hurts_nobody(open_desk: Open, broken: dict[str, str]) -> None:
    desk = open_desk()
    desk.connections.remember_window(broken)
    desk.close()
    again = open_desk()
    again.sign_in()
    assert 10 <= QApplication.font().pixelSize() <= 26


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_help_is_one_window_that_comes_to_the_front_again(open_desk: Open) -> None:
    desk = open_desk()
    commands = desk.window.commands
    assert not desk.window.findChildren(HelpWindow)
    commands.guide.trigger()
    (shown,) = desk.window.findChildren(HelpWindow)
    desk.until(shown.isActiveWindow)
    assert shown.windowTitle() == "The trainer's guide · Lapse Help"
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    commands.help.trigger()
    assert desk.window.findChildren(HelpWindow) == [shown]
    desk.until(shown.isActiveWindow)
    shown.view.address_requested.emit("https://example.com/")
    assert QGuiApplication.clipboard().text() == "https://example.com/"
    shown.close()
    delete_now()
    commands.help.trigger()
    (again,) = desk.window.findChildren(HelpWindow)
    assert again.isVisible()
