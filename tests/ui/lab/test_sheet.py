"""The lab: knobs that say what is wrong beneath them, a run with its progress, and a chart to walk through."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.errors import BadInput
from app.lab.report import RunProgress
from app.lab.scenario import Contestant, Pattern, RotationMode, Scenario, Weather
from tests.ui.lab.reports import outcome, report
from ui import theme
from ui.lab import words
from ui.lab.measures import Measure, best_of
from ui.lab.panel import LabPanel
from ui.lab.plot import plot_of
from ui.lab.sheet import LabSheet
from ui.lab.view import LabChart
from ui.widgets.roles import tell_roles

ODD = Scenario(
    seed=7,
    calls=1234,
    pattern=Pattern.OVERNIGHT,
    weather=Weather.LOST_ANSWERS,
    access_token_lifetime_s=3661,
    refresh_token_lifetime_s=7200,
    refresh_idle_s=600,
    rotation=RotationMode.STATIC,
    grace_s=0,
    skew_s=-12.5,
    leeway_s=2.5,
)


@pytest.fixture
def sheet(qtbot: QtBot) -> LabSheet:
    found = LabSheet()
    qtbot.addWidget(found)
    found.resize(285, 480)
    found.show()
    return found


@pytest.fixture(params=["light", "dark"])
def scheme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[theme.Scheme]:
    theme.apply(qapp, request.param)
    yield theme.current()
    theme.apply(qapp, "light")


def typed(sheet: LabSheet, name: str, text: str) -> None:
    sheet.knobs.knobs[name].picker.setEditText(text)


def said_beneath(sheet: LabSheet, name: str) -> str:
    shown = sheet.findChild(QLabel, f"{sheet.knobs.knobs[name].objectName()}Trouble")
    return shown.text() if shown.isVisible() else ""


@pytest.mark.parametrize("scenario", [Scenario(), ODD], ids=["as it is", "odd"])
def test_the_knobs_give_back_the_scenario_they_were_turned_to(sheet: LabSheet, scenario: Scenario) -> None:
    sheet.knobs.show_scenario(scenario)
    assert sheet.knobs.scenario() == scenario
    assert sheet.knobs.trouble() == ""


def test_numbers_are_typed_as_people_write_them(sheet: LabSheet) -> None:
    for name, text in (
        ("calls", "10,000"),
        ("access_token_lifetime_s", "1 h 30 min"),
        ("refresh_idle_s", "None"),
        ("grace_s", "5"),
        ("skew_s", "-2 min"),
        ("leeway_s", "1.5 s"),
    ):
        typed(sheet, name, text)
    found = sheet.knobs.scenario()
    assert (found.calls, found.access_token_lifetime_s, found.refresh_idle_s) == (10_000, 5400, 0)
    assert (found.grace_s, found.skew_s, found.leeway_s) == (5, -120, 1.5)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("grace_s", "5 min", "between 0 and 60 s"),
        ("calls", "0", "between 1 and"),
        ("calls", "-5", "cannot be read as a number"),
        ("calls", "many", "cannot be read as a number"),
        ("seed", "", "cannot be read as a number"),
        ("access_token_lifetime_s", "10.5 s", "whole numbers"),
        ("access_token_lifetime_s", "soon", "cannot be read as a number"),
        ("skew_s", "1 d", "must lie between"),
        ("calls", "9" * 400, "too many digits"),
        ("access_token_lifetime_s", "9" * 400 + " s", "too many digits"),
        ("skew_s", "-" + "9" * 400, "too many digits"),
    ],
)
def test_what_cannot_be_is_said_beneath_the_knob_and_nowhere_else(
    sheet: LabSheet, name: str, text: str, said: str
) -> None:
    typed(sheet, name, text)
    assert said in said_beneath(sheet, name)
    assert said in sheet.knobs.knobs[name].picker.accessibleDescription()
    assert [each for each in sheet.knobs.knobs if said_beneath(sheet, each)] == [name]
    assert not sheet.run_button.isEnabled()
    assert "beneath it" in sheet.run_button.toolTip()
    with pytest.raises(BadInput):
        sheet.knobs.scenario()
    typed(sheet, name, "10")
    assert said_beneath(sheet, name) == ""
    assert sheet.run_button.isEnabled()


def test_patterns_and_weather_are_told_in_words(sheet: LabSheet) -> None:
    hints = {}
    for place, pattern in enumerate(Pattern):
        sheet.knobs.pattern_picker.setCurrentIndex(place)
        hints[pattern] = sheet.findChild(QLabel, "labPatternHint").text()
    assert len(set(hints.values())) == len(Pattern)
    assert "lunch break" in hints[Pattern.OFFICE_DAY]
    for place, weather in enumerate(Weather):
        sheet.knobs.weather_picker.setCurrentIndex(place)
        assert sheet.knobs.scenario().weather is weather
    assert "503" in sheet.findChild(QLabel, "labWeatherHint").text()


def test_without_rotation_there_is_no_grace_period_and_that_is_said(sheet: LabSheet) -> None:
    grace = sheet.knobs.knobs["grace_s"].picker
    sheet.knobs.rotation_check.setChecked(False)
    assert not grace.isEnabled()
    assert grace.toolTip() == "Only where refresh tokens rotate."
    assert sheet.knobs.scenario().rotation is RotationMode.STATIC
    sheet.knobs.rotation_check.setChecked(True)
    assert grace.isEnabled()


def test_the_wheel_scrolls_and_turns_no_knob(qtbot: QtBot, sheet: LabSheet) -> None:
    picker = sheet.knobs.pattern_picker
    before = picker.currentIndex()

    def wheel() -> QWheelEvent:
        at, no = QPointF(5, 5), Qt.MouseButton.NoButton
        turned = QPoint(0, -120)
        event = QWheelEvent(
            at, at, turned, turned, no, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
        )
        picker.wheelEvent(event)
        return event

    sheet.run_button.setFocus()
    assert not wheel().isAccepted()
    assert picker.currentIndex() == before
    sheet.activateWindow()
    picker.setFocus()
    qtbot.waitUntil(picker.hasFocus)
    assert wheel().isAccepted()
    assert picker.currentIndex() == before + 1


def test_a_run_is_asked_for_with_what_the_knobs_say(qtbot: QtBot, sheet: LabSheet) -> None:
    typed(sheet, "seed", "7")
    with qtbot.waitSignal(sheet.run_requested) as asked:
        qtbot.mouseClick(sheet.run_button, Qt.MouseButton.LeftButton)
    assert asked.args == [Scenario(seed=7)]
    typed(sheet, "seed", "x")
    with qtbot.assertNotEmitted(sheet.run_requested):
        sheet.ask()


def test_while_it_runs_its_progress_is_told_and_another_run_is_refused(qtbot: QtBot, sheet: LabSheet) -> None:
    assert not sheet.progress.isVisible()
    sheet.show_starting()
    assert sheet.progress.maximum() == 0
    sheet.show_progress(RunProgress(1240, 10_000))
    assert sheet.state_label.text() == "1,240 of 10,000 calls"
    assert (sheet.progress.value(), sheet.progress.maximum()) == (1240, 10_000)
    assert not sheet.run_button.isEnabled()
    assert "in progress" in sheet.run_button.toolTip()
    with qtbot.assertNotEmitted(sheet.run_requested):
        sheet.ask()
    with qtbot.waitSignal(sheet.cancel_requested):
        qtbot.mouseClick(sheet.cancel_button, Qt.MouseButton.LeftButton)
    sheet.show_stopped(cancelled=True)
    assert sheet.state_label.text().startswith("Cancelled")
    assert sheet.run_button.isEnabled()
    assert not sheet.cancel_button.isVisible()
    sheet.show_stopped(cancelled=False)
    assert "failed" in sheet.state_label.text()


def test_what_came_of_a_run_is_said_drawn_and_brought_into_sight(qtbot: QtBot, sheet: LabSheet) -> None:
    assert not sheet.result.isVisible()
    sheet.show_starting()
    sheet.show_report(report(seed=3))
    assert sheet.result.isVisible()
    assert not sheet.state_label.isVisible()
    assert sheet.conclusion_label.text() == (
        "On demand needed 24 token requests where 23 are the least possible; a timer 96. "
        "Signed out: no single flight 3×."
    )
    assert sheet.scenario_label.text().startswith("seed 3 · office day · 2,000 calls · network: good")
    qtbot.waitUntil(lambda: sheet.chart.visibleRegion().boundingRect().height() > sheet.chart.height() * 0.8)
    sheet.show_stopped(cancelled=True)
    assert sheet.result.isVisible()


def test_the_least_possible_is_said_to_be_reached() -> None:
    assert words.conclusion(report(least=24)).startswith("On demand needed 24 token requests, the least possible;")
    assert words.conclusion(report(least=30)).startswith(
        "On demand made 24 token requests; all calls could have worked"
    )


def test_every_part_of_the_scenario_stands_in_its_line() -> None:
    assert words.scenario_line(ODD) == (
        "seed 7 · overnight · 1,234 calls · network: lost responses · access tokens of 1 h 1 min · refresh tokens: 2 h "
        "· idle limit: 10 min · no rotation · skew -12.5 s · leeway 2 s"
    )
    assert "rotation, grace period 30 s" in words.scenario_line(Scenario())
    assert "rotation without grace period" in words.scenario_line(Scenario(grace_s=0))


@pytest.mark.parametrize(("number", "text"), [(0, "0 B"), (999, "999 B"), (480_000, "480 kB"), (2_500_000, "2.5 MB")])
def test_bytes_are_told_in_round_units(number: float, text: str) -> None:
    assert words.octets(number) == text


def test_the_best_is_nobody_where_all_are_alike() -> None:
    found = report()
    assert best_of(found, Measure.DELAY_P50) == frozenset()
    assert best_of(found, Measure.DELAY_P95) == {Contestant.TIMER}
    assert best_of(found, Measure.TOKEN_REQUESTS) == {Contestant.ON_DEMAND, Contestant.ON_401}


# --- the chart -------------------------------------------------------------------------------------------------------


@pytest.fixture
def chart(qtbot: QtBot) -> LabChart:
    found = LabChart("chart")
    qtbot.addWidget(found)
    found.show_plot(plot_of(report(), Measure.TOKEN_REQUESTS))
    found.resize(600, found.sizeHint().height())
    found.show()
    return found


def test_the_keyboard_tells_each_bars_numbers(qtbot: QtBot, chart: LabChart) -> None:
    told: list[str] = []
    chart.chosen_changed.connect(told.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_Down):
        qtbot.keyClick(chart, key)
    names = [each.partition(":")[0] for each in told]
    assert names == [
        "On demand",
        "Timer before expiry",
        "On demand",
        "On demand",
        "No single flight",
        "No single flight",
    ]
    assert "96 token requests, 70 of them needless" in told[1]
    assert "signed out: 3" in told[4]
    assert chart.accessibleDescription() == told[-1]
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert chart.chosen == 0


def test_up_begins_at_the_last_bar_and_nothing_is_walked_through_where_nothing_is(qtbot: QtBot) -> None:
    chart = LabChart("empty")
    qtbot.addWidget(chart)
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert chart.chosen is None
    assert chart.accessibleName() == "Chart"
    chart.show_plot(plot_of(report(), Measure.BYTES))
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    assert chart.chosen == 4
    assert chart.accessibleName() == "Bytes in all by strategy"


@pytest.mark.parametrize("width", [220, 700])
def test_the_mouse_tells_of_the_bar_under_it_and_chooses_it(qtbot: QtBot, chart: LabChart, width: int) -> None:
    chart.resize(width, 200)
    chart.resize(width, chart.sizeHint().height())
    rows = chart._drawn().chart.rows
    for number, row in enumerate(rows):
        middle = QPoint(round(row.whole.width / 2), round(row.whole.top + row.whole.height / 2))
        assert (
            chart.sentence_at(middle.x(), middle.y())
            == plot_of(report(), Measure.TOKEN_REQUESTS).lines[number].sentence
        )
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=middle)
        assert chart.chosen == number
    assert chart.sentence_at(10, 1) == ""


def test_a_screen_reader_is_told_that_it_is_a_chart(chart: LabChart) -> None:
    tell_roles()
    interface = QAccessible.queryAccessibleInterface(chart)
    assert interface.role() == QAccessible.Role.Chart
    assert interface.text(QAccessible.Text.Name) == "Token requests by strategy"


def test_names_stand_above_the_bars_only_where_the_chart_is_narrow(chart: LabChart) -> None:
    wide = chart._drawn().chart.rows[0]
    assert wide.name.right <= wide.bar.left
    chart.resize(230, 300)
    narrow = chart._drawn().chart.rows[0]
    assert narrow.name.bottom <= narrow.bar.top
    assert chart.sizeHint().height() > 200


def colours_in(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(0, image.height(), 2)}


def test_what_is_drawn_has_the_schemes_colours(scheme: theme.Scheme, qtbot: QtBot) -> None:
    chart = LabChart("chart")
    qtbot.addWidget(chart)
    for measure, role in ((Measure.TOKEN_REQUESTS, "refresh"), (Measure.FAILED, "bad"), (Measure.BYTES, "access")):
        chart.show_plot(plot_of(report(), measure))
        chart.resize(500, chart.sizeHint().height())
        assert getattr(scheme, role) in colours_in(chart)
        assert (scheme.tint(role) in colours_in(chart)) is (measure is Measure.TOKEN_REQUESTS)  # what is needless


def test_needless_and_cut_are_told_without_colour(chart: LabChart) -> None:
    rows = chart._drawn().chart.rows
    assert [row.is_cut for row in rows] == [False, False, True, False, False]
    assert rows[1].split < rows[1].bar.right
    assert rows[0].split == rows[0].bar.right
    legend = [text for _, text in chart._drawn()._legend]
    assert legend == ["needed", "needless", "least possible: 23"]
    plain = LabChart("plain")
    plain.show_plot(plot_of(report(), Measure.REJECTED))
    assert plain._drawn()._legend == []


def test_a_choice_is_forgotten_where_there_is_no_such_bar(chart: LabChart) -> None:
    chart.choose(4)
    one = plot_of(report(), Measure.BYTES)
    chart.show_plot(type(one)(one.title, one.role, one.lines[:2], None, one.tick_text))
    assert chart.chosen is None


def test_a_sentence_of_another_measure_begins_with_its_number() -> None:
    told = words.outcome_sentence(outcome(Contestant.TIMER, bytes=480_000), Measure.BYTES)
    assert told.startswith("Timer before expiry. Bytes in all: 480 kB. 24 token requests")


def test_the_panel_is_furnished_when_it_is_first_seen_and_passes_on_what_is_asked_for(qtbot: QtBot) -> None:
    panel = LabPanel()
    qtbot.addWidget(panel)
    assert panel.findChild(LabSheet) is None
    panel.show()
    assert panel.findChild(LabSheet) is panel.sheet
    for button, asked in (
        (panel.sheet.run_button, panel.run_requested),
        (panel.sheet.cancel_button, panel.cancel_requested),
        (panel.sheet.table_button, panel.table_requested),
        (panel.sheet.export_button, panel.export_requested),
    ):
        with qtbot.waitSignal(asked):
            button.click()
