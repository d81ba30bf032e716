"""The wire log's panel: filter, table, and the chosen exchange in full."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.events import ExchangeKind
from app.wire.details import Detail
from app.wire.redact import ShownBody
from app.wire.view import Row, RowFilter, RowKind, WireLog
from ui import theme
from ui.widgets.painted import Picker
from ui.wirelog.model import AT, STATUS, TOOK, WHAT, WireModel

_ROW_HEIGHT = 25


class WirePanel(QWidget):
    """Reads downwards, newest last; follows the end while the end is in sight.

    `detail_wanted` asks for an exchange in full, `curl_wanted` for its command (the flag: with real tokens),
    `export_wanted` for the archive; what is selected is told by its number in the journal.
    """

    selected = Signal(int)
    detail_wanted = Signal(int)
    curl_wanted = Signal(int, bool)
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wirePanel")
        self._model = WireModel(self)
        self.filter_edit = QLineEdit()
        self.filter_edit.setObjectName("wireFilterEdit")
        self.filter_edit.setAccessibleName(self.tr("Filter by text"))
        self.filter_edit.setPlaceholderText(self.tr("Filter: URL, failure, reason"))
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.textChanged.connect(self._filter)
        self.kind_picker = self._picker("wireKindPicker", self.tr("Endpoint"), self._kinds())
        self.status_picker = self._picker("wireStatusPicker", self.tr("Status"), self._statuses())
        self.table = self._new_table()
        self.detail_view = QPlainTextEdit()
        self.detail_view.setObjectName("wireDetailView")
        self.detail_view.setAccessibleName(self.tr("The exchange in full"))
        self.detail_view.setReadOnly(True)
        theme.set_mono(self.detail_view, 12)
        self.curl_button = self._button("copyCurlButton", self.tr("Copy as cURL"), self._ask_curl)
        self.real_curl_button = self._button("copyRealCurlButton", self.tr("…with real tokens"), self._ask_real_curl)
        self.export_button = self._button("exportHarButton", self.tr("Export HAR…"), self.export_wanted.emit)
        self.export_button.setEnabled(True)
        self._lay_out()

    def show_log(self, log: WireLog) -> None:
        """Show a log, which may grow later; then `added` tells."""
        self._model.show_log(log)
        self.table.scrollToBottom()

    def added(self, rows: list[Row]) -> None:
        """Show new rows."""
        bar = self.table.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        self._model.added(rows)
        if at_end:
            self.table.scrollToBottom()

    def dropped_oldest(self) -> None:
        """Show that the oldest rows have gone."""
        self._model.dropped_oldest()

    def select(self, seq: int) -> None:
        """Select the row of that journal number, if it is shown."""
        place = self._model.place_of(seq)
        if place is not None:
            self.table.selectRow(place)

    def show_detail(self, row: Row, detail: Detail | None) -> None:
        """Show the chosen row in full; what is in it is text, whatever it looks like."""
        self.detail_view.setPlainText(detail_text(row, detail))
        is_exchange = row.kind is RowKind.EXCHANGE and detail is not None
        for button in (self.curl_button, self.real_curl_button):
            button.setEnabled(is_exchange)

    def chosen(self) -> Row | None:
        """Return the chosen row."""
        return self._model.row_at(self.table.currentIndex())

    def _filter(self) -> None:
        kind, status = self.kind_picker.currentData(), self.status_picker.currentData()
        self._model.filter(
            RowFilter(
                endpoints=frozenset({kind}) if kind is not None else frozenset(),
                statuses=frozenset({status}) if status is not None else frozenset(),
                text=self.filter_edit.text().strip().lower(),
            )
        )

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self._model.row_at(current)
        if row is not None:
            self.selected.emit(row.seq)
            self.detail_wanted.emit(row.seq)

    def _ask_curl(self) -> None:
        self._ask(real=False)

    def _ask_real_curl(self) -> None:
        self._ask(real=True)

    def _ask(self, *, real: bool) -> None:
        row = self.chosen()
        if row is not None:
            self.curl_wanted.emit(row.seq, real)

    def _kinds(self) -> list[tuple[str, object]]:
        names = {
            ExchangeKind.API: self.tr("API"),
            ExchangeKind.TOKEN: self.tr("Token"),
            ExchangeKind.DISCOVERY: self.tr("Discovery"),
            ExchangeKind.KEYS: self.tr("Keys"),
            ExchangeKind.USERINFO: self.tr("Userinfo"),
            ExchangeKind.REVOCATION: self.tr("Revocation"),
            ExchangeKind.INTROSPECTION: self.tr("Introspection"),
        }
        return [(self.tr("All endpoints"), None), *((name, kind) for kind, name in names.items())]

    def _statuses(self) -> list[tuple[str, object]]:
        return [
            (self.tr("Any status"), None),
            (self.tr("2xx"), 2),
            (self.tr("3xx"), 3),
            (self.tr("4xx"), 4),
            (self.tr("5xx"), 5),
            (self.tr("failed"), 0),
        ]

    def _picker(self, name: str, accessible_name: str, items: list[tuple[str, object]]) -> Picker:
        picker = Picker()
        picker.setObjectName(name)
        picker.setAccessibleName(accessible_name)
        for text, value in items:
            picker.addItem(text, value)
        picker.currentIndexChanged.connect(self._filter)
        return picker

    def _button(self, name: str, text: str, clicked: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setEnabled(False)
        button.clicked.connect(clicked)
        return button

    def _new_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("wireTable")
        table.setAccessibleName(self.tr("Exchanges"))
        table.setModel(self._model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setResizeContentsPrecision(0)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((STATUS, 74), (TOOK, 70), (AT, 76)):
            header.resizeSection(column, width)
        table.selectionModel().currentChanged.connect(self._choose)
        copy = QShortcut(QKeySequence.StandardKey.Copy, table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._ask_curl)
        return table

    def _detail_side(self) -> QWidget:
        side = QWidget()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        buttons.addWidget(self.curl_button)
        buttons.addWidget(self.real_curl_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(8, 0, 12, 0)
        layout.setSpacing(6)
        layout.addWidget(self.detail_view, 1)
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
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("wireSplitter")
        split.addWidget(self.table)
        split.addWidget(self._detail_side())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(split, 1)


def detail_text(row: Row, detail: Detail | None) -> str:
    """Return a row in full as plain text: the request, the response, and what never came."""
    if row.kind is not RowKind.EXCHANGE:
        return row.text
    if detail is None:
        return f"{row.text}\n\n(It was too long ago: only its line is kept.)"
    parts = [f"{row.text.split()[0]} {detail.url} {detail.http_version}".rstrip(), *_headers(detail.request_headers)]
    parts += ["", *_body(detail.request_body)] if detail.request_body else []
    if row.status is None and not detail.response_headers:
        return "\n".join((*parts, "", f"No answer: {row.text.rsplit(maxsplit=1)[-1]}."))
    parts += ["", f"{row.status} {detail.reason}".rstrip(), *_headers(detail.response_headers)]
    parts += ["", *_body(detail.response_body)] if detail.response_body else []
    if detail.answered_s is not None and row.duration_s is not None:
        parts += [
            "",
            f"Headers after {detail.answered_s * 1000:.0f} ms, all of it after {row.duration_s * 1000:.0f} ms.",
        ]
    return "\n".join(parts)


def _headers(headers: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]


def _body(body: ShownBody) -> list[str]:
    if not body.text and body.length:
        return [f"({body.length:,} bytes of {body.media_type or 'an unstated type'}, not shown)"]
    return [body.text, *([f"(cut: {body.length:,} bytes in all)"] if body.is_cut else [])]
