"""The content of the lab's panel: settings, progress, and the result of the last run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.lab.report import Report, RunProgress
from app.lab.scenario import Scenario
from ui.lab import words
from ui.lab.knobs import Knobs
from ui.lab.measures import Measure
from ui.lab.plot import plot_of
from ui.lab.view import LabChart
from ui.widgets.buttons import allow
from ui.widgets.labels import label
from ui.widgets.scrolling import scrolling

_MARGIN, _BELOW = 14, 12
_CHARTED = Measure.TOKEN_REQUESTS


class LabSheet(QWidget):
    """Shows a run and its report; `run_requested` carries the scenario, `export_requested` the report and measure."""

    run_requested = Signal(Scenario)
    cancel_requested = Signal()
    table_requested = Signal()
    export_requested = Signal(Report, Measure)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labSheet")
        self._is_running = False
        self._reveals = False
        self.report: Report | None = None
        self.knobs = Knobs()
        self.knobs.turned.connect(self._show_possible)
        self.run_button = _button("labRunButton", "Run", "Run the lab")
        self.run_button.setProperty("primary", True)
        self.run_button.clicked.connect(self.ask)
        self.cancel_button = _button("labCancelButton", "Cancel", "Cancel the run")
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.progress = QProgressBar()
        self.progress.setObjectName("labProgress")
        self.progress.setAccessibleName("Calls done")
        self.progress.setTextVisible(False)
        self.state_label = label(role="muted", wrap=True)
        self.state_label.setObjectName("labStateLabel")
        self._build_result()
        self._lay_out()
        self._show_running(running=False)
        self._tell("")

    def ask(self) -> None:
        """Request a run, if the settings allow it."""
        if self.run_button.isEnabled():
            self.run_requested.emit(self.knobs.scenario())

    def show_progress(self, progress: RunProgress) -> None:
        self._show_running(running=True)
        self.progress.setRange(0, progress.of)
        self.progress.setValue(progress.done)
        self._tell(f"{progress.done:,} of {progress.of:,} calls")

    def show_starting(self) -> None:
        self._reveals = False
        self._show_running(running=True)
        self.progress.setRange(0, 0)
        self._tell("Starting…")

    def show_stopped(self, *, cancelled: bool) -> None:
        """Show that a run was cancelled or failed; the report before it stays."""
        self._show_running(running=False)
        stopped = "Cancelled: a run that is not finished shows nothing."
        self._tell(stopped if cancelled else "The run failed; nothing of it is shown.")

    def show_report(self, report: Report) -> None:
        """Show a report, and scroll to it."""
        self.report = report
        self._show_running(running=False)
        self._tell("")
        self.scenario_label.setText(words.scenario_line(report.scenario))
        self.conclusion_label.setText(words.conclusion(report))
        self.chart.show_plot(plot_of(report, _CHARTED))
        self.result.show()
        self._reveals = True
        self._reveal()

    def _on_export(self) -> None:
        self.export_requested.emit(self.report, _CHARTED)

    def _reveal(self) -> None:
        """Scroll to the result of a run that has just ended, while it grows during layout."""
        if self._reveals:
            place, room = self.result.geometry(), self._scroll.viewport().height()
            self._scroll.verticalScrollBar().setValue(min(place.top(), place.bottom() + _BELOW - room))

    def _show_running(self, *, running: bool) -> None:
        self._is_running = running
        self.progress.setVisible(running)
        self.cancel_button.setVisible(running)
        self._show_possible()

    def _show_possible(self) -> None:
        wrong = "A value is not possible; the reason is given beneath it." if self.knobs.trouble() else ""
        why_not = "A run is in progress; cancel it or wait." if self._is_running else wrong
        allow(self.run_button, why_not, "Every strategy on the same schedule, in simulated time")

    def _tell(self, text: str) -> None:
        self.state_label.setText(text)
        self.state_label.setVisible(bool(text))

    def _show_chosen(self, sentence: str) -> None:
        self._reveals = False
        self.chosen_label.setText(sentence)
        self.chosen_label.setVisible(bool(sentence))

    # --- building --------------------------------------------------------------------------------------------

    def _build_result(self) -> None:
        self.scenario_label = label(role="small", wrap=True)
        self.scenario_label.setObjectName("labScenarioLabel")
        self.conclusion_label = label(role="title", wrap=True)
        self.conclusion_label.setObjectName("labConclusionLabel")
        self.chart = LabChart("labChart")
        self.chosen_label = label(role="muted", wrap=True)
        self.chosen_label.setObjectName("labChosenLabel")
        self.chosen_label.hide()
        self.chart.chosen_changed.connect(self._show_chosen)
        self.table_button = _button("labTableButton", "Table…", "Show every number as a table")
        self.table_button.clicked.connect(self.table_requested)
        self.export_button = _button("labExportButton", "Export…", "Write the report or the chart")
        self.export_button.clicked.connect(self._on_export)
        for button in (self.table_button, self.export_button):
            button.setToolTip(button.accessibleName())

    def _lay_out(self) -> None:
        self.result = QWidget()
        self.result.setObjectName("labResult")
        self.result.hide()
        found = QVBoxLayout(self.result)
        found.setContentsMargins(0, 6, 0, 0)
        found.setSpacing(8)
        for each in (
            label("TOKEN REQUESTS", role="section"),
            self.conclusion_label,
            self.chart,
            self.chosen_label,
            self.scenario_label,
        ):
            found.addWidget(each)
        found.addLayout(_row(self.table_button, self.export_button))
        content = QWidget()
        content.setObjectName("labContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(_MARGIN, 10, _MARGIN, _BELOW)
        column.setSpacing(8)
        column.addWidget(self.knobs)
        column.addWidget(self.result)
        column.addStretch(1)
        self._scroll = scrolling("labScroll", content)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # texts wrap
        self._scroll.verticalScrollBar().rangeChanged.connect(self._reveal)
        foot = QVBoxLayout()  # always visible: a run is started and cancelled here
        foot.setContentsMargins(_MARGIN, 8, _MARGIN, _BELOW)
        foot.setSpacing(8)
        foot.addWidget(self.state_label)
        foot.addWidget(self.progress)
        foot.addLayout(_row(self.run_button, self.cancel_button))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)


def _row(*buttons: QPushButton) -> QHBoxLayout:
    found = QHBoxLayout()
    found.setSpacing(8)
    for button in buttons:
        found.addWidget(button)
    found.addStretch(1)
    return found


def _button(name: str, text: str, spoken: str) -> QPushButton:
    found = QPushButton(text)
    found.setObjectName(name)
    found.setAccessibleName(spoken)
    return found
