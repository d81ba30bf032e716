"""The grant dialog by keyboard: what it asks for, what it shows, what it forgets, and nothing by accident."""

import copy
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.connection import DEMO_CLIENT_ID
from app.demo.management.application_json import shown
from app.demo.org import DemoOrg
from app.errors import OktaRefused
from app.okta.applying import Applied
from app.okta.change import App, GrantChange, WantedChange, compared, plan
from app.secret import Secret
from app.sim_loop import SimClock
from tests.app.demo.administrator import client, without_refresh
from ui import theme
from ui.doctor.grant_change import FieldTable
from ui.doctor.grant_dialog import GrantDialog, TokenSource

ORG_URL = "https://example.okta.com"
TOKEN = "00SecretApiToken"
REFUSED = OktaRefused("Okta does not accept the API token.", next_step="Make another.", raw="E0000011: Invalid token")


class Asked(QObject):
    """Everything the dialog asked for."""

    def __init__(self, dialog: GrantDialog) -> None:
        super().__init__(dialog)
        self.read: list[tuple[Secret | None, bool]] = []
        self.applied: list[GrantChange] = []
        self.others: list[str] = []
        dialog.read_requested.connect(lambda token, keep: self.read.append((token, keep)))
        dialog.apply_requested.connect(self.applied.append)
        dialog.read_again_requested.connect(lambda: self.others.append("read again"))
        dialog.forget_requested.connect(lambda: self.others.append("forget"))
        dialog.rejected.connect(lambda: self.others.append("rejected"))
        dialog.accepted.connect(lambda: self.others.append("accepted"))


@pytest.fixture
def app() -> App:
    """An app whose Refresh Token grant is off, as the demo org shows it."""
    org = DemoOrg(SimClock())
    found = copy.deepcopy(shown(org, org.applications[DEMO_CLIENT_ID]))
    without_refresh(found)
    return found


def opened(qtbot: QtBot, source: TokenSource = TokenSource.ASKED) -> tuple[GrantDialog, Asked]:
    dialog = GrantDialog(ORG_URL, source)
    qtbot.addWidget(dialog)
    asked = Asked(dialog)
    with qtbot.waitActive(dialog):
        dialog.open()
        dialog.activateWindow()
    return dialog, asked


def press(*keys: Qt.Key) -> None:
    for key in keys:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClick(target, key)


def write(text: str) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClicks(target, text)


def walked(dialog: GrantDialog) -> list[str]:
    """Return where Tab leads from the first control on, until it comes round."""
    names: list[str] = []
    for _ in range(30):
        focus = QApplication.focusWidget()
        name = focus.objectName() if focus is not None else ""
        if name in names:
            break
        names.append(name)
        press(Qt.Key.Key_Tab)
    return names


def rows(table: FieldTable) -> list[tuple[str, ...]]:
    model = table.model
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def said_by(dialog: GrantDialog, name: str) -> QLabel:
    found = dialog.findChild(QLabel, name)
    assert found is not None
    return found


def finished(app: App, wanted: WantedChange, *others: str) -> Applied:
    change = plan(app, wanted)
    fields = compared(change.before, change.after)
    return Applied(app_id="a", client_id="a", label="Lapse", fields=fields, others=others)


