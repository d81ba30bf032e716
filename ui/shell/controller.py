"""What the controllers of all panels have in common."""

from PySide6.QtCore import QObject

from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell


class Controller(QObject):
    """Connects one panel to the session; knows the shell and the model, and no other panel."""

    def __init__(self, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell.tasks)
        self._shell = shell
        self._model = model
        self._bench = model.bench
        self._tasks = shell.tasks
