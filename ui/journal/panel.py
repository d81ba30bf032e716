"""The journal's panel: what happened, filtered, and for the chosen line why it did."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.events import Entry
from ui.journal.model import AT, CAUSE, NUMBER, WHAT, JournalModel
from ui.text import clock_time

_ROW_HEIGHT = 25


class JournalPanel(QWidget):
    """Newest last; follows the end while the end is in sight. `why_wanted` asks what led to the chosen entry."""

    selected = Signal(int)
    why_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("journalPanel")
        self._model = JournalModel(self)
        self.filter_edit = QLineEdit()
        self.filter_edit.setObjectName("journalFilterEdit")
        self.filter_edit.setAccessibleName(self.tr("Filter the journal"))
        self.filter_edit.setPlaceholderText(self.tr("Filter: refresh, AT-3, lapsed, 503"))
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.textChanged.connect(self._model.filter)
        self.table = self._new_table()
        self.why_view = QPlainTextEdit()
        self.why_view.setObjectName("journalWhyView")
        self.why_view.setAccessibleName(self.tr("Why it happened"))
        self.why_view.setPlaceholderText(self.tr("Choose a line to read what led to it."))
        self.why_view.setReadOnly(True)
        self._lay_out()

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show these entries."""
        self._model.show_entries(entries)
        self.table.scrollToBottom()

    def added(self, batch: tuple[Entry, ...]) -> None:
        """Show new entries."""
        bar = self.table.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        self._model.added(batch)
        if at_end:
            self.table.scrollToBottom()

    def show_why(self, chain: list[Entry]) -> None:
        """Show what led to the chosen entry, from its first cause on."""
        self.why_view.setPlainText(why_text(chain))

    def select(self, seq: int) -> None:
        """Select the entry of that number, if it is shown."""
        place = self._model.place_of(seq)
        if place is not None:
            self.table.selectRow(place)

    def chosen(self) -> Entry | None:
        """Return the chosen entry."""
        return self._model.entry_at(self.table.currentIndex())

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        entry = self._model.entry_at(current)
        if entry is not None:
            self.selected.emit(entry.seq)
            self.why_wanted.emit(entry.seq)

    def _new_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("journalTable")
        table.setAccessibleName(self.tr("Journal"))
        table.setModel(self._model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((NUMBER, 52), (AT, 76), (CAUSE, 86)):
            header.resizeSection(column, width)
        table.selectionModel().currentChanged.connect(self._choose)
        return table

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 6)
        row.addWidget(self.filter_edit)
        below = QVBoxLayout()
        below.setContentsMargins(12, 6, 12, 4)
        below.addWidget(self.why_view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)


def why_text(chain: list[Entry]) -> str:
    """Return a chain of causes as indented sentences, the first cause on top."""
    return "\n".join(
        f"{'  ' * depth}{'↳ ' if depth else ''}{clock_time(entry.at)} {entry.sentence()}"
        for depth, entry in enumerate(chain)
    )
