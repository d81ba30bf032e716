"""Walks over everything a window shows: its texts, and what of them is clipped."""

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTabBar,
    QTableView,
    QWidget,
)

from ui import theme
from ui.shell.page import Page
from ui.text import plain_tooltip
from ui.widgets.labels import ElidedLabel
from ui.window.main_window import MainWindow

_HORIZONTAL = Qt.Orientation.Horizontal

_ROUNDS = 20  # of events, of which a layout in layouts in scroll areas needs a few

_PLAIN = plain_tooltip("|").split("|")


@dataclass(frozen=True, slots=True)
class Shown:
    """One text, what shows it, and as what."""

    by: QObject
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{path(self.by)} {self.kind}: {self.text!r}"


def as_seen(tooltip: str) -> str:
    """Return what a tooltip shows: some are marked up, so that nothing in them is taken for markup."""
    inside = tooltip.removeprefix(_PLAIN[0]).removesuffix(_PLAIN[1])
    return html.unescape(inside) if inside != tooltip else tooltip


def path(thing: QObject) -> str:
    """Return names from `thing` outwards, as many as say where it is."""
    names: list[str] = []
    found: QObject | None = thing
    while found is not None and len(names) < 4:
        names.append(found.objectName() or type(found).__name__)
        found = found.parent()
    return " in ".join(names)


def listed(lines: Iterable[str]) -> str:
    """Return what a failing test says: one complaint a line."""
    return "\n".join(("", *lines))


def is_inside(thing: QObject, names: frozenset[str]) -> bool:
    """Return whether `thing` or anything around it has one of these object names."""
    found: QObject | None = thing
    while found is not None:
        if found.objectName() in names:
            return True
        found = found.parent()
    return False


def tabs_of(window: MainWindow) -> Iterator[str]:
    """Show one tab of the details after the other, where there are any; yield what is shown."""
    yield "as it opens"
    if window.page is Page.SIGNED_IN:
        for place in range(window.tabs.count()):
            window.tabs.setCurrentIndex(place)
            yield window.tabs.tabText(place)


def widgets_of(top: QWidget) -> list[QWidget]:
    """Return `top` and everything in it, shown or not."""
    return [top, *top.findChildren(QWidget)]


def texts_of(top: QWidget) -> Iterator[Shown]:
    """Yield every text in `top` that is not empty, of actions too; not what stands in tables and text views."""
    for widget in widgets_of(top):
        pairs = [*_own_texts(widget), *_said_texts(widget)]
        yield from (Shown(widget, kind, text) for kind, text in pairs if text.strip())
    for action in top.findChildren(QAction):
        pairs = [("action", action.text()), ("tooltip", action.toolTip()), ("status tip", action.statusTip())]
        yield from (Shown(action, kind, text) for kind, text in pairs if text.strip())


def _said_texts(widget: QWidget) -> list[tuple[str, str]]:
    return [
        ("tooltip", as_seen(widget.toolTip())),
        ("status tip", widget.statusTip()),
        ("accessible name", widget.accessibleName()),
        ("accessible description", widget.accessibleDescription()),
        ("window title", widget.windowTitle()),
    ]


def _own_texts(widget: QWidget) -> list[tuple[str, str]]:
    if isinstance(widget, QLabel | QAbstractButton):
        return [("text", widget.text())]
    if isinstance(widget, QTabBar):
        return [("tab", widget.tabText(place)) for place in range(widget.count())]
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        return [("placeholder", widget.placeholderText())]
    if isinstance(widget, QComboBox):
        return [("item", widget.itemText(place)) for place in range(widget.count())]
    if isinstance(widget, QSpinBox):
        return [("prefix", widget.prefix()), ("suffix", widget.suffix())]
    if isinstance(widget, QTableView) and widget.model() is not None:
        columns = range(widget.model().columnCount())
        return [("heading", str(widget.model().headerData(each, _HORIZONTAL) or "")) for each in columns]
    return []


def clipped_in(window: QWidget) -> list[str]:
    """Return a complaint about every text that is shown, is not made to give way, and has not the room it needs."""
    return [complaint for each in widgets_of(window) if each.isVisible() for complaint in _complaints(each)]


def clipped_once_settled(window: QWidget) -> list[str]:
    """Return what is clipped after a layout has come to rest: it settles by posted events, after it is shown."""
    for _ in range(_ROUNDS):
        if not clipped_in(window):
            return []
        QApplication.processEvents()
    return clipped_in(window)


def _complaints(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel):
        yield from _label_complaints(widget)
    elif isinstance(widget, QAbstractButton) and widget.text():
        yield from _too_small(widget, "width", widget.minimumSizeHint().width(), widget.width(), widget.text())
        yield from _cut_off(widget, widget.text())
    elif isinstance(widget, QTabBar):
        for place in range(widget.count()):
            tab = widget.tabRect(place)
            yield from _too_small(widget, "width", tab.right(), widget.width(), widget.tabText(place))
    elif isinstance(widget, QTableView) and widget.horizontalHeader().isVisible():
        yield from _heading_complaints(widget)


def _label_complaints(shown: QLabel) -> Iterator[str]:
    if not shown.text() or isinstance(shown, ElidedLabel) or isinstance(shown.parent(), QAbstractScrollArea):
        return
    height = shown.heightForWidth(shown.width()) if shown.wordWrap() else shown.sizeHint().height()
    yield from _too_small(shown, "height", height, shown.height(), shown.text())
    if not shown.wordWrap():
        yield from _too_small(shown, "width", shown.sizeHint().width(), shown.width(), shown.text())
    yield from _cut_off(shown, shown.text())


def _heading_complaints(table: QTableView) -> Iterator[str]:
    header = table.horizontalHeader()
    # As the style sheet has them; a header knows nothing of the font its sections get from there.
    font, padding = QFont(header.font()), theme.px(8)
    font.setPixelSize(theme.px(11))
    font.setWeight(QFont.Weight.DemiBold)
    for column in range(header.count()):
        heading = str(table.model().headerData(column, _HORIZONTAL) or "")
        if heading and not header.isSectionHidden(column):
            needed = QFontMetrics(font).horizontalAdvance(heading) + 2 * padding
            yield from _too_small(table, "width", needed, header.sectionSize(column), heading)


def _too_small(widget: QWidget, side: str, needed: int, has: int, text: str) -> Iterator[str]:
    if has < needed:
        yield f"{path(widget)}: {text!r} needs {needed} px of {side} and has {has}"


def _cut_off(widget: QWidget, text: str) -> Iterator[str]:
    # What is scrolled may well reach out of the part that is seen; sideways nothing here is scrolled.
    around = widget.parentWidget()
    if around is None:
        return
    left = widget.mapTo(around, QPoint(0, 0)).x()
    if left < 0 or left + widget.width() > around.width():
        yield f"{path(widget)}: {text!r} reaches out of what is around it"
