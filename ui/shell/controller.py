"""What the controllers of all panels share."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from PySide6.QtCore import QObject
from shiboken6 import isValid

from app.errors import LapseError
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell


class ErrorDialog(Protocol):
    """A dialog that has a place for an error of its own."""

    def isVisible(self) -> bool: ...

    def show_error(self, error: LapseError) -> None: ...


class Controller(QObject):
    """Connects one panel to the session; knows the shell and the model, and no other panel."""

    def __init__(self, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell.tasks)
        self._shell = shell
        self._model = model
        self._connections = model.connections
        self._tasks = shell.tasks

    async def _in_dialog(self, dialog: ErrorDialog | None, work: Callable[..., Awaitable[None]], *args: object) -> None:
        """Await `work(dialog, …)`; a LapseError is shown in the dialog, or raised if that is closed by then."""
        if dialog is None:
            return
        try:
            await work(dialog, *args)
        except LapseError as error:
            # `ask` deletes a closed dialog, and touching a deleted widget raises RuntimeError.
            if not (isValid(dialog) and dialog.isVisible()):
                raise
            dialog.show_error(error)
