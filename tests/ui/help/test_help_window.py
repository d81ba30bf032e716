"""Help: every page is reached by list, link, search and keyboard, and nothing is fetched for any of them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QTextBlock, QTextDocument, QTextFormat, QTextTable
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.demo.presets import PRESETS
from tests.patience import PATIENCE_S
from tests.qt_deleted import delete_now
from tests.ui.test_accessibility import focusable, nameless
from tests.ui.walks import clipped_once_settled, listed, widgets_of
from ui import theme
from ui.help import pages
from ui.help.pages import FIRST, ManualPage, anchor_of, markdown_of, page_named, read_pages
from ui.help.window import HelpWindow

ROOT = Path(__file__).parents[3]
CONTROL_API = "demo-org.md", "the-control-api"


@pytest.fixture
def shown(qtbot: QtBot) -> HelpWindow:
    window = HelpWindow()
    qtbot.addWidget(window)
    window.resize(QSize(1024, 640))
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def blocks_of(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def links_on(window: HelpWindow) -> Iterator[QUrl]:
    for block in blocks_of(window.view.document()):
        for piece in block:
            href = piece.fragment().charFormat().anchorHref()
            if href:
                yield QUrl(href)


def listed_pages(window: HelpWindow) -> list[str]:
    items = [window.page_list.item(row) for row in range(window.page_list.count())]
    return [each.text() for each in items if not each.isHidden()]


def test_every_page_is_in_the_list_and_says_who_it_is(shown: HelpWindow) -> None:
    assert shown.view.page == page_named(FIRST)
    for row, page in enumerate(read_pages()):
        shown.page_list.setCurrentRow(row)
        assert shown.view.page is page
        assert page.title in shown.windowTitle()
        assert page.title in shown.view.accessibleName()
        headings = [each.text() for each in blocks_of(shown.view.document()) if each.blockFormat().headingLevel() == 1]
        assert len(headings) == 1, page.name


def test_every_page_is_reached_by_links_alone(shown: HelpWindow) -> None:
    # Whether the others lead somewhere is asked of the files; see tests/house.
    assert shown.view.page is not None
    for url in [each for each in links_on(shown) if not each.scheme()]:
        shown.open_page(FIRST)
        shown.view.anchorClicked.emit(url)
        assert shown.view.page is page_named(url.path())
        assert shown.view.page in read_pages()[1:]
    assert {place.name for place in shown._been} | {shown.view.page.name} == {page.name for page in read_pages()}


def test_a_heading_that_is_linked_to_is_brought_up(shown: HelpWindow) -> None:
    shown.open_page(*CONTROL_API)
    cursor = shown.view.cursorForPosition(shown.view.viewport().rect().topLeft())
    assert "The control API" in (cursor.block().text(), cursor.block().next().text())


def test_back_leads_where_one_was(qtbot: QtBot, shown: HelpWindow) -> None:
    assert not shown.back_button.isEnabled()
    assert shown.back_button.toolTip()
    shown.open_page("architecture.md")
    shown.view.verticalScrollBar().setValue(700)
    shown.open_page("words.md")
    assert shown.view.verticalScrollBar().value() == 0
    qtbot.keyClick(shown.view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert (shown.view.page, shown.view.verticalScrollBar().value()) == (page_named("architecture.md"), 700)
    assert "Contents" in shown.back_button.toolTip()
    qtbot.mouseClick(shown.back_button, Qt.MouseButton.LeftButton)
    assert (shown.view.page, shown.back_button.isEnabled()) == (page_named(FIRST), False)
    shown.go_back()
    assert shown.view.page == page_named(FIRST)


def test_it_finds_in_all_pages_and_walks_through_the_places(qtbot: QtBot, shown: HelpWindow) -> None:
    qtbot.keyClick(shown, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert shown.find_edit.hasFocus()
    qtbot.keyClicks(shown.find_edit, "Strict-Single-USE")
    assert "strict-single-use" in PRESETS
    assert listed_pages(shown) == ["The demo org · 1", "The trainer's guide · 1"]
    assert shown.status.whole_text() == "2 places on 2 pages"
    been = []
    for _ in range(3):
        qtbot.keyClick(shown.find_edit, Qt.Key.Key_Return)
        assert shown.view.page is not None
        been.append(shown.view.page.name)
        assert shown.view.textCursor().selectedText() == "strict-single-use"
    assert been == ["demo-org.md", "trainers-guide.md", "demo-org.md"]
    qtbot.keyClick(shown, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert shown.view.page is page_named("trainers-guide.md")
    assert len(shown.view.extraSelections()) == 1
    shown.find_edit.setText("no such words anywhere")
    assert listed_pages(shown) == []
    assert shown.status.whole_text() == "Not in the manual."
    qtbot.keyClick(shown.find_edit, Qt.Key.Key_Return)
    shown.find_edit.clear()
    assert len(listed_pages(shown)) == len(read_pages())
    assert shown.view.extraSelections() == []


def test_what_it_counts_is_what_it_marks(shown: HelpWindow) -> None:
    shown.find_edit.setText("grace period")
    for row, page in enumerate(read_pages()):
        shown.open_page(page.name)
        item = shown.page_list.item(row)
        marked = len(shown.view.extraSelections())
        assert item.isHidden() == (marked == 0)
        assert not marked or item.text() == f"{page.title} · {marked}"


def test_an_address_is_copied_and_never_fetched(qtbot: QtBot, shown: HelpWindow) -> None:
    before = shown.view.page
    with qtbot.waitSignal(shown.copy_requested) as asked:
        shown.view.anchorClicked.emit(QUrl("https://developer.okta.com/"))
    assert asked.args == ["https://developer.okta.com/"]
    assert "https://developer.okta.com/" in shown.status.whole_text()
    assert shown.view.page is before
    image = QTextDocument.ResourceType.ImageResource.value
    for address in ("https://example.com/a.png", "file:///etc/hostname", "data:image/png;base64,AA=="):
        assert shown.view.loadResource(image, QUrl(address)) is None


def test_escape_closes_it_for_good(qtbot: QtBot) -> None:
    shown = HelpWindow()
    shown.show()
    gone: list[bool] = []
    shown.destroyed.connect(lambda: gone.append(True))
    qtbot.keyClick(shown.view, Qt.Key.Key_Escape)
    delete_now()
    assert gone == [True]


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_nothing_is_clipped_and_everything_has_a_name(qtbot: QtBot, qapp: QApplication, zoom: float) -> None:
    theme.apply(qapp, "light", zoom)
    try:
        window = HelpWindow()
        qtbot.addWidget(window)
        window.resize(QSize(1024, 640))
        window.show()
        qtbot.waitExposed(window)
        assert window.size() == QSize(1024, 640)
        clipped = clipped_once_settled(window)
        assert not clipped, listed(clipped)
        controls = focusable(window)
        assert {window.find_edit, window.page_list, window.view} <= set(controls)
        assert not [nameless(each) for each in controls if nameless(each)]
        assert all(each.accessibleName() for each in (window.find_edit, window.page_list, window.view))
        assert not window.page_list.horizontalScrollBar().isVisible()
        assert len(widgets_of(window)) > len(controls)
    finally:
        delete_now()
        theme.apply(qapp, "light")


def test_it_follows_the_size_of_type_and_the_colours(qapp: QApplication, shown: HelpWindow) -> None:
    shown.open_page("architecture.md")
    shown.view.verticalScrollBar().setValue(300)
    before, text = shown.view.document().documentMargin(), shown.view.toPlainText()
    theme.apply(qapp, "dark", 1.5)
    try:
        assert shown.view.document().documentMargin() > before
        assert shown.view.toPlainText() == text
        assert shown.view.verticalScrollBar().value() == 300
        tables = [each for each in shown.view.document().rootFrame().childFrames() if isinstance(each, QTextTable)]
        assert len(tables) == 3
        assert {each.format().borderBrush().color().name().upper() for each in tables} == {theme.DARK.border}
    finally:
        theme.apply(qapp, "light")


def test_pictures_fit_and_those_that_are_not_installed_are_left_out(
    shown: HelpWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = page_named("window.md")
    assert window is not None
    assert "-light.png)" in markdown_of(window, dark=False)
    assert "-dark.png)" in markdown_of(window, dark=True)
    assert "<" not in markdown_of(window, dark=True)
    for name in ("window.md", "architecture.md"):
        shown.open_page(name)
        pictures = [
            piece.fragment().charFormat().toImageFormat()
            for block in blocks_of(shown.view.document())
            for piece in block
            if piece.fragment().charFormat().objectType() == QTextFormat.ObjectTypes.ImageObject.value
        ]
        assert pictures
        for each in pictures:
            image = shown.view.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl(each.name()))
            assert 0 < image.width() / image.devicePixelRatio() <= shown.view.viewport().width()  # type: ignore[attr-defined]
    monkeypatch.setattr(pages, "holds", lambda name: not name.startswith("pictures/"))  # as the wheel has it
    assert "](../pictures" not in markdown_of(window, dark=False)
    assert "![" not in markdown_of(window, dark=False)


def test_a_page_is_known_by_the_name_of_its_file() -> None:
    assert page_named("no-such-page.md") is None
    assert anchor_of("Where do I …") == "where-do-i-"
    assert anchor_of("lapse sign-in") == "lapse-sign-in"
    bare = ManualPage("x.md", "X", "# X\n\n![a](../pictures/no-such.png)\n")
    assert markdown_of(bare, dark=False) == "# X\n\n\n"


def test_neither_help_nor_its_pages_are_read_before_they_are_wanted() -> None:
    show = "print(*[name for name in sys.modules if name.startswith('ui.help.')])"
    code = f"import sys, ui.boot, ui.window.controller; {show}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert done.stdout.split() == ["ui.help.controller"]
