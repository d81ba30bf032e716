"""Connects the inspector: known tokens are shown at once, keys and introspection are fetched on request."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.errors import BadInput
from app.token_name import TokenName
from app.urls import check_url
from ui.inspector.panel import InspectorPanel
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.shell.tasks import ask

if TYPE_CHECKING:
    from app.inspection.inspector import Inspection
    from app.oauth.key_set import KeySet
    from app.oauth.metadata import ServerMetadata
    from ui.inspector.paste import KeySource, PasteDialog


class InspectorController(Controller):
    """Keeps the inspector up to date; its tasks run in the window's scope, which reports their errors."""

    def __init__(self, panel: InspectorPanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        self._looks_again_at: float | None = None
        self._told_at = 0
        self._dialog: PasteDialog | None = None
        panel.fetch_keys_requested.connect(self._on_fetch_keys)
        panel.introspect_requested.connect(self._on_introspect)
        panel.paste_requested.connect(self._on_paste)
        panel.copy_requested.connect(shell.clipboard.copy)
        shell.commands.paste_token.triggered.connect(panel.paste_requested)
        shell.selection.token_selected.connect(panel.show_token)
        model.tokens_changed.connect(self._show)
        model.ticked.connect(self._tick)

    def _show(self) -> None:
        """Inspect the current tokens again from what is known; sends nothing."""
        if not self._connections.is_connected:
            return
        held = self._connections.inspector.held()
        now = self._connections.clock.now()
        ends = [each.ends_at for inspection in held for each in inspection.truth if each.ends_at is not None]
        self._looks_again_at = min((end for end in ends if end > now), default=None)
        metadata = self._connections.client.known_metadata
        may_introspect = metadata is not None and metadata.public_clients_may_introspect
        host = urlsplit(self._connections.connection.issuer).netloc
        asked = urlsplit(metadata.introspection_endpoint or "").netloc if metadata and may_introspect else ""
        self._panel.show_hosts(host, asked)
        self._panel.show_inspections(held, tuple(self._connections.session.generations))

    def _tick(self, now: float) -> None:
        """Update all times for `now`; inspect again where a verdict has changed with it."""
        if self._looks_again_at is not None and now >= self._looks_again_at:
            self._show()
        if int(now) != self._told_at:  # its times are in whole seconds
            self._told_at = int(now)
            self._panel.tick(now)

    def _on_fetch_keys(self) -> None:
        self._tasks.start("fetch keys", self._fetch_keys)

    async def _fetch_keys(self) -> None:
        await self._connections.inspector.fetch_keys()
        self._show()

    def _on_introspect(self, name: TokenName) -> None:
        self._tasks.start("introspect", self._introspect, name)

    async def _introspect(self, name: TokenName) -> None:
        await self._connections.inspector.introspect(name)
        self._show()

    def _on_paste(self) -> None:
        from ui.inspector.paste import PasteDialog

        if self._dialog is not None or not self._connections.is_connected:
            return
        self._dialog = PasteDialog(self._connections.connection.name, self._panel.window(), masks=self._panel.presents)
        self._dialog.inspect_requested.connect(self._on_inspect_pasted)
        self._tasks.start("paste a token", self._ask_paste, self._dialog)

    async def _ask_paste(self, dialog: "PasteDialog") -> None:
        try:
            await ask(dialog)
        finally:
            self._dialog = None
            self._tasks.cancel("inspect pasted")

    def _on_inspect_pasted(self, text: str, source: "KeySource", value: str) -> None:
        self._tasks.start("inspect pasted", self._in_dialog, self._dialog, self._inspect_pasted, text, source, value)

    async def _inspect_pasted(self, dialog: "PasteDialog", text: str, source: "KeySource", value: str) -> None:
        inspections = await self._inspected(text, source, value)
        if dialog is self._dialog:  # the dialog may have been closed while keys were fetched
            self._panel.show_pasted(inspections)
            dialog.accept()

    async def _inspected(self, text: str, source: "KeySource", value: str) -> "tuple[Inspection, ...]":
        from app.inspection.inspector import Against, inspect_text
        from app.inspection.pasted_text import access_token_among, find_tokens

        found = find_tokens(text)
        if not found:
            what, cure = "There is no token in this text.", "Paste a token, or text with one in it."
            raise BadInput(what, next_step=cure)
        metadata, keys = await self._keys(source, value)
        against = Against(
            now=self._connections.clock.now(),
            keys=keys,
            metadata=metadata,
            client_id=self._connections.client.client_id if source == "connection" else None,
            access_token=access_token_among(found),
        )
        return tuple(inspect_text(each.token, each.label, against) for each in found)

    async def _keys(self, source: "KeySource", value: str) -> "tuple[ServerMetadata | None, KeySet | None]":
        from app.inspection.keys import read_pasted_keys
        from ui.inspector.paste import KeySource

        if source is KeySource.ISSUER:
            return await self._connections.inspector.keys_of(check_url(value, "The issuer"))
        if source is KeySource.PASTED:
            return None, read_pasted_keys(value, "pasted")
        if source is KeySource.CONNECTION:
            return self._connections.client.known_metadata, self._connections.client.known_keys
        return None, None
