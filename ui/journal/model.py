"""The journal's models: its entries, filtered by their sentences, and the chain of causes of one."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor

from app.events import Entry
from ui import theme
from ui.journal.groups import Group, group_of, is_trouble
from ui.text import clock_time, plain_tooltip
from ui.widgets.table import ROOT, ColumnsModel, Index

NUMBER, AT, WHAT, CAUSE = range(4)
_MOST, _DROPPED = 40_000, 5_000


class EntryModel(ColumnsModel):
    """Entries by number: number, time, sentence, number of the cause."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: list[Entry] = []

    def entry_at(self, index: Index) -> Entry | None:
        return self._shown[index.row()] if index.isValid() and index.row() < len(self._shown) else None

    def place_of(self, seq: int) -> int | None:
        """Return the row of the entry of that number."""
        place = bisect_left(self._shown, seq, key=_seq)
        return place if place < len(self._shown) and self._shown[place].seq == seq else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry_at(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(entry, index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(entry.sentence())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.sentence() if index.column() == WHAT else self.text(entry, index.row(), index.column())
        if role == Qt.ItemDataRole.FontRole and index.column() != WHAT:
            return theme.mono(12)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour(entry, index.column())
        return None

    def text(self, entry: Entry, place: int, column: int) -> str:
        if column == NUMBER:
            return str(entry.seq)
        if column == AT:
            return clock_time(entry.at)
        return entry.sentence() if column == WHAT else ("" if entry.cause is None else str(entry.cause))


class JournalModel(EntryModel):
    """The journal, its oldest entries dropped in blocks, filtered by text and group."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        # The sentences in lower case, made once because making 100,000 takes longer than a filter may;
        # as UTF-8, because one arrow in a str doubles its size.
        self._sentences: list[bytes] = []
        self._wanted = b""
        self._group: Group | None = None

    @property
    def total(self) -> int:
        """How many entries there are, shown or not."""
        return len(self._entries)

    @property
    def is_filtered(self) -> bool:
        """Whether entries may be hidden."""
        return bool(self._wanted) or self._group is not None

    def headings(self) -> tuple[str, ...]:
        return ("No.", "At", "What happened", "Because of")

    def show_entries(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        self._sentences = [_searched(entry) for entry in self._entries]
        self._show()

    def added(self, batch: Iterable[Entry]) -> None:
        new = list(batch)
        sentences = [_searched(entry) for entry in new]
        self._entries += new
        self._sentences += sentences
        shown = self._passing(new, sentences)
        if shown:
            first = len(self._shown)
            self.beginInsertRows(ROOT, first, first + len(shown) - 1)
            self._shown += shown
            self.endInsertRows()
        if len(self._entries) > _MOST:
            self._drop()

    def filter(self, wanted: str, group: Group | None = None) -> None:
        """Show only entries with this text in their sentence and of this group; None is every group."""
        self._wanted = wanted.strip().lower().encode()
        self._group = group
        self._show()

    def _show(self) -> None:
        self.beginResetModel()
        self._shown = self._passing(self._entries, self._sentences)
        self.endResetModel()

    def _passing(self, entries: list[Entry], sentences: list[bytes]) -> list[Entry]:
        wanted, group = self._wanted, self._group
        found = entries
        if wanted:
            found = [entry for entry, text in zip(entries, sentences, strict=True) if wanted in text]
        if group is not None:
            found = [entry for entry in found if group_of(entry.event) is group]
        return list(found) if found is entries else found

    def _drop(self) -> None:
        gone = max(_DROPPED, len(self._entries) - _MOST)
        del self._entries[:gone]
        del self._sentences[:gone]
        first = self._entries[0].seq if self._entries else self._shown[-1].seq + 1
        hidden = bisect_left(self._shown, first, key=_seq)
        if hidden:
            self.beginRemoveRows(ROOT, 0, hidden - 1)
            del self._shown[:hidden]
            self.endRemoveRows()


class ChainModel(EntryModel):
    """The causes of an entry from the first down to itself, each indented one step further."""

    def headings(self) -> tuple[str, ...]:
        why = "Why it happened" if self._shown else "Why: choose a line to read what led to it"
        return ("No.", "At", why, "Because of")

    @property
    def chain(self) -> list[Entry]:
        return self._shown

    def show_chain(self, chain: list[Entry]) -> None:
        self.beginResetModel()
        self._shown = list(chain)
        self.endResetModel()

    def text(self, entry: Entry, place: int, column: int) -> str:
        said = super().text(entry, place, column)
        return f"{'    ' * (place - 1)}{'↳ ' if place else ''}{said}" if column == WHAT else said


def _searched(entry: Entry) -> bytes:
    return entry.sentence().lower().encode("utf-8", "replace")


def _seq(entry: Entry) -> int:
    return entry.seq


def _colour(entry: Entry, column: int) -> QColor | None:
    scheme = theme.current()
    if column != WHAT:
        return QColor(scheme.muted)
    return QColor(theme.text_on_tint(scheme, "bad")) if is_trouble(entry.event) else None
