"""The timeline as a table: a row for every item, its text made only when visible."""

from bisect import bisect_left
from operator import itemgetter
from typing import Any

from PySide6.QtCore import QObject, Qt

from app.lanes import Lane, LaneMark, Lanes, TokenLife
from ui import theme
from ui.text import clock_time, plain_tooltip
from ui.timeline import words
from ui.widgets.table import ROOT, ColumnsModel, Index

WHEN, LANE, WHAT = range(3)


class LanesModel(ColumnsModel):
    """When, lane, what; grows with the lanes, in the order of the journal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = Lanes()
        self._now = 0.0
        self._rows: list[tuple[int, Lane]] = []
        self._forgotten = 0

    def show_lanes(self, lanes: Lanes) -> None:
        """Show other lanes, or the same ones again."""
        self.beginResetModel()
        self._lanes, self._rows, self._forgotten = lanes, list(lanes.things), lanes.forgotten
        self.endResetModel()

    def grow(self) -> None:
        """Add new items; resets only where the oldest were dropped."""
        things, had = self._lanes.things, len(self._rows)
        if self._lanes.forgotten != self._forgotten or len(things) < had:
            self.show_lanes(self._lanes)
        elif len(things) > had:
            self.beginInsertRows(ROOT, had, len(things) - 1)
            self._rows.extend(things[had:])
            self.endInsertRows()
        self.tick(self._now)

    def tick(self, now: float) -> None:
        """Update the visible rows for `now`, in epoch seconds."""
        self._now = now
        if self._rows:
            self.dataChanged.emit(self.index(0, WHAT), self.index(len(self._rows) - 1, WHAT))

    def seq_at(self, row: int) -> int | None:
        return self._rows[row][0] if 0 <= row < len(self._rows) else None

    def row_of(self, seq: int) -> int | None:
        """Return the first row of a journal number, None for none."""
        place = bisect_left(self._rows, seq, key=itemgetter(0))
        return place if place < len(self._rows) and self._rows[place][0] == seq else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def headings(self) -> tuple[str, ...]:
        return ("When", "Lane", "What")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._text(index))
        if role == Qt.ItemDataRole.FontRole and index.column() == WHEN:
            return theme.mono(12)
        return None

    def _text(self, index: Index) -> str:
        seq, lane = self._rows[index.row()]
        if index.column() == LANE:
            return words.LANE_NAMES[lane]
        thing = self._lanes.track(lane).at(seq)
        if thing is None:  # dropped since; the rows follow
            return ""
        if index.column() == WHEN:
            return clock_time(_moment(thing))
        return thing.sentence(self._now) if isinstance(thing, TokenLife) else _told(thing)


def _moment(thing: TokenLife | LaneMark) -> float:
    return thing.begins_at if isinstance(thing, TokenLife) else thing.at


def _told(mark: LaneMark) -> str:
    word = words.MARK_WORDS.get(mark.kind)
    return f"{word}: {mark.text}" if word else mark.text
