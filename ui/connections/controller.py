"""Connects the dialogs of connections: look-up, test, save, remove, import and export."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.errors import BadInput
from ui.connections.editor import ConnectionEditor, Purpose
from ui.connections.list import ConnectionRow, ConnectionsDialog
from ui.shell.controller import Controller
from ui.shell.saving import asked_for_file, asked_for_path
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.shell.tasks import ask, ask_yes_no

if TYPE_CHECKING:
    # For types alone: they bring the heavy libraries, which come after the first paint.
    import httpx

    from app.connecting.trial_step import TrialStep
    from app.connection import Connection

_LIST, _EDITOR, _ASKING = "connections", "edit a connection", "connection question"
_WORK, _SAVE = "connection network", "save a connection"
_KINDS = "JSON files (*.json);;All files (*)"


class ConnectionsController(Controller):
    """At most one list and one editor are open; an error is shown in the dialog it belongs to."""

    def __init__(self, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._list: ConnectionsDialog | None = None
        self._editor: ConnectionEditor | None = None
        self._instead_of: Connection | None = None
        model.session_changed.connect(self._show_rows)
        shell.commands.connections.triggered.connect(self.manage)
        shell.commands.add_connection.triggered.connect(self.add)

    def manage(self) -> None:
        if self._list is not None:
            return
        dialog = self._list = ConnectionsDialog(self._shell.window)
        dialog.use_requested.connect(self._on_use)
        dialog.add_requested.connect(self.add)
        dialog.edit_requested.connect(self._on_edit)
        dialog.duplicate_requested.connect(self._on_duplicate)
        dialog.remove_requested.connect(self._on_remove)
        dialog.import_requested.connect(self._on_import)
        dialog.export_requested.connect(self._on_export)
        self._show_rows()
        self._tasks.start(_LIST, self._ask_list, dialog)

    def add(self) -> None:
        self._open(ConnectionEditor(Purpose.ADD, taken=self._names(), parent=self._over()))

    def edit(self, name: str) -> None:
        """Open the editor on a connection; the demo org cannot be edited."""
        found = self._named(name)
        if found is not None and not found.embedded:
            taken = self._names() - {name}
            self._open(ConnectionEditor(Purpose.EDIT, found, taken=taken, parent=self._over()), instead_of=found)

    # --- requests ---------------------------------------------------------------------------------------------------

    def _on_edit(self, name: str) -> None:
        self.edit(name)

    def _on_use(self, name: str) -> None:
        found = self._named(name)
        if found is not None and self._list is not None:
            self._list.accept()
            self._model.take_up(found)

    def _on_duplicate(self, name: str) -> None:
        found = self._named(name)
        if found is not None:
            copy = replace(found, name=self._connections.settings.free_name(name))
            self._open(ConnectionEditor(Purpose.DUPLICATE, copy, taken=self._names(), parent=self._over()))

    def _on_remove(self, name: str) -> None:
        self._tasks.start(_ASKING, self._in_dialog, self._list, self._remove, name)

    def _on_import(self) -> None:
        self._tasks.start(_ASKING, self._in_dialog, self._list, self._import)

    def _on_export(self, name: str) -> None:
        self._tasks.start(_ASKING, self._in_dialog, self._list, self._export, name)

    def _on_look_up(self, text: str) -> None:
        if self._editor is not None:
            self._editor.show_busy("Looking the issuer up…")
            self._tasks.start(_WORK, self._in_dialog, self._editor, self._look_up, text)

    def _on_test(self, connection: "Connection") -> None:
        if self._editor is not None:
            self._editor.show_busy("Trying the connection without signing in…")
            self._tasks.start(_WORK, self._in_dialog, self._editor, self._try_out, connection)

    def _on_cancel(self) -> None:
        self._tasks.cancel(_WORK)
        if self._editor is not None:
            self._editor.show_busy("")

    def _on_saved(self, connection: "Connection") -> None:
        if self._editor is not None:
            self._editor.show_busy("Saving…")
            self._tasks.start(_SAVE, self._in_dialog, self._editor, self._save, connection)

    # --- tasks ----------------------------------------------------------------------------------------------------

    def _open(self, editor: ConnectionEditor, instead_of: "Connection | None" = None) -> None:
        if self._editor is not None:
            return
        self._editor, self._instead_of = editor, instead_of
        editor.look_up_requested.connect(self._on_look_up)
        editor.test_requested.connect(self._on_test)
        editor.cancel_requested.connect(self._on_cancel)
        editor.saved.connect(self._on_saved)
        editor.copy_requested.connect(self._shell.clipboard.copy)
        self._tasks.start(_EDITOR, self._ask_editor, editor)

    async def _ask_list(self, dialog: ConnectionsDialog) -> None:
        try:
            await ask(dialog)
        finally:
            self._list = None

    async def _ask_editor(self, editor: ConnectionEditor) -> None:
        try:
            await ask(editor)
        finally:
            self._editor = self._instead_of = None
            self._tasks.cancel(_WORK)

    async def _look_up(self, editor: ConnectionEditor, text: str) -> None:
        from app.connecting.lookup import look_up

        found = await look_up(self._http(), text)
        if editor is self._editor:
            editor.show_found(found)

    async def _try_out(self, editor: ConnectionEditor, connection: "Connection") -> None:
        from app.connecting.trial import try_out

        steps: tuple[TrialStep, ...] = ()
        async for step in try_out(connection, self._http()):
            if editor is not self._editor:
                return
            steps = (*steps, step)
            editor.show_test(steps, done=False)
        editor.show_test(steps)

    async def _save(self, editor: ConnectionEditor, connection: "Connection") -> None:
        before = self._instead_of
        self._connections.remember_connection(connection, instead_of=before.name if before is not None else None)
        if before is not None and (before.issuer, before.client_id) != (connection.issuer, connection.client_id):
            # Only the previous issuer and client can revoke the tokens, so they are signed out now.
            await self._connections.leave(before)
        if editor is self._editor:
            editor.accept()
        if self._list is not None:
            self._list.accept()
        self._model.take_up(self._connections.settings.connection)

    async def _remove(self, dialog: ConnectionsDialog, name: str) -> None:
        if not await ask_yes_no(
            dialog,
            "removeConnectionBox",
            title="Remove a connection",
            question=f"Remove {name}?",
            consequence="Its session is signed out, and its tokens are forgotten. Export it to keep it.",
            yes="Remove",
        ):
            return
        was_current = self._connections.settings.current == name
        await self._connections.remove_connection(name)
        self._show_rows()
        dialog.show_note(f"{name} was removed, and its session signed out.")
        if was_current:
            self._model.take_up(self._connections.settings.connection)

    async def _import(self, dialog: ConnectionsDialog) -> None:
        from app.connecting.files import read_file

        path = await asked_for_file(dialog, "Import connections", _KINDS)
        if path is None:
            return
        found = read_file(path)
        everything = (*found.connections, *found.drafts)
        dialog.show_note("\n".join(found.notes))
        if len(everything) == 1:
            # A single connection is checked before it is saved; several are saved, and looked up when they are used.
            self._open(self._imported(everything[0]))
            return
        current = self._connections.settings.connection
        for connection in found.connections:
            name = self._connections.settings.free_name(connection.name)
            self._connections.remember_connection(replace(connection, name=name))
        self._connections.remember_connection(current, instead_of=current.name)
        self._show_rows()
        added = len(found.connections)
        count = "1 connection was added." if added == 1 else f"{added} connections were added."
        dialog.show_note("\n".join((count, *found.notes)))

    def _imported(self, connection: "Connection") -> ConnectionEditor:
        name = self._connections.settings.free_name(connection.name) if connection.name else ""
        return ConnectionEditor(Purpose.ADD, replace(connection, name=name), taken=self._names(), parent=self._over())

    async def _export(self, dialog: ConnectionsDialog, name: str) -> None:
        from app.connecting.files import write_file

        found = self._named(name)
        path = await asked_for_path(dialog, f"Export {name}", "", _KINDS)
        if found is not None and path is not None:
            write_file(path, [found])
            dialog.show_note(f"Written to {path}; no secret is in it.")

    def _http(self) -> "httpx.AsyncClient":
        try:
            return self._connections.http
        except RuntimeError:  # it is created with the first connection
            raise BadInput("Lapse is still starting.", next_step="Try again in a moment.") from None

    # --- state --------------------------------------------------------------------------------------------

    def _show_rows(self) -> None:
        if self._list is None:
            return
        settings = self._connections.settings
        rows = (
            ConnectionRow(
                each.name,
                each.issuer or (self._connections.embedded.issuer if each.embedded else ""),
                self._connections.standing(each.name),
                is_demo=each.embedded,
                is_current=each.name == settings.current,
            )
            for each in settings.connections
        )
        self._list.show_connections(tuple(rows))

    def _over(self) -> QWidget:
        return self._list or self._shell.window

    def _names(self) -> frozenset[str]:
        return frozenset(each.name for each in self._connections.settings.connections)

    def _named(self, name: str) -> "Connection | None":
        return next((each for each in self._connections.settings.connections if each.name == name), None)
