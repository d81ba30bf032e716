"""The dialog that lists all connections, who is signed in where, and what can be done with each."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import LapseError
from ui import theme
from ui.connections.field import FieldError
from ui.widgets.buttons import allow
from ui.widgets.labels import label
from ui.widgets.table import TextModel, TextRow, TextTable

_SIZE = (820, 460)
_AROUND = 40


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection as listed; `signed_in` is None where that was not checked yet."""

    name: str
    issuer: str
    signed_in: bool | None = None
    is_demo: bool = False
    is_current: bool = False


class ConnectionsDialog(QDialog):
    """Emits what the user asks for; `show_connections` shows the result."""

    use_requested = Signal(str)
    add_requested = Signal()
    edit_requested = Signal(str)
    duplicate_requested = Signal(str)
    remove_requested = Signal(str)
    import_requested = Signal()
    export_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connectionsDialog")
        self.setWindowTitle("Connections")
        self._rows: tuple[ConnectionRow, ...] = ()
        self._model = TextModel(("Name", "Issuer", "Session"), mono=(1,), parent=self)
        self.table = TextTable("connectionsTable", "Connections", self._model, {0: 170, 2: 120})
        self.table.copies_cells()
        self.use_button = self._button("useConnectionButton", "Use")
        self.add_button = self._button("addConnectionButton", "Add…")
        self.edit_button = self._button("editConnectionButton", "Edit…")
        self.duplicate_button = self._button("duplicateConnectionButton", "Duplicate…")
        self.remove_button = self._button("removeConnectionButton", "Remove…")
        self.import_button = self._button("importConnectionsButton", "Import file…")
        self.export_button = self._button("exportConnectionButton", "Export…")
        self.close_button = self._button("closeConnectionsButton", "Close")
        self.trouble = FieldError("connectionsTroubleLabel")
        self._note = label(role="muted", wrap=True)
        self._note.setObjectName("connectionsNoteLabel")
        self._note.hide()
        self._lay_out()
        self._connect()
        self._show_possible()

    def show_connections(self, rows: tuple[ConnectionRow, ...]) -> None:
        """List these; the selection stays, or else is the connection in use."""
        chosen = self.chosen()
        self._rows = rows
        self._model.show_rows(tuple(self._text_row(row) for row in rows))
        names = [row.name for row in rows]
        current = next((row.name for row in rows if row.is_current), "")
        name = chosen if chosen in names else current
        if name in names:
            self.table.selectRow(names.index(name))
        self._show_possible()

    def choose(self, name: str) -> None:
        for place, row in enumerate(self._rows):
            if row.name == name:
                self.table.selectRow(place)

    def chosen(self) -> str:
        """Return the name of the connection chosen; empty for none."""
        row = self._row()
        return row.name if row else ""

    def show_error(self, error: LapseError) -> None:
        """Show what failed; nothing is lost by it."""
        self._note.hide()
        self.trouble.show_text("\n".join(line for line in error.lines() if line))

    def show_note(self, text: str) -> None:
        self.trouble.show_text("")
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _row(self) -> ConnectionRow | None:
        index = self.table.currentIndex()
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def _text_row(self, row: ConnectionRow) -> TextRow:
        words = {True: "● signed in", False: "○ signed out", None: "– not checked"}
        spoken = {True: "signed in", False: "signed out", None: "not checked"}
        name = f"{row.name} (in use)" if row.is_current else row.name
        issuer = row.issuer or "known once it runs"
        return TextRow((name, issuer, words[row.signed_in]), spoken=f"{name}, {spoken[row.signed_in]}")

    def _show_possible(self) -> None:
        row = self._row()
        none = "Choose a connection in the list first." if row is None else ""
        is_demo = row is not None and row.is_demo
        fixed = "The demo org is part of Lapse: it cannot be edited." if is_demo else ""
        stays = "The demo org is part of Lapse: it cannot be removed." if is_demo else ""
        copied = "The demo org's address changes, and every Lapse has its own." if is_demo else ""
        used = "It is in use already." if row is not None and row.is_current else ""
        allow(self.use_button, none or used)
        allow(self.edit_button, none or fixed)
        allow(self.remove_button, none or stays, "Its session is signed out first.")
        allow(self.duplicate_button, none or copied)
        allow(self.export_button, none or copied, "Writes it to a file; no secret is in it.")

    # --- requests ---------------------------------------------------------------------------------------------------

    def _use(self) -> None:
        row = self._row()
        if row is not None and not row.is_current:
            self.use_requested.emit(row.name)

    def _edit(self) -> None:
        self.edit_requested.emit(self.chosen())

    def _duplicate(self) -> None:
        self.duplicate_requested.emit(self.chosen())

    def _remove(self) -> None:
        self.remove_requested.emit(self.chosen())

    def _export(self) -> None:
        self.export_requested.emit(self.chosen())

    def _connect(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(self._show_possible)
        self._model.modelReset.connect(self._show_possible)
        self.table.doubleClicked.connect(self._use)
        for button, slot in (
            (self.use_button, self._use),
            (self.edit_button, self._edit),
            (self.duplicate_button, self._duplicate),
            (self.remove_button, self._remove),
            (self.export_button, self._export),
            (self.close_button, self.reject),
        ):
            button.clicked.connect(slot)
        self.add_button.clicked.connect(self.add_requested)
        self.import_button.clicked.connect(self.import_requested)
        self.use_button.setDefault(True)

    def _button(self, name: str, text: str) -> QPushButton:
        found = QPushButton(text)
        found.setObjectName(name)
        found.setAutoDefault(False)
        return found

    def _lay_out(self) -> None:
        self.use_button.setProperty("primary", True)
        column = QVBoxLayout()
        column.setSpacing(8)
        for each in (self.use_button, self.edit_button, self.duplicate_button, self.remove_button, self.export_button):
            column.addWidget(each)
        column.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.table, 1)
        middle.addLayout(column)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.add_button)
        foot.addWidget(self.import_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(middle, 1)
        layout.addWidget(self._note)
        layout.addWidget(self.trouble)
        layout.addLayout(foot)
        room = self.screen().availableGeometry()
        self.resize(min(theme.px(_SIZE[0]), room.width() - _AROUND), min(theme.px(_SIZE[1]), room.height() - _AROUND))
