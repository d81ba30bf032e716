"""The list of connections: who is signed in where, what can be done with each, and why not."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.errors import BadInput
from tests.ui.walks import clipped_once_settled, listed
from ui import theme
from ui.connections.list import ConnectionRow, ConnectionsDialog

DEMO = ConnectionRow("Demo org", "http://127.0.0.1:8899/oauth2/default", signed_in=True, is_demo=True, is_current=True)
STAGING = ConnectionRow("Staging", "https://example.okta.com/oauth2/default", signed_in=False)
OTHER = ConnectionRow("<b>Other</b>", "https://as.example")


@pytest.fixture
def dialog(qtbot: QtBot) -> ConnectionsDialog:
    found = ConnectionsDialog()
    qtbot.addWidget(found)
    found.show_connections((DEMO, STAGING, OTHER))
    found.show()
    qtbot.waitExposed(found)
    return found


def test_each_is_shown_with_its_state_in_words_and_by_shape(dialog: ConnectionsDialog) -> None:
    model = dialog.table.model()
    cells = [[str(model.index(row, column).data()) for column in range(3)] for row in range(3)]
    assert cells == [
        ["Demo org (in use)", DEMO.issuer, "● signed in"],
        ["Staging", STAGING.issuer, "○ signed out"],
        ["<b>Other</b>", OTHER.issuer, "– not checked"],
    ]
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Staging, signed out"


def test_the_demo_org_stays_as_it_is_and_says_why(dialog: ConnectionsDialog) -> None:
    assert dialog.chosen() == "Demo org"
    for button in (dialog.edit_button, dialog.remove_button, dialog.duplicate_button, dialog.export_button):
        assert not button.isEnabled()
        assert "demo org" in button.accessibleDescription().lower()
    assert not dialog.use_button.isEnabled()
    assert "in use already" in dialog.use_button.toolTip()


def test_every_wish_names_the_connection_chosen(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose("Staging")
    for button, signal in (
        (dialog.use_button, dialog.use_requested),
        (dialog.edit_button, dialog.edit_requested),
        (dialog.duplicate_button, dialog.duplicate_requested),
        (dialog.remove_button, dialog.remove_requested),
        (dialog.export_button, dialog.export_requested),
    ):
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args == ["Staging"]
    for button, signal in ((dialog.add_button, dialog.add_requested), (dialog.import_button, dialog.import_requested)):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_by_the_keyboard_one_is_chosen_used_and_the_list_left(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.activateWindow()
    dialog.table.setFocus()
    qtbot.keyClick(dialog.table, Qt.Key.Key_Down)
    assert dialog.chosen() == "Staging"
    with qtbot.waitSignal(dialog.use_requested) as asked:
        qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert asked.args == ["Staging"]
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.table, Qt.Key.Key_Escape)


def test_the_choice_stays_when_the_list_changes(dialog: ConnectionsDialog) -> None:
    dialog.choose("Staging")
    dialog.show_connections((DEMO, OTHER, STAGING))
    assert dialog.chosen() == "Staging"
    dialog.show_connections((DEMO, OTHER))
    assert dialog.chosen() == "Demo org"
    dialog.show_connections(())
    assert dialog.chosen() == ""
    assert "Choose a connection" in dialog.edit_button.accessibleDescription()


def test_trouble_is_said_in_three_lines_and_what_was_done_in_one(dialog: ConnectionsDialog) -> None:
    dialog.show_error(BadInput("The file cannot be read.", next_step="Choose another."))
    assert dialog.trouble.text().splitlines() == [
        "The file cannot be read.",
        "Your session has not changed.",
        "Choose another.",
    ]
    dialog.show_note("<i>Done</i>")
    assert not dialog.trouble.isVisible()
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in dialog.findChildren(QLabel))


@pytest.mark.parametrize(("scheme", "zoom"), [("light", 1.0), ("dark", 1.35)])
def test_nothing_is_clipped(qapp: object, qtbot: QtBot, scheme: str, zoom: float) -> None:
    theme.apply(qapp, scheme, zoom)  # type: ignore[arg-type]
    found = ConnectionsDialog()
    qtbot.addWidget(found)
    found.show_connections((DEMO, STAGING, OTHER))
    found.show_note("word " * 60)
    found.show()
    found.resize(QSize(984, 600))
    assert found.minimumSizeHint().width() <= 984
    assert found.minimumSizeHint().height() <= 600
    clipped = clipped_once_settled(found)
    theme.apply(qapp, "light")  # type: ignore[arg-type]
    assert not clipped, listed(clipped)
