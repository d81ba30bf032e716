"""The demo org's panel in the window: every control turns the org, and the journal tells of it."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.embedded import controls_of, demo_of
from app.demo.faults import Fault
from app.demo.org import DemoOrg
from app.demo.presets import PRESETS
from app.errors import BadInput
from app.events.demo import (
    ClockSkewed,
    ControlRequested,
    DemoOrgTurned,
    FaultSwitched,
    KeysRotated,
    NetworkCut,
    ReplayAnswered,
    TimeTravelled,
    TokenRevoked,
)
from app.events.refresh import RefreshSucceeded
from app.events.wire import Exchange, ExchangeKind
from app.session.kinds import kind_names
from app.settings import config_dir, load
from tests.e2e.window.desk import Desk, Open
from ui.demo.controller import _READING
from ui.demo.panel import DemoPanel
from ui.demo.settled_controls import StopSlider
from ui.shell.page import Page

SOUGHT = "Demo org's controls"


def ready(open_desk: Open, *, signed_in: bool = True) -> Desk:
    desk = open_desk()
    if signed_in:
        desk.sign_in()
    desk.reach(Page.SIGNED_IN if signed_in else Page.SIGNED_OUT)
    desk.until(panel(desk).lifetimes.isVisible)
    return desk


def panel(desk: Desk) -> DemoPanel:
    return desk.window.demo


def org(desk: Desk) -> DemoOrg:
    assert demo_of(desk.connections).host.org is not None
    return demo_of(desk.connections).host.org


def button(desk: Desk, name: str) -> QAbstractButton:
    found = panel(desk).findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton), name
    return found


def press(desk: Desk, name: str) -> None:
    """Press a button of the panel, which may lie below what is scrolled to."""
    assert button(desk, name).isEnabled(), button(desk, name).toolTip()
    button(desk, name).click()


def told(desk: Desk, kind: type) -> list[str]:
    return [entry.sentence() for entry in desk.connections.journal if isinstance(entry.event, kind)]


def tells(desk: Desk, kind: type, sentence: str) -> None:
    desk.until(lambda: told(desk, kind)[-1:] == [sentence])


def slide(desk: Desk, name: str, value: int) -> StopSlider:
    """Move a slider to a value by keys, as a person does who lets it rest then."""
    found = panel(desk).lifetimes.sliders[name]
    found.slider.setFocus()
    stops = found._stops
    for _ in stops:
        place = found.slider.value()
        if stops[place] == value:
            return found
        desk.qtbot.keyClick(found.slider, Qt.Key.Key_Right if stops.index(value) > place else Qt.Key.Key_Left)
    raise AssertionError(value)


def test_a_slider_turns_a_knob_once_it_rests(open_desk: Open) -> None:
    desk = ready(open_desk, signed_in=False)
    for turned, (knob, value, words) in enumerate(
        (
            ("access_token_lifetime_s", 300, "5 min"),
            ("refresh_token_lifetime_s", 0, "unlimited"),
            ("refresh_idle_s", 60, "1 min"),
            ("grace_s", 0, "0 s"),
        )
    ):
        slider = slide(desk, knob, value)
        assert slider.value_label.text() == words
        assert slider.slider.accessibleName().endswith(f": {words}")
        tells(desk, DemoOrgTurned, f"Demo org: {knob} is {value}.")
        assert len(told(desk, DemoOrgTurned)) == turned + 1  # however many stops it went past
        assert org(desk).knobs()[knob] == value
        desk.controller.model.tick()
        assert slider.value_label.text() == words


def test_a_box_turns_a_knob(open_desk: Open) -> None:
    desk = ready(open_desk, signed_in=False)
    press(desk, "refreshGrantBox")
    tells(desk, DemoOrgTurned, "Demo org: refresh_grant_enabled is off.")
    assert org(desk).knobs()["refresh_grant_enabled"] is False
    press(desk, "rotateBox")
    tells(desk, DemoOrgTurned, "Demo org: rotation_type is STATIC.")
    grace = panel(desk).lifetimes.sliders["grace_s"].slider
    desk.until(lambda: not grace.isEnabled())
    assert "not rotated" in grace.accessibleDescription()


def test_a_preset_is_chosen_shown_and_left(open_desk: Open) -> None:
    desk = ready(open_desk)
    picker = panel(desk).lifetimes.preset_picker
    assert picker.currentText() == "Custom"
    place = picker.findText("okta-native")
    picker.setCurrentIndex(place)
    picker.activated.emit(place)
    desk.until(lambda: told(desk, DemoOrgTurned) != [])
    assert "follows the preset okta-native" in told(desk, DemoOrgTurned)[0]
    assert org(desk).knobs()["access_token_lifetime_s"] == 3600
    desk.until(lambda: panel(desk).lifetimes.preset_label.text().startswith(PRESETS["okta-native"].behaviour))
    assert PRESETS["okta-native"].source in panel(desk).lifetimes.preset_label.text()
    slide(desk, "access_token_lifetime_s", 60)
    desk.until(lambda: picker.currentText() == "Custom")


def test_time_travels_for_both_and_every_countdown_with_it(open_desk: Open) -> None:
    desk = ready(open_desk)
    card = desk.window.cards["access"]
    press(desk, "travel60Button")
    tells(desk, TimeTravelled, "Both clocks were moved forward by 1 min.")
    desk.until(lambda: card.pill_word == "Lapsed")
    desk.until(lambda: "They are 1 min ahead of real time" in panel(desk).times.state_label.text())
    assert "Skew: 0 s" in panel(desk).times.state_label.text()
    assert org(desk).moved_s == 60
    press(desk, "travel10Button")
    desk.until(lambda: org(desk).moved_s == 70)
    assert told(desk, ControlRequested)[-1] == f"{SOUGHT}: both clocks on by 10 s."


def test_the_jump_to_the_lapse_makes_the_next_call_refresh(open_desk: Open) -> None:
    desk = ready(open_desk)
    press(desk, "jumpToLapseButton")
    desk.until(lambda: desk.window.cards["access"].pill_word == "Lapsed")
    press(desk, "jumpToLapseButton")
    desk.until(lambda: any("lapsed already" in each for each in desk.window.toasts.texts()))
    assert len(told(desk, TimeTravelled)) == 1
    assert "refreshed in" in desk.call()
    assert desk.connections.session.tokens is not None
    assert desk.connections.session.tokens.number == 2


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
def test_an_hour_on_or_back_breaks_no_panel(open_desk: Open, seconds: float) -> None:
    desk = ready(open_desk)
    desk.call()

    async def travel() -> None:
        await (await controls_of(desk.connections)).travel(seconds)

    desk.run(travel())
    desk.until(lambda: len(told(desk, TimeTravelled)) == 1)
    desk.window.tabs.setCurrentWidget(desk.window.wire)
    assert desk.call()
    desk.window.tabs.setCurrentWidget(desk.window.journal)
    desk.controller.model.tick()
    desk.window.timeline.table_button.click()
    desk.controller.model.tick()
    desk.window.grab()
    desk.until(lambda: "time travel" in [mark.kind.value for mark in desk.window.timeline.view._lanes.marks])


def test_each_clock_is_made_wrong_by_itself_and_both_are_set_right(open_desk: Open) -> None:
    desk = ready(open_desk)
    times = panel(desk).times
    for spin, value, sentence in (
        (times.server_spin, 90, "The demo org's clock is 1 min 30 s ahead now."),
        (times.client_spin, -20, "Our clock is 20 s behind now."),
    ):
        spin.setFocus()
        spin.selectAll()
        desk.qtbot.keyClicks(spin, str(value))
        desk.qtbot.keyClick(spin, Qt.Key.Key_Return)
        tells(desk, ClockSkewed, sentence)
    assert org(desk).skew_s == 90
    desk.until(lambda: "Skew: +110 s" in times.state_label.text())
    desk.until(times.right_button.isEnabled)
    press(desk, "setClocksRightButton")
    tells(desk, ClockSkewed, "Our clock is right again.")
    desk.until(lambda: (times.server_spin.value(), times.client_spin.value()) == (0, 0))
    assert org(desk).skew_s == 0


def test_a_fault_strikes_as_often_as_it_should_and_is_counted(open_desk: Open) -> None:
    desk = ready(open_desk)
    switch = next(each for each in panel(desk).faults.switches if each.box.objectName() == "apiRefusesBox")
    switch.times_spin.setValue(2)
    press(desk, "apiRefusesBox")
    tells(desk, FaultSwitched, "The fault invalid-token@api*2 was switched on in the demo org.")
    desk.until(lambda: switch.struck_label.text() == "not struck yet")
    desk.call()
    desk.until(lambda: switch.struck_label.text() == "over: struck 2 of 2")
    assert not switch.box.isChecked()
    assert "200" in desk.call()


def test_a_switch_that_is_on_is_switched_off_or_set_to_another_count(open_desk: Open) -> None:
    desk = ready(open_desk)
    switch = panel(desk).faults.switches[0]
    press(desk, "tokenUnavailableBox")
    desk.until(lambda: [str(each.fault) for each in org(desk).faults.switched] == ["503@token"])
    desk.until(lambda: switch.struck_label.text() == "not struck yet")
    switch.times_spin.setValue(3)
    desk.until(lambda: [str(each.fault) for each in org(desk).faults.switched] == ["503@token*3"])
    desk.until(lambda: not desk.controller.demo._one_at_a_time.locked())
    desk.controller.model.tick()
    press(desk, "tokenUnavailableBox")
    desk.until(lambda: org(desk).faults.switched == ())
    tells(desk, FaultSwitched, "The fault 503@token*3 was switched off in the demo org.")


@pytest.mark.parametrize("is_on", [False, True])
def test_a_switch_that_is_pressed_twice_at_once_is_as_it_was(open_desk: Open, is_on: bool) -> None:
    desk = ready(open_desk, signed_in=False)
    if is_on:
        org(desk).faults.switch_on([Fault.parse("503@token")])
        desk.until(button(desk, "tokenUnavailableBox").isChecked)
    for _ in range(2):
        press(desk, "tokenUnavailableBox")
    press(desk, "travel10Button")
    desk.until(lambda: org(desk).moved_s == 10)
    assert [str(each.fault) for each in org(desk).faults.switched] == ["503@token"] * is_on
    desk.until(lambda: button(desk, "tokenUnavailableBox").isChecked() is is_on)
    assert not desk.window.error_panel.isVisible()


def test_a_count_that_follows_its_switch_at_once_leaves_one_fault(open_desk: Open) -> None:
    desk = ready(open_desk, signed_in=False)
    press(desk, "tokenUnavailableBox")
    spin = panel(desk).faults.switches[0].times_spin
    spin.setValue(3)
    spin._commit()  # as if the time it rests were over, and no response here yet
    press(desk, "travel10Button")
    desk.until(lambda: org(desk).moved_s == 10)
    assert [str(each.fault) for each in org(desk).faults.switched] == ["503@token*3"]


def test_the_network_is_cut_and_mended(open_desk: Open) -> None:
    desk = ready(open_desk)
    press(desk, "networkCutBox")
    tells(desk, NetworkCut, "The network to the demo org was cut.")
    desk.call()
    assert "still signed in" in desk.window.error_panel.text()
    press(desk, "networkCutBox")
    tells(desk, NetworkCut, "The network to the demo org was restored.")
    assert "200" in desk.call()


def test_any_other_fault_is_written_out_and_what_is_wrong_with_it_is_said(open_desk: Open) -> None:
    desk = ready(open_desk)
    faults = panel(desk).faults
    faults.other_edit.setText("503@nowhere")
    press(desk, "otherFaultButton")
    assert faults.error_label.isVisible()
    assert "no endpoint 'nowhere'" in faults.error_label.text()
    assert told(desk, FaultSwitched) == []
    faults.other_edit.setText("refuse=server_error@token*2")
    desk.qtbot.keyClick(faults.other_edit, Qt.Key.Key_Return)
    desk.until(lambda: len(faults.others) == 1)
    assert not faults.error_label.isVisible()
    (row,) = faults.others.values()
    row.off_button.click()
    desk.until(lambda: not faults.others)
    assert org(desk).faults.switched == ()


def test_what_others_turn_is_shown_too(open_desk: Open) -> None:
    desk = ready(open_desk)
    org(desk).faults.switch_on([Fault.parse("503@discovery*4"), Fault.parse("429@token")])
    org(desk).turn(access_token_lifetime_s=77)
    desk.until(lambda: len(panel(desk).faults.others) == 1)
    assert button(desk, "tooManyBox").isChecked()
    slider = panel(desk).lifetimes.sliders["access_token_lifetime_s"]
    assert slider.value_label.text() == "1 min 17 s"  # as it is, although no slider stops there
    assert org(desk).knobs()["access_token_lifetime_s"] == 77


def test_a_storm_is_one_refresh(open_desk: Open) -> None:
    desk = ready(open_desk)
    before = desk.token_requests
    panel(desk).verbs.storm_spin.setValue(20)
    press(desk, "stormButton")
    desk.until(lambda: desk.window.call_strip.story_label.text().startswith("20 calls, 1 refresh in"))
    assert "20 × 200" in desk.window.call_strip.story_label.text()
    assert desk.token_requests - before == 1
    assert len(told(desk, RefreshSucceeded)) == 1


def test_a_storm_waits_for_the_call_that_runs_and_says_so(open_desk: Open) -> None:
    desk = ready(open_desk)
    storm = button(desk, "stormButton")
    assert storm.isEnabled()
    desk.click(desk.window.call_strip.call_api_button)
    assert not storm.isEnabled()
    assert storm.toolTip() == "A call is under way: wait for its response, or cancel it."
    desk.until(storm.isEnabled)
    assert not desk.controller.tasks.running("call")
    assert "one refresh" in storm.toolTip()


def test_a_replay_a_revocation_and_a_new_key(open_desk: Open) -> None:
    desk = ready(open_desk)
    kid = org(desk).ledger.keys[0].kid
    assert "no older refresh token" in button(desk, "replayButton").toolTip()
    desk.window.commands.refresh_now.trigger()
    desk.until(lambda: button(desk, "replayButton").text() == "Replay RT-1")
    press(desk, "replayButton")
    tells(
        desk,
        ReplayAnswered,
        "RT-1 was accepted once more: its grace period is running. Its tokens are discarded.",
    )
    press(desk, "rotateKeysButton")
    tells(desk, KeysRotated, "The demo org signs with a new key; the old one is still published.")
    assert org(desk).ledger.keys[0].kid != kid
    press(desk, "revokeAccessButton")
    desk.until(lambda: told(desk, TokenRevoked) != [])


def test_everything_is_made_as_it_was_at_first(open_desk: Open) -> None:
    desk = ready(open_desk)
    first = org(desk).knobs()
    press(desk, "rotateBox")
    press(desk, "tokenSlowBox")
    press(desk, "networkCutBox")
    desk.until(lambda: told(desk, NetworkCut) != [] and bool(org(desk).faults.switched))
    press(desk, "makeAsNewButton")
    tells(desk, NetworkCut, "The network to the demo org was restored.")
    assert (org(desk).knobs(), org(desk).faults.switched) == (first, ())
    desk.until(lambda: not button(desk, "networkCutBox").isChecked() and button(desk, "rotateBox").isChecked())


def test_acts_that_come_fast_are_all_done_in_their_order(open_desk: Open) -> None:
    desk = ready(open_desk)
    for name in ("tokenUnavailableBox", "tooManyBox", "apiRefusesBox", "travel10Button", "travel10Button"):
        press(desk, name)
    desk.until(lambda: org(desk).moved_s == 20)
    assert [str(each.fault) for each in org(desk).faults.switched] == ["503@token", "429@token", "invalid-token@api"]


def test_an_act_begins_when_the_one_before_is_done(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ready(open_desk)
    steps: list[str] = []

    async def slow(*_: object) -> None:
        steps.append("begun")
        for _turn in range(20):
            await asyncio.sleep(0)
        steps.append("done")

    monkeypatch.setattr("app.demo.controls.Controls.travel", slow)
    for _ in range(3):
        press(desk, "travel10Button")
    desk.until(lambda: len(steps) == 6)
    assert steps == ["begun", "done"] * 3


def test_without_a_session_knobs_work_and_tokens_say_why_not(open_desk: Open) -> None:
    desk = ready(open_desk, signed_in=False)
    for name in ("expireAccessButton", "revokeRefreshButton", "replayButton", "jumpToLapseButton", "stormButton"):
        assert not button(desk, name).isEnabled()
        assert "sign in" in button(desk, name).toolTip(), name
    press(desk, "travel10Button")
    tells(desk, TimeTravelled, "Both clocks were moved forward by 10 s.")


def test_a_refused_act_is_said_and_the_panel_shows_what_is_true(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ready(open_desk)
    monkeypatch.setattr("app.demo.controls.Controls.turn", refused)
    press(desk, "rotateBox")
    desk.until(desk.window.error_panel.isVisible)
    assert "Nobody turns that" in desk.window.error_panel.text()
    desk.until(lambda: button(desk, "rotateBox").isChecked())


async def refused(*_: object, **__: object) -> None:
    raise BadInput("Nobody turns that.")


def test_a_guest_reads_how_the_org_is_turned_and_not_for_ever(open_desk: Open) -> None:
    host = open_desk()
    host.reach(Page.SIGNED_OUT)
    guest = open_desk()
    guest.sign_in()
    assert demo_of(guest.connections).host.org is None
    guest.until(panel(guest).lifetimes.isVisible)
    button(guest, "apiRefusesBox").click()
    host.until(lambda: button(host, "apiRefusesBox").isChecked())
    guest.until(lambda: panel(guest).faults.switches[-1].struck_label.text() == "not struck yet")
    guest.call()
    guest.until(lambda: not guest.controller.tasks.running(_READING))
    exchanges = [entry for entry in guest.connections.journal if isinstance(entry.event, Exchange)]
    reading = next(each for each in exchanges if each.event.kind is ExchangeKind.CONTROL)
    guest.controller.demo._added((reading,))
    assert not guest.controller.tasks.running(_READING)  # or each would lead to the next
    guest.controller.demo._added((next(each for each in exchanges if each.event.kind is ExchangeKind.API),))
    assert guest.controller.tasks.running(_READING)
    guest.until(lambda: not guest.controller.tasks.running(_READING))


def test_a_guest_is_told_so_and_looks_again_when_asked_to(open_desk: Open) -> None:
    host = ready(open_desk, signed_in=False)
    assert not button(host, "lookAgainButton").isVisible()
    guest = ready(open_desk, signed_in=False)
    guest.until(button(guest, "lookAgainButton").isVisible)
    assert "Another Lapse serves this org" in panel(guest).guest_label.text()
    # a batch of events that is still on its way may call for one more look
    guest.until(lambda: not guest.controller.tasks.running(_READING) and not guest.controller.model.bridge._waiting)
    org(host).turn(access_token_lifetime_s=300)
    exchanges = len(told(guest, Exchange))
    for _ in range(3):
        guest.controller.model.tick()
    assert not guest.controller.tasks.running(_READING)
    slider = panel(guest).lifetimes.sliders["access_token_lifetime_s"]
    assert slider.value_label.text() == "30 s"
    press(guest, "lookAgainButton")
    guest.until(lambda: slider.value_label.text() == "5 min")
    assert len(told(guest, Exchange)) == exchanges + 1
    host.close()
    press(guest, "lookAgainButton")  # nobody is there any more: the guest serves the org itself from now on
    guest.until(lambda: not button(guest, "lookAgainButton").isVisible())
    assert demo_of(guest.connections).host.org is not None


REAL = Connection(
    name="Real", issuer="https://issuer.invalid", client_id=DEMO_CLIENT_ID, api_url="https://issuer.invalid/api"
)


def test_a_thought_of_one_connection_is_not_taken_to_the_next(open_desk: Open) -> None:
    desk = ready(open_desk, signed_in=False)
    desk.run(desk.controller.model._take_up(REAL))
    press(desk, "whatIf60Button")
    assert panel(desk).what_if.when_label.text() == "If it were 1 min later:"
    desk.run(desk.controller.model._take_up(replace(REAL, name="Another")))
    assert panel(desk).what_if.when_label.text() == "As it is now:"


def test_at_a_real_server_it_is_a_thought_and_nothing_is_sent(open_desk: Open) -> None:
    desk = ready(open_desk)
    desk.run(desk.controller.model._take_up(REAL))
    shown = panel(desk)
    assert not any(each.isVisible() for each in (shown.lifetimes, shown.times, shown.faults, shown.verbs))
    assert shown.what_if.isVisible()
    assert "Real is a real server" in shown.state_label.text()
    tabs = desk.window.side.tabs
    assert tabs.tabText(tabs.indexOf(shown)) == "What if?"
    entries, now = len(desk.connections.journal), desk.connections.clock.now()
    for name in ("whatIf10Button", "whatIf60Button", "whatIf60Button"):
        press(desk, name)
    assert shown.what_if.when_label.text() == "If it were 2 min 10 s later:"
    assert "You are not signed in." in shown.what_if.response_label.text()
    press(desk, "whatIfNowButton")
    assert shown.what_if.when_label.text() == "As it is now:"
    assert len(desk.connections.journal) == entries
    assert desk.connections.clock.now() - now < 60
    press(desk, "chooseDemoButton")
    desk.until(shown.lifetimes.isVisible)


def test_a_thought_of_later_tells_what_a_call_would_do_then(open_desk: Open) -> None:
    desk = ready(open_desk)
    chosen = desk.connections.chosen
    desk.connections._chosen = replace(chosen, connection=replace(chosen.connection, embedded=False, name="Real"))
    desk.controller.demo._show_connection()
    entries = len(desk.connections.journal)
    what_if = panel(desk).what_if
    assert "good for another" in what_if.response_label.text()
    press(desk, "whatIfLapseButton")
    assert "will refresh first" in what_if.response_label.text()
    press(desk, "whatIf60Button")
    assert "lapsed 1 min" in what_if.response_label.text()
    assert len(desk.connections.journal) == entries
    desk.connections._chosen = chosen


@pytest.mark.parametrize("folded", [True, False])
def test_the_column_opens_as_it_was_left(open_desk: Open, folded: bool) -> None:
    first = ready(open_desk, signed_in=False)
    assert first.window.commands.side.isChecked()
    first.window.commands.doctor.trigger()
    first.until(lambda: not first.controller.tasks.running("doctor"))
    if folded:
        first.click(first.window.top_bar.side_button)
    assert first.window.side.isVisible() is not folded
    first.close()
    assert load(config_dir(), kind_names()).window["side"] == ("folded" if folded else "open")
    second = open_desk()
    second.reach(Page.SIGNED_OUT)
    assert second.window.side.isVisible() is not folded
    assert second.window.side.front() == "doctorPanel"
    second.window.commands.demo_panel.trigger()
    assert panel(second).isVisible()
    second.until(panel(second).lifetimes.isVisible)


def test_nothing_is_asked_while_the_panel_is_folded_away(open_desk: Open) -> None:
    desk = ready(open_desk)
    desk.click(desk.window.side.fold_button)
    assert not desk.window.commands.side.isChecked()
    org(desk).turn(access_token_lifetime_s=300)
    desk.controller.model.tick()
    slider = panel(desk).lifetimes.sliders["access_token_lifetime_s"]
    assert slider.value_label.text() == "30 s"
    desk.window.commands.demo_panel.trigger()
    desk.until(lambda: slider.value_label.text() == "5 min")
