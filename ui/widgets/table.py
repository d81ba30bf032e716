"""Read-only tables: a model with headings, a model for plain text, and a set-up table view."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui import theme
from ui.text import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_ROW_HEIGHT = 27


class ColumnsModel(QAbstractTableModel):
    """A table with column headings; the rows are up to the subclass."""

    def headings(self) -> tuple[str, ...]:
        raise NotImplementedError

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.headings())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return self.headings()[section] if 0 <= section < self.columnCount() else None


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: cells, the role that colours the first, and the accessible text instead of marks."""

    cells: tuple[str, ...]
    tone: str = ""
    spoken: str = ""


class TextModel(ColumnsModel):
    """Rows of text under headings; tooltips repeat a cell as plain text."""

    def __init__(self, headings: Sequence[str], mono: Sequence[int] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._mono_columns = frozenset(mono)
        self._rows: tuple[TextRow, ...] = ()

    def show_rows(self, rows: tuple[TextRow, ...]) -> None:
        """Show other rows; only changed cells are repainted while the number of rows is the same."""
        if rows == self._rows:
            return
        if len(rows) == len(self._rows):
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self._headings) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_at(self, index: Index) -> TextRow | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def headings(self) -> tuple[str, ...]:
        return self._headings

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None or index.column() >= len(row.cells):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(row.cells[index.column()])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken if row.spoken and index.column() == 0 else row.cells[index.column()]
        if role == Qt.ItemDataRole.FontRole and index.column() in self._mono_columns:
            return theme.mono(12)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 0 and row.tone:
            return QColor(_colour(row.tone))
        return None


class TextTable(QTableView):
    """A table to read and to choose a row in; columns without a width share what is left.

    `widths` are lengths of the design by column. Ctrl+C emits `copy_requested`; see also `copies_cells`.
    """

    copy_requested = Signal()

    def __init__(self, name: str, accessible_name: str, model: QAbstractTableModel, widths: dict[int, int]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setModel(model)
        self._widths = widths
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setResizeContentsPrecision(0)
        for column in set(range(model.columnCount())) - widths.keys():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        shortcut = QShortcut(QKeySequence.StandardKey.Copy, self)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.copy_requested)
        self.ensurePolished()  # the style sheet's font decides the width of a heading
        self._scale()

    def copies_cells(self) -> "TextTable":
        """Let Ctrl+C copy the current cell; return the table."""
        self.copy_requested.connect(self._copy_cell)
        return self

    def follow_end(self) -> "TextTable":
        """Keep the last row visible, while it is, when rows are added; return the table."""
        self._at_end = True
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._grown)
        return self

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.verticalScrollBar().maximum() - 1

    def _grown(self, _least: int, most: int) -> None:
        if self._at_end:
            self.verticalScrollBar().setValue(most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width among the columns."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._share_out()

    def changeEvent(self, event: QEvent) -> None:
        """Scale with the font; the style sheet changes after it, and sets the headings' own font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._scale()

    def _scale(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        self._share_out()

    def _share_out(self) -> None:
        """Set the width of each column; if there is too little room, each gives up what its heading can spare."""
        header = self.horizontalHeader()
        header.ensurePolished()
        hints = [header.sectionSizeHint(column) for column in range(header.count())]
        wanted = {column: max(theme.px(width), hints[column]) for column, width in self._widths.items()}
        others = [hint for column, hint in enumerate(hints) if column not in wanted]  # these share the rest evenly
        lacking = sum(wanted.values()) + max(others, default=0) * len(others) - self.viewport().width()
        spare = sum(width - hints[column] for column, width in wanted.items())
        share = min(max(lacking / spare, 0.0), 1.0) if spare else 0.0
        for column, width in wanted.items():
            header.resizeSection(column, width - round((width - hints[column]) * share))

    def _copy_cell(self) -> None:
        text = self.currentIndex().data()
        if text:
            QGuiApplication.clipboard().setText(str(text))


def text_table(name: str, accessible_name: str, model: QAbstractTableModel, widths: dict[int, int]) -> TextTable:
    """Return a table whose Ctrl+C copies the current cell; see `TextTable`."""
    return TextTable(name, accessible_name, model, widths).copies_cells()


def _colour(tone: str) -> str:
    scheme = theme.current()
    return scheme.muted if tone == "neutral" else theme.text_on_tint(scheme, tone)
