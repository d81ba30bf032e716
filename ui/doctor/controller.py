"""Connects the doctor: asked for, or by itself when a sign-in brings no refresh token or a refresh is refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.errors import LapseError
from app.events import Entry
from app.events.refresh import RefreshFailed
from app.events.tokens import TokensReceived
from ui.shell.clipboard import Clipboard
from ui.shell.tasks import TaskScope

if TYPE_CHECKING:
    from app.connections import Connections
    from ui.window.main_window import MainWindow

_TOO_MANY, _SERVER_ERROR = 429, 500


class DoctorController(QObject):
    """Asks for a diagnosis and shows it in the right column; `select` is told which entry of the journal to show.

    Where `is_in_use` says that somebody is at work in that column, the doctor looks and waits to be asked in.
    """

    def __init__(
        self,
        window: "MainWindow",
        bench: "Connections",
        tasks: TaskScope,
        clipboard: Clipboard,
        select: Callable[[int], None],
        is_in_use: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._bench = bench
        self._tasks = tasks
        self._is_in_use = is_in_use
        window.commands.doctor.triggered.connect(self._on_look)
        window.doctor.look_wanted.connect(self._on_look)
        window.doctor.cancel_wanted.connect(self._on_cancel)
        window.doctor.entry_wanted.connect(select)
        window.doctor.copy_requested.connect(clipboard.copy)
        window.doctor.turn_on_grant_wanted.connect(window.commands.turn_on_grant.trigger)

    def added(self, batch: tuple[Entry, ...]) -> None:
        """Open by itself where the newest entries tell of what the doctor is there for."""
        if not any(self._calls_for_the_doctor(entry) for entry in batch):
            return
        if self._is_in_use():
            self._window.toasts.show_toast("The doctor looks into it: see the tab Doctor.")
        else:
            self._window.side.open(self._window.doctor)
        self._start(asked=False)

    def _calls_for_the_doctor(self, entry: Entry) -> bool:
        if not self._bench.is_connected or entry.connection != self._bench.connection.key:
            return False
        event = entry.event
        if isinstance(event, RefreshFailed):
            return event.terminal or (bool(event.code) and not _is_busy(event))
        return isinstance(event, TokensReceived) and event.number == 1 and event.refresh is None

    def _on_look(self) -> None:
        self._window.side.open(self._window.doctor)
        self._start(asked=True)

    def _start(self, *, asked: bool) -> None:
        self._window.doctor.show_busy()
        self._tasks.start("doctor", self._look, asked)

    def _on_cancel(self) -> None:
        self._tasks.cancel("doctor")
        self._window.doctor.show_stopped()

    async def _look(self, asked: bool) -> None:  # noqa: FBT001 - a task's argument
        from app.doctor.diagnosis import diagnosis_of

        try:
            found = await diagnosis_of(self._bench, asked=asked)
        except LapseError:
            self._window.doctor.show_stopped()
            raise
        self._window.doctor.show_findings(found.findings)


def _is_busy(failed: RefreshFailed) -> bool:
    """Return whether the server only asked to come back later, in whatever words: that needs no doctor."""
    is_later = failed.code in ("temporarily_unavailable", "server_error", "slow_down")
    return is_later or failed.status == _TOO_MANY or (failed.status or 0) >= _SERVER_ERROR
