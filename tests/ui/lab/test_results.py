"""Every number of a run: the table and its model, the chart by any measure, and the chart in a file."""

from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.ui.lab.reports import report
from tests.ui.walks import clipped_once_settled
from ui import theme
from ui.lab.dialog import ResultsDialog
from ui.lab.measures import CHARTED, Measure
from ui.lab.model import OutcomesModel
from ui.lab.plot import plot_of
from ui.lab.view import LabChart
from ui.widgets.picture import png_of


@pytest.fixture
def model() -> OutcomesModel:
    return OutcomesModel(report())


@pytest.fixture
def dialog(qtbot: QtBot) -> ResultsDialog:
    found = ResultsDialog(report(seed=9))
    qtbot.addWidget(found)
    found.show()
    return found


def cell(model: OutcomesModel, measure: Measure, column: int, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return model.data(model.index(model.row_of(measure), column), role)


def test_the_model_is_a_table(model: OutcomesModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    assert (model.rowCount(), model.columnCount()) == (len(Measure), 6)
    assert model.rowCount(model.index(0, 0)) == 0
    headings = [model.headerData(each, Qt.Orientation.Horizontal) for each in range(7)]
    assert headings[:3] == ["Measure", "On demand", "Timer before expiry"]
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_the_best_is_told_by_word_and_weight(model: OutcomesModel) -> None:
    assert [cell(model, Measure.TOKEN_REQUESTS, column) for column in range(6)] == [
        "Token requests",
        "24 · best",
        "96",
        "2,000",
        "24 · best",
        "110",
    ]
    best, other = (cell(model, Measure.TOKEN_REQUESTS, column, Qt.ItemDataRole.FontRole) for column in (1, 2))
    assert isinstance(best, QFont)
    assert best.bold()
    assert other is None
    assert cell(model, Measure.DELAY_P50, 1) == "0 s"
    assert cell(model, Measure.DELAY_P95, 1) == "120 ms"
    assert cell(model, Measure.BYTES, 3) == "2.5 MB"


def test_the_table_is_copied_with_what_it_is_from(qtbot: QtBot, dialog: ResultsDialog) -> None:
    with qtbot.waitSignal(dialog.copy_requested) as copied:
        qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    first, empty, headings, *rows = copied.args[0].splitlines()
    assert first.startswith("seed 9 · office day")
    assert empty == ""
    assert headings.split("\t")[1] == "On demand"
    assert len(rows) == len(Measure)
    assert all(len(row.split("\t")) == 6 for row in rows)


def test_the_dialog_says_what_it_is_from_and_why_it_is_fair(dialog: ResultsDialog) -> None:
    texts = [each.text() for each in dialog.findChildren(QLabel)]
    assert any(text.startswith("seed 9 · office day · 2,000 calls") for text in texts)
    assert any("single flight is an option of the session, not a strategy" in text for text in texts)
    assert QAccessible.queryAccessibleInterface(dialog.table).role() == QAccessible.Role.Table


def test_another_measure_is_drawn_and_its_row_is_marked(qtbot: QtBot, dialog: ResultsDialog) -> None:
    assert dialog.measure is Measure.TOKEN_REQUESTS
    for place, measure in enumerate(CHARTED):
        dialog.measure_picker.setCurrentIndex(place)
        assert dialog.measure is measure
        assert dialog.chart.accessibleName().startswith(dialog.measure_picker.currentText())
        assert dialog.table.currentIndex().row() == dialog.model.row_of(measure)
    with qtbot.waitSignal(dialog.export_requested) as asked:
        qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert asked.args == [report(seed=9), CHARTED[-1]]


def test_a_bar_that_is_walked_to_is_told_below_the_chart(qtbot: QtBot, dialog: ResultsDialog) -> None:
    told = dialog.findChild(QLabel, "labResultsChosenLabel")
    assert "arrow keys" in told.text()
    qtbot.keyClick(dialog.chart, Qt.Key.Key_Down)
    assert told.text().startswith("On demand: 24 token requests")


def test_nothing_is_clipped_and_every_row_is_seen(qtbot: QtBot, dialog: ResultsDialog) -> None:
    qtbot.waitExposed(dialog)
    assert clipped_once_settled(dialog) == []
    assert dialog.table.verticalScrollBar().maximum() == 0
    names = [str(cell(dialog.model, each, 0)) for each in Measure]
    room = dialog.table.columnWidth(0) - theme.px(14)
    assert max(dialog.table.fontMetrics().horizontalAdvance(name) for name in names) <= room


def test_there_is_more_room_for_the_bars_in_a_larger_dialog(qtbot: QtBot, dialog: ResultsDialog) -> None:
    qtbot.waitExposed(dialog)
    before = dialog.chart._drawn().chart.rows[0].bar.height
    dialog.resize(dialog.width(), dialog.height() + 120)
    qtbot.waitUntil(lambda: dialog.chart._drawn().chart.rows[0].bar.height > before)


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def chart() -> LabChart:
    found = LabChart("exported")
    found.show_plot(plot_of(report(), Measure.TOKEN_REQUESTS))
    return found


def test_the_chart_is_a_picture_of_its_own_size(chart: LabChart) -> None:
    image = chart.image("seed 1 · office day")
    assert image.width() >= 1600
    assert image.pixelColor(2, 2) == QColor(theme.current().surface)
    colours = {image.pixelColor(x, y).name().upper() for x in range(0, image.width(), 3) for y in range(image.height())}
    assert theme.current().refresh in colours
    longer = chart.image("seed 1 · office day " * 30)
    assert longer.height() > image.height()
    assert QImage.fromData(png_of(image)).size() == image.size()


def test_the_chart_is_a_drawing_with_its_words(chart: LabChart) -> None:
    root = ElementTree.fromstring(chart.svg("seed 1 · office day"))
    texts = " ".join(root.itertext())
    for word in ("Token requests", "seed 1", "On demand", "No single flight", "signed out 3 times", "2,000"):
        assert word in texts
