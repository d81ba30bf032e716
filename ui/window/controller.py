"""Creates a controller for every panel, runs the clock's ticks, and updates what is possible."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.errors import Refusal
from app.installed import has
from ui.connections.controller import ConnectionsController
from ui.doctor.grant_controller import GrantController
from ui.help.controller import HelpController
from ui.inspector.controller import InspectorController
from ui.journal.controller import JournalController
from ui.response.controller import ResponseController
from ui.session.call_controller import CallController
from ui.session.controller import SessionController
from ui.session.sign_in_controller import SignInController
from ui.session.token_controller import TokenController
from ui.shell.clipboard import Clipboard
from ui.shell.commands import Possible
from ui.shell.session_model import SessionModel
from ui.shell.tasks import TaskScope
from ui.timeline.controller import TimelineController
from ui.window.main_window import MainWindow
from ui.window.view_controller import ViewController
from ui.wirelog.controller import WireController

if TYPE_CHECKING:
    # For types only: the connections import the heavy libraries, which load after the first paint.
    from app.connections import Connections
    from ui.demo.controller import DemoController
    from ui.doctor.controller import DoctorController
    from ui.lab.controller import LabController
    from ui.lessons.controller import LessonsController

_TICK_MS = 500


class WindowController(QObject):
    """One window on the connections, with the controllers of all installed panels."""

    doctor: "DoctorController"
    demo: "DemoController"
    lessons: "LessonsController"
    lab: "LabController"

    def __init__(self, window: MainWindow, connections: "Connections", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self.tasks = TaskScope(self._report, self)
        self.clipboard = Clipboard(self)
        self.model = SessionModel(connections, self.tasks, self)
        self.shell = window.shell(self.tasks, self.clipboard)
        self._control_panels()
        self._timer = QTimer(self)
        self._timer.setObjectName("tickTimer")
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.model.tick)
        self._connect()

    def start(self) -> None:
        """Connect to the connection in use; the window is usable meanwhile."""
        self._view.restore()
        if has("lessons"):
            self.lessons.restore()
        self.model.start()
        self._on_visibility_changed(self._window.isVisible())

    async def close(self) -> None:
        """Stop everything the window has started; the session's own refresh continues."""
        self._timer.stop()
        self._view.remember()
        self.clipboard.forget()
        await self.tasks.close()
        self.model.bridge.close()

    def _control_panels(self) -> None:
        window, shell, model = self._window, self.shell, self.model
        self.timeline = TimelineController(window.timeline, shell, model)
        self.wire = WireController(window.wire, shell, model)
        self.journal = JournalController(window.journal, shell, model)
        self.inspector = InspectorController(window.inspector, shell, model)
        self.response = ResponseController(window.response, shell, model)
        self.session = SessionController(window.session, shell, model)
        self.sign_in = SignInController(window.session, shell, model)
        self.tokens = TokenController(window.session, shell, model)
        self.calls = CallController(window.session, shell, model)
        self.connections = ConnectionsController(shell, model)
        self.grant = GrantController(shell, model)
        self._control_installed_panels()
        self.help = HelpController(shell)
        self._view = ViewController(window, shell, model)

    def _control_installed_panels(self) -> None:
        window, shell, model = self._window, self.shell, self.model
        if has("doctor"):
            from ui.doctor.controller import DoctorController

            self.doctor = DoctorController(window.doctor, shell, model)
        if has("demo"):
            from ui.demo.controller import DemoController

            self.demo = DemoController(window.demo, shell, model)
        if has("lessons"):
            from ui.lessons.controller import LessonsController

            self.lessons = LessonsController(window.lessons, shell, model)
        if has("lab"):
            from ui.lab.controller import LabController

            self.lab = LabController(window.lab, shell)

    def _connect(self) -> None:
        window, commands = self._window, self.shell.commands
        self.model.page_chosen.connect(window.show_page)
        self.model.start_progressed.connect(window.show_starting)
        for changed in (self.model.ready_changed, self.model.session_changed, commands.presenter.toggled):
            changed.connect(self._show_possible)
        self.tasks.busy_changed.connect(self._on_busy_changed)
        window.visibility_changed.connect(self._on_visibility_changed)
        window.error_panel.copy_requested.connect(self.clipboard.copy)
        commands.quit.triggered.connect(window.close)

    def _on_busy_changed(self, name: str) -> None:
        if name == "call":
            self._show_possible()

    def _on_visibility_changed(self, seen: bool) -> None:  # noqa: FBT001 - a signal's one argument
        if seen:
            self.model.tick()
            self._timer.start()
        else:
            self._timer.stop()
            for card in self._window.cards.values():
                card.hide_value()  # no tick would end its 20 s

    def _report(self, failure: BaseException) -> None:
        self.model.refresh()
        # The welcome page already says why the session has ended.
        ended = self.model.connections.session.ended if self.model.is_ready else None
        if not (isinstance(failure, Refusal) and ended is not None and failure.reason is ended.reason):
            self.shell.show_error(failure)

    def _show_possible(self) -> None:
        model, commands = self.model, self.shell.commands
        replaced = model.connections.session.replaced if model.is_ready else None
        commands.show_possible(
            Possible(
                is_ready=model.is_ready,
                is_signed_in=model.tokens is not None,
                is_demo=model.is_ready and model.connections.connection.embedded,
                has_access=model.held("access") is not None,
                has_refresh=model.held("refresh") is not None,
                has_id=model.held("id") is not None,
                replaced=replaced.name if replaced is not None else None,
                why_not_by=self._why_not_by() if model.is_ready else {},
                is_calling=self.tasks.running("call"),
                is_presenting=commands.presenter.isChecked(),
            )
        )

    def _why_not_by(self) -> dict[str, str]:
        """Return the sign-in methods the server does not offer, as far as its metadata is known."""
        from app.connecting.capabilities import capabilities_of

        metadata = self.model.connections.client.known_metadata
        return capabilities_of(metadata).why_not if metadata is not None else {}
