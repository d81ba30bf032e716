"""Additional parameters of the authorization request: an editable table of names and values."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ui import theme

_ROWS = 3
_ROW_HEIGHT = 28


class ParamsTable(QTableWidget):
    """Name and value; there is always an empty last row, and Delete clears a row."""

    def __init__(self) -> None:
        super().__init__(0, 2)
        self.setObjectName("authorizeParamsTable")
        self.setAccessibleName("Further parameters of the authorization request")
        self.setHorizontalHeaderLabels(["Name", "Value"])
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.AnyKeyPressed | triggers.EditKeyPressed)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        theme.set_mono(self, 12)
        self.show_params(())
        self.cellChanged.connect(self._on_changed)

    def params(self) -> tuple[tuple[str, str], ...]:
        """Return the rows that are not empty."""
        rows = ((self._text(row, 0), self._text(row, 1)) for row in range(self.rowCount()))
        return tuple((name, value) for name, value in rows if name or value)

    def show_params(self, params: tuple[tuple[str, str], ...]) -> None:
        self.blockSignals(True)
        self.setRowCount(0)
        for name, value in (*params, ("", "")):
            self._add_row(name, value)
        self.blockSignals(False)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), self.horizontalHeader().sizeHint().height() + theme.px(_ROWS * _ROW_HEIGHT + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear the current row on Delete."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentRow() >= 0:
            for item in (self.item(self.currentRow(), column) for column in (0, 1)):
                if item is not None:
                    item.setText("")
        else:
            super().keyPressEvent(event)

    def _on_changed(self) -> None:
        last = self.rowCount() - 1
        if self._text(last, 0) or self._text(last, 1):
            self.blockSignals(True)
            self._add_row("", "")
            self.blockSignals(False)

    def _add_row(self, name: str, value: str) -> None:
        row = self.rowCount()
        self.insertRow(row)
        for column, text in enumerate((name, value)):
            self.setItem(row, column, QTableWidgetItem(text))

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text().strip() if item is not None else ""
