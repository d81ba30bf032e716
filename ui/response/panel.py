"""The response panel: status, headers and body of the last call, read-only."""

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ui.response.facts import ResponseFacts, response_text
from ui.widgets.reader import reader


class ResponsePanel(QWidget):
    """Shows the last response; lines are not wrapped, because Qt takes seconds to wrap one long line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = reader("responseView", "The API's response")
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setPlaceholderText("Nothing was called yet.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.addWidget(self.view)

    def show_response(self, facts: ResponseFacts) -> None:
        self.view.setPlainText(response_text(facts))

    def clear(self) -> None:
        """Show nothing, because the next user must not see it."""
        self.view.clear()