def test_the_token_is_typed_unseen_handed_over_once_and_forgotten(qtbot: QtBot) -> None:
    dialog, asked = opened(qtbot)
    assert QApplication.focusWidget() is dialog.token_page.token_edit
    assert not dialog.read_button.isEnabled()
    assert dialog.read_button.toolTip() == "Enter the API token first."
    write(TOKEN)
    assert TOKEN not in dialog.token_page.token_edit.displayText()
    press(Qt.Key.Key_Return)
    assert asked.read == [(Secret(TOKEN), False)]
    assert dialog.token_page.token_edit.text() == ""
    QTest.keyClick(dialog.token_page.token_edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert dialog.token_page.token_edit.text() == ""
    assert TOKEN not in " ".join(each.text() for each in dialog.findChildren(QLabel))


def test_it_is_kept_only_where_that_was_asked_for(qtbot: QtBot) -> None:
    dialog, asked = opened(qtbot)
    assert not dialog.token_page.keep_check.isChecked()
    write(f"SSWS {TOKEN}")
    press(Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Tab)
    names = [dialog.cancel_button, dialog.read_button]
    assert QApplication.focusWidget() in names
    dialog.read_button.setFocus()
    press(Qt.Key.Key_Space)
    assert asked.read == [(Secret(TOKEN), True)]


def test_what_is_no_token_is_told_and_not_repeated(qtbot: QtBot) -> None:
    dialog, asked = opened(qtbot)
    write("two words")
    press(Qt.Key.Key_Return)
    assert asked.read == []
    assert dialog.error_panel.isVisible()
    assert dialog.error_panel.text().startswith("That is no API token.")
    assert "two words" not in dialog.error_panel.text()
    assert QApplication.focusWidget() is dialog.token_page.token_edit


def test_closing_forgets_what_was_typed(qtbot: QtBot) -> None:
    dialog, asked = opened(qtbot)
    write(TOKEN)
    press(Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert (dialog.token_page.token_edit.text(), asked.others, asked.read) == ("", ["rejected"], [])


def test_where_a_token_is_made_is_said_in_the_admin_console_s_words(qtbot: QtBot) -> None:
    dialog, _ = opened(qtbot)
    said = said_by(dialog, "grantTokenWhereLabel").text()
    assert "Security > API > Tokens, Create token" in said
    assert "Super Administrator" in said
    assert f"goes to {ORG_URL} and nowhere else" in said_by(dialog, "grantTokenStoryLabel").text()


@pytest.mark.parametrize("source", [TokenSource.KEPT, TokenSource.KNOWN])
def test_a_token_that_is_at_hand_is_not_asked_for(qtbot: QtBot, source: TokenSource) -> None:
    dialog, asked = opened(qtbot, source)
    assert not dialog.token_page.token_edit.isVisible()
    assert not dialog.token_page.keep_check.isVisible()
    assert dialog.token_page.forget_button.isVisible() == (source is TokenSource.KEPT)
    dialog.read()
    assert asked.read == [(None, False)]


def test_a_kept_token_can_be_forgotten_and_is_asked_for_then(qtbot: QtBot) -> None:
    dialog, asked = opened(qtbot, TokenSource.KEPT)
    dialog.token_page.forget_button.setFocus()
    press(Qt.Key.Key_Space)
    assert asked.others == ["forget"]
    dialog.show_source(TokenSource.ASKED)
    assert dialog.token_page.token_edit.isVisible()
    assert not dialog.token_page.forget_button.isVisible()
    assert not dialog.read_button.isEnabled()


def test_the_change_is_a_table_of_marks_and_words(qtbot: QtBot, app: App) -> None:
    dialog, _ = opened(qtbot)
    dialog.show_change(app, WantedChange("ROTATE", 20, "http://127.0.0.1:9/callback"))
    assert rows(dialog.change_page.fields) == [
        ("+ added", "Grant type", "not there", "refresh_token"),
        ("= stays", "Grant type", ", ".join(client(app)["grant_types"]), "as before: 7"),
        ("+ added", "Rotation", "not set", "ROTATE"),
        ("+ added", "Grace period", "not set", "20 s"),
        ("+ added", "Redirect URI", "not there", "http://127.0.0.1:9/callback"),
        ("= stays", "Redirect URI", ", ".join(client(app)["redirect_uris"]), "as before: 2"),
    ]
    model = dialog.change_page.fields.model
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "added"
    assert QApplication.focusWidget() is dialog.change_page.rotation_picker


def test_what_is_chosen_by_keyboard_is_what_is_planned_and_applied(qtbot: QtBot, app: App) -> None:
    dialog, asked = opened(qtbot)
    dialog.show_change(app, WantedChange("ROTATE", 30, "http://127.0.0.1:9/callback"))
    assert walked(dialog) == [
        "grantRotationPicker",
        "grantGraceSpin",
        "grantRedirectCheck",
        "grantChangeTable",
        "grantReadAgainButton",
        "grantCancelButton",
        "grantApplyButton",
    ]
    dialog.change_page.grace_spin.setFocus()
    dialog.change_page.grace_spin.selectAll()
    write("5")
    press(Qt.Key.Key_Return)
    assert asked.applied == [], "Enter in the number applies nothing"
    assert rows(dialog.change_page.fields)[3] == ("+ added", "Grace period", "not set", "5 s")
    press(Qt.Key.Key_Tab, Qt.Key.Key_Space)
    dialog.apply_button.setFocus()
    press(Qt.Key.Key_Return)
    (change,) = asked.applied
    assert change.wanted == WantedChange("ROTATE", 5, None)


def test_without_rotation_there_is_no_grace_to_choose(qtbot: QtBot, app: App) -> None:
    dialog, _ = opened(qtbot)
    dialog.show_change(app, WantedChange())
    press(Qt.Key.Key_Down)
    assert dialog.change_page.change is not None
    assert dialog.change_page.change.wanted.rotation_type == "STATIC"
    assert not dialog.change_page.grace_spin.isEnabled()
    assert "Only a refresh token that rotates" in dialog.change_page.grace_spin.accessibleDescription()
    press(Qt.Key.Key_Up)
    assert dialog.change_page.grace_spin.isEnabled()
    dialog.change_page.grace_spin.setValue(61)
    assert dialog.change_page.grace_spin.value() == 60


def test_a_problem_is_told_in_okta_s_words_and_nothing_can_be_applied(qtbot: QtBot, app: App) -> None:
    client(app)["grant_types"] = ["password"]
    app["status"] = "INACTIVE"
    dialog, asked = opened(qtbot)
    dialog.show_change(app, WantedChange())
    said = said_by(dialog, "grantProblemsLabel").text()
    assert said == (
        "Okta would refuse it: Api validation failed: App Instance. "
        "'authorization_code' grant type is required for native applications."
    )
    assert said_by(dialog, "grantNotesLabel").text().count("\n") == 1
    assert not dialog.apply_button.isEnabled()
    assert "Okta would refuse it" in dialog.apply_button.accessibleDescription()
    dialog.apply_button.click()
    assert asked.applied == []


def test_nothing_to_change_is_said(qtbot: QtBot, app: App) -> None:
    dialog, _ = opened(qtbot)
    dialog.show_change(plan(app, WantedChange()).after, WantedChange())
    assert not dialog.apply_button.isEnabled()
    assert "nothing to change" in dialog.apply_button.toolTip()
    assert {row[0] for row in rows(dialog.change_page.fields)} == {"= stays"}


def test_an_app_without_grants_is_no_change(qtbot: QtBot) -> None:
    dialog, _ = opened(qtbot)
    with pytest.raises(OktaRefused):
        dialog.show_change({"signOnMode": "SAML_2_0"}, WantedChange())
    assert dialog.pages.currentWidget() is dialog.token_page


def test_while_it_works_only_cancelling_is_possible(qtbot: QtBot, app: App) -> None:
    dialog, asked = opened(qtbot)
    dialog.show_change(app, WantedChange())
    dialog.show_busy("Applying the change…")
    assert not dialog.apply_button.isEnabled()
    assert not dialog.change_page.rotation_picker.isEnabled()
    assert dialog.apply_button.toolTip() == "Wait, or cancel: Applying the change…"
    assert said_by(dialog, "grantBusyLabel").isVisible()
    dialog.change_page.planned.emit()
    assert not dialog.apply_button.isEnabled()
    assert QApplication.focusWidget() is dialog.cancel_button
    press(Qt.Key.Key_Return)
    assert asked.others == ["rejected"]


def test_an_error_is_three_lines_and_leaves_the_choice(qtbot: QtBot, app: App) -> None:
    dialog, asked = opened(qtbot)
    dialog.show_change(app, WantedChange("ROTATE", 9))
    dialog.show_busy("Applying the change…")
    dialog.show_error(REFUSED)
    assert dialog.error_panel.text().splitlines() == [
        "Okta does not accept the API token.",
        "Your session has not changed.",
        "Make another.",
        "The server said: E0000011: Invalid token",
    ]
    assert dialog.change_page.grace_spin.value() == 9
    assert dialog.apply_button.isEnabled()
    press(Qt.Key.Key_Return)
    assert asked.others == ["read again"]
    dialog.show_busy("Reading the app…")
    assert not dialog.error_panel.isVisible()


def test_what_was_read_back_is_shown_and_enter_closes(qtbot: QtBot, app: App) -> None:
    dialog, asked = opened(qtbot)
    dialog.show_change(app, WantedChange())
    dialog.show_done(finished(app, WantedChange("ROTATE", 0), "profile.x"))
    assert rows(dialog.done_page.fields)[0] == ("+ added", "Grant type", "not there", "refresh_token")
    assert dialog.done_page.others_label.text() == "These also differ from what was sent: profile.x."
    assert not dialog.cancel_button.isVisible()
    press(Qt.Key.Key_Return)
    assert asked.others == ["accepted"]
    dialog.show_done(finished(app, WantedChange()))
    assert dialog.done_page.others_label.text() == ""


def controls(dialog: GrantDialog) -> list[QWidget]:
    return [
        each
        for each in dialog.findChildren(QWidget)
        if each.isVisible()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
        and not isinstance(each, QLabel)
    ]


def test_every_control_has_a_name_and_a_screen_reader_s_name(qtbot: QtBot, app: App) -> None:
    dialog, _ = opened(qtbot)
    steps: tuple[Callable[[], None], ...] = (
        lambda: dialog.show_source(TokenSource.KEPT),
        lambda: dialog.show_source(TokenSource.ASKED),
        lambda: dialog.show_change(app, WantedChange(redirect_uri="http://127.0.0.1:9/")),
        lambda: dialog.show_error(REFUSED),
        lambda: dialog.show_done(finished(app, WantedChange())),
    )
    for step in steps:
        step()
        assert controls(dialog)
        for each in controls(dialog):
            interface = QAccessible.queryAccessibleInterface(each)
            assert each.objectName(), each
            assert interface.text(QAccessible.Text.Name).strip(), each.objectName()
            assert interface.role() not in (QAccessible.Role.NoRole, QAccessible.Role.Client), each.objectName()


@pytest.mark.parametrize("zoom", [1.0, 1.35])
def test_nothing_is_clipped_at_its_smallest(qtbot: QtBot, qapp: QApplication, app: App, zoom: float) -> None:
    theme.apply(qapp, "light", zoom)
    try:
        dialog, _ = opened(qtbot)
        client(app)["grant_types"] = ["password"]
        steps: tuple[Callable[[], None], ...] = (
            lambda: dialog.show_source(TokenSource.ASKED),
            lambda: dialog.show_change(app, WantedChange(redirect_uri="http://127.0.0.1:9/callback")),
            lambda: dialog.show_done(finished(app, WantedChange())),
        )
        for step in steps:
            step()
            dialog.resize(dialog.minimumSize())
            layout = dialog.layout()
            assert layout is not None
            layout.activate()
            for each in dialog.findChildren(QPushButton):
                if each.isVisible():
                    assert each.width() >= each.sizeHint().width(), each.objectName()
            for text in dialog.findChildren(QLabel):
                if text.isVisible() and text.wordWrap():
                    assert text.height() >= text.heightForWidth(text.width()), text.objectName()
    finally:
        theme.apply(qapp, "light")


def test_server_texts_are_plain_text(qtbot: QtBot, app: App) -> None:
    app["label"] = "<b>bold</b><img src=x>"
    dialog, _ = opened(qtbot)
    dialog.show_change(app, WantedChange())
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in dialog.findChildren(QLabel))
