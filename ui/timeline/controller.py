"""Connects the timeline: the chosen connection's tokens and requests over time, selection and export."""

from pathlib import Path

from app.events import Entry, Event
from app.events.demo import TokenExpired, TokenRevoked
from app.events.refresh import Decided, RefreshSucceeded
from app.events.tokens import AccessTokenDropped, TokensReceived
from app.lanes import Lanes
from app.token_name import TokenKind, TokenName
from ui.shell.controller import Controller
from ui.shell.saving import asked_for_path, write
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.timeline.panel import TimelinePanel
from ui.widgets.picture import png_of


class TimelineController(Controller):
    """Adds journal entries to the lanes; passes on the token of the selected entry."""

    def __init__(self, panel: TimelinePanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        self._lanes = Lanes()
        model.story_restarted.connect(self._restart)
        model.story_continued.connect(self._continue)
        model.limits_changed.connect(self._show)
        model.ticked.connect(panel.tick)
        shell.selection.selected.connect(self._select)
        panel.selected.connect(shell.selection.select)
        panel.export_requested.connect(self._on_export)
        shell.commands.export_timeline.triggered.connect(self._on_export)
        shell.commands.follow_now.triggered.connect(panel.follow_button.click)
        shell.commands.focus_timeline.triggered.connect(self._on_focus)

    def write_timeline(self, path: Path) -> None:
        """Write the timeline as shown: SVG if the name ends so, else PNG. Raises BadInput."""
        view = self._panel.view
        write(path, view.svg() if path.suffix.lower() == ".svg" else png_of(view.image()))
        self._shell.toast(f"Written to {path}; no token is in it.")

    def _restart(self, entries: tuple[Entry, ...]) -> None:
        self._lanes = Lanes()
        for entry in entries:
            self._lanes.take(entry)
        self._show()

    def _continue(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self._lanes.take(entry)
        self._panel.refresh()

    def _show(self) -> None:
        self._panel.show_lanes(self._lanes, leeway_s=self._model.leeway_s, limits=self._model.limits)

    def _select(self, seq: int) -> None:
        self._panel.select(seq)
        entry = self._connections.journal.entry(seq)
        name = _token_of(entry.event) if entry is not None and self._model.is_of_connection(entry) else None
        if name is not None and self._lanes.is_in_hand(name, seq):
            self._shell.selection.token_selected.emit(name)

    def _on_focus(self) -> None:
        if self._panel.view.isVisible():  # Qt would focus even a hidden widget
            self._panel.view.setFocus()

    def _on_export(self) -> None:
        self._tasks.start("export the timeline", self._export)

    async def _export(self) -> None:
        kinds = "Picture (*.png);;Drawing (*.svg)"
        path = await asked_for_path(self._shell.window, "Export the timeline", "lapse-timeline", kinds)
        if path is not None:
            self.write_timeline(path)


def _token_of(event: Event) -> TokenName | None:
    """Return the name of the token an event is about, None for none."""
    if isinstance(event, TokensReceived):
        return event.access.name if event.access is not None else None
    if isinstance(event, Decided):
        return event.decision.access_name
    if isinstance(event, RefreshSucceeded):
        return TokenName(TokenKind.ACCESS, event.number)
    if isinstance(event, AccessTokenDropped | TokenRevoked | TokenExpired):
        return event.name
    return None
