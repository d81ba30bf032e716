"""The editor of connections: by the keyboard, field by field, and nothing saved that was not looked at."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from app.connecting.not_found import NotFound
from app.connecting.trial_step import TrialStep
from app.connecting.trial_verdict import TrialVerdict
from app.connection import Connection
from app.connection_field import ConnectionField
from app.errors import BadInput, DiscoveryFailed, Unreachable
from tests.ui.connections.facts import HTML, found_at
from tests.ui.test_accessibility import nameless, takes_focus
from tests.ui.walks import clipped_once_settled, listed, path, widgets_of
from ui import theme
from ui.connections.editor import ConnectionEditor, Purpose

ISSUER = "https://as.example/x"
OKTA = "https://example.okta.com/oauth2/default"
SAVED = Connection(
    name="Staging",
    issuer=ISSUER,
    client_id="c",
    scopes="openid",
    audience="api://a",
    resource="urn:x",
    redirect_uris=("http://localhost:9000/cb", "http://localhost:9001/cb"),
    api_url="https://api.example/me",
    leeway_s=2.5,
    authorize_params=(("prompt", "consent"),),
    sign_in="device",
    number=3,
)


@pytest.fixture
def opened(qtbot: QtBot) -> Callable[..., ConnectionEditor]:
    def made(*args: object, **named: object) -> ConnectionEditor:
        editor = ConnectionEditor(*args, **named)  # type: ignore[arg-type]
        qtbot.addWidget(editor)
        editor.show()
        qtbot.waitExposed(editor)
        editor.activateWindow()
        return editor

    return made


Opened = Callable[..., ConnectionEditor]


def saved_by(editor: ConnectionEditor) -> list[Connection]:
    saved: list[Connection] = []
    editor.saved.connect(saved.append)
    return saved


def texts(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def type_in(qtbot: QtBot, widget: QWidget, text: str) -> None:
    widget.setFocus()
    qtbot.keyClicks(widget, text)


def test_a_connection_is_added_by_the_keyboard_alone(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    saved, asked = saved_by(editor), list[str]()
    editor.look_up_requested.connect(asked.append)
    qtbot.waitUntil(editor.form.issuer_edit.hasFocus)
    qtbot.keyClicks(editor.form.issuer_edit, "example.okta.com")
    assert editor.save_button.text() == "Look up, then save"
    qtbot.keyClick(editor.form.issuer_edit, Qt.Key.Key_Return)
    assert (asked, saved) == (["example.okta.com"], [])
    editor.show_found(found_at(OKTA))
    assert editor.save_button.text() == "Save and use"
    type_in(qtbot, editor.form.client_id_edit, "0oa1")
    qtbot.keyClick(editor.form.client_id_edit, Qt.Key.Key_Return)
    assert [(each.issuer, each.client_id, each.name) for each in saved] == [
        (OKTA, "0oa1", "example.okta.com/oauth2/default")
    ]
    assert saved[0].redirect_uris == tuple(f"http://127.0.0.1:{port}/callback" for port in (8765, 8766, 8767))
    assert editor.isVisible()  # until whoever saves has done so


def test_escape_cancels_and_saves_nothing(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    saved = saved_by(editor)
    with qtbot.waitSignal(editor.rejected):
        qtbot.keyClick(editor.form.scopes_edit, Qt.Key.Key_Escape)
    assert saved == []


def test_what_is_edited_without_a_change_stays_the_same(opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    saved = saved_by(editor)
    editor.save_button.click()
    assert saved == [SAVED]


def test_a_duplicate_gets_a_session_of_its_own(opened: Opened) -> None:
    editor = opened(Purpose.DUPLICATE, SAVED, taken=frozenset({"Staging"}))
    saved = saved_by(editor)
    editor.save_button.click()
    assert saved == []
    assert "of this name already" in editor.form.name.trouble.text()
    editor.form.name_edit.setText("Staging 2")
    editor.save_button.click()
    assert (saved[0].name, saved[0].number) == ("Staging 2", 0)


def test_another_issuer_is_looked_at_before_it_is_saved(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    saved = saved_by(editor)
    editor.form.issuer_edit.clear()
    type_in(qtbot, editor.form.issuer_edit, "https://other.example")
    assert "saving signs it out" in editor.form.client_id.note().text()
    with qtbot.waitSignal(editor.look_up_requested):
        editor.save_button.click()
    editor.show_error(
        NotFound(DiscoveryFailed("The metadata belongs to another issuer."), (("u", "wrong"),), answered=True)
    )
    with qtbot.waitSignal(editor.look_up_requested):
        editor.save_button.click()
    assert saved == []
    assert editor.save_button.text() == "Look up, then save"


def test_an_issuer_nobody_answers_at_may_be_saved_all_the_same(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.ADD, Connection(name="Later", issuer="", client_id="c"))
    saved = saved_by(editor)
    type_in(qtbot, editor.form.issuer_edit, ISSUER)
    editor.show_error(NotFound(Unreachable("No route.", sent=False), ((ISSUER, "no response"),), answered=False))
    assert editor.save_button.text() == "Save without look-up"
    editor.save_button.click()
    assert [each.issuer for each in saved] == [ISSUER]
    type_in(qtbot, editor.form.issuer_edit, "/y")
    assert editor.save_button.text() == "Look up, then save"


def test_of_several_servers_one_is_taken(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    org = found_at("https://example.okta.com", grant_types_supported=("authorization_code",))
    editor.show_found(found_at(OKTA, others=(org,), notes=("Two servers answer.",)))
    assert editor.form.issuer_edit.text() == OKTA
    assert editor.form.kinds.buttons["password"].isEnabled()
    button = editor.findChild(QRadioButton, "foundServer2Button")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert editor.form.issuer_edit.text() == "https://example.okta.com"
    assert editor.form.found.found is org
    assert "No refresh tokens" in texts(editor.form.found)
    password = editor.form.kinds.buttons["password"]
    assert not password.isEnabled()
    assert "password grant" in password.toolTip()
    assert "password grant" in texts(editor.form.kinds)


def test_what_was_found_is_shown_as_plain_text_and_goes_with_the_issuer(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    editor.show_found(found_at(ISSUER, grant_types_supported=(HTML,), notes=(HTML,)))
    assert HTML in texts(editor.form.found)
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in editor.form.found.findChildren(QLabel))
    assert not editor.form.kinds.buttons["browser"].isEnabled()
    type_in(qtbot, editor.form.issuer_edit, "z")
    assert not editor.form.found.isVisible()
    assert editor.form.kinds.buttons["browser"].isEnabled()


def test_a_persons_own_choices_are_not_overruled_by_what_is_found(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    type_in(qtbot, editor.form.name_edit, "Mine")
    qtbot.mouseClick(editor.form.redirect.any_button, Qt.MouseButton.LeftButton)
    editor.show_found(found_at(OKTA))
    assert editor.form.name_edit.text() == "Mine"
    assert editor.form.redirect.uris() == ()


def test_what_a_file_left_open_is_still_suggested(opened: Opened) -> None:
    editor = opened(Purpose.ADD, Connection(name="", issuer=OKTA, client_id="c"))
    editor.show_found(found_at(OKTA))
    assert len(editor.form.redirect.uris()) == 3
    editor = opened(Purpose.DUPLICATE, Connection(name="x", issuer=OKTA, client_id="c"))
    editor.show_found(found_at(OKTA))
    assert editor.form.redirect.uris() == ()


def test_typing_on_stops_the_look_up_of_what_stood_there(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    editor.show_busy("Looking…")
    with qtbot.waitSignal(editor.cancel_requested):
        type_in(qtbot, editor.form.issuer_edit, "x")


def test_trouble_and_what_was_found_are_announced(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    with qtbot.waitSignal(editor._announcer.announced) as said:
        editor.show_found(found_at(OKTA))
    assert said.args == ["Check what was found, then save."]


def test_every_control_has_a_name_and_a_role(qtbot: QtBot, opened: Opened) -> None:
    editor = opened()
    editor.show_found(found_at(OKTA, others=(found_at("https://example.okta.com"),)))
    editor.show_busy("Trying…")
    controls = [each for each in widgets_of(editor) if each.isVisible() and takes_focus(each)]
    assert len(controls) > 20
    faults = {path(each): nameless(each) for each in controls if nameless(each)}
    assert not faults


def test_the_scopes_say_when_no_refresh_token_will_come(opened: Opened) -> None:
    editor = opened()
    assert "offline_access" not in texts(editor.form.scopes)
    editor.form.scopes_edit.setText("openid")
    assert "there is no refresh token" in texts(editor.form.scopes)


@pytest.mark.parametrize("field", [each for each in ConnectionField if each is not ConnectionField.SIGN_IN])
def test_an_error_is_said_at_the_field_it_names(qtbot: QtBot, opened: Opened, field: ConnectionField) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    editor.show_error(BadInput("Anything at all.", next_step="Whatever.", field=field))
    shown = {each for each, place in editor.form.places.items() if place.trouble.text()}
    assert shown == {field}
    assert editor.form.places[field].trouble.text() == "Anything at all.\nWhatever."
    assert not editor.trouble.isVisible()
    control = editor.form.controls[field]
    qtbot.waitUntil(lambda: control.hasFocus() or not control.isVisible())


def test_a_test_says_what_is_wrong_at_its_field_too(opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    unknown = TrialStep(TrialVerdict.CLIENT_UNKNOWN, code="invalid_client", said="Who?")
    offline = TrialStep(TrialVerdict.OFFLINE_NOT_ASKED)  # not wrong, so the field has nothing to complain of
    editor.show_test((offline, unknown), done=False)
    assert not editor.form.client_id.trouble.text()
    editor.show_test((offline, unknown))
    assert editor.form.client_id.trouble.text().splitlines() == [unknown.words, unknown.cure]
    assert not editor.form.scopes.trouble.text()


@pytest.mark.parametrize(
    ("name", "text", "field", "said"),
    [
        ("client_id_edit", "", ConnectionField.CLIENT_ID, "client ID is missing"),
        ("scopes_edit", "email", ConnectionField.SCOPES, "lack openid"),
        ("api_url_edit", "http://api.example", ConnectionField.API_URL, "plain http"),
        ("resource_edit", "x", ConnectionField.RESOURCE, "absolute URI"),
        ("leeway_edit", "soon", ConnectionField.LEEWAY, "not a number"),
        ("leeway_edit", "1e400", ConnectionField.LEEWAY, "not a number"),
        ("leeway_edit", "4000", ConnectionField.LEEWAY, "between 0 and 3600"),
        ("name_edit", " ", ConnectionField.NAME, "no name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(
    qtbot: QtBot, opened: Opened, name: str, text: str, field: ConnectionField, said: str
) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    saved = saved_by(editor)
    line = getattr(editor.form, name)
    line.setText(text)
    editor.save_button.click()
    place = editor.form.places[field]
    assert said in place.trouble.text()
    assert said in line.accessibleDescription()
    assert line.text() == text
    assert editor.form.audience_edit.text() in ("api://a", text)
    qtbot.waitUntil(line.hasFocus)
    qtbot.waitUntil(lambda: not place.trouble.visibleRegion().isEmpty())  # scrolled to
    line.setText({"name_edit": "n", "client_id_edit": "c", "scopes_edit": "openid"}.get(name, ""))
    editor.save_button.click()
    assert len(saved) == 1
    assert place.trouble.text() == ""


def test_an_error_about_nothing_in_particular_stands_at_the_foot(opened: Opened) -> None:
    editor = opened()
    editor.show_error(BadInput("The settings cannot be saved.", next_step="Make room."))
    assert editor.trouble.text() == "The settings cannot be saved.\nMake room."
    assert editor.trouble.isVisible()


def test_parameters_are_typed_into_the_table(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    table = editor.form.params_table
    assert table.rowCount() == 2
    for column, text in enumerate(("ui_locales", "de")):
        table.setCurrentCell(1, column)
        table.setFocus()
        qtbot.waitUntil(table.hasFocus)
        qtbot.keyClicks(table, text[0])
        line = table.findChild(QLineEdit)
        assert line is not None
        qtbot.keyClicks(line, text[1:])
        qtbot.keyClick(line, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: table.findChild(QLineEdit) is None)
    qtbot.waitUntil(lambda: len(table.params()) == 2)
    assert table.rowCount() == 3
    table.setCurrentCell(0, 0)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert table.params() == (("ui_locales", "de"),)
    assert editor.connection().authorize_params == (("ui_locales", "de"),)


def test_a_test_shows_its_steps_and_can_be_stopped(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    with qtbot.waitSignal(editor.test_requested) as asked:
        editor.test_button.click()
    assert asked.args == [SAVED]
    editor.show_busy("Trying…")
    assert not editor.test_button.isEnabled()
    assert "Wait" in editor.test_button.accessibleDescription()
    assert not editor.save_button.isEnabled()
    with qtbot.waitSignal(editor.cancel_requested):
        editor.stop_button.click()
    register = {"uri": "http://127.0.0.1:9000/cb"}
    steps = (TrialStep(TrialVerdict.METADATA_FOUND), TrialStep(TrialVerdict.REDIRECT_REFUSED, register, said=HTML))
    editor.show_test(steps)
    shown = texts(editor.steps)
    for text in ("✓ good", "✕ wrong", "Client and redirect URI: ", HTML, "Register exactly http://127.0.0.1:9000/cb"):
        assert text in shown
    assert editor.test_button.isEnabled()
    assert not editor.stop_button.isVisible()
    qtbot.waitUntil(lambda: not editor.steps.visibleRegion().isEmpty())  # scrolled to


def test_tab_goes_through_everything_in_the_order_of_the_eye(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.ADD)
    editor.show_found(found_at(OKTA, others=(found_at("https://example.okta.com"),)))
    editor.form.issuer_edit.setFocus()
    qtbot.waitUntil(editor.form.issuer_edit.hasFocus)
    names: list[str] = []
    while (now := QApplication.focusWidget()) is not None and now.objectName() not in names:
        names.append(now.objectName())
        QTest.keyClick(now, Qt.Key.Key_Tab)
    assert names == [
        *("issuerEdit", "lookUpButton", "foundServer1Button", "clientIdEdit", "connectionNameEdit", "scopesEdit"),
        *("fixedPortButton", "redirectPortSpin", "fallbackPortsEdit", "redirectUrisView", "copyRedirectUrisButton"),
        *("browserKindButton", "connectionApiUrlEdit", "leewayEdit", "audienceEdit", "resourceEdit"),
        *("authorizeParamsTable", "testConnectionButton", "cancelConnectionButton", "saveConnectionButton"),
    ]


@pytest.fixture(params=[("light", 1.0), ("dark", 1.0), ("light", 1.35)], ids=str)
def dressed(qapp: QApplication, request: pytest.FixtureRequest) -> object:
    theme.apply(qapp, *request.param)
    yield
    theme.apply(qapp, "light")


@pytest.mark.usefixtures("dressed")
def test_nothing_is_clipped_on_a_small_screen(qtbot: QtBot, opened: Opened) -> None:
    editor = opened(Purpose.EDIT, SAVED)
    editor.show_found(found_at(OKTA, others=(found_at("https://example.okta.com", revocation_endpoint=None),)))
    editor.form.scopes_edit.setText("openid")
    editor.show_test((TrialStep(TrialVerdict.ERROR_PAGE, {"status": "word " * 40, "uri": "cure " * 30}),))
    editor.show_error(BadInput("The client ID is missing. " * 8))
    editor.resize(QSize(984, 600))
    assert editor.minimumSizeHint().width() <= 984
    assert editor.minimumSizeHint().height() <= 600
    clipped = clipped_once_settled(editor)
    assert not clipped, listed(clipped)
    editor.resize(QSize(editor.minimumSizeHint().width(), 600))
    clipped = clipped_once_settled(editor)
    assert not clipped, listed(clipped)
