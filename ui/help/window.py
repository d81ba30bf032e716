"""The Help window: the manual with a list of pages, search, and Back."""

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.text import count
from ui import theme
from ui.help.page_view import PageView
from ui.help.pages import FIRST, markdown_of, page_named, read_pages
from ui.widgets.announcer import Announcer
from ui.widgets.buttons import allow
from ui.widgets.labels import ElidedLabel

_SIZE = QSize(920, 720)
_LIST_WIDTH = 200
_GAP = 8
_NAME = Qt.ItemDataRole.UserRole
_NOWHERE_BACK = "This is the page you opened first."


@dataclass(frozen=True, slots=True)
class PagePosition:
    """A page and its scroll position in pixels."""

    name: str
    scrolled: int


class HelpWindow(QDialog):
    """Lists the pages and shows one; links to other sites are copied, not opened.

    Deleted when closed, so that it opens at the first page the next time.
    """

    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("helpWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableSize()
        self.resize(QSize(theme.px(_SIZE.width()), theme.px(_SIZE.height())).boundedTo(room))
        self._been: list[PagePosition] = []
        self._announcer = Announcer(self)
        self.find_edit = QLineEdit()
        self.page_list = QListWidget()
        self.view = PageView()
        self.back_button = QPushButton("Back")
        self.status = ElidedLabel()
        self._name_parts()
        self._lay_out()
        self._add_keys()
        for page in read_pages():
            item = QListWidgetItem(page.title, self.page_list)
            item.setData(_NAME, page.name)
        self._show(PagePosition(FIRST, 0))
        self._connect()
        self.view.setFocus()

    def open_page(self, name: str, heading: str = "") -> None:
        """Show a page, at a heading's fragment if one is given; the page before is kept for Back."""
        if page_named(name) is None:
            return
        if self.view.page is not None:
            self._been.append(PagePosition(self.view.page.name, self.view.verticalScrollBar().value()))
        self._show(PagePosition(name, 0), heading)

    def go_back(self) -> None:
        """Show the page before, where it was left."""
        if self._been:
            self._show(self._been.pop())

    # --- building -------------------------------------------------------------------------------------------------

    def _name_parts(self) -> None:
        self.find_edit.setObjectName("helpFindEdit")
        self.find_edit.setAccessibleName("Find in all pages")
        self.find_edit.setPlaceholderText("Find in all pages")
        self.find_edit.setToolTip("Ctrl+F goes here; Enter or F3 to the next place, Shift+F3 to the one before")
        self.find_edit.setClearButtonEnabled(True)
        self.page_list.setObjectName("helpPages")
        self.page_list.setAccessibleName("Pages of the manual")
        self.page_list.setFrameShape(QListWidget.Shape.NoFrame)
        self.back_button.setObjectName("helpBackButton")
        self.back_button.setProperty("quiet", True)
        self.back_button.setAutoDefault(False)
        self.status.setObjectName("helpStatus")
        self.status.setProperty("muted", True)

    def _lay_out(self) -> None:
        gap = theme.px(_GAP)
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(gap, gap, 0, gap)
        column.addWidget(self.find_edit)
        column.addWidget(self.page_list)
        line = QHBoxLayout()
        line.setContentsMargins(gap, gap, gap, 0)
        line.addWidget(self.back_button)
        line.addWidget(self.status, 1)
        page = QVBoxLayout(right)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(gap)
        page.addLayout(line)
        page.addWidget(self.view)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([theme.px(_LIST_WIDTH), self.width() - theme.px(_LIST_WIDTH)])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def _add_keys(self) -> None:
        for name, keys, act in (
            ("helpBack", QKeySequence.keyBindings(QKeySequence.StandardKey.Back), self.go_back),
            ("helpFind", QKeySequence.keyBindings(QKeySequence.StandardKey.Find), self._on_find),
            ("helpNext", [QKeySequence("F3")], self._on_next),
            ("helpPrevious", [QKeySequence("Shift+F3")], self._on_previous),
        ):
            action = QAction(self)
            action.setObjectName(name)
            action.setShortcuts(keys)
            action.triggered.connect(act)
            self.addAction(action)

    def _connect(self) -> None:
        self.find_edit.textChanged.connect(self._on_sought)
        self.find_edit.returnPressed.connect(self._on_next)
        self.page_list.currentItemChanged.connect(self._on_chosen)
        self.back_button.clicked.connect(self.go_back)
        self.view.page_requested.connect(self.open_page)
        self.view.address_requested.connect(self._on_address)
        self.view.link_hovered.connect(self.status.show_text)

    # --- showing --------------------------------------------------------------------------------------------------

    def _show(self, place: PagePosition, heading: str = "") -> None:
        page = page_named(place.name)
        assert page is not None, f"the manual has no page {place.name}"
        with QSignalBlocker(self.page_list):
            self.page_list.setCurrentItem(self._item_of(place.name))
        self.setWindowTitle(f"{page.title} · Lapse Help")
        self.view.show_page(page, heading, scrolled=place.scrolled)
        before = page_named(self._been[-1].name) if self._been else None
        allow(self.back_button, "" if before else _NOWHERE_BACK, f"To {before.title} (Alt+Left)" if before else "")

    def _item_of(self, name: str) -> QListWidgetItem:
        return next(item for item in self._items() if item.data(_NAME) == name)

    def _items(self) -> list[QListWidgetItem]:
        return [self.page_list.item(row) for row in range(self.page_list.count())]

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.open_page(item.data(_NAME))

    def _on_address(self, address: str) -> None:
        self.copy_requested.emit(address)
        self._say(f"Copied, as Lapse opens no web pages: {address}")

    def _say(self, text: str) -> None:
        self.status.show_text(text)
        self._announcer.announce(text, instead=True)

    # --- finding --------------------------------------------------------------------------------------------------

    @cached_property
    def _texts(self) -> dict[str, str]:
        """The text of each page, in lower case."""
        document = QTextDocument()
        texts = {}
        for page in read_pages():
            document.setMarkdown(markdown_of(page, dark=False))
            texts[page.name] = document.toPlainText().lower()
        return texts

    def _on_find(self) -> None:
        self.find_edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_edit.selectAll()

    def _on_sought(self, typed: str) -> None:
        sought = typed.strip()
        counts = {name: text.count(sought.lower()) for name, text in self._texts.items()} if sought else {}
        with QSignalBlocker(self.page_list):
            for item, page in zip(self._items(), read_pages(), strict=True):
                found = counts.get(page.name, 0)
                item.setText(f"{page.title} · {found}" if found else page.title)
                item.setHidden(bool(sought) and not found)
        self.view.mark(sought)
        pages = sum(1 for each in counts.values() if each)
        found_in = f"{count(sum(counts.values()), 'place')} on {count(pages, 'page')}"
        self._say("" if not sought else found_in if pages else "Not in the manual.")

    def _on_next(self) -> None:
        self._go(backwards=False)

    def _on_previous(self) -> None:
        self._go(backwards=True)

    def _go(self, *, backwards: bool) -> None:
        """Go to the next match, on this page or the next one that has any."""
        shown = self.view.page
        if shown is None or not self.find_edit.text().strip() or self.view.go_to_next(backwards=backwards):
            return
        names = [item.data(_NAME) for item in self._items() if not item.isHidden()]
        if not names:
            return
        after = [page.name for page in read_pages()]
        after = after[after.index(shown.name) + 1 :] + after[: after.index(shown.name) + 1]
        order = after[-2::-1] + after[-1:] if backwards else after
        name = next(each for each in order if each in names)
        if name != shown.name:
            self.open_page(name)
        self.view.go_to_edge(start=not backwards)
        self.view.go_to_next(backwards=backwards)
