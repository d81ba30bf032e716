"""The claims table's model: an adapter over frozen rows."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from ui import theme
from ui.inspector.rows import ClaimRow, mark_at, meaning_at

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
NAME, VALUE, MEANING, MARK = range(4)


class ClaimsModel(QAbstractTableModel):
    """Claim, value, meaning, mark; times are worked out anew at each tick."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ClaimRow, ...] = ()
        self._now = 0.0
        self._mono = theme.mono(12)

    def show_rows(self, rows: tuple[ClaimRow, ...]) -> None:
        """Show other claims."""
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def tick(self, now: float) -> None:
        """Work out the times for `now`; only rows that hold a time are painted again."""
        self._now = now
        for number, row in enumerate(self._rows):
            if row.moment is not None:
                self.dataChanged.emit(self.index(number, MEANING), self.index(number, MARK))

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of claims."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return four."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the column's name."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        names = (self.tr("Claim"), self.tr("Value"), self.tr("What it means"), self.tr("State"))
        return names[section] if 0 <= section < len(names) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return one cell."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, column)
        if role == Qt.ItemDataRole.FontRole and column in (NAME, VALUE):
            return QFont(self._mono)
        if role == Qt.ItemDataRole.ForegroundRole and column >= MEANING:
            return QColor(
                theme.current().muted if column == MEANING else theme.text_on_tint(theme.current(), "warning")
            )
        return None

    def _text(self, row: ClaimRow, column: int) -> str:
        if column == NAME:
            return row.name
        if column == VALUE:
            return row.value
        return meaning_at(row, self._now) if column == MEANING else mark_at(row, self._now)
