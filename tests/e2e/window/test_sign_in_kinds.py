"""Signing in by every kind at the real demo org, at the keyboard; what happens elsewhere happens over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.embedded import demo_of
from app.demo.org import ADA, GRACE
from app.demo.policy import Policy
from app.events.sign_in import SignInFinished
from tests.app.demo.test_demo_authorize import Fields
from tests.e2e.window.desk import Desk, Open, nobody
from tests.e2e.window.test_presenter import everything_shown
from tests.panels import panel_in, shown_in
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.session.device_waiting import DeviceWaitingPanel
from ui.session.password_panel import PasswordPanel
from ui.session.second_factor import SecondFactorPanel
from ui.shell.page import Page

QUICK = Policy(poll_interval_s=0)
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(key: Qt.Key) -> None:
    QTest.keyClick(focused(), key)


def type_in(text: str) -> None:
    QTest.keyClicks(focused(), text)


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def choose(desk: Desk, kind: str) -> None:
    """Press the button of a kind on the welcome page, by the keyboard."""
    desk.reach(Page.SIGNED_OUT)
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    desk.window.welcome.kind_buttons[kind].setFocus()
    press(Qt.Key.Key_Space)


def by_password(desk: Desk, username: str, password: str) -> None:
    choose(desk, "password")
    desk.reach(PasswordPanel)
    type_in(username)
    press(Qt.Key.Key_Tab)
    type_in(password)
    press(Qt.Key.Key_Return)


def until_asked(desk: Desk, what: str) -> None:
    desk.reach(SecondFactorPanel)
    desk.until(lambda: what in panel_in(desk.window, SecondFactorPanel).spoken())


@contextmanager
def elsewhere(desk: Desk) -> Iterator[httpx.Client]:
    """Yield a client that holds the demo org's control token."""
    addresses = desk.run(demo_of(desk.connections).addresses())
    headers = {"Authorization": f"Bearer {addresses.control_token}"}
    with httpx.Client(base_url=addresses.org_url, headers=headers, trust_env=False) as http:
        yield http


def phone(desk: Desk) -> dict[str, Any]:
    with elsewhere(desk) as http:
        found: dict[str, Any] = http.get("/demo/control/phone").json()
    return found


def answer_push(desk: Desk, **answer: str) -> None:
    with elsewhere(desk) as http:
        [push] = http.get("/demo/control/phone").json()["pushes"]
        assert http.post("/demo/control/phone", json={"push": push["id"], **answer}).is_success


def answer_on_another_device(link: str, action: str) -> None:
    """Open the link in a browser that is not this computer's, sign in there, and press a button."""
    with httpx.Client(trust_env=False) as http:
        code = Fields(http.get(link).text).inputs["user_code"]["value"]
        where = link.partition("?")[0]
        form = {"user_code": code, "action": "sign-in", "username": "ada", "password": ADA.password}
        ticket = Fields(http.post(where, data=form).text).inputs["ticket"]["value"]
        assert http.post(where, data={"user_code": code, "action": action, "ticket": ticket}).is_success


def finished(desk: Desk) -> list[SignInFinished]:
    return [each.event for each in desk.connections.journal if isinstance(each.event, SignInFinished)]


def name(desk: Desk) -> str:
    return str(desk.window.top_bar._name.whole_text())


# Another device.


def test_somebody_signs_in_on_another_device(open_desk: Open) -> None:
    opened: list[str] = []

    def open_browser(url: str, told: Callable[[bool], None]) -> None:
        opened.append(url)

    desk = open_desk(policy=QUICK, clock=SystemClock(), open_browser=open_browser)
    choose(desk, "device")
    desk.reach(DeviceWaitingPanel)
    panel = panel_in(desk.window, DeviceWaitingPanel)
    desk.until(lambda: bool(panel.code_label.text()))
    assert focused() is panel.copy_button
    press(Qt.Key.Key_Space)
    link = QGuiApplication.clipboard().text()
    assert link.endswith(f"?user_code={panel.code_label.text()}")
    panel.open_button.setFocus()
    press(Qt.Key.Key_Space)
    assert opened == [link]
    answer_on_another_device(link, "allow")
    desk.reach(Page.SIGNED_IN)
    assert name(desk) == "Ada Lovelace"
    assert panel.code_label.text() == ""
    assert "200" in desk.call()


def test_what_is_declined_on_the_other_device_is_told(open_desk: Open) -> None:
    desk = open_desk(policy=QUICK, clock=SystemClock())
    choose(desk, "device")
    panel = panel_in(desk.window, DeviceWaitingPanel)
    desk.until(lambda: bool(panel.code_label.text()))
    answer_on_another_device(panel._link(), "deny")
    desk.until(desk.window.error_panel.isVisible)
    assert desk.window.error_panel.text().splitlines()[0] == "The sign-in was declined on the other device."
    desk.reach(Page.SIGNED_OUT)


