"""Connects the doctor: on request, and when a sign-in returns no refresh token or a refresh is refused."""

from app.errors import LapseError
from app.events import Entry
from app.events.refresh import RefreshFailed
from app.events.tokens import TokensReceived
from ui.doctor.panel import DoctorPanel
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell

_TOO_MANY, _SERVER_ERROR = 429, 500


class DoctorController(Controller):
    """Requests a diagnosis and shows it in the right column.

    While the user works in another panel there, the doctor announces itself instead of opening.
    """

    def __init__(self, panel: DoctorPanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        model.appended.connect(self._added)
        shell.commands.doctor.triggered.connect(self._on_look)
        panel.look_requested.connect(self._on_look)
        panel.cancel_requested.connect(self._on_cancel)
        panel.entry_requested.connect(shell.selection.select)
        panel.copy_requested.connect(shell.clipboard.copy)
        panel.turn_on_grant_requested.connect(shell.commands.turn_on_grant.trigger)

    def _added(self, batch: tuple[Entry, ...]) -> None:
        """Open the panel when new entries report a problem that the doctor explains."""
        if not any(self._calls_for_the_doctor(entry) for entry in batch):
            return
        if self._shell.side.is_kept():
            self._shell.toast("The doctor is looking into it: see the Doctor tab.")
        else:
            self._shell.open_side(self._panel)
        self._start(asked=False)

    def _calls_for_the_doctor(self, entry: Entry) -> bool:
        if not self._connections.is_connected or entry.connection != self._connections.connection.key:
            return False
        event = entry.event
        if isinstance(event, RefreshFailed):
            return event.terminal or (bool(event.code) and not _is_busy(event))
        return isinstance(event, TokensReceived) and event.number == 1 and event.refresh is None

    def _on_look(self) -> None:
        self._shell.open_side(self._panel)
        self._start(asked=True)

    def _start(self, *, asked: bool) -> None:
        self._panel.show_busy()
        self._tasks.start("doctor", self._look, asked)

    def _on_cancel(self) -> None:
        self._tasks.cancel("doctor")
        self._panel.show_stopped()

    async def _look(self, asked: bool) -> None:  # noqa: FBT001 - a task's argument
        from app.doctor.examination import diagnosis_of

        try:
            found = await diagnosis_of(self._connections, asked=asked)
        except LapseError:
            self._panel.show_stopped()
            raise
        self._panel.show_findings(found.findings)


def _is_busy(failed: RefreshFailed) -> bool:
    """Return whether the server only asked to retry later: that needs no doctor."""
    is_later = failed.code in ("temporarily_unavailable", "server_error", "slow_down")
    return is_later or failed.status == _TOO_MANY or (failed.status or 0) >= _SERVER_ERROR
