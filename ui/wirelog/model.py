"""The wire log's model: an adapter over the Qt-free rows; filtered there, never by a proxy."""

from itertools import pairwise
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.text import duration
from app.wire.view import Row, RowFilter, RowKind, WireLog, passes
from ui import theme
from ui.text import clock_time

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
WHAT, STATUS, TOOK, AT = range(4)
_INDENT = "    "


class WireModel(QAbstractTableModel):
    """What, status, time taken, time of day; rows come in batches, and a filter is applied to plain rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = WireLog()
        self._wanted = RowFilter()
        self._shown: list[Row] = []

    def show_log(self, log: WireLog) -> None:
        """Show another log."""
        self.beginResetModel()
        self._log = log
        self._shown = log.shown(self._wanted)
        self.endResetModel()

    def filter(self, wanted: RowFilter) -> None:
        """Show only the rows a filter lets through."""
        self.beginResetModel()
        self._wanted = wanted
        self._shown = self._log.shown(wanted)
        self.endResetModel()

    def added(self, new: list[Row]) -> None:
        """Tell that these rows were put into the log.

        Rows at its end are inserted; anything else (calls at once, which interleave) shows the whole anew.
        """
        rows = [row for row in new if passes(row, self._wanted)]
        if not rows:
            return
        last = self._shown[-1] if self._shown else None
        ordered = all(one < other for one, other in pairwise(rows))
        if ordered and (last is None or last < rows[0]):
            first = len(self._shown)
            self.beginInsertRows(_ROOT, first, first + len(rows) - 1)
            self._shown += rows
            self.endInsertRows()
            return
        self.filter(self._wanted)

    def dropped_oldest(self) -> None:
        """Tell that the log has dropped its oldest rows."""
        self.filter(self._wanted)

    def row_at(self, index: Index) -> Row | None:
        """Return the row at an index."""
        return self._shown[index.row()] if index.isValid() and index.row() < len(self._shown) else None

    def place_of(self, seq: int) -> int | None:
        """Return where the row of that journal number is shown."""
        return next((place for place, row in enumerate(self._shown) if row.seq == seq), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of rows shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return four."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the column's name."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        names = (self.tr("What"), self.tr("Status"), self.tr("Took"), self.tr("At"))
        return names[section] if 0 <= section < len(names) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return one cell."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.FontRole and row.kind is RowKind.EXCHANGE:
            return theme.mono(12)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, index.column())
        return None

    def _text(self, row: Row, column: int) -> str:
        if column == WHAT:
            return f"{_INDENT * row.depth}{row.text}"
        if column == STATUS:
            return self._outcome(row)
        if column == TOOK:
            return "" if row.duration_s is None else duration(row.duration_s)
        return clock_time(row.at)

    def _outcome(self, row: Row) -> str:
        if row.kind is not RowKind.EXCHANGE:
            return {RowKind.CALL: self.tr("call"), RowKind.DECISION: self.tr("decision")}.get(
                row.kind, self.tr("retry")
            )
        return self.tr("failed") if row.status is None else str(row.status)

    def _spoken(self, row: Row) -> str:
        took = "" if row.duration_s is None else duration(row.duration_s)
        return ", ".join(part for part in (row.kind.value, row.text, self._outcome(row), took) if part)

    def _colour(self, row: Row, column: int) -> QColor | None:
        scheme = theme.current()
        if row.is_trouble and column in (WHAT, STATUS):
            return QColor(theme.text_on_tint(scheme, "bad"))
        if row.kind is RowKind.DECISION or column == AT:
            return QColor(scheme.muted)
        return None
