"""Connects the journal's panel: new entries, and the causes of the selected one."""

from app.events import Entry
from ui.journal.panel import JournalPanel
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell


class JournalController(Controller):
    """Shows the entries of all connections."""

    def __init__(self, panel: JournalPanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        panel.show_entries(tuple(self._connections.journal))
        model.appended.connect(self._added)
        shell.selection.selected.connect(self._select)
        shell.selection.why_requested.connect(self._on_why)
        panel.selected.connect(shell.selection.select)
        panel.why_requested.connect(self._show_why)

    def _added(self, batch: tuple[Entry, ...]) -> None:
        self._panel.added(batch)
        self._shell.entitle_tab(self._panel, f"Journal · {len(self._connections.journal)}")

    def _select(self, seq: int) -> None:
        self._panel.select(seq)
        self._show_why(seq)

    def _on_why(self, seq: int) -> None:
        self._shell.open_tab(self._panel)
        self._shell.selection.select(seq)

    def _show_why(self, seq: int) -> None:
        self._panel.show_why(self._connections.journal.chain(seq))
