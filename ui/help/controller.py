"""Opens Help: one window, created on first use."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.shell.shell import Shell

if TYPE_CHECKING:
    # imported on first use, to keep the start fast
    from ui.help.window import HelpWindow

_GUIDE = "trainers-guide.md"


class HelpController(QObject):
    """Handles F1 and the command for the trainer's guide."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.tasks)
        self._shell = shell
        shell.commands.help.triggered.connect(self._on_help)
        shell.commands.guide.triggered.connect(self._on_guide)

    def _on_help(self) -> None:
        self._brought_up()

    def _on_guide(self) -> None:
        self._brought_up().open_page(_GUIDE)

    def _brought_up(self) -> "HelpWindow":
        from ui.help.window import HelpWindow

        shown = self._shell.window.findChild(HelpWindow)
        if shown is None:
            shown = HelpWindow(self._shell.window)
            shown.copy_requested.connect(self._shell.clipboard.copy)
        shown.show()  # not modal: the main window stays usable
        shown.raise_()
        shown.activateWindow()
        return shown
