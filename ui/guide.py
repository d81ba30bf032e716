"""The trainer's guide in a window of its own, beside the one it talks about."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from ui import theme
from ui.assets import text_file

_SIZE = QSize(620, 720)
_MARGIN = 20
_ABOVE_HEADING, _ABOVE_TEXT = 18, 6


class GuideWindow(QDialog):
    """Shows `resources/trainers-guide.md`; deleted when it is closed, so that each is read from its beginning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trainersGuide")
        self.setWindowTitle("Trainer's guide")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(theme.px(_SIZE.width()), theme.px(_SIZE.height())))
        self.text = QTextBrowser()
        self.text.setObjectName("trainersGuideText")
        self.text.setAccessibleName("Trainer's guide")
        self.text.setOpenLinks(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Lay the text out anew where type gets larger or smaller: its headings are so many times its size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fill()

    def _fill(self) -> None:
        self.text.setMarkdown(text_file("trainers-guide.md"))
        document = self.text.document()
        document.setDocumentMargin(theme.px(_MARGIN))
        cursor = QTextCursor(document)  # markdown comes without any space between its blocks
        block = document.begin()
        while block.isValid():
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(_spaced(block.blockFormat()))
            block = block.next()


def _spaced(block: QTextBlockFormat) -> QTextBlockFormat:
    spaced = QTextBlockFormat()
    spaced.setTopMargin(theme.px(_ABOVE_HEADING if block.headingLevel() else _ABOVE_TEXT))
    return spaced
