"""The wire log's model over Qt-free rows, which are filtered there: a proxy model would be slow."""

import re
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont

from app.decision.words import outcome
from app.text import duration
from app.wire.rows import Key, RowKeys
from app.wire.view import ExchangeRow, RowFilter, RowKind, WireLog, passes
from ui import theme
from ui.text import clock_time, plain_tooltip
from ui.widgets.table import ROOT, ColumnsModel, Index

WHAT, STATUS, TOOK, AT = range(4)
# As wide in the system's font as four letters in the fixed font.
_INDENTS = {True: "    ", False: "\u2003\u2003\u2006"}
_SCHEME = re.compile(r" https?://")
_MOST_RUNS = 64
_ROLES = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.ForegroundRole,
    )
)


class WireModel(ColumnsModel):
    """What, status, duration, time of day; rows are added in batches."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = WireLog()
        self._wanted = RowFilter()
        self._shown = RowKeys()

    @property
    def total(self) -> int:
        return len(self._log.rows)

    @property
    def wanted(self) -> RowFilter:
        return self._wanted

    def show_log(self, log: WireLog) -> None:
        self._log = log
        self.filter(self._wanted)

    def filter(self, wanted: RowFilter) -> None:
        self.beginResetModel()
        self._wanted = wanted
        self._shown = self._log.shown(wanted)
        self.endResetModel()

    def added(self, new: Iterable[ExchangeRow]) -> None:
        """Add or update these rows: the last of each number counts.

        Resets the model only if very many places would have to be filled.
        """
        latest = {row.key for row in new if passes(row, self._wanted)}
        runs = self._runs(sorted(key for key in latest if not self._changed(key)))
        if len(runs) > _MOST_RUNS:
            self.filter(self._wanted)
            return
        for place, keys in reversed(runs):  # from the end, so that earlier places stay valid
            self.beginInsertRows(ROOT, place, place + len(keys) - 1)
            self._shown.insert(place, keys)
            self.endInsertRows()

    def dropped_oldest(self) -> None:
        gone = self._shown.place_for(self._log.rows.keys[0]) if self._log.rows else len(self._shown)
        if gone:
            self.beginRemoveRows(ROOT, 0, gone - 1)
            self._shown.drop(gone)
            self.endRemoveRows()

    def row_at(self, index: Index) -> ExchangeRow | None:
        return self._log.row(self._shown[index.row()]) if index.isValid() and index.row() < len(self._shown) else None

    def place_of(self, row: ExchangeRow) -> int | None:
        """Return the row's place, None when it is not shown."""
        return self._shown.place_of(row.key)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def headings(self) -> tuple[str, ...]:
        return ("What", "Status", "Took", "At")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index) if role in _ROLES else None
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(row.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row) if index.column() == WHAT else self._text(row, index.column())
        if role == Qt.ItemDataRole.FontRole:
            return _font(row, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, index.column())
        return None

    def outcome(self, row: ExchangeRow) -> str:
        """Return the word for a row's outcome or kind."""
        if row.kind is RowKind.EXCHANGE:
            failed = "" if row.failure is None else "failed"
            return " ".join(part for part in ("" if row.status is None else str(row.status), failed) if part)
        words = {RowKind.CALL: "call", RowKind.DECISION: "decision", RowKind.RETRY: "retry"}
        return words[row.kind]

    def _changed(self, key: Key) -> bool:
        """Update a row, if it is shown; return whether it is."""
        place = self._shown.place_of(key)
        if place is None:
            return False
        self.dataChanged.emit(self.index(place, 0), self.index(place, AT))
        return True

    def _runs(self, keys: list[Key]) -> list[tuple[int, list[Key]]]:
        """Return which rows to insert at which places."""
        runs: list[tuple[int, list[Key]]] = []
        for key in keys:
            place = self._shown.place_for(key)
            if runs and runs[-1][0] == place:
                runs[-1][1].append(key)
            else:
                runs.append((place, [key]))
        return runs

    def _text(self, row: ExchangeRow, column: int) -> str:
        if column == WHAT:
            is_request = _is_request(row)
            line = _SCHEME.sub(" ", row.text, count=1) if is_request else self._said(row)
            return f"{_INDENTS[is_request] * row.depth}{line}"
        if column == STATUS:
            return self.outcome(row)
        if column == TOOK:
            return "" if row.duration_s is None else duration(row.duration_s)
        return clock_time(row.at)

    def _said(self, row: ExchangeRow) -> str:
        decision = self._log.decision_of(row) if row.kind is RowKind.DECISION and row.depth else None
        # below a call, who asked is already clear
        return row.text if decision is None else outcome(decision)

    def _spoken(self, row: ExchangeRow) -> str:
        took = "" if row.duration_s is None else duration(row.duration_s)
        return ", ".join(part for part in (row.kind.value, row.text, self.outcome(row), took) if part)

    def _colour(self, row: ExchangeRow, column: int) -> QColor | None:
        scheme = theme.current()
        if row.is_trouble and column in (WHAT, STATUS):
            return QColor(theme.text_on_tint(scheme, "bad"))
        if row.kind is RowKind.DECISION or column == AT:
            return QColor(scheme.muted)
        return None


def _font(row: ExchangeRow, column: int) -> QFont | None:
    if column not in (TOOK, AT) and not _is_request(row):
        return None
    font = theme.mono(12)
    if row.kind is RowKind.CALL and column == WHAT:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def _is_request(row: ExchangeRow) -> bool:
    return row.kind in (RowKind.CALL, RowKind.EXCHANGE)
