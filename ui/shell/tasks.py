"""The window's tasks: named, and cancelled with their scope; and dialogs that can be awaited."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget


class TaskScope(QObject):
    """The only place in `ui/` that creates tasks.

    A task has a name; starting one of the same name cancels the one before. Exceptions go to `report`, except
    cancellation. The scope keeps references, because asyncio keeps only weak ones.
    """

    busy_changed = Signal(str, bool)

    def __init__(self, report: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, function: Callable[..., Awaitable[Any]], *args: Any) -> None:
        """Run `function(*args)` as the task `name`."""
        self.cancel(name)
        task = asyncio.create_task(self._run(function, *args), name=name)
        self._tasks[name] = task
        task.add_done_callback(self._done)
        self.busy_changed.emit(name, True)

    def cancel(self, name: str) -> None:
        task = self._tasks.get(name)
        if task is not None:
            task.cancel()

    def running(self, name: str) -> bool:
        return name in self._tasks

    async def close(self) -> None:
        """Cancel every task and wait until all have ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, function: Callable[..., Awaitable[Any]], *args: Any) -> None:
        try:
            await function(*args)
        except asyncio.CancelledError:
            raise
        except BaseException as failure:  # noqa: BLE001 - the reporter gets every failure
            self._report(failure)

    def _done(self, task: "asyncio.Task[None]") -> None:
        name = task.get_name()
        if self._tasks.get(name) is task:
            del self._tasks[name]
            self.busy_changed.emit(name, False)


async def ask(dialog: QDialog) -> int:
    """Open `dialog` without a nested loop and return its result code; `exec()` in a coroutine breaks other tasks."""
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finished(result: int) -> None:
        if not future.done():
            future.set_result(result)

    dialog.finished.connect(finished)
    dialog.open()
    try:
        return await future
    finally:
        dialog.deleteLater()


async def ask_yes_no(over: QWidget, name: str, *, title: str, question: str, consequence: str, yes: str) -> bool:
    """Ask before something irreversible; `yes` is the verb on its button, `name` the box's object name."""
    box = QMessageBox(over)
    box.setObjectName(name)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    box.setInformativeText(consequence)
    confirm = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    await ask(box)
    return box.clickedButton() is confirm
