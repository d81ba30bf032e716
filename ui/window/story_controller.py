"""Connects what tells the story: timeline, wire log, journal and numbers, which select one another."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app import VERSION
from app.counters import Counters
from app.events import Entry, Event
from app.events.demo import ReplayAnswered, TokenExpired, TokenRevoked
from app.events.refresh import Decided, RefreshFailed, RefreshSucceeded
from app.events.tokens import AccessTokenDropped, TokensReceived
from app.events.wire import Exchange
from app.lanes import Lanes, Limits
from app.secret import Secret
from app.token_name import TokenKind, TokenName
from app.wire.curl import curl
from app.wire.har import har
from app.wire.view import Row, WireLog
from ui.shell.clipboard import Clipboard
from ui.shell.saving import asked_for_path, write
from ui.shell.tasks import TaskScope
from ui.widgets.picture import png_of

if TYPE_CHECKING:
    from app.connections import Connections
    from ui.window.main_window import MainWindow


class StoryController(QObject):
    """Projects the journal for the panels; selecting anything selects it everywhere."""

    def __init__(
        self,
        window: "MainWindow",
        bench: "Connections",
        tasks: TaskScope,
        clipboard: Clipboard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self._window = window
        self._bench = bench
        self._tasks = tasks
        self._lanes, self._counters, self._log = Lanes(), Counters(), WireLog()
        self._exchanges, self._key, self._told = 0, "", 0
        self._limits = (0.0, Limits())
        self._selecting = False
        window.commands.export_har.triggered.connect(self._on_export)
        window.call_strip.why_requested.connect(self._on_why_last)
        window.timeline.selected.connect(self.select)
        window.wire.selected.connect(self.select)
        window.journal.selected.connect(self.select)
        window.wire.detail_wanted.connect(self._show_detail)
        window.wire.curl_wanted.connect(self._copy_curl)
        window.wire.export_wanted.connect(self._on_export)
        window.wire.why_wanted.connect(self._on_why)
        window.journal.why_wanted.connect(self._show_why)
        entries = tuple(bench.journal)
        for entry in entries:
            self._project(entry)
        window.timeline.show_lanes(self._lanes, leeway_s=0.0)
        window.timeline.export_wanted.connect(self._on_export_timeline)
        window.commands.export_timeline.triggered.connect(self._on_export_timeline)
        window.wire.show_log(self._log)
        window.journal.show_entries(entries)

    def show_connection(self) -> None:
        """Tell the story of the chosen connection from now on; log and journal go on telling everything."""
        key = self._bench.connection.key if self._bench.is_connected else ""
        if key == self._key:
            return
        self._key, self._told, self._lanes, self._counters = key, 0, Lanes(), Counters()
        for entry in self._bench.journal:
            self._tell(entry)
        leeway_s, limits = self._limits
        self._window.timeline.show_lanes(self._lanes, leeway_s=leeway_s, limits=limits)

    def added(self, batch: tuple[Entry, ...]) -> None:
        """Show new entries of the journal."""
        rows = [row for entry in batch if (row := self._project(entry)) is not None]
        self._window.timeline.refresh()
        self._window.wire.added(rows)
        if self._log.drop_oldest():
            self._window.wire.dropped_oldest()
        self._window.journal.added(batch)
        self._window.show_numbers(exchanges=self._exchanges, entries=len(self._bench.journal))

    def tick(self, now: float) -> None:
        """Work out everything that depends on time for `now`, in epoch seconds."""
        self._window.timeline.tick(now)
        counts = self._counters.at(now)
        if self._bench.is_connected and self._bench.session.skew_s is not None:
            counts = replace(counts, skew_s=self._bench.session.skew_s)  # the journal tells of a large one only
        self._window.counts.show_counts(counts)

    def show_limits(self, leeway_s: float, limits: Limits) -> None:
        """Draw the leeway in force on the bars of access tokens, and what bounds refresh tokens."""
        if (leeway_s, limits) != self._limits:
            self._limits = (leeway_s, limits)
            self._window.timeline.show_lanes(self._lanes, leeway_s=leeway_s, limits=limits)

    def _project(self, entry: Entry) -> Row | None:
        self._tell(entry)
        self._exchanges += isinstance(entry.event, Exchange)
        place = self._log.take(entry)
        return None if place is None else self._log.rows[place]

    def _tell(self, entry: Entry) -> None:
        # The latest batch may be on its way still when the whole journal is told anew.
        if entry.seq <= self._told:
            return
        self._told = entry.seq
        if entry.connection in ("", self._key):
            self._lanes.take(entry)
            self._counters.take(entry)

    def select(self, seq: int) -> None:
        """Select this entry of the journal wherever it is shown."""
        if self._selecting:
            return
        self._selecting = True  # what is selected here tells so again
        try:
            for panel in (self._window.timeline, self._window.wire, self._window.journal):
                panel.select(seq)
            self._show_detail(seq)
            self._show_why(seq)
            self._inspect(seq)
        finally:
            self._selecting = False

    def _inspect(self, seq: int) -> None:
        entry = self._bench.journal.entry(seq)
        is_ours = entry is not None and entry.connection in ("", self._key)
        name = _token_of(entry.event) if entry is not None and is_ours else None
        if name is not None and self._lanes.is_in_hand(name, seq):
            self._window.inspector.show_token(name)

    def _show_detail(self, seq: int) -> None:
        row = next((row for row in self._log.with_children(seq) if row.seq == seq), None)
        if row is not None:
            self._window.wire.show_detail(row, self._bench.details.get(seq))

    def _on_why_last(self) -> None:
        """Show what led to the newest thing worth a question: a refresh, its failure, or the decision against one."""
        asked = RefreshSucceeded | RefreshFailed | ReplayAnswered | Decided
        for entry in reversed(tuple(self._bench.journal)):
            if isinstance(entry.event, asked):
                self._on_why(entry.seq)
                return

    def _on_why(self, seq: int) -> None:
        self._window.tabs.setCurrentWidget(self._window.journal)
        self.select(seq)

    def _show_why(self, seq: int) -> None:
        self._window.journal.show_why(self._bench.journal.chain(seq))

    def _copy_curl(self, seq: int, real: bool) -> None:  # noqa: FBT001 - a signal's argument
        entry, detail = self._bench.journal.entry(seq), self._bench.details.get(seq)
        if entry is None or detail is None or not isinstance(entry.event, Exchange):
            return
        if real:
            self._clipboard.copy_secret(curl(entry.event.method, detail, self._tokens()))
            self._window.toasts.show_toast("Copied with real tokens; the clipboard forgets it in a minute.")
        else:
            self._clipboard.copy(curl(entry.event.method, detail))
            self._window.toasts.show_toast("Copied as cURL; the tokens are masked.")

    def _tokens(self) -> dict[str, Secret]:
        """Return the tokens in hand by fingerprint: only those can be put in place of their masks."""
        tokens = self._bench.session.tokens if self._bench.is_connected else None
        held = (tokens.access, tokens.refresh, tokens.id) if tokens is not None else ()
        return {each.value.fingerprint: each.value for each in held if each is not None}

    def _on_export(self) -> None:
        self._tasks.start("export", self._export)

    async def _export(self) -> None:
        path = await asked_for_path(self._window, "Export the exchanges", "lapse", "HAR (*.har)")
        if path is not None:
            self.write_har(path)

    def write_har(self, path: Path) -> None:
        """Write every exchange in the journal, masked as it was recorded; raises BadInput when it cannot be written."""
        found = har(self._bench.journal, self._bench.details, version=VERSION)
        self._write(path, json.dumps(found, indent=1, ensure_ascii=False).encode())

    def _on_export_timeline(self) -> None:
        self._tasks.start("export the timeline", self._export_timeline)

    async def _export_timeline(self) -> None:
        kinds = "Picture (*.png);;Drawing (*.svg)"
        path = await asked_for_path(self._window, "Export the timeline", "lapse-timeline", kinds)
        if path is not None:
            self.write_timeline(path)

    def write_timeline(self, path: Path) -> None:
        """Write the timeline as it is shown: SVG where the name ends so, else PNG. Raises BadInput."""
        view = self._window.timeline.view
        self._write(path, view.svg() if path.suffix.lower() == ".svg" else png_of(view.image()))

    def _write(self, path: Path, octets: bytes) -> None:
        write(path, octets)
        self._window.toasts.show_toast(f"Written to {path}; no token is in it.")


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
