"""The journal's panel: entries with a filter, and the causes of the chosen one."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.events import Entry
from ui.journal.groups import Group
from ui.journal.model import AT, CAUSE, NUMBER, ChainModel, JournalModel
from ui.widgets.labels import label
from ui.widgets.painted import Picker
from ui.widgets.table import TextTable, text_table

_WIDTHS = {NUMBER: 66, AT: 76, CAUSE: 96}


class JournalPanel(QWidget):
    """Newest last; follows the end while the end is visible. `why_requested` asks for the causes of an entry.

    Only a selection made here, in the list or the chain, emits `selected`.
    """

    selected = Signal(int)
    why_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("journalPanel")
        self._model = JournalModel(self)
        self._chain = ChainModel(self)
        self._told_elsewhere = False
        self._is_walking = False
        self._build_filter()
        self.table = text_table("journalTable", "Journal", self._model, _WIDTHS).follow_end()
        self.table.selectionModel().currentChanged.connect(self._choose)
        self.table.activated.connect(self._activate)
        self.why_table = self._new_why_table()
        self._lay_out()

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        self._model.show_entries(entries)
        self._show_count()
        self.table.scrollToBottom()

    def added(self, batch: tuple[Entry, ...]) -> None:
        self._model.added(batch)
        self._show_count()

    def show_why(self, chain: list[Entry]) -> None:
        """Show the causes of the chosen entry, the first one on top.

        While the selection moves within a chain, the chain stays whole.
        """
        walks = self._is_walking and self._chain.chain[: len(chain)] == chain
        if not walks and self._chain.chain != chain:
            self._chain.show_chain(chain)
        if chain:
            self._mark(self.why_table, len(chain) - 1)

    def select(self, seq: int) -> None:
        """Select the entry of that number, if it is shown, without emitting `selected`."""
        place = self._model.place_of(seq)
        if place is not None:
            self._mark(self.table, place)

    def chosen(self) -> Entry | None:
        return self._model.entry_at(self.table.currentIndex())

    def clear_filter(self) -> None:
        self.kind_picker.blockSignals(True)
        self.kind_picker.setCurrentIndex(0)
        self.kind_picker.blockSignals(False)
        self.filter_edit.blockSignals(True)
        self.filter_edit.clear()
        self.filter_edit.blockSignals(False)
        self._filter()
        self.filter_edit.setFocus()

    def _filter(self) -> None:
        group, chosen = self.kind_picker.currentData(), self.chosen()
        self._model.filter(self.filter_edit.text(), Group(group) if group is not None else None)
        self._show_count()
        if chosen is None:
            self.table.scrollToBottom()
        else:
            self.select(chosen.seq)

    def _show_count(self) -> None:
        self.filter_bar.setVisible(self._model.is_filtered)
        if self._model.is_filtered:
            self.shown_label.setText(f"{self._model.rowCount():,} of {self._model.total:,} shown")

    def _mark(self, table: TextTable, place: int) -> None:
        self._told_elsewhere, before = True, self._told_elsewhere
        try:
            table.selectRow(place)
        finally:
            self._told_elsewhere = before
        table.scrollTo(table.model().index(place, 0))

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._told_elsewhere:
            self._activate(current)

    def _activate(self, index: QModelIndex) -> None:
        entry = self._model.entry_at(index)
        if entry is not None:
            self.selected.emit(entry.seq)
            self.why_requested.emit(entry.seq)

    def _walk(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._told_elsewhere:
            self._walk_to(current)

    def _walk_to(self, index: QModelIndex) -> None:
        entry = self._chain.entry_at(index)
        if entry is None:
            return
        self._is_walking = True
        try:
            self.selected.emit(entry.seq)
            self.select(entry.seq)
        finally:
            self._is_walking = False

    def _build_filter(self) -> None:
        self.kind_picker = Picker()
        self.kind_picker.setObjectName("journalKindPicker")
        self.kind_picker.setAccessibleName("Kind")
        for text, group in self._kinds():
            self.kind_picker.addItem(text, None if group is None else group.value)
        self.kind_picker.currentIndexChanged.connect(self._filter)
        self.filter_edit = QLineEdit()
        self.filter_edit.setObjectName("journalFilterEdit")
        self.filter_edit.setAccessibleName("Filter the journal")
        self.filter_edit.setPlaceholderText("Filter: refresh, AT-3, lapsed, 503")
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.textChanged.connect(self._filter)
        self.shown_label = label()
        self.shown_label.setObjectName("journalShownLabel")
        self.clear_button = QPushButton("Clear filter")
        self.clear_button.setObjectName("journalClearFilterButton")
        self.clear_button.clicked.connect(self.clear_filter)
        self.filter_bar = QFrame()
        self.filter_bar.setObjectName("journalFilterBar")
        self.filter_bar.setProperty("banner", True)
        self.filter_bar.setProperty("tone", "warning")
        self.filter_bar.hide()

    def _kinds(self) -> list[tuple[str, Group | None]]:
        return [
            ("Everything", None),
            ("Calls", Group.CALLS),
            ("Decisions", Group.DECISIONS),
            ("Refreshes", Group.REFRESHES),
            ("Tokens", Group.TOKENS),
            ("Exchanges", Group.EXCHANGES),
            ("Session", Group.SESSION),
            ("Demo org", Group.DEMO_ORG),
        ]

    def _new_why_table(self) -> TextTable:
        table = text_table("journalWhyTable", "Why it happened: the causes", self._chain, _WIDTHS)
        table.setColumnHidden(CAUSE, True)
        table.selectionModel().currentChanged.connect(self._walk)
        table.activated.connect(self._walk_to)
        return table

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 6)
        row.setSpacing(8)
        row.addWidget(self.kind_picker)
        row.addWidget(self.filter_edit, 1)
        below_row = QHBoxLayout(self.filter_bar)
        below_row.setContentsMargins(12, 3, 4, 3)
        below_row.addWidget(self.shown_label, 1)
        below_row.addWidget(self.clear_button)
        around = QHBoxLayout()
        around.setContentsMargins(12, 0, 12, 4)
        around.addWidget(self.filter_bar)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("journalSplitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.why_table)
        split.setSizes([1700, 1300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addLayout(around)
        layout.addWidget(split, 1)
