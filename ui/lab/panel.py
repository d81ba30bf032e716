"""The lab's panel, which is furnished when somebody first looks at it."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lab.report import Report
from app.lab.scenario import Scenario
from ui.lab.measures import Measure
from ui.lab.sheet import LabSheet


class LabPanel(QWidget):
    """Holds the sheet and passes on what it asks for.

    With its many pickers the sheet takes half as long to build as all the rest of the window; so it is built when it is
    first seen or first asked for.
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
        """Everything the panel shows."""
        if self._sheet is None:
            self._sheet = self._built()
        return self._sheet

    def showEvent(self, event: QShowEvent) -> None:
        """Have something to show."""
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