def test_escape_ends_the_wait_for_another_device(open_desk: Open) -> None:
    desk = open_desk()
    choose(desk, "device")
    desk.until(lambda: bool(panel_in(desk.window, DeviceWaitingPanel).code_label.text()))
    press(Qt.Key.Key_Escape)
    desk.reach(Page.SIGNED_OUT)
    desk.until(lambda: not desk.controller.tasks.running("sign-in"))
    assert [each.what for each in finished(desk)] == ["It was cancelled."]
    assert not desk.window.error_panel.isVisible()


def test_in_presenter_mode_the_code_is_nowhere_in_the_window(open_desk: Open) -> None:
    desk = open_desk()
    choose(desk, "device")
    panel = panel_in(desk.window, DeviceWaitingPanel)
    desk.until(lambda: bool(panel.code_label.text()))
    code = panel.code_label.text()
    spelled = " ".join(code.partition("-")[0])
    assert code in everything_shown(desk)
    assert spelled in everything_shown(desk)
    desk.window.commands.presenter.setChecked(True)
    assert not [each for each in (code, spelled) if each in everything_shown(desk)]
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text().endswith(code)


# Username and password.


def test_a_password_signs_in_and_stays_nowhere(open_desk: Open) -> None:
    desk = open_desk()
    by_password(desk, "ada", ADA.password)
    assert panel_in(desk.window, PasswordPanel).password_edit.text() == ""
    desk.reach(Page.SIGNED_IN)
    assert name(desk) == "Ada Lovelace"
    assert ADA.password not in everything_shown(desk)
    assert ADA.password not in str(tuple(desk.connections.journal))
    assert "200" in desk.call()


def test_a_wrong_password_is_typed_again(open_desk: Open) -> None:
    desk = open_desk()
    by_password(desk, "ada", "wrong")
    panel = panel_in(desk.window, PasswordPanel)
    desk.until(lambda: "did not accept" in panel.spoken())
    what, standing, next_step, *_ = panel.spoken().splitlines()
    assert what == "The server did not accept the username and password."
    assert standing == "You are not signed in."
    assert "lock the account" in next_step
    assert (shown_in(desk.window), panel.username_edit.text(), panel.password_edit.text()) == (PasswordPanel, "ada", "")
    assert not desk.window.error_panel.isVisible()
    assert focused() is panel.password_edit
    type_in(ADA.password)
    press(Qt.Key.Key_Return)
    desk.reach(Page.SIGNED_IN)


def test_a_one_time_code_follows_the_password(open_desk: Open) -> None:
    desk = open_desk()
    by_password(desk, "grace", GRACE.password)
    until_asked(desk, "Which one?")
    press(Qt.Key.Key_Space)  # the first is the code
    until_asked(desk, "The password was right. Type the code")
    type_in("00x0000")
    press(Qt.Key.Key_Return)
    until_asked(desk, "not accepted")
    edit = panel_in(desk.window, SecondFactorPanel).code_edit
    assert (edit.text(), edit.selectedText()) == ("000000", "000000")
    assert focused() is edit
    code = phone(desk)["codes"][0]["code"]
    type_in(f"{code[:3]} {code[3:]}")
    assert shown_in(desk.window) is SecondFactorPanel  # it goes nowhere before it is sent
    press(Qt.Key.Key_Return)
    desk.reach(Page.SIGNED_IN)
    assert name(desk) == "Grace Hopper"
    assert edit.text() == ""


def test_a_number_is_pressed_on_the_phone(open_desk: Open) -> None:
    desk = open_desk(policy=QUICK, clock=SystemClock())
    by_password(desk, "grace", GRACE.password)
    until_asked(desk, "Which one?")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    until_asked(desk, "on your phone")
    number = panel_in(desk.window, SecondFactorPanel).number_label.text()
    assert panel_in(desk.window, SecondFactorPanel).spoken().startswith(f"Press {number} on your phone")
    assert panel_in(desk.window, SecondFactorPanel)._left.text().startswith("Lapse waits another 0")
    answer_push(desk, answer="approve", number=number)
    desk.reach(Page.SIGNED_IN)


def test_what_is_declined_on_the_phone_leads_back_to_the_password(open_desk: Open) -> None:
    desk = open_desk(policy=QUICK, clock=SystemClock())
    by_password(desk, "grace", GRACE.password)
    until_asked(desk, "Which one?")
    panel_in(desk.window, SecondFactorPanel).push_button.click()
    until_asked(desk, "on your phone")
    answer_push(desk, answer="deny")
    desk.reach(PasswordPanel)
    assert "declined on the phone" in panel_in(desk.window, PasswordPanel).spoken()
    assert panel_in(desk.window, PasswordPanel).username_edit.text() == "grace"


