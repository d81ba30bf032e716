"""The wire log's panel: filter, table, and the chosen row in full."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.events.wire import ExchangeKind
from app.wire.details import Detail
from app.wire.view import ExchangeRow, RowFilter, RowKind, WireLog
from ui import theme
from ui.widgets.buttons import allow
from ui.widgets.labels import label
from ui.widgets.painted import Picker
from ui.widgets.table import TextTable
from ui.wirelog.detail import DetailPane
from ui.wirelog.model import AT, STATUS, TOOK, WireModel

# The least table width, in design lengths, at which these columns are shown.
_LEAST_FOR_TOOK, _LEAST_FOR_AT = 350, 460


class WirePanel(QWidget):
    """Newest last; follows the end while the end is visible.

    Only a selection made here emits `selected`. Signals carry journal numbers; the flag of `curl_requested` asks for
    real tokens.
    """

    selected = Signal(int)
    detail_requested = Signal(int)
    why_requested = Signal(int)
    curl_requested = Signal(int, bool)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wirePanel")
        self._log = WireLog()
        self._model = WireModel(self)
        self._told_elsewhere = False
        self._presents = False
        self._has_detail = False
        self._build_filter()
        self.table = _WireTable("wireTable", "Exchanges", self._model, {STATUS: 84, TOOK: 76, AT: 76})
        self.table.follow_end()
        self.table.selectionModel().currentChanged.connect(self._choose)
        self.table.copy_requested.connect(self._copy)
        self.why_button = self._button("wireWhyButton", "Why?")
        self.why_button.clicked.connect(self._ask_why)
        self.detail = DetailPane(self.why_button)
        self.curl_button = self._button("copyCurlButton", "Copy as cURL")
        self.curl_button.clicked.connect(self._ask_curl)
        self.real_curl_button = self._button("copyRealCurlButton", "…with real tokens")
        self.real_curl_button.clicked.connect(self._ask_real_curl)
        self._allow_buttons()
        self._lay_out()

    def show_log(self, log: WireLog) -> None:
        """Show a log; after it grows, call `added`."""
        self._log = log
        self._model.show_log(log)
        self._show_count()
        self.table.scrollToBottom()

    def added(self, rows: list[ExchangeRow]) -> None:
        if not rows:
            return
        chosen = self.chosen()
        self._model.added(rows)
        self._keep(chosen)
        self._show_count()
        if chosen is not None and any(row == chosen for row in rows):
            self.detail_requested.emit(chosen.seq)

    def dropped_oldest(self) -> None:
        self._model.dropped_oldest()
        self._show_count()

    def select(self, seq: int) -> None:
        """Select the row of that journal number, or the nearest of its call, without emitting a signal."""
        row = self._log.row_near(seq)
        place = None if row is None else self._model.place_of(row)
        if row is None or place is None:
            return
        self._select_place(place)
        if row.seq != seq:
            self.detail_requested.emit(row.seq)

    def show_detail(self, row: ExchangeRow, detail: Detail | None) -> None:
        """Show the details, if they are of the chosen row."""
        if self.chosen() != row:
            return
        self._has_detail = detail is not None
        self.detail.show_row(row, detail, self._log)
        self._allow_buttons()

    def show_presenter(self, *, on: bool) -> None:
        """Disable copying with real tokens, or not."""
        self._presents = on
        self._allow_buttons()

    def chosen(self) -> ExchangeRow | None:
        return self._model.row_at(self.table.currentIndex())

    def clear_filter(self) -> None:
        for widget in (self.kind_picker, self.status_picker, self.filter_edit):
            widget.blockSignals(True)
        self.kind_picker.setCurrentIndex(0)
        self.status_picker.setCurrentIndex(0)
        self.filter_edit.clear()
        for widget in (self.kind_picker, self.status_picker, self.filter_edit):
            widget.blockSignals(False)
        self._filter()
        self.filter_edit.setFocus()

    def _filter(self) -> None:
        kind, status = self.kind_picker.currentData(), self.status_picker.currentData()
        chosen = self.chosen()
        self._model.filter(
            RowFilter(
                kinds=frozenset({RowKind(kind)}) if isinstance(kind, str) else frozenset(),
                endpoints=frozenset({kind}) if isinstance(kind, ExchangeKind) else frozenset(),
                statuses=frozenset({status}) if status is not None else frozenset(),
                text=self.filter_edit.text().strip().lower(),
            )
        )
        self._keep(chosen)
        self._show_count()
        if chosen is None:
            self.table.scrollToBottom()
        self._allow_buttons()

    def _keep(self, chosen: ExchangeRow | None) -> None:
        """Restore the selection after a model reset."""
        if chosen is None or self.chosen() is not None:
            return
        place = self._model.place_of(chosen)
        if place is not None:
            self._select_place(place)

    def _select_place(self, place: int) -> None:
        self._told_elsewhere = True
        try:
            self.table.selectRow(place)
        finally:
            self._told_elsewhere = False
        self.table.scrollTo(self._model.index(place, 0))

    def _show_count(self) -> None:
        is_open = self._model.wanted.is_open
        self.filter_bar.setHidden(is_open)
        if not is_open:
            self.shown_label.setText(f"{self._model.rowCount():,} of {self._model.total:,} shown")

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self._model.row_at(current)
        if row is None:
            return
        self._has_detail = False
        self._allow_buttons()
        if not self._told_elsewhere:
            self.selected.emit(row.seq)
            self.detail_requested.emit(row.seq)

    def _ask_why(self) -> None:
        row = self.chosen()
        if row is not None:
            self.why_requested.emit(row.seq)

    def _ask_curl(self) -> None:
        self._ask(real=False)

    def _ask_real_curl(self) -> None:
        self._ask(real=True)

    def _ask(self, *, real: bool) -> None:
        row = self.chosen()
        if row is not None:
            self.curl_requested.emit(row.seq, real)

    def _copy(self) -> None:
        row = self.chosen()
        if row is not None and self.curl_button.isEnabled():
            self.curl_requested.emit(row.seq, False)
        elif row is not None:
            QGuiApplication.clipboard().setText(row.text)

    def _allow_buttons(self) -> None:
        row = self.chosen()
        no_row = "Choose a row first." if row is None else ""
        no_curl = no_row
        if row is not None and row.kind is not RowKind.EXCHANGE:
            no_curl = "Only an exchange can be copied as cURL: choose one."
        elif row is not None and not self._has_detail:
            no_curl = "It is too long ago: only its line is kept."
        no_real = "Presenter mode is on: no real token is copied." if self._presents else no_curl
        allow(self.why_button, no_row, "Show the causes in the journal")
        allow(self.curl_button, no_curl, "Copy the request as a command, its tokens masked (Ctrl+C)")
        allow(self.real_curl_button, no_real, "Copy the command with the tokens in hand: keep it to yourself")

    def _build_filter(self) -> None:
        self.filter_edit = QLineEdit()
        self.filter_edit.setObjectName("wireFilterEdit")
        self.filter_edit.setAccessibleName("Filter by text")
        self.filter_edit.setPlaceholderText("Filter: URL, failure, reason")
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.textChanged.connect(self._filter)
        self.kind_picker = self._picker("wireKindPicker", "Kind", self._kinds())
        self.status_picker = self._picker("wireStatusPicker", "Status", self._statuses())
        self.export_button = self._button("exportHarButton", "Export HAR…")
        self.export_button.setToolTip("Write all exchanges to a file; secrets in it are masked")
        self.export_button.clicked.connect(self.export_requested)
        self.shown_label = label()
        self.shown_label.setObjectName("wireShownLabel")
        self.clear_button = self._button("wireClearFilterButton", "Clear filter")
        self.clear_button.clicked.connect(self.clear_filter)
        self.filter_bar = QFrame()
        self.filter_bar.setObjectName("wireFilterBar")
        self.filter_bar.setProperty("banner", True)
        self.filter_bar.setProperty("tone", "warning")
        self.filter_bar.hide()

    def _kinds(self) -> list[tuple[str, object]]:
        return [
            ("Everything", None),
            ("Calls", RowKind.CALL.value),
            ("Decisions", RowKind.DECISION.value),
            ("Retries", RowKind.RETRY.value),
            ("Exchanges", RowKind.EXCHANGE.value),
            ("Token endpoint", ExchangeKind.TOKEN),
            ("API", ExchangeKind.API),
            ("Preparing a sign-in", ExchangeKind.SIGN_IN),
            ("Authorization", ExchangeKind.AUTHORIZATION),
            ("Discovery", ExchangeKind.DISCOVERY),
            ("Keys", ExchangeKind.KEYS),
            ("Userinfo", ExchangeKind.USERINFO),
            ("Revocation", ExchangeKind.REVOCATION),
            ("Introspection", ExchangeKind.INTROSPECTION),
            ("Demo org's controls", ExchangeKind.CONTROL),
            ("Okta's management API", ExchangeKind.MANAGEMENT),
        ]

    def _statuses(self) -> list[tuple[str, object]]:
        return [
            ("Any status", None),
            ("2xx", 2),
            ("3xx", 3),
            ("4xx", 4),
            ("5xx", 5),
            ("failed", 0),
        ]

    def _picker(self, name: str, accessible_name: str, items: list[tuple[str, object]]) -> Picker:
        picker = Picker()
        picker.setObjectName(name)
        picker.setAccessibleName(accessible_name)
        for text, value in items:
            picker.addItem(text, value)
        picker.currentIndexChanged.connect(self._filter)
        return picker

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        return button

    def _detail_side(self) -> QWidget:
        side = QWidget()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        for button in (self.curl_button, self.real_curl_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(8, 0, 12, 0)
        layout.setSpacing(6)
        layout.addWidget(self.detail, 1)
        layout.addLayout(buttons)
        return side

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 6)
        row.setSpacing(8)
        for widget in (self.kind_picker, self.status_picker):
            row.addWidget(widget)
        row.addWidget(self.filter_edit, 1)
        row.addWidget(self.export_button)
        below_row = QHBoxLayout(self.filter_bar)
        below_row.setContentsMargins(12, 3, 4, 3)
        below_row.addWidget(self.shown_label, 1)
        below_row.addWidget(self.clear_button)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("wireSplitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self._detail_side())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([3000, 2000])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(row)
        around = QHBoxLayout()
        around.setContentsMargins(12, 0, 12, 4)
        around.addWidget(self.filter_bar)
        layout.addLayout(around)
        layout.addWidget(split, 1)


class _WireTable(TextTable):
    """Drops its last columns where there is no room: the summary has them too."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, least in ((TOOK, _LEAST_FOR_TOOK), (AT, _LEAST_FOR_AT)):
            self.setColumnHidden(column, self.viewport().width() < theme.px(least))
