"""Opens Help: one window, made when it is first asked for, at the page that is wanted."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ui.shell.clipboard import Clipboard
from ui.shell.commands import Commands

if TYPE_CHECKING:
    # Help and its pages are read when somebody wants them.
    from ui.help.window import HelpWindow

_GUIDE = "trainers-guide.md"


class HelpController(QObject):
    """Answers F1 and the command for the trainer's guide; `window` is what Help opens beside."""

    def __init__(self, commands: Commands, clipboard: Clipboard, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._clipboard = clipboard
        commands.help.triggered.connect(self._on_help)
        commands.guide.triggered.connect(self._on_guide)

    def _on_help(self) -> None:
        self._brought_up()

    def _on_guide(self) -> None:
        self._brought_up().open_page(_GUIDE)

    def _brought_up(self) -> "HelpWindow":
        from ui.help.window import HelpWindow

        shown = self._window.findChild(HelpWindow)
        if shown is None:
            shown = HelpWindow(self._window)
            shown.copy_requested.connect(self._clipboard.copy)
        shown.show()  # beside the window, which goes on as it is
        shown.raise_()
        shown.activateWindow()
        return shown
