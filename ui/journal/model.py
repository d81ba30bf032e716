"""The journal's model: an adapter over its entries, filtered as plain sentences."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.events import Entry
from ui import theme
from ui.text import clock_time

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
NUMBER, AT, WHAT, CAUSE = range(4)
_MOST, _DROPPED = 100_000, 10_000


class JournalModel(QAbstractTableModel):
    """Number, time, sentence, number of the cause."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._shown: list[Entry] = []
        self._wanted = ""

    def show_entries(self, entries: Iterable[Entry]) -> None:
        """Show these entries."""
        self._entries = list(entries)
        self.filter(self._wanted)

    def added(self, batch: Iterable[Entry]) -> None:
        """Show new entries; the oldest make room."""
        new = list(batch)
        self._entries += new
        if len(self._entries) > _MOST:
            del self._entries[:_DROPPED]
            self.filter(self._wanted)
            return
        shown = [entry for entry in new if self._passes(entry)]
        if not shown:
            return
        first = len(self._shown)
        self.beginInsertRows(_ROOT, first, first + len(shown) - 1)
        self._shown += shown
        self.endInsertRows()

    def filter(self, wanted: str) -> None:
        """Show only entries with this text in their sentence."""
        self.beginResetModel()
        self._wanted = wanted.lower()
        self._shown = [entry for entry in self._entries if self._passes(entry)] if wanted else list(self._entries)
        self.endResetModel()

    def entry_at(self, index: Index) -> Entry | None:
        """Return the entry at an index."""
        return self._shown[index.row()] if index.isValid() and index.row() < len(self._shown) else None

    def place_of(self, seq: int) -> int | None:
        """Return where the entry of that number is shown."""
        return next((place for place, entry in enumerate(self._shown) if entry.seq == seq), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of entries shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return four."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the column's name."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        names = (self.tr("No."), self.tr("At"), self.tr("What happened"), self.tr("Because of"))
        return names[section] if 0 <= section < len(names) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return one cell."""
        entry = self.entry_at(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() != WHAT:
            return QColor(theme.current().muted)
        return None

    def _text(self, entry: Entry, column: int) -> str:
        if column == NUMBER:
            return str(entry.seq)
        if column == AT:
            return clock_time(entry.at)
        return entry.sentence() if column == WHAT else ("" if entry.cause is None else str(entry.cause))

    def _passes(self, entry: Entry) -> bool:
        return not self._wanted or self._wanted in entry.sentence().lower()