def test_a_code_will_do_instead_of_the_phone(open_desk: Open) -> None:
    desk = open_desk()
    by_password(desk, "grace", GRACE.password)
    until_asked(desk, "Which one?")
    panel_in(desk.window, SecondFactorPanel).push_button.click()
    until_asked(desk, "on your phone")
    panel_in(desk.window, SecondFactorPanel).instead_button.setFocus()
    press(Qt.Key.Key_Space)
    until_asked(desk, "Type the code")
    type_in(phone(desk)["codes"][0]["code"])
    press(Qt.Key.Key_Return)
    desk.reach(Page.SIGNED_IN)
    assert [each.what for each in finished(desk)] == ["It was cancelled."]


def test_the_demo_phone_is_opened_from_here(open_desk: Open) -> None:
    opened: list[str] = []
    desk = open_desk(open_browser=lambda url, _: opened.append(url))
    by_password(desk, "grace", GRACE.password)
    until_asked(desk, "Which one?")
    desk.click(panel_in(desk.window, SecondFactorPanel).phone_button)
    assert "Grace Hopper" in httpx.get(opened[0], trust_env=False).text


@pytest.mark.parametrize("asked", ["code", "push"])
def test_escape_ends_the_question_for_a_second_factor(open_desk: Open, asked: str) -> None:
    desk = open_desk()
    by_password(desk, "grace", GRACE.password)
    until_asked(desk, "Which one?")
    panel = panel_in(desk.window, SecondFactorPanel)
    (panel.code_button if asked == "code" else panel.push_button).click()
    until_asked(desk, "Type the code" if asked == "code" else "on your phone")
    press(Qt.Key.Key_Escape)
    desk.reach(Page.SIGNED_OUT)
    desk.until(lambda: not desk.controller.tasks.running("sign-in"))
    assert not desk.controller.sign_in.is_waiting
    choose(desk, "password")
    assert panel_in(desk.window, PasswordPanel).username_edit.text() == ""


# One sign-in at a time.


def again(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_I, CONTROL)


def test_asking_twice_opens_the_same_page_again_and_can_still_be_cancelled(open_desk: Open) -> None:
    opened: list[str] = []
    desk = open_desk(open_browser=lambda url, _: opened.append(url))
    desk.reach(Page.SIGNED_OUT)
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    again(desk)
    desk.until(lambda: len(opened) == 1)
    again(desk)
    assert opened == [opened[0]] * 2
    desk.controller.model.refresh()
    assert shown_in(desk.window) is BrowserWaitingPanel
    press(Qt.Key.Key_Escape)
    desk.reach(Page.SIGNED_OUT)


def test_another_kind_gives_the_first_one_up(open_desk: Open) -> None:
    desk = open_desk(open_browser=nobody)
    choose(desk, "device")
    desk.until(lambda: bool(panel_in(desk.window, DeviceWaitingPanel).code_label.text()))
    desk.window.commands.sign_in_by["browser"].trigger()
    desk.until(lambda: bool(panel_in(desk.window, BrowserWaitingPanel).url_edit.text()))
    desk.until(lambda: len(finished(desk)) == 1)
    assert shown_in(desk.window) is BrowserWaitingPanel
    assert desk.controller.sign_in.is_waiting
    desk.click(panel_in(desk.window, BrowserWaitingPanel).cancel_button)
    desk.reach(Page.SIGNED_OUT)


def test_a_sign_in_while_signed_in_stays_in_sight(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.sign_in_by["device"].trigger()
    desk.until(lambda: bool(panel_in(desk.window, DeviceWaitingPanel).code_label.text()))
    desk.window.commands.refresh_now.trigger()
    desk.until(lambda: not desk.controller.tasks.running("refresh"))
    assert shown_in(desk.window) is DeviceWaitingPanel
    desk.click(panel_in(desk.window, DeviceWaitingPanel).cancel_button)
    desk.reach(Page.SIGNED_IN)


def test_another_connection_ends_the_sign_in_and_says_so(open_desk: Open) -> None:
    desk = open_desk()
    choose(desk, "device")
    desk.until(lambda: bool(panel_in(desk.window, DeviceWaitingPanel).code_label.text()))
    issuer = desk.connections.connection.issuer
    mine = Connection(name="Mine", issuer=issuer, client_id=DEMO_CLIENT_ID, number=1, sign_in="password")
    desk.controller.model.take_up(mine)
    desk.until(lambda: not desk.controller.tasks.running("connect"))
    assert desk.window.page is Page.SIGNED_OUT
    assert any("cancelled" in each for each in desk.window.toasts.texts())
    assert len(finished(desk)) == 1
    desk.click(desk.window.welcome.start_button)  # its own kind
    desk.reach(PasswordPanel)
    assert not panel_in(desk.window, PasswordPanel)._people_label.isVisible()
