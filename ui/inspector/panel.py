"""The inspector panel: which token, what it says of itself, its claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from ui import theme
from ui.inspector.model import MARK, MEANING, NAME, VALUE, ClaimsModel
from ui.inspector.rows import rows_of
from ui.widgets.labels import ElidedLabel, Pill, label
from ui.widgets.painted import Picker

_ROW_HEIGHT = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """One token to inspect; `claims` None means opaque. `verified` is a word for the signature, empty for none."""

    title: str
    header: Mapping[str, Any] | None
    claims: Mapping[str, Any] | None
    length: int
    ends_at: float | None
    verified: str = ""


class InspectorPanel(QWidget):
    """Decodes the tokens in hand; nothing in them is taken for markup or for a link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens: tuple[Inspected, ...] = ()
        self._now = 0.0
        self._model = ClaimsModel(self)
        self.picker = Picker()
        self.picker.setObjectName("inspectedTokenPicker")
        self.picker.setAccessibleName(self.tr("Token to inspect"))
        self.picker.currentIndexChanged.connect(self._show_current)
        self._signature = Pill()
        self._state = Pill()
        self._head = ElidedLabel(theme.mono(12))
        self._head.setProperty("muted", True)
        self._note = label(role="muted", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = self._new_table()
        self._lay_out()
        self.show_tokens(())

    def show_tokens(self, tokens: tuple[Inspected, ...]) -> None:
        """Show these tokens, keeping the choice of kind."""
        if tokens == self._tokens and tokens:
            return
        chosen = max(self.picker.currentIndex(), 0)
        self._tokens = tokens
        self.picker.blockSignals(True)
        self.picker.clear()
        self.picker.addItems([each.title for each in tokens])
        self.picker.setCurrentIndex(min(chosen, len(tokens) - 1))
        self.picker.blockSignals(False)
        self.picker.setEnabled(bool(tokens))
        self._show_current()

    def tick(self, now: float) -> None:
        """Work out all times for `now`, in epoch seconds."""
        self._now = now
        self._model.tick(now)
        self._show_state()

    def _current(self) -> Inspected | None:
        index = self.picker.currentIndex()
        return self._tokens[index] if 0 <= index < len(self._tokens) else None

    def _show_current(self) -> None:
        token = self._current()
        claims = token.claims if token else None
        self._model.show_rows(rows_of(claims) if claims is not None else ())
        self._model.tick(self._now)
        self.table.setVisible(claims is not None)
        self._note.setVisible(claims is None)
        self._note.setText(self._note_for(token))
        header = token.header if token else None
        self._head.show_text(" · ".join(f"{name} {value}" for name, value in (header or {}).items())[:200])
        self._show_state()

    def _show_state(self) -> None:
        token = self._current()
        self._signature.setVisible(bool(token and token.verified))
        if token and token.verified:
            self._signature.show_state(token.verified, "good")
        lapsed = token is not None and token.ends_at is not None and token.ends_at <= self._now
        self._state.setVisible(lapsed)
        self._state.show_state(self.tr("lapsed"), "warning")

    def _note_for(self, token: Inspected | None) -> str:
        if token is None:
            return self.tr("There is no token to inspect: call the API or refresh.")
        if token.claims is None:
            text = self.tr("Opaque, {0} characters: only the server knows what is in it and what it is worth.")
            return text.format(token.length)
        return ""

    def _new_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("inspectorTable")
        table.setAccessibleName(self.tr("Claims"))
        table.setModel(self._model)
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for column, width in ((NAME, 104), (MARK, 64)):
            header.resizeSection(column, width)
        for column in (VALUE, MEANING):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(14, 8, 14, 4)
        row.setSpacing(8)
        row.addWidget(self.picker)
        row.addWidget(self._signature)
        row.addWidget(self._state)
        row.addWidget(self._head, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        layout.addLayout(row)
        below = QVBoxLayout()
        below.setContentsMargins(12, 0, 12, 0)
        below.addWidget(self.table, 1)
        below.addWidget(self._note, 1)
        layout.addLayout(below, 1)
