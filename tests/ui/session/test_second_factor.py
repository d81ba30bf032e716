"""The second factor: the page at the keyboard, and what a sign-in awaits from it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.secret import Secret
from app.session.direct_sign_in import Factor, PushWaiting
from tests.preview.tokens import NOW
from ui.session.second_factor import SecondFactorPanel
from ui.session.second_factor_prompt import WindowFactorPrompt

BOTH = (Factor.ONE_TIME_CODE, Factor.PUSH)


@pytest.fixture
def panel(qtbot: QtBot) -> SecondFactorPanel:
    found = SecondFactorPanel()
    qtbot.addWidget(found)
    found.show()
    found.activateWindow()
    qtbot.waitUntil(found.isActiveWindow)
    return found


def press(key: Qt.Key) -> None:
    found = QApplication.focusWidget()
    assert found is not None
    QTest.keyClick(found, key)


@pytest.mark.parametrize(("tabs", "chosen"), [(0, Factor.ONE_TIME_CODE), (1, Factor.PUSH)])
def test_a_factor_is_chosen(qtbot: QtBot, panel: SecondFactorPanel, tabs: int, chosen: Factor) -> None:
    panel.show_choice(BOTH)
    panel.focus_first()
    for _ in range(tabs):
        press(Qt.Key.Key_Tab)
    with qtbot.waitSignal(panel.factor_chosen) as told:
        press(Qt.Key.Key_Space)
    assert told.args == [chosen]


def test_a_code_is_sent_by_enter_and_not_before(qtbot: QtBot, panel: SecondFactorPanel) -> None:
    panel.show_code_entry(wrong_before=False)
    panel.focus_first()
    assert not panel.enter_button.isEnabled()
    assert panel.enter_button.toolTip() == "Type the code first."
    with qtbot.assertNotEmitted(panel.code_entered):
        press(Qt.Key.Key_Return)
        QTest.keyClicks(panel.code_edit, "12a3 456")
    assert panel.code_edit.text() == "123 456"
    with qtbot.waitSignal(panel.code_entered) as told:
        press(Qt.Key.Key_Return)
    assert told.args == [Secret("123 456")]
    with qtbot.assertNotEmitted(panel.code_entered):
        press(Qt.Key.Key_Return)
        QTest.keyClicks(panel.code_edit, "7")
    assert panel.code_edit.text() == "123 456"
    assert panel.enter_button.toolTip() == "Trying the code…"


def test_a_wrong_code_says_so_and_is_typed_over(panel: SecondFactorPanel) -> None:
    panel.show_code_entry(wrong_before=False)
    panel.focus_first()
    QTest.keyClicks(panel.code_edit, "123456")
    press(Qt.Key.Key_Return)
    panel.show_code_entry(wrong_before=True)
    panel.focus_first()
    assert "▲ That code was not accepted" in panel.spoken()
    assert panel.code_edit.selectedText() == "123456"
    QTest.keyClicks(panel.code_edit, "9")
    assert panel.code_edit.text() == "9"
    panel.show_code_entry(wrong_before=False)
    assert panel.code_edit.text() == ""


def test_the_number_to_press_is_big_and_the_time_runs(qtbot: QtBot, panel: SecondFactorPanel) -> None:
    panel.show_push(PushWaiting("42", NOW + 61), can_use_code=True)
    panel.tick(NOW)
    assert panel.number_label.text() == "42"
    assert panel.number_label.fontMetrics().height() > 3 * panel._status.fontMetrics().height()
    assert panel.spoken().startswith("Press 42 on your phone")
    assert panel._left.text() == "Lapse waits another 01:01."
    panel.tick(NOW + 99)
    assert panel._left.text() == "Lapse waits another 00:00."
    panel.focus_first()
    panel.instead_button.setFocus()
    with qtbot.waitSignal(panel.code_instead_requested):
        press(Qt.Key.Key_Space)
    with qtbot.waitSignal(panel.cancel_requested):
        press(Qt.Key.Key_Escape)


def test_a_push_without_a_number_and_without_a_choice(panel: SecondFactorPanel) -> None:
    panel.show_push(PushWaiting(None, NOW + 61), can_use_code=False)
    assert panel.spoken().startswith("Approve the sign-in on your phone")
    assert not panel.number_label.isVisible()
    assert not panel.instead_button.isVisible()


def test_no_time_runs_once_something_else_is_asked(panel: SecondFactorPanel) -> None:
    panel.show_push(PushWaiting("42", NOW + 61), can_use_code=True)
    panel.tick(NOW)
    panel.show_code_entry(wrong_before=False)
    panel.tick(NOW)
    assert panel._left.text() == ""


def test_the_demo_phone_is_offered_by_the_demo_org_alone(qtbot: QtBot, panel: SecondFactorPanel) -> None:
    assert not panel.phone_button.isVisible()
    panel.show_phone(is_demo=True)
    assert panel.phone_button.isVisible()
    with qtbot.waitSignal(panel.phone_requested):
        panel.phone_button.click()
    panel.show_phone(is_demo=False)
    assert not panel.phone_button.isVisible()


def test_a_presenter_masks_the_code_that_is_typed(panel: SecondFactorPanel) -> None:
    panel.show_presenter(on=True)
    assert panel.code_edit.echoMode() == QLineEdit.EchoMode.Password
    panel.show_presenter(on=False)
    assert panel.code_edit.echoMode() == QLineEdit.EchoMode.Normal


# What a sign-in awaits.

Start = Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"]


@pytest.fixture
def start(loop: QEventLoop, qtbot: QtBot) -> Start:
    def started(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        return loop.create_task(work)

    return started


def test_a_choice_and_a_code_are_awaited(qtbot: QtBot, panel: SecondFactorPanel, start: Start) -> None:
    shown: list[str] = []
    factors = WindowFactorPrompt(panel, lambda: shown.append(panel.spoken()))
    choosing = start(factors.choose(BOTH))
    qtbot.waitUntil(lambda: len(shown) == 1)
    panel.code_button.click()
    qtbot.waitUntil(choosing.done)
    assert choosing.result() is Factor.ONE_TIME_CODE
    asking = start(factors.one_time_code(wrong_before=False))
    qtbot.waitUntil(lambda: len(shown) == 2)
    QTest.keyClicks(panel.code_edit, "123456")
    QTest.keyClick(panel.code_edit, Qt.Key.Key_Return)
    qtbot.waitUntil(asking.done)
    assert asking.result() == Secret("123456")
    factors.show_push(PushWaiting("42", NOW))
    assert len(shown) == 3
    assert panel.instead_button.isVisible()
    factors.close()


def test_where_the_phone_is_the_only_way_no_code_is_offered(panel: SecondFactorPanel) -> None:
    factors = WindowFactorPrompt(panel, lambda: None)
    factors.show_push(PushWaiting("42", NOW))
    assert not panel.instead_button.isVisible()
    factors.close()


def test_a_factor_that_was_chosen_before_is_taken_without_a_question(
    qtbot: QtBot, panel: SecondFactorPanel, start: Start
) -> None:
    shown: list[None] = []
    factors = WindowFactorPrompt(panel, lambda: shown.append(None), first=Factor.ONE_TIME_CODE)
    choosing = start(factors.choose(BOTH))
    qtbot.waitUntil(choosing.done)
    assert (choosing.result(), shown) == (Factor.ONE_TIME_CODE, [])
    factors.close()
    other = WindowFactorPrompt(panel, lambda: shown.append(None), first=Factor.PUSH)
    asking = start(other.choose((Factor.ONE_TIME_CODE,)))
    qtbot.waitUntil(lambda: shown == [None])
    asking.cancel()
    qtbot.waitUntil(asking.done)
    other.close()


def test_a_cancelled_question_is_answered_by_nobody(qtbot: QtBot, panel: SecondFactorPanel, start: Start) -> None:
    factors = WindowFactorPrompt(panel, lambda: None)
    asking = start(factors.one_time_code(wrong_before=False))
    qtbot.waitUntil(lambda: "Type the code" in panel.spoken())
    asking.cancel()
    qtbot.waitUntil(asking.done)
    assert asking.cancelled()
    panel.code_entered.emit(Secret("123456"))  # a click that came a moment too late
    later = start(factors.one_time_code(wrong_before=True))
    qtbot.waitUntil(lambda: "not accepted" in panel.spoken())
    assert not later.done()
    panel.code_entered.emit(Secret("1"))
    panel.code_entered.emit(Secret("2"))  # and one that was pressed twice
    qtbot.waitUntil(later.done)
    assert later.result() == Secret("1")
    factors.close()


def test_what_is_closed_hears_nothing_of_the_next_sign_in(qtbot: QtBot, panel: SecondFactorPanel, start: Start) -> None:
    before, now = WindowFactorPrompt(panel, lambda: None), WindowFactorPrompt(panel, lambda: None)
    left = start(before.one_time_code(wrong_before=False))
    asking = start(now.one_time_code(wrong_before=False))
    qtbot.waitUntil(lambda: now._wanted is not None)
    before.close()
    panel.code_entered.emit(Secret("123456"))
    qtbot.waitUntil(asking.done)
    assert not left.done()
    left.cancel()
    qtbot.waitUntil(left.done)
    now.close()
