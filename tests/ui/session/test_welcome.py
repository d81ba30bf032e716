"""The welcome page: one call to action of the connection's kind, the others below it, each with its reason."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.errors import StoreFailed, StoreUnread
from app.errors.reasons import KeyringState
from app.session.kinds import kind_names
from ui.session.welcome import Welcome
from ui.shell.commands import Commands, Possible


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    over = QWidget()
    qtbot.addWidget(over)
    found = Commands(over)
    found.show_possible(Possible(is_ready=True))
    over.actions_kept = found  # type: ignore[attr-defined]
    return found


@pytest.fixture
def welcome(qtbot: QtBot, commands: Commands) -> Welcome:
    found = Welcome(commands)
    qtbot.addWidget(found)
    found.show()
    return found


def others(welcome: Welcome) -> set[str]:
    return {kind for kind, button in welcome.kind_buttons.items() if button.isVisible()}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("browser", "Your browser opens the sign-in page of this connection."),
        ("password", "Lapse asks for username and password here"),
        ("device", "Lapse shows a code and a link"),
    ],
)
def test_the_call_to_action_is_of_the_connections_kind(welcome: Welcome, kind: str, said: str) -> None:
    welcome.show_connection("Okta", embedded=False, kind=kind)
    assert welcome.start_button.text() == "Sign in to Okta"
    assert any(each.text().startswith(said) for each in welcome.findChildren(QLabel))
    assert others(welcome) == set(kind_names()) - {kind}


def test_the_other_kinds_are_the_actions_of_the_menus(qtbot: QtBot, welcome: Welcome, commands: Commands) -> None:
    for kind in ("password", "device"):
        with qtbot.waitSignal(commands.sign_in_by[kind].triggered):
            qtbot.keyClick(welcome.kind_buttons[kind], Qt.Key.Key_Space)
    with qtbot.waitSignal(welcome.sign_in_requested):
        qtbot.keyClick(welcome.start_button, Qt.Key.Key_Space)


def test_what_the_server_does_not_offer_cannot_be_pressed_and_says_why(welcome: Welcome, commands: Commands) -> None:
    commands.show_possible(Possible(is_ready=True, why_not_by={"device": "No device endpoint."}))
    button = welcome.kind_buttons["device"]
    assert not button.isEnabled()
    assert (button.toolTip(), button.accessibleDescription()) == ("No device endpoint.",) * 2
    assert welcome.kind_buttons["password"].isEnabled()
    assert welcome.start_button.isEnabled()
    welcome.show_connection("Okta", embedded=False, kind="device")
    assert not welcome.start_button.isEnabled()
    assert welcome.start_button.toolTip() == "No device endpoint."
    commands.show_possible(Possible(is_ready=True))
    assert welcome.start_button.isEnabled()


def test_nothing_can_be_pressed_before_the_connection_is_ready(welcome: Welcome, commands: Commands) -> None:
    commands.show_possible(Possible())
    for button in (welcome.start_button, *welcome.kind_buttons.values()):
        assert not button.isEnabled()
        assert "not ready" in button.toolTip()


def test_a_keyring_that_cannot_be_read_can_be_read_again(welcome: Welcome, qtbot: QtBot) -> None:
    locked = StoreUnread(StoreFailed("The keyring is locked.", state=KeyringState.LOCKED))
    welcome.show_connection("Okta", embedded=False, why_not=locked)
    assert welcome.findChild(QLabel, "endedReasonLabel").text().splitlines() == list(locked.lines())
    assert welcome.look_again_button.isVisible()
    with qtbot.waitSignal(welcome.look_again_requested):
        qtbot.mouseClick(welcome.look_again_button, Qt.MouseButton.LeftButton)
    welcome.show_connection("Okta", embedded=False)
    assert not welcome.look_again_button.isVisible()
