"""All numbers of a run: the chart by any measure, and a table."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.lab.report import Report
from ui import theme
from ui.lab import words
from ui.lab.knob import StillPicker
from ui.lab.measures import CHARTED, Measure
from ui.lab.model import OutcomesModel
from ui.lab.plot import plot_of
from ui.lab.view import LabChart
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.table import text_table

_WIDTH, _HEIGHT = 960, 780
_WIDTHS = {0: 165, 1: 120, 2: 140, 3: 155, 4: 110}
_TABLE_HEIGHT = 140
_MARGIN, _FRAME_PX = 20, 5  # the card's, and that of the focus


class ResultsDialog(QDialog):
    """Shows one report; `copy_requested` has the table as text, `export_requested` the report and its measure."""

    copy_requested = Signal(str)
    export_requested = Signal(Report, Measure)

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self.setObjectName("labResultsDialog")
        self.setWindowTitle("The lab: every number of a run")
        self._conclusion = label(words.conclusion(report), role="title", wrap=True)
        self._conclusion.setObjectName("labResultsConclusionLabel")
        self._scenario = label(words.scenario_line(report.scenario), wrap=True)
        self._scenario.setObjectName("labResultsScenarioLabel")
        self._fairness = label(words.FAIRNESS, role="muted", wrap=True)
        self._chosen = label(role="muted", wrap=True)
        self._chosen.setObjectName("labResultsChosenLabel")
        self.measure_picker = StillPicker("labMeasurePicker", "Measure of the chart")
        self.measure_picker.setSizeAdjustPolicy(StillPicker.SizeAdjustPolicy.AdjustToContents)
        for measure in CHARTED:
            self.measure_picker.addItem(words.MEASURE_NAMES[measure], measure)
        self.chart = LabChart("labResultsChart", grows=True)
        self.chart.chosen_changed.connect(self._show_chosen)
        self.model = OutcomesModel(report, self)
        spoken = "Every measure of every strategy"
        self.table = text_table("labResultsTable", spoken, self.model, _WIDTHS)
        self.copy_button = self._button("labCopyButton", "Copy", "Copy the table as text")
        self.copy_button.clicked.connect(self._on_copy)
        hint = "Write the report or the chart shown to a file"
        self.export_button = self._button("labResultsExportButton", "Export…", hint)
        self.export_button.clicked.connect(self._on_export)
        self.close_button = self._button("labCloseButton", "Close", "Close the results")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self.measure_picker.currentIndexChanged.connect(self._show_measure)
        self._lay_out()
        self._show_measure()
        self.resize(max(theme.px(_WIDTH), self._headings_width() + 2 * (_MARGIN + _FRAME_PX)), theme.px(_HEIGHT))

    @property
    def measure(self) -> Measure:
        return CHARTED[self.measure_picker.currentIndex()]

    def text(self) -> str:
        return f"{words.scenario_line(self._report.scenario)}\n\n{self.model.text()}\n"

    def _headings_width(self) -> int:
        """Return the width at which every heading is readable in full."""
        header = self.table.horizontalHeader()
        columns = range(self.model.columnCount())
        return sum(max(header.sectionSizeHint(each), theme.px(_WIDTHS.get(each, 0))) for each in columns)

    def _show_measure(self) -> None:
        self.chart.show_plot(plot_of(self._report, self.measure))
        self.table.selectRow(self.model.row_of(self.measure))

    def _show_chosen(self, sentence: str) -> None:
        self._chosen.setText(sentence or "Point at a bar, or walk through them with the arrow keys.")

    def _on_copy(self) -> None:
        self.copy_requested.emit(self.text())

    def _on_export(self) -> None:
        self.export_requested.emit(self._report, self.measure)

    def _button(self, name: str, text: str, hint: str) -> QPushButton:
        found = QPushButton(text)
        found.setObjectName(name)
        found.setAccessibleName(hint)
        found.setToolTip(hint)
        return found

    def _lay_out(self) -> None:
        rows = self.model.rowCount() * self.table.verticalHeader().defaultSectionSize()
        self.table.setMinimumHeight(theme.px(_TABLE_HEIGHT))
        caption = label("Measure", role="muted")
        caption.setBuddy(self.measure_picker)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(caption)
        head.addWidget(self.measure_picker)
        head.addStretch(1)
        charted, tabled = Card(), Card(padding=2)
        for each in (self.chart, self._chosen):
            charted.body.addWidget(each, int(each is self.chart))
        charted.body.insertLayout(0, head)
        tabled.body.addWidget(self.table)
        tabled.setMaximumHeight(rows + self.table.horizontalHeader().sizeHint().height() + 2 * _FRAME_PX)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.export_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, 18, _MARGIN, 18)
        layout.setSpacing(10)
        layout.addWidget(self._conclusion)
        layout.addWidget(self._scenario)
        layout.addWidget(self._fairness)
        layout.addWidget(charted, 1)
        layout.addWidget(tabled, 2)
        layout.addLayout(buttons)
