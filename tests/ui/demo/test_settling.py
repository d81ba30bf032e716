"""Sliders and numbers that tell what was chosen once it stays, and never fight the person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.demo.settled_controls import CalmPicker, SettledSpin, StopSlider
from ui.demo.slider_stops import ACCESS_S, GRACE_S, IDLE_S, REFRESH_S, lasting_or_unlimited, nearest


@pytest.fixture
def slider(qtbot: QtBot) -> StopSlider:
    found = StopSlider("refresh", "Refresh token", REFRESH_S, lasting_or_unlimited)
    qtbot.addWidget(found)
    found.resize(260, 60)
    found.show()
    qtbot.waitExposed(found)
    return found


@pytest.fixture
def spin(qtbot: QtBot) -> SettledSpin:
    found = SettledSpin("skewSpin", "Skew", -3600, 3600)
    qtbot.addWidget(found)
    found.show()
    qtbot.waitExposed(found)
    return found


def told(of: StopSlider | SettledSpin) -> list[int]:
    found: list[int] = []
    of.chosen.connect(found.append)
    return found


def keys(qtbot: QtBot, widget: QWidget, key: Qt.Key, times: int = 1) -> None:
    for _ in range(times):
        qtbot.keyClick(widget, key)


def test_keys_are_told_once_they_rest(qtbot: QtBot, slider: StopSlider) -> None:
    slider.show_value(3600)
    found = told(slider)
    keys(qtbot, slider.slider, Qt.Key.Key_Right, 2)
    assert (found, slider.value_label.text()) == ([], "7 h")
    qtbot.waitUntil(lambda: found == [7 * 3600])
    assert not slider._settle.isActive()


def test_a_drag_is_told_when_the_hand_lets_go(slider: StopSlider) -> None:
    found = told(slider)
    slider.slider.setSliderDown(True)
    for place in (4, 8, 12):
        slider.slider.setValue(place)
    assert (found, slider.value_label.text()) == ([], "unlimited")
    slider.slider.setSliderDown(False)
    assert found == [0]


def test_nothing_jumps_back_under_the_hand(slider: StopSlider) -> None:
    slider.slider.setSliderDown(True)
    slider.slider.setValue(5)
    slider.show_value(60)
    assert slider.slider.value() == 5
    slider.slider.setSliderDown(False)
    slider.show_value(60)
    assert (slider.slider.value(), slider.value_label.text()) == (0, "1 min")


def test_who_lets_go_where_it_began_sees_what_came_meanwhile(slider: StopSlider) -> None:
    slider.show_value(3600)
    found = told(slider)
    for between in ((), (9,)):  # held still, and moved there and back
        began = slider.slider.value()
        slider.slider.setSliderDown(True)
        for place in between:
            slider.slider.setValue(place)
        slider.show_value(60 if between else 120)
        slider.slider.setValue(began)
        assert slider.slider.value() == began
        slider.slider.setSliderDown(False)
        assert slider.value_label.text() == ("1 min" if between else "2 min")
    assert (slider.slider.value(), found) == (0, [])


def test_who_types_what_stood_there_sees_what_came_meanwhile(qtbot: QtBot, spin: SettledSpin) -> None:
    spin.show_value(5)
    found = told(spin)
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "5")
    spin.show_value(60)
    assert spin.value() == 5
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert (spin.value(), found) == (60, [])
    keys(qtbot, spin, Qt.Key.Key_Up)
    spin.show_value(0)
    keys(qtbot, spin, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: spin.value() == 0)
    assert found == []


def test_what_is_no_stop_is_shown_as_it_is_and_stays_until_it_is_moved(qtbot: QtBot, slider: StopSlider) -> None:
    found = told(slider)
    slider.show_value(4000)
    assert slider.value_label.text() == "1 h 6 min"
    slider.slider.setFocus()
    slider.slider.sliderReleased.emit()  # touched, and not moved
    slider.hide()
    assert found == []
    slider.show()
    keys(qtbot, slider.slider, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: found == [3600])


def test_there_and_back_asks_for_nothing(qtbot: QtBot, slider: StopSlider) -> None:
    slider.show_value(3600)
    found = told(slider)
    keys(qtbot, slider.slider, Qt.Key.Key_Right)
    keys(qtbot, slider.slider, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: not slider._settle.isActive())
    assert found == []


def test_what_was_chosen_is_told_at_once_when_it_is_hidden(qtbot: QtBot, slider: StopSlider, spin: SettledSpin) -> None:
    of_slider, of_spin = told(slider), told(spin)
    keys(qtbot, slider.slider, Qt.Key.Key_End)
    keys(qtbot, spin, Qt.Key.Key_Up)
    slider.hide()
    spin.hide()
    assert (of_slider, of_spin) == ([0], [1])
    assert not slider._settle.isActive()
    assert not spin._settle.isActive()


def test_a_screen_reader_is_told_the_value_and_not_its_place(slider: StopSlider) -> None:
    slider.show_value(0)
    interface = QAccessible.queryAccessibleInterface(slider.slider)
    assert interface.text(QAccessible.Text.Name) == "Refresh token: unlimited"
    slider.show_allowed("It is not rotated.")
    assert not slider.slider.isEnabled()
    assert interface.text(QAccessible.Text.Description) == "It is not rotated."


def test_a_number_is_told_once_it_is_typed(qtbot: QtBot, spin: SettledSpin) -> None:
    found = told(spin)
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "-90")
    spin.show_value(5)
    assert "-90" in spin.text()  # nobody overwrites what is being typed
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: found == [-90])
    spin.show_value(0)
    assert (spin.value(), found) == (0, [-90])


def test_a_number_that_was_taken_is_not_told(spin: SettledSpin) -> None:
    found = told(spin)
    spin.setValue(7)
    assert spin.taken() == 7
    assert not spin._settle.isActive()
    assert found == []


def test_who_scrolls_past_changes_nothing(qtbot: QtBot) -> None:
    slider = StopSlider("refresh", "Refresh token", REFRESH_S, lasting_or_unlimited)
    spin, picker = SettledSpin("skewSpin", "Skew", -3600, 3600), CalmPicker()
    picker.addItems(["one", "two"])
    around = QWidget()
    qtbot.addWidget(around)
    layout = QVBoxLayout(around)
    for each in (slider, spin, picker):
        layout.addWidget(each)
    around.show()
    for each, value in (
        (slider.slider, slider.slider.value),
        (spin, spin.value),
        (picker, picker.currentIndex),
    ):
        before = value()
        for delta in (-120, 120):
            QApplication.sendEvent(each, wheel(delta))
        assert value() == before
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    QApplication.sendEvent(spin, wheel(120))
    assert spin.value() == 1


def wheel(delta: int) -> QWheelEvent:
    none = Qt.KeyboardModifier.NoModifier
    at = QPointF(4, 4)
    buttons = Qt.MouseButton.NoButton
    return QWheelEvent(at, at, QPoint(), QPoint(0, delta), buttons, none, Qt.ScrollPhase.NoScrollPhase, False)


@pytest.mark.parametrize("stops", [ACCESS_S, REFRESH_S, IDLE_S, GRACE_S])
def test_every_stop_stands_where_it_is(stops: tuple[int, ...]) -> None:
    assert [nearest(stops, stop) for stop in stops] == list(range(len(stops)))
    assert len(stops) <= 13


@given(value=st.integers(0, 10**9), stops=st.sampled_from([ACCESS_S, REFRESH_S, IDLE_S, GRACE_S]))
def test_any_value_stands_between_its_neighbours(value: int, stops: tuple[int, ...]) -> None:
    place = nearest(stops, value)
    if value not in stops:
        assert stops[place] > value or place == len(stops) - 1
        assert place == 0 or stops[place - 1] < value
