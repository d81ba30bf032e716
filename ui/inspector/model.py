"""The claims table's model: an adapter over frozen rows."""

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor

from app.oauth.rules import RuleOutcome
from ui import theme
from ui.inspector.rows import ClaimRow, mark_at, meaning_at, word_at
from ui.text import plain_tooltip
from ui.widgets.table import ROOT, ColumnsModel, Index

NAME, VALUE, MEANING, MARK = range(4)
_MARK_TONES = {RuleOutcome.PASSED: "good", RuleOutcome.FAILED: "bad", RuleOutcome.CANNOT_BE_CHECKED: "warning"}


class ClaimsModel(ColumnsModel):
    """Claim, value, meaning, mark; times are updated at each tick, and the filter looks at all but the mark."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[ClaimRow, ...] = ()
        self._rows: tuple[ClaimRow, ...] = ()
        self._wanted = ""
        self._now = 0.0

    def show_rows(self, rows: tuple[ClaimRow, ...]) -> None:
        if rows == self._all:
            return
        self._all = rows
        self._show()

    def filter(self, wanted: str) -> None:
        """Show only claims with this text in their name, value or meaning."""
        self._wanted = wanted.strip().lower()
        self._show()

    def tick(self, now: float) -> None:
        """Update the times for `now`; only rows with a time are repainted."""
        self._now = now
        for number, row in enumerate(self._rows):
            if row.moment is not None:
                self.dataChanged.emit(self.index(number, MEANING), self.index(number, MARK))

    def row_at(self, index: Index) -> ClaimRow | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def headings(self) -> tuple[str, ...]:
        return ("Claim", "Value", "What it means", "State")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._text(row, column))
        if role == Qt.ItemDataRole.AccessibleTextRole and column == MARK and row.outcome is not None:
            return row.outcome.value
        if role == Qt.ItemDataRole.FontRole and column in (NAME, VALUE):
            return theme.mono(12)
        if role == Qt.ItemDataRole.ForegroundRole and column >= MEANING:
            return self._colour(row, column)
        return None

    def _show(self) -> None:
        self.beginResetModel()
        wanted = self._wanted
        self._rows = self._all if not wanted else tuple(row for row in self._all if wanted in _haystack(row))
        self.endResetModel()

    def _text(self, row: ClaimRow, column: int) -> str:
        if column == NAME:
            return row.name
        if column == VALUE:
            return row.value
        return meaning_at(row, self._now) if column == MEANING else mark_at(row, self._now)

    def _colour(self, row: ClaimRow, column: int) -> QColor:
        scheme = theme.current()
        if column == MEANING:
            return QColor(scheme.muted)
        tone = "warning" if word_at(row, self._now) or row.outcome is None else _MARK_TONES.get(row.outcome, "warning")
        return QColor(theme.text_on_tint(scheme, tone))


def _haystack(row: ClaimRow) -> str:
    return f"{row.name}\n{row.value}\n{row.meaning}".lower()
