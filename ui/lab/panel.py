"""The lab's panel, built on first use."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lab.report import Report
from app.lab.scenario import Scenario
from ui.lab.measures import Measure
from ui.lab.sheet import LabSheet


class LabPanel(QWidget):
    """Holds the sheet and forwards its signals.

    With its many pickers the sheet takes half as long to build as the rest of the window, so it is built on first use.
    """

    run_requested = Signal(Scenario)
    cancel_requested = Signal()
    table_requested = Signal()
    export_requested = Signal(Report, Measure)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labPanel")
        self._sheet: LabSheet | None = None

    @property
    def sheet(self) -> LabSheet:
        if self._sheet is None:
            self._sheet = self._built()
        return self._sheet

    def showEvent(self, event: QShowEvent) -> None:
        self.sheet.show()
        super().showEvent(event)

    def _built(self) -> LabSheet:
        sheet = LabSheet()
        sheet.run_requested.connect(self.run_requested)
        sheet.cancel_requested.connect(self.cancel_requested)
        sheet.table_requested.connect(self.table_requested)
        sheet.export_requested.connect(self.export_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(sheet)
        return sheet
