"""One page of the manual as rich text; links are emitted, and nothing is ever fetched."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QSize, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageReader,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from ui import theme
from ui.assets import path_of
from ui.help.pages import ManualPage, anchor_of, markdown_of, page_named, resource_of

_MARGIN, _CELL = 18, 5
_ABOVE_SECTION, _ABOVE_HEADING, _ABOVE_TEXT, _ABOVE_ITEM = 22, 14, 7, 3
_SECTION = 2
_FULL = 100


class PageView(QTextBrowser):
    """Shows one page in the current colours and size.

    A link to a page emits `page_requested` with its name and heading, any other `address_requested`; `link_hovered`
    says where the link under the pointer leads, empty for none.
    """

    page_requested = Signal(str, str)
    address_requested = Signal(str)
    link_hovered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("helpText")
        self.setAccessibleName("Page of the manual")
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self._page: ManualPage | None = None
        self._sought = ""
        self._width = 0
        self.anchorClicked.connect(self._on_link)
        self.highlighted.connect(self._on_pointed)

    @property
    def page(self) -> ManualPage | None:
        return self._page

    def show_page(self, page: ManualPage, heading: str = "", *, scrolled: int = 0) -> None:
        """Show a page from its top, from a heading's fragment, or scrolled by a number of pixels."""
        if page is not self._page:
            self._page = page
            self._fill()
        self.verticalScrollBar().setValue(scrolled)
        for block in _blocks(self.document()):
            if heading and block.blockFormat().headingLevel() and anchor_of(block.text()) == heading:
                self._bring_up(block)

    def mark(self, sought: str) -> int:
        """Highlight every match of `sought`, ignoring case; return their number."""
        self._sought = sought
        found = list(self._places())
        self.setExtraSelections([self._marked(each) for each in found])
        return len(found)

    def go_to_next(self, *, backwards: bool = False) -> bool:
        """Select the next match; return whether there was one in this direction."""
        flags = QTextDocument.FindFlag.FindBackward if backwards else QTextDocument.FindFlag(0)
        found = self.document().find(self._sought, self.textCursor(), flags) if self._sought else QTextCursor()
        if found.isNull():
            return False
        self.setTextCursor(found)
        return True

    def go_to_edge(self, *, start: bool) -> None:
        """Move the cursor to the start or the end."""
        self.moveCursor(QTextCursor.MoveOperation.Start if start else QTextCursor.MoveOperation.End)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Return one of the manual's own pictures, no wider than the text; nothing else is ever loaded."""
        link = name.toString() if isinstance(name, QUrl) else name
        if kind != QTextDocument.ResourceType.ImageResource.value or ":" in link:
            return None
        return self._picture(resource_of(link))

    def changeEvent(self, event: QEvent) -> None:
        """Render the page again in another size or other colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._refill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._page is not None and "](" in self._page.text and self._width != self.viewport().width():
            self._refill()

    # --- layout ---------------------------------------------------------------------------------------------------

    def _refill(self) -> None:
        if self._page is not None:
            scrolled = self.verticalScrollBar().value()
            self._fill()
            self.verticalScrollBar().setValue(scrolled)

    def _fill(self) -> None:
        assert self._page is not None
        self._width = self.viewport().width()
        scheme = theme.current()
        # A new one each time: setMarkdown on a filled one leaves its old tables among the child frames (Qt 6.11).
        document = QTextDocument(self)
        document.setDefaultFont(self.font())
        document.setDocumentMargin(theme.px(_MARGIN))
        document.setMarkdown(markdown_of(self._page, dark=scheme is theme.DARK))
        for table in document.rootFrame().childFrames():
            if isinstance(table, QTextTable):
                _dress_table(table, scheme)
        for block in _blocks(document):  # QTextDocument renders Markdown without space between blocks
            _dress_block(block, scheme)
        self.setDocument(document)
        self.setAccessibleName(f"Manual: {self._page.title}")
        self.mark(self._sought)

    def _picture(self, resource: str) -> QImage:
        ratio = self.devicePixelRatioF()
        reader = QImageReader(path_of(resource))
        # A drawing grows with the type, as text does; a photograph of the window does not.
        natural = reader.size() * (theme.px(_FULL) / _FULL if resource.endswith(".svg") else 1)
        room = self._width - 2 * theme.px(_MARGIN)
        width = max(1, min(natural.width(), room))
        height = round(natural.height() * width / max(1, natural.width()))
        reader.setScaledSize(QSize(round(width * ratio), round(height * ratio)))
        image = reader.read()
        image.setDevicePixelRatio(ratio)
        return image

    def _bring_up(self, block: QTextBlock) -> None:
        self.setTextCursor(QTextCursor(block))
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top))

    # --- finding --------------------------------------------------------------------------------------------------

    def _places(self) -> Iterator[QTextCursor]:
        found = self.document().find(self._sought) if self._sought else QTextCursor()
        while not found.isNull():
            yield found
            found = self.document().find(self._sought, found)

    def _marked(self, place: QTextCursor) -> QTextEdit.ExtraSelection:
        marked = QTextEdit.ExtraSelection()
        marked.cursor = place
        look = QTextCharFormat()
        look.setBackground(QColor(theme.current().tint("warning")))
        look.setFontUnderline(True)
        marked.format = look
        return marked

    # --- links ----------------------------------------------------------------------------------------------------

    def _on_link(self, url: QUrl) -> None:
        if page := self._page_of(url):
            self.page_requested.emit(page.name, url.fragment())
        else:
            self.address_requested.emit(url.toString())

    def _on_pointed(self, url: QUrl) -> None:
        page = self._page_of(url) if not url.isEmpty() else None
        self.link_hovered.emit(f"To the page {page.title}" if page else url.toString())

    def _page_of(self, url: QUrl) -> ManualPage | None:
        if url.scheme():
            return None
        return page_named(url.path()) if url.path() else self._page


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _dress_table(table: QTextTable, scheme: theme.Scheme) -> None:
    look = table.format()
    look.setBorder(1)
    look.setBorderCollapse(True)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderBrush(QColor(scheme.border))
    look.setCellSpacing(0)
    look.setCellPadding(theme.px(_CELL))
    look.setTopMargin(theme.px(_ABOVE_TEXT))
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, _FULL))
    table.setFormat(look)


def _dress_block(block: QTextBlock, scheme: theme.Scheme) -> None:
    cursor = QTextCursor(block)
    if cursor.currentTable() is not None:
        return
    look = QTextBlockFormat()
    look.setTopMargin(theme.px(_room_above(block)))
    if _is_code(block):
        look.setBackground(QColor(scheme.raised))
        look.setLeftMargin(theme.px(_CELL))
        look.setNonBreakableLines(False)
    cursor.mergeBlockFormat(look)


def _is_code(block: QTextBlock) -> bool:
    return block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence)


def _room_above(block: QTextBlock) -> int:
    level = block.blockFormat().headingLevel()
    if _is_code(block) and _is_code(block.previous()):
        return 0
    if level:
        return _ABOVE_SECTION if level <= _SECTION else _ABOVE_HEADING
    return _ABOVE_ITEM if block.textList() else _ABOVE_TEXT
