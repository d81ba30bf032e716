"""What can be done with a token, as a person does it: from its card, by shortcut, at the demo org."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication

from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.embedded import demo_of, drills_of
from app.demo.host import Role
from app.errors import BadInput
from app.lanes import Limits
from app.session.tokens import TokenSet
from tests.e2e.window.desk import Desk, Open, nobody
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.shell.commands import Possible
from ui.shell.page import Page
from ui.shell.palette import CommandPalette


def tokens(desk: Desk) -> TokenSet:
    found = desk.connections.session.tokens
    assert found is not None
    return found


def value(desk: Desk) -> str:
    held = tokens(desk).access
    assert held is not None
    return held.value.reveal()


def done(desk: Desk, action: QAction, name: str) -> None:
    action.trigger()
    desk.until(lambda: not desk.controller.tasks.running(name))


def test_a_header_and_a_call_are_copied_while_the_token_stays_masked(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    commands = desk.window.commands
    commands.copy_header.trigger()
    assert QGuiApplication.clipboard().text() == f"Authorization: Bearer {value(desk)}"
    commands.copy_curl.trigger()
    copied = QGuiApplication.clipboard().text()
    assert copied == f"curl -X GET {desk.connections.connection.api_url} -H 'Authorization: Bearer {value(desk)}'"
    desk.window.call_strip.api_method_picker.setCurrentText("HEAD")
    desk.window.call_strip.show_url("http://127.0.0.1:1/a[1]")
    commands.copy_curl.trigger()
    assert QGuiApplication.clipboard().text().startswith("curl --head --globoff 'http://127.0.0.1:1/a[1]' -H 'Author")
    assert desk.window.cards["access"].value_view.toPlainText() == ""
    assert any("forgets it in a minute" in each for each in desk.window.toasts.texts())


def test_the_clipboard_is_empty_of_tokens_once_the_window_is_closed(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.copy["refresh"].trigger()
    assert QGuiApplication.clipboard().text()
    desk.close()
    assert QGuiApplication.clipboard().text() == ""


def test_reveal_shows_the_value_until_its_time_is_over(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.reveal["access"].trigger()
    view = desk.window.cards["access"].value_view
    assert (view.isVisible(), view.toPlainText()) == (True, value(desk))
    desk.connections.clock.jump(21)
    desk.controller.model.tick()
    assert (view.isVisible(), view.toPlainText()) == (False, "")


def test_expire_now_makes_the_card_lapse_and_the_next_call_refresh(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    done(desk, desk.window.commands.expire["access"], "expire access")
    assert desk.window.cards["access"].pill_word == "Lapsed"
    assert any("AT-1 was made to expire now" in each for each in desk.window.toasts.texts())
    assert "refreshed in" in desk.call()


def test_a_revoked_access_token_looks_live_until_the_api_says_otherwise(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    done(desk, desk.window.commands.revoke["access"], "revoke access")
    assert desk.window.cards["access"].pill_word == "Live"
    story = desk.call()
    assert "401" in story
    assert "refreshed in" in story


def test_both_tokens_can_be_revoked_in_one_breath(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    commands = desk.window.commands
    commands.revoke["access"].trigger()
    done(desk, commands.revoke["refresh"], "revoke refresh")
    desk.until(lambda: not desk.controller.tasks.running("revoke access"))
    assert [each.partition(" was revoked")[0] for each in sorted(desk.window.toasts.texts())] == ["AT-1", "RT-1"]


def test_a_replay_outside_the_grace_period_ends_the_session_at_the_next_refresh(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    commands, org = desk.window.commands, demo_of(desk.connections).host.org
    assert org is not None
    org.turn(grace_s=0)
    assert not commands.replay.isEnabled()
    assert "no older refresh token" in commands.replay.toolTip()
    done(desk, commands.refresh_now, "refresh")
    assert (commands.replay.isEnabled(), commands.replay.text()) == (True, "Replay RT-1")
    done(desk, commands.replay, "replay")
    assert "RT-1 was refused with invalid_grant" in desk.window.call_strip.story_label.text()
    commands.refresh_now.trigger()
    desk.reach(Page.SIGNED_OUT)


def test_a_command_is_found_by_its_words(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.palette.trigger()
    desk.until(lambda: desk.window.findChild(CommandPalette) is not None)
    palette = desk.window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    desk.until(palette.isVisible)
    desk.qtbot.keyClicks(palette.search_edit, "drop acc")
    desk.qtbot.keyClick(palette.search_edit, Qt.Key.Key_Return)
    desk.until(lambda: desk.window.cards["access"].pill_word == "None")


def test_the_shortcuts_of_the_main_job(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    control = Qt.KeyboardModifier.ControlModifier
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Return, control)
    desk.until(lambda: "200" in desk.window.call_strip.story_label.text())
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_R, control)
    desk.until(lambda: tokens(desk).number == 2)
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_D, control)
    desk.until(lambda: desk.window.cards["access"].pill_word == "None")
    for number, tab in enumerate((desk.window.inspector, desk.window.response, desk.window.wire, desk.window.journal)):
        desk.qtbot.keyClick(desk.window, Qt.Key(Qt.Key.Key_1 + number), control)
        assert desk.window.tabs.currentWidget() is tab


def test_shortcuts_give_the_focus_to_nothing_that_nobody_sees(open_desk: Open) -> None:
    desk = open_desk(open_browser=nobody)
    desk.reach(Page.SIGNED_OUT)
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    start = desk.window.welcome.start_button
    start.setFocus()
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is start
    desk.window.commands.sign_in.trigger()
    desk.reach(BrowserWaitingPanel)
    desk.window.commands.show_possible(Possible(is_ready=True, is_signed_in=True))  # another sign-in, while signed in
    for action in (desk.window.commands.focus_timeline, desk.window.commands.tabs[2]):
        action.trigger()
        focused = QApplication.focusWidget()
        assert focused is None or focused.isVisible()


def test_nothing_is_troubled_but_the_demo_org(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    issuer = desk.connections.connection.issuer
    desk.controller.model.take_up(Connection(name="Mine", issuer=issuer, client_id=DEMO_CLIENT_ID))
    desk.until(lambda: not desk.controller.tasks.running("connect"))
    desk.sign_in()
    commands = desk.window.commands
    verbs = [*commands.expire.values(), *commands.revoke.values(), commands.replay]
    for action in (*verbs, commands.addresses, commands.reset_demo):
        assert not action.isEnabled()
        assert "Only the demo org" in action.toolTip()
    assert commands.drop.isEnabled()
    assert commands.copy["id"].isEnabled()
    with pytest.raises(BadInput, match="at the demo org only"):
        desk.run(drills_of(desk.connections))


def test_a_demo_org_that_another_lapse_serves_is_troubled_as_well(open_desk: Open) -> None:
    owner, guest = open_desk(), open_desk()
    owner.reach(Page.SIGNED_OUT)
    guest.sign_in()
    assert (demo_of(guest.connections).host.role, guest.connections.limits()) == (Role.GUEST, Limits())
    done(guest, guest.window.commands.expire["access"], "expire access")
    assert guest.window.cards["access"].pill_word == "Lapsed"
    assert "refreshed in" in guest.call()
    owner.close()  # from now on the guest serves it, with the same ledger
    done(guest, guest.window.commands.expire["access"], "expire access")
    assert demo_of(guest.connections).host.role is Role.OWNER
    assert "refreshed in" in guest.call()


def test_a_sign_out_says_what_came_of_each_part(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.sign_out.trigger()
    desk.until(lambda: bool(desk.window.toasts._shown))
    told = desk.window.toasts._shown[-1].text
    assert "revoked" in told
    assert "browser" in told
    assert "Signed out here" in told
