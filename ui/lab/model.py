"""The report as a table: a row per measure, a column per strategy, the best in bold and by word."""

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFont

from app.lab.report import Report, StrategyResult
from ui.lab import words
from ui.lab.measures import Measure, best_of, value_of
from ui.text import plain_tooltip
from ui.widgets.table import ROOT, ColumnsModel, Index

_MEASURES = tuple(Measure)


class OutcomesModel(ColumnsModel):
    """One report; the first column names the measure."""

    def __init__(self, report: Report, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._best = {measure: best_of(report, measure) for measure in _MEASURES}

    def row_of(self, measure: Measure) -> int:
        return _MEASURES.index(measure)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_MEASURES)

    def headings(self) -> tuple[str, ...]:
        names = words.CONTESTANT_NAMES
        return ("Measure", *(names[outcome.contestant] for outcome in self._report.outcomes))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(_MEASURES):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._text(index))
        if role == Qt.ItemDataRole.FontRole and self._is_best(index):
            font = QFont()
            font.setWeight(QFont.Weight.Bold)
            return font
        return None

    def text(self) -> str:
        """The whole table as tab-separated text, for spreadsheets."""
        columns = range(self.columnCount())
        rows = [[str(self.headerData(each, Qt.Orientation.Horizontal)) for each in columns]]
        rows += [[self._text(self.index(row, each)) for each in columns] for row in range(self.rowCount())]
        return "\n".join("\t".join(row) for row in rows)

    def _outcome(self, column: int) -> StrategyResult | None:
        return self._report.outcomes[column - 1] if 0 < column <= len(self._report.outcomes) else None

    def _is_best(self, index: Index) -> bool:
        outcome = self._outcome(index.column())
        return outcome is not None and outcome.contestant in self._best[_MEASURES[index.row()]]

    def _text(self, index: Index) -> str:
        measure, outcome = _MEASURES[index.row()], self._outcome(index.column())
        if outcome is None:
            return words.MEASURE_NAMES[measure]
        text = words.value_text(measure, value_of(outcome, measure))
        return f"{text} · best" if self._is_best(index) else text
