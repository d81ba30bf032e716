"""The form for username and password, filled in at the keyboard."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.errors import SignInFailed
from app.errors.reasons import SignInEnded
from app.secret import Secret
from ui.session.password_panel import PasswordEdit, PasswordPanel

MASKED, READABLE = QLineEdit.EchoMode.Password, QLineEdit.EchoMode.Normal
WRONG = SignInFailed(
    "Not accepted.",
    reason=SignInEnded.REFUSED,
    next_step="Check both.",
    code="invalid_grant",
    description="<b>no</b>",
)


@pytest.fixture
def panel(qtbot: QtBot) -> PasswordPanel:
    found = PasswordPanel()
    qtbot.addWidget(found)
    found.show()
    found.activateWindow()
    qtbot.waitUntil(found.isActiveWindow)
    found.show_form("Okta")
    found.focus_first()
    return found


def press(key: Qt.Key) -> None:
    found = QApplication.focusWidget()
    assert found is not None
    QTest.keyClick(found, key)


def fill_in(username: str = "ada", password: str = "engine-1843") -> None:
    found = QApplication.focusWidget()
    assert found is not None
    QTest.keyClicks(found, username)
    press(Qt.Key.Key_Tab)
    found = QApplication.focusWidget()
    assert found is not None
    QTest.keyClicks(found, password)


def test_both_are_handed_over_and_the_password_leaves_the_field(qtbot: QtBot, panel: PasswordPanel) -> None:
    fill_in()
    with qtbot.waitSignal(panel.submitted) as submitted:
        press(Qt.Key.Key_Return)
    assert submitted.args == ["ada", Secret("engine-1843")]
    assert panel.password_edit.text() == ""
    assert panel.username_edit.text() == "ada"


def test_a_password_that_was_taken_cannot_be_brought_back(qtbot: QtBot) -> None:
    edit = PasswordEdit()
    qtbot.addWidget(edit)
    QTest.keyClicks(edit, "engine-1843")
    edit.setEchoMode(READABLE)
    assert edit.take() == Secret("engine-1843")
    assert not edit.isUndoAvailable()
    edit.undo()
    assert edit.text() == ""


def test_return_goes_on_to_what_is_missing(qtbot: QtBot, panel: PasswordPanel) -> None:
    assert not panel.sign_in_button.isEnabled()
    assert "Type both" in panel.sign_in_button.accessibleDescription()
    QTest.keyClicks(panel.username_edit, "ada")
    with qtbot.assertNotEmitted(panel.submitted):
        press(Qt.Key.Key_Return)
    assert panel.password_edit.hasFocus()
    QTest.keyClicks(panel.password_edit, "x")
    assert panel.sign_in_button.isEnabled()
    panel.username_edit.setText("  ")
    assert not panel.sign_in_button.isEnabled()


def test_while_it_is_tried_nothing_can_be_typed_or_sent_again(qtbot: QtBot, panel: PasswordPanel) -> None:
    fill_in()
    press(Qt.Key.Key_Return)
    assert panel._busy.isVisible()
    assert panel.sign_in_button.toolTip() == "Signing in…"
    with qtbot.assertNotEmitted(panel.submitted):
        QTest.keyClicks(panel.password_edit, "more")
        press(Qt.Key.Key_Return)
    assert panel.password_edit.text() == ""
    with qtbot.waitSignal(panel.cancel_requested):
        press(Qt.Key.Key_Escape)


def test_what_went_wrong_stands_in_place_as_plain_text(panel: PasswordPanel) -> None:
    fill_in()
    press(Qt.Key.Key_Return)
    panel.show_error(WRONG)
    assert panel._error.isVisible()
    assert panel._error.text().splitlines() == [*WRONG.lines(), "The server said: invalid_grant: <b>no</b>"]
    assert panel._error.textFormat() == Qt.TextFormat.PlainText
    assert (panel.username_edit.text(), panel.password_edit.text()) == ("ada", "")
    assert panel.password_edit.hasFocus()
    assert not panel._busy.isVisible()
    assert panel.spoken().startswith("Not accepted.")
    QTest.keyClicks(panel.password_edit, "right")
    press(Qt.Key.Key_Return)
    assert not panel._error.isVisible()


def test_the_password_is_shown_only_while_the_button_is_held(panel: PasswordPanel) -> None:
    assert not panel.reveal_button.isEnabled()
    fill_in()
    QTest.mousePress(panel.reveal_button, Qt.MouseButton.LeftButton)
    assert panel.password_edit.echoMode() == READABLE
    QTest.mouseRelease(panel.reveal_button, Qt.MouseButton.LeftButton)
    assert panel.password_edit.echoMode() == MASKED
    press(Qt.Key.Key_Tab)
    assert panel.reveal_button.hasFocus()
    QTest.keyPress(panel.reveal_button, Qt.Key.Key_Space)
    assert panel.password_edit.echoMode() == READABLE
    press(Qt.Key.Key_Tab)  # the key is still down, and its release goes to another
    assert panel.password_edit.echoMode() == MASKED


def test_a_password_in_sight_is_masked_with_the_page_and_by_a_presenter(panel: PasswordPanel) -> None:
    fill_in()
    QTest.mousePress(panel.reveal_button, Qt.MouseButton.LeftButton)
    panel.hide()
    assert panel.password_edit.echoMode() == MASKED
    panel.show()
    QTest.mouseRelease(panel.reveal_button, Qt.MouseButton.LeftButton)
    panel.show_presenter(on=True)
    assert not panel.reveal_button.isEnabled()
    assert "presenter mode" in panel.reveal_button.toolTip()
    panel.reveal_button.pressed.emit()
    assert panel.password_edit.echoMode() == MASKED
    panel.show_presenter(on=False)
    assert panel.reveal_button.isEnabled()


def test_a_masked_password_cannot_be_copied(panel: PasswordPanel) -> None:
    QGuiApplication.clipboard().setText("a shopping list")
    fill_in()
    panel.password_edit.selectAll()
    QTest.keyClick(panel.password_edit, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(panel.password_edit, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "a shopping list"


def test_the_people_of_a_demo_are_told_and_masked_by_a_presenter(panel: PasswordPanel) -> None:
    panel.show_form("Demo org", (("ada", "engine-1843"),))
    assert panel._people_label.text().split() == ["ada", "engine-1843"]
    panel.show_presenter(on=True)
    assert panel._people_label.text().split() == ["ada", "••••••••"]
    panel.show_form("Okta")
    assert not panel._people_label.isVisible()
    assert not panel._people_label.text()


def letter(text: str, modifiers: Qt.KeyboardModifier) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, modifiers, text)


@pytest.mark.parametrize(
    ("text", "shift", "locked"),
    [("A", False, True), ("a", True, True), ("a", False, False), ("A", True, False), ("1", False, None)],
)
def test_caps_lock_is_noticed_by_what_it_does(
    panel: PasswordPanel, text: str, shift: bool, locked: bool | None
) -> None:
    modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    panel._caps.setVisible(locked is None)
    QApplication.sendEvent(panel.password_edit, letter(text, modifiers))
    assert panel._caps.isVisible() is (locked is not False)


def test_caps_lock_pressed_again_takes_the_hint_away(panel: PasswordPanel) -> None:
    QApplication.sendEvent(panel.password_edit, letter("A", Qt.KeyboardModifier.NoModifier))
    assert panel._caps.isVisible()
    QTest.keyClick(panel.password_edit, Qt.Key.Key_CapsLock)
    assert not panel._caps.isVisible()


def test_leaving_forgets_what_was_typed(panel: PasswordPanel) -> None:
    fill_in()
    panel.clear()
    assert (panel.username_edit.text(), panel.password_edit.text()) == ("", "")
