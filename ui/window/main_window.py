"""The main window: arranges the panels, without logic."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.installed import has
from ui import theme
from ui.session.token_card import TokenCard
from ui.session.top_bar import TopBar
from ui.shell.commands import Commands
from ui.shell.page import Page
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.scrolling import MinimalContent, scrolling

if TYPE_CHECKING:
    # These are built by `furnish`, after the first paint.
    from ui.demo.panel import DemoPanel
    from ui.doctor.panel import DoctorPanel
    from ui.inspector.panel import InspectorPanel
    from ui.journal.panel import JournalPanel
    from ui.lab.panel import LabPanel
    from ui.lessons.panel import LessonsPanel
    from ui.response.panel import ResponsePanel
    from ui.session.call_strip import CallStrip
    from ui.session.counts_card import CountsCard
    from ui.session.panels import SessionPanels
    from ui.session.sign_in_pages import SignInPages
    from ui.session.welcome import Welcome
    from ui.shell.clipboard import Clipboard
    from ui.shell.error_panel import ErrorPanel
    from ui.shell.shell import Shell
    from ui.shell.side_column import SideColumn
    from ui.shell.tasks import TaskScope
    from ui.timeline.panel import TimelinePanel
    from ui.widgets.toast import Toasts
    from ui.wirelog.panel import WirePanel

_GAP = 12
_FIRST_SIZE = QSize(1360, 860)
_SMALLEST = QSize(960, 600)
_CARDS_WIDTH = 292
_ROOM_FOR_THREE = 1200
_TIMELINE_HEIGHT = 270


class MainWindow(QMainWindow):
    """Top bar; three token cards on the left; the middle by page; errors above the middle.

    A new window has only its top bar, its cards and a "starting" line, for a fast first paint; `furnish` builds the
    rest. Closing emits `close_requested`: a refresh may finish before `allow_close` is called.
    """

    close_requested = Signal()
    visibility_changed = Signal(bool)

    call_strip: "CallStrip"
    welcome: "Welcome"
    sign_in: "SignInPages"
    inspector: "InspectorPanel"
    response: "ResponsePanel"
    timeline: "TimelinePanel"
    wire: "WirePanel"
    journal: "JournalPanel"
    counts: "CountsCard"
    error_panel: "ErrorPanel"
    toasts: "Toasts"
    side: "SideColumn"
    demo: "DemoPanel"
    lessons: "LessonsPanel"
    lab: "LabPanel"
    doctor: "DoctorPanel"

    def __init__(self) -> None:
        super().__init__()
        self._may_close = False
        self.setObjectName("mainWindow")
        self.setWindowTitle("Lapse")
        self.setMinimumSize(_SMALLEST)
        self.resize(_FIRST_SIZE)
        self.commands = Commands(self)
        self.top_bar = TopBar(self.commands)
        self.cards = {
            "access": TokenCard("access", "Access token", self.commands),
            "refresh": TokenCard("refresh", "Refresh token", self.commands),
            "id": TokenCard("id", "ID token", self.commands),
        }
        self._starting = label("Starting the demo org…", role="muted")
        self._starting.setObjectName("startingLabel")
        self._starting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()

    def furnish(self) -> None:
        """Build the panels that the first paint does not need."""
        with theme.styled_at_the_end():
            self._furnish()

    def _furnish(self) -> None:
        from ui.inspector.panel import InspectorPanel
        from ui.journal.panel import JournalPanel
        from ui.response.panel import ResponsePanel
        from ui.session.call_strip import CallStrip
        from ui.session.counts_card import CountsCard
        from ui.session.sign_in_pages import SignInPages
        from ui.session.welcome import Welcome
        from ui.shell.error_panel import ErrorPanel
        from ui.timeline.panel import TimelinePanel
        from ui.widgets.roles import tell_roles
        from ui.widgets.toast import Toasts
        from ui.wirelog.panel import WirePanel

        tell_roles()
        self.call_strip = CallStrip()
        self.welcome = Welcome(self.commands)
        self.sign_in = SignInPages()
        self.inspector = InspectorPanel()
        self.response = ResponsePanel()
        self.timeline = TimelinePanel()
        self.wire = WirePanel()
        self.journal = JournalPanel()
        self.counts = CountsCard()
        self.error_panel = ErrorPanel()
        self.toasts = Toasts(self)
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.sign_in)
        self._add_signed_in()
        self._middle_column.insertWidget(0, self.error_panel)
        self._left_column.insertWidget(self._left_column.count() - 1, self.counts)
        self._add_side()

    def show_page(self, page: Page) -> None:
        """Show another page in the middle; the cards stay."""
        self._pages.setCurrentIndex(page)

    @property
    def page(self) -> Page:
        return Page(self._pages.currentIndex())

    def show_starting(self, text: str) -> None:
        self._starting.setText(text)

    def show_presenter(self, *, on: bool) -> None:
        """Mask every secret, or not."""
        self.top_bar.show_presenter(on=on)
        for card in self.cards.values():
            card.show_presenter(on=on)
        self.inspector.show_presenter(on=on)
        self.wire.show_presenter(on=on)
        self.timeline.show_presenter(on=on)
        self.sign_in.show_presenter(on=on)

    def shell(self, tasks: "TaskScope", clipboard: "Clipboard") -> "Shell":
        """Return what controllers may use of this window, once it is furnished."""
        from ui.shell.selection import Selection
        from ui.shell.shell import Shell

        return Shell(
            window=self,
            commands=self.commands,
            tasks=tasks,
            clipboard=clipboard,
            selection=Selection(tasks),
            side=self.side,
            tabs=self.tabs,
            toasts=self.toasts,
            errors=self.error_panel,
        )

    @property
    def session(self) -> "SessionPanels":
        """The widgets that show the session, once it is furnished."""
        from ui.session.panels import SessionPanels

        return SessionPanels(
            top_bar=self.top_bar,
            cards=self.cards,
            counts=self.counts,
            welcome=self.welcome,
            sign_in=self.sign_in,
            call_strip=self.call_strip,
        )

    def allow_close(self) -> None:
        """Close, this time without asking."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Emit `close_requested`; close only once it is allowed."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.visibility_changed.emit(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.visibility_changed.emit(False)

    def changeEvent(self, event: QEvent) -> None:
        """Emit the visibility when minimised, and adapt the columns to the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.visibility_changed.emit(self.isVisible() and not self.isMinimized())
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_left_scroll"):  # not yet built during __init__
            self._left_scroll.setMinimumWidth(theme.px(_CARDS_WIDTH))
            self._make_room()

    def _make_room(self) -> None:
        """Hide the cards where the middle would be squeezed between them and the right column."""
        is_unfolded = hasattr(self, "side") and not self.side.isHidden()
        self._left_scroll.setVisible(not is_unfolded or self.width() >= theme.px(_ROOM_FOR_THREE))

    def _lay_out(self) -> None:
        self._body = body = QSplitter(Qt.Orientation.Horizontal)
        body.setObjectName("bodySplitter")
        body.setHandleWidth(_GAP)
        body.setChildrenCollapsible(False)
        body.addWidget(self._left())
        body.addWidget(self._middle())
        body.setStretchFactor(1, 1)
        body.setSizes([_CARDS_WIDTH, _FIRST_SIZE.width() - _CARDS_WIDTH])
        below = QVBoxLayout()
        below.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        below.addWidget(body)
        central = QWidget()
        whole = QVBoxLayout(central)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top_bar)
        whole.addLayout(below, 1)
        self.setCentralWidget(central)

    def _left(self) -> QWidget:
        column = QWidget()
        column.setObjectName("leftColumn")
        self._left_column = QVBoxLayout(column)
        self._left_column.setContentsMargins(0, 0, 0, 0)
        self._left_column.setSpacing(_GAP)
        for card in self.cards.values():
            self._left_column.addWidget(card)
        self._left_column.addStretch(1)
        self._left_scroll = scrolling("leftScroll", column)
        self._left_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._left_scroll.setMinimumWidth(theme.px(_CARDS_WIDTH))
        return self._left_scroll

    def _middle(self) -> QWidget:
        column = QWidget()
        self._middle_column = QVBoxLayout(column)
        self._middle_column.setContentsMargins(0, 0, 0, 0)
        self._middle_column.setSpacing(_GAP)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._starting)
        self._middle_column.addWidget(self._pages, 1)
        return column

    def _add_side(self) -> None:
        from ui.shell.side_column import SideColumn

        self.side = SideColumn()
        self._add_panels()
        self.side.hide()
        self.side.unfolded.connect(self._make_room)
        self._body.addWidget(self.side)

    def _add_panels(self) -> None:
        """Add the panels of all installed parts."""
        if has("demo"):
            from ui.demo.panel import DemoPanel

            self.demo = DemoPanel(self.commands)
            self.side.add(self.demo, "Demo org")
        if has("lessons"):
            from ui.lessons.panel import LessonsPanel

            self.lessons = LessonsPanel(self.commands)
            self.side.add(self.lessons, "Lessons")
        if has("lab"):
            from ui.lab.panel import LabPanel

            self.lab = LabPanel()
            self.side.add(self.lab, "Lab")
        if has("doctor"):
            from ui.doctor.panel import DoctorPanel

            self.doctor = DoctorPanel()
            self.side.add(self.doctor, "Doctor")

    def _add_signed_in(self) -> None:
        """Build the page from the outside in: Qt restyles the whole subtree whenever a widget gets a parent."""
        page = QWidget()
        # scrolls in a low window with an error
        self._pages.addWidget(scrolling("storyScroll", MinimalContent("signedInPage", page)))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        layout.addWidget(self.call_strip)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("storySplitter")
        split.setHandleWidth(_GAP)
        split.setChildrenCollapsible(False)
        layout.addWidget(split, 1)
        split.addWidget(self.timeline)
        card = Card(padding=2, spacing=0)
        split.addWidget(card)
        split.setStretchFactor(1, 1)
        split.setSizes([_TIMELINE_HEIGHT, _FIRST_SIZE.height() - _TIMELINE_HEIGHT])
        self.tabs = QTabWidget()
        self.tabs.setObjectName("detailTabs")
        self.tabs.setDocumentMode(True)
        card.body.addWidget(self.tabs)
        for panel, title in (
            (self.inspector, "Inspector"),
            (self.response, "Response"),
            (self.wire, "Wire"),
            (self.journal, "Journal"),
        ):
            self.tabs.addTab(panel, title)
