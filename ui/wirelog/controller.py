"""Connects the wire log: every exchange, in full, as cURL, and exported as HAR."""

import json
from pathlib import Path

from app import VERSION
from app.events import Entry
from app.events.wire import Exchange
from app.secret import Secret
from app.wire.curl import curl
from app.wire.har import har
from app.wire.view import ExchangeRow, WireLog
from ui.shell.controller import Controller
from ui.shell.saving import asked_for_path, write
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.wirelog.panel import WirePanel


class WireController(Controller):
    """Shows the exchanges of all connections; exports are masked, except a copy with real tokens."""

    def __init__(self, panel: WirePanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        self._log = WireLog()
        self._exchanges = 0
        self._take(tuple(self._connections.journal))
        panel.show_log(self._log)
        model.appended.connect(self._added)
        shell.selection.selected.connect(self._select)
        panel.selected.connect(shell.selection.select)
        panel.detail_requested.connect(self._show_detail)
        panel.curl_requested.connect(self._on_copy_curl)
        panel.why_requested.connect(shell.selection.why_requested)
        panel.export_requested.connect(self._on_export)
        shell.commands.export_har.triggered.connect(self._on_export)

    def write_har(self, path: Path) -> None:
        """Write every exchange, masked as recorded; raises BadInput if the file cannot be written."""
        found = har(self._connections.journal, self._connections.details, version=VERSION)
        write(path, json.dumps(found, indent=1, ensure_ascii=False).encode())
        self._shell.toast(f"Written to {path}; no token is in it.")

    def _added(self, batch: tuple[Entry, ...]) -> None:
        self._panel.added(self._take(batch))
        if self._log.drop_oldest():
            self._panel.dropped_oldest()
        self._shell.entitle_tab(self._panel, f"Wire · {self._exchanges}")

    def _take(self, entries: tuple[Entry, ...]) -> list[ExchangeRow]:
        rows = []
        for entry in entries:
            self._exchanges += isinstance(entry.event, Exchange)
            place = self._log.take(entry)
            if place is not None:
                rows.append(self._log.rows[place])
        return rows

    def _select(self, seq: int) -> None:
        self._panel.select(seq)
        self._show_detail(seq)

    def _show_detail(self, seq: int) -> None:
        row = next((row for row in self._log.with_children(seq) if row.seq == seq), None)
        if row is not None:
            self._panel.show_detail(row, self._connections.details.get(seq))

    def _on_copy_curl(self, seq: int, real: bool) -> None:  # noqa: FBT001 - a signal's argument
        entry, detail = self._connections.journal.entry(seq), self._connections.details.get(seq)
        if entry is None or detail is None or not isinstance(entry.event, Exchange):
            return
        if real:
            self._shell.clipboard.copy_secret(curl(entry.event.method, detail, self._tokens()))
            self._shell.toast("Copied with real tokens; the clipboard forgets it in a minute.")
        else:
            self._shell.clipboard.copy(curl(entry.event.method, detail))
            self._shell.toast("Copied as cURL; the tokens are masked.")

    def _tokens(self) -> dict[str, Secret]:
        """Return the current tokens by fingerprint: only those can replace their masks."""
        held = (self._model.held(kind) for kind in ("access", "refresh", "id"))
        return {each.value.fingerprint: each.value for each in held if each is not None}

    def _on_export(self) -> None:
        self._tasks.start("export", self._export)

    async def _export(self) -> None:
        path = await asked_for_path(self._shell.window, "Export the exchanges", "lapse", "HAR (*.har)")
        if path is not None:
            self.write_har(path)
