"""The shell: what controllers may use of the window around their panel."""

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

    Knows no connection and no session: for those there is `SessionModel`.
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
        """Announce to screen readers what is already visible."""
        self.toasts.announcer.announce(text)

    def show_error(self, failure: BaseException) -> None:
        """Show an error above the middle until it is dismissed or the next action starts."""
        self.errors.show_error(failure)

    def hide_error(self) -> None:
        """Hide the error, because the next action starts."""
        self.errors.hide()

    def show_status(self, text: str) -> None:
        """Show a lasting status in the status bar."""
        self.window.statusBar().showMessage(text)

    def open_side(self, panel: QWidget) -> None:
        """Unfold the right column with this panel in front."""
        self.side.open(panel)

    def open_tab(self, panel: QWidget) -> None:
        """Bring this panel to the front of the tabs below the timeline."""
        self.tabs.setCurrentWidget(panel)

    def entitle_tab(self, panel: QWidget, title: str) -> None:
        """Change the title of a panel below the timeline."""
        place = self.tabs.indexOf(panel)
        if self.tabs.tabText(place) != title:
            self.tabs.setTabText(place, title)
