"""The demo org's panel by itself: what it shows of the org, what it asks for, and what a real server is spared."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.decision import Decision, Reason, Verdict
from app.demo.controls import FaultState, OrgState, first_knobs
from app.demo.presets import PRESETS
from ui import theme
from ui.demo.lifetimes import matching
from ui.demo.panel import DemoPanel
from ui.demo.slider_stops import ahead
from ui.demo.switch import struck
from ui.shell.commands import Commands, Possible
from ui.widgets.flow import Flow

STATE = OrgState(knobs=first_knobs())
HTML = "<b>bold</b>"


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[DemoPanel]:
    window = QWidget()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.show_possible(Possible(is_ready=True, is_demo=True))
    found = DemoPanel(commands)
    QVBoxLayout(window).addWidget(found)
    window.resize(340, 700)
    window.show()
    yield found
    window.hide()  # named to the end: nobody else holds the window


def sections(panel: DemoPanel) -> list[QWidget]:
    return [panel.lifetimes, panel.times, panel.faults, panel.verbs]


def test_a_new_org_was_turned_by_nobody(panel: DemoPanel) -> None:
    panel.show_org(STATE)
    assert "settings of a new demo org" in panel.lifetimes.preset_label.text()
    panel.show_org(replace(STATE, knobs={**STATE.knobs, "access_token_lifetime_s": 31}))
    assert panel.lifetimes.preset_label.text() == "Changed by hand."


def test_the_wheel_scrolls_past_the_storm_whoever_has_the_focus(qtbot: QtBot, panel: DemoPanel) -> None:
    panel.show_org(STATE)
    spin = panel.verbs.storm_spin
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    at, keys, buttons = QPointF(4, 4), Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    turned = QWheelEvent(at, at, QPoint(), QPoint(0, -120), buttons, keys, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(spin, turned)
    assert spin.value() == 50


def test_before_anything_is_known_it_says_so(panel: DemoPanel) -> None:
    assert "not running yet" in panel.state_label.text()
    assert not any(each.isVisible() for each in (*sections(panel), panel.what_if, panel.choose_button))


def test_the_demo_org_is_shown_as_it_is_turned(panel: DemoPanel) -> None:
    panel.show_org(replace(STATE, moved_s=-90.0, server_skew_s=5.0, is_cut=True))
    assert all(each.isVisible() for each in sections(panel))
    assert not panel.what_if.isVisible()
    assert {name: each.value_label.text() for name, each in panel.lifetimes.sliders.items()} == {
        "access_token_lifetime_s": "30 s",
        "refresh_token_lifetime_s": "7 h",
        "refresh_idle_s": "7 d",
        "grace_s": "30 s",
    }
    assert panel.lifetimes.grant_box.isChecked()
    assert panel.lifetimes.rotate_box.isChecked()
    assert panel.faults.cut_box.isChecked()
    assert panel.times.state_label.text() == "Both clocks move together. Skew: +5 s. They are 1 min 30 s behind."
    assert panel.times.right_button.isEnabled()


def test_to_be_shown_asks_for_nothing(qtbot: QtBot, panel: DemoPanel) -> None:
    asks = [
        panel.lifetimes.turn_requested,
        panel.lifetimes.preset_requested,
        panel.times.client_skew_requested,
        panel.times.server_skew_requested,
        panel.faults.switched,
        panel.faults.fault_requested,
        panel.faults.end_requested,
        panel.faults.cut_requested,
    ]
    asked: list[object] = []
    for signal in asks:
        signal.connect(lambda *what: asked.append(what))
    on = (FaultState(1, "503@token*3", 1, is_over=False), FaultState(2, "500@api", 0, is_over=False))
    knobs = {**STATE.knobs, "rotation_type": "STATIC", "access_token_lifetime_s": 77, "refresh_grant_enabled": False}
    panel.show_org(replace(STATE, knobs=knobs, faults=on, is_cut=True, server_skew_s=9.0, client_skew_s=-9.0))
    panel.hide()
    assert asked == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FaultState(1, "503@token", 0, is_over=False), "not struck yet"),
        (FaultState(1, "503@token", 1, is_over=False), "struck once"),
        (FaultState(1, "503@token", 7, is_over=False), "struck 7 times"),
        (FaultState(1, "503@token*3", 2, is_over=False), "struck 2 of 3"),
        (FaultState(1, "503@token*3", 3, is_over=True), "over: struck 3 of 3"),
    ],
)
def test_how_often_a_fault_has_struck_in_words(state: FaultState, words: str) -> None:
    assert struck(state) == words


def test_every_fault_is_shown_once_and_the_newest_at_its_switch(panel: DemoPanel) -> None:
    states = (
        FaultState(1, "503@token*1", 1, is_over=True),
        FaultState(2, "503@token+2", 0, is_over=False),  # lets two pass: no switch says that
        FaultState(3, "drip@api", 0, is_over=False),
        FaultState(4, "503@token*5", 2, is_over=False),
    )
    panel.show_org(replace(STATE, faults=states))
    switch = panel.faults.switches[0]
    assert (switch.box.isChecked(), switch.times_spin.value()) == (True, 5)
    assert switch.struck_label.text() == "struck 2 of 5"
    assert sorted(panel.faults.others) == [1, 2, 3]
    panel.show_org(replace(STATE, faults=states[2:3]))
    assert (switch.box.isChecked(), switch.struck_label.isVisible()) == (False, False)
    assert sorted(panel.faults.others) == [3]


def test_a_switch_tells_its_fault_and_whether_it_shall_be_on(qtbot: QtBot, panel: DemoPanel) -> None:
    over = FaultState(1, "503@token*1", 1, is_over=True)
    panel.show_org(replace(STATE, faults=(over,)))
    switch = panel.faults.switches[0]
    assert not switch.box.isChecked()
    with qtbot.waitSignal(panel.faults.switched) as asked:
        switch.box.click()
    assert [str(asked.args[0]), asked.args[1]] == ["503@token*1", True]
    panel.show_org(replace(STATE, faults=(FaultState(2, "503@token", 0, is_over=False),)))
    with qtbot.waitSignal(panel.faults.switched) as ended:
        switch.box.click()
    assert [str(ended.args[0]), ended.args[1]] == ["503@token", False]


def test_what_cannot_be_a_fault_is_said_and_not_asked_for(qtbot: QtBot, panel: DemoPanel) -> None:
    panel.show_org(STATE)
    with qtbot.assertNotEmitted(panel.faults.fault_requested):
        panel.faults.other_edit.setText(HTML)
        panel.faults.other_button.click()
    assert panel.faults.error_label.isVisible()
    assert "is no fault. Write KIND" in panel.faults.error_label.text()
    assert panel.faults.error_label.textFormat() is Qt.TextFormat.PlainText
    qtbot.keyClicks(panel.faults.other_edit, "x")
    assert not panel.faults.error_label.isVisible()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_that_is_followed_is_known(name: str) -> None:
    found = matching({**first_knobs(), **PRESETS[name].knobs})
    assert found is not None
    assert found.name == name


def test_knobs_that_no_preset_has_are_custom(panel: DemoPanel) -> None:
    assert matching(first_knobs()) is None
    panel.show_org(STATE)
    assert panel.lifetimes.preset_picker.currentText() == "Custom"
    spa = PRESETS["okta-spa"]
    panel.show_org(replace(STATE, knobs={**STATE.knobs, **spa.knobs}))
    assert panel.lifetimes.preset_picker.currentText() == "okta-spa"
    assert spa.source in panel.lifetimes.preset_picker.accessibleDescription()


def test_who_only_visits_the_org_is_told_and_can_look_again(qtbot: QtBot, panel: DemoPanel) -> None:
    panel.show_org(STATE)
    panel.show_host(None)
    assert not panel.guest_label.isVisible()
    assert not panel.look_button.isVisible()
    panel.show_host("14:05:00")
    assert panel.guest_label.isVisible()
    assert panel.guest_label.text().startswith("Another Lapse serves this org.")
    assert "14:05:00" in panel.guest_label.text()
    with qtbot.waitSignal(panel.viewed):
        panel.look_button.click()
    panel.show_real("Okta")
    assert not panel.look_button.isVisible()


def test_custom_cannot_be_asked_for(qtbot: QtBot, panel: DemoPanel) -> None:
    panel.show_org(replace(STATE, knobs={**STATE.knobs, **PRESETS["okta-spa"].knobs}))
    picker = panel.lifetimes.preset_picker
    with qtbot.assertNotEmitted(panel.lifetimes.preset_requested):
        picker.setFocus()
        qtbot.keyClick(picker, Qt.Key.Key_Home)
    assert picker.currentText() == "okta-spa"


def test_of_several_presets_that_are_followed_the_one_just_chosen_is_shown(qtbot: QtBot, panel: DemoPanel) -> None:
    strict = {**STATE.knobs, **PRESETS["strict-single-use"].knobs}
    panel.show_org(replace(STATE, knobs=strict))
    picker = panel.lifetimes.preset_picker
    assert picker.currentText() == "strict-single-use"
    with qtbot.waitSignal(panel.lifetimes.preset_requested) as asked:
        picker.setFocus()
        qtbot.keyClick(picker, Qt.Key.Key_End)
    assert asked.args == ["access-75s"]
    panel.show_org(replace(STATE, knobs={**strict, **PRESETS["access-75s"].knobs}))
    assert picker.currentText() == "access-75s"
    panel.show_org(replace(STATE, knobs={**strict, "access_token_lifetime_s": 30}))
    assert picker.currentText() == "strict-single-use"


def test_a_real_server_is_only_thought_about(qtbot: QtBot, panel: DemoPanel) -> None:
    panel.show_real(HTML)
    assert not any(each.isVisible() for each in sections(panel))
    assert HTML in panel.state_label.text()
    assert {each.textFormat() for each in panel.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    note = panel.what_if.findChild(QLabel, "whatIfNoteLabel")
    assert note.text() == "Only a calculation: no clock moves, nothing is sent."
    with qtbot.waitSignal(panel.choose_demo_requested):
        panel.choose_button.click()


def thought(reason: Reason, left_s: float | None) -> Decision:
    return Decision(verdict=Verdict.REFRESH, reason=reason, at=0, asked_by="What if", remaining_s=left_s)


def test_a_thought_goes_ahead_and_back(qtbot: QtBot, panel: DemoPanel) -> None:
    panel.show_real("Okta")
    what_if = panel.what_if
    for name, in_s in (("whatIf10Button", 10.0), ("whatIf60Button", 70.0)):
        with qtbot.waitSignal(what_if.moved):
            what_if.buttons[name].click()
        assert what_if.in_s == in_s
    what_if.show_thought(thought(Reason.LAPSED, -45.0), 25.0)
    assert what_if.when_label.text() == "If it were 1 min 10 s later:"
    assert what_if.response_label.text().startswith("The access token lapsed 45 s ago.")
    what_if.buttons["whatIfLapseButton"].click()
    assert what_if.in_s == 25.0
    what_if.buttons["whatIfNowButton"].click()
    what_if.show_thought(thought(Reason.UNKNOWN_EXPIRY, None), None)
    assert "with a known expiry" in what_if.buttons["whatIfLapseButton"].toolTip()
    assert "now already" in what_if.buttons["whatIfNowButton"].toolTip()


def test_skew_has_its_sign() -> None:
    assert [ahead(each) for each in (0.0, 90.0, -2.5)] == ["0 s", "+90 s", "-2.5 s"]


@pytest.mark.parametrize("zoom", [0.8, 1.0, 1.6])
def test_nothing_is_scrolled_sideways(qtbot: QtBot, qapp: QApplication, panel: DemoPanel, zoom: float) -> None:
    theme.apply(qapp, "light", zoom)
    try:
        panel.show_org(
            replace(STATE, faults=(FaultState(1, "refuse=mfa_required@token.password*9", 0, is_over=False),))
        )
        QApplication.sendPostedEvents()
        panel.window().resize(panel.window().minimumSizeHint().width(), 700)
        scroll = panel.findChild(QScrollArea, "demoScroll")
        qtbot.waitUntil(lambda: scroll.widget().width() <= scroll.viewport().width())
        assert panel.minimumSizeHint().width() <= theme.px(312)
    finally:
        theme.apply(qapp, "light")


def test_a_flow_breaks_into_rows_and_moves_the_last_to_the_edge(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    parts = [QWidget(around) for _ in range(3)]
    for part in parts:
        part.setMinimumSize(100, 20)
    flow = Flow(*parts, gap=10, spread=True)
    around.setLayout(flow)
    around.resize(250, flow.heightForWidth(250))
    around.show()
    assert [(each.x(), each.y()) for each in parts] == [(0, 0), (150, 0), (0, 30)]
    assert (flow.sizeHint().width(), flow.minimumSize().width()) == (320, 100)
    assert flow.heightForWidth(90) == 80
    parts[1].hide()
    assert flow.heightForWidth(250) == 20
    assert flow.takeAt(0).widget() is parts[0]
    assert (flow.count(), flow.itemAt(2), flow.takeAt(5)) == (2, None, None)
