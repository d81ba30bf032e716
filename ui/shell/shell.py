"""The shell: what a controller may ask of the window around its panel."""

from dataclasses import dataclass

from PySide6.QtWidgets import QMainWindow, QTabWidget, QWidget

from ui.shell.clipboard import Clipboard
from ui.shell.commands import Commands
from ui.shell.error_panel import ErrorPanel
from ui.shell.selection import Selection
from ui.shell.side_column import SideColumn
from ui.shell.tasks import TaskScope
from ui.widgets.toast import Toasts


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Shell:
    """The parts of the window that belong to no panel; dialogs open over `window`.

    It knows no connection and no session: who needs those takes a `SessionModel` as well.
    """

    window: QMainWindow
    commands: Commands
    tasks: TaskScope
    clipboard: Clipboard
    selection: Selection
    side: SideColumn
    tabs: QTabWidget
    toasts: Toasts
    errors: ErrorPanel

    def toast(self, text: str, tone: str = "neutral") -> None:
        """Show a short note; `tone` is neutral, good, warning or bad."""
        self.toasts.show_toast(text, tone)

    def announce(self, text: str) -> None:
        """Let a screen reader say what is shown elsewhere already."""
        self.toasts.announcer.announce(text)

    def show_error(self, failure: BaseException) -> None:
        """Show an error above the middle until it is dismissed or the next thing is begun."""
        self.errors.show_error(failure)

    def hide_error(self) -> None:
        """Take the error away: something else is begun."""
        self.errors.hide()

    def show_status(self, text: str) -> None:
        """Say what stays true for as long as the window is open."""
        self.window.statusBar().showMessage(text)

    def open_side(self, panel: QWidget) -> None:
        """Unfold the right column with this panel in front."""
        self.side.open(panel)

    def open_tab(self, panel: QWidget) -> None:
        """Bring this panel to the front of the tabs below the timeline."""
        self.tabs.setCurrentWidget(panel)

    def entitle_tab(self, panel: QWidget, title: str) -> None:
        """Give a panel below the timeline another title."""
        place = self.tabs.indexOf(panel)
        if self.tabs.tabText(place) != title:
            self.tabs.setTabText(place, title)
