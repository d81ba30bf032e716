"""Connects the grant dialog with the Applications API of the connection's org."""

from typing import TYPE_CHECKING

from app.errors import NotSignedIn
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.shell.tasks import ask

if TYPE_CHECKING:
    from app.connection import Connection
    from app.okta.change import GrantChange
    from app.okta.management import ManagementClient
    from app.secret import Secret
    from ui.doctor.grant_dialog import GrantDialog

_TASKS = ("read the app", "change the app", "forget the API token")


class GrantController(Controller):
    """One dialog at a time; the API token is dropped with the dialog, or kept in the keyring on request."""

    def __init__(self, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._dialog: GrantDialog | None = None
        self._connection: Connection | None = None
        self._token: Secret | None = None
        shell.commands.turn_on_grant.triggered.connect(self._on_turn_on)

    def _on_turn_on(self) -> None:
        if self._dialog is None:
            self._tasks.start("turn the grant on", self._turn_on)

    async def _turn_on(self) -> None:
        from app.okta.addresses import org_url
        from ui.doctor.grant_dialog import GrantDialog, TokenSource

        self._connection = connection = self._connections.connection
        origin = org_url(connection.issuer)
        self._token = await self._connections.api_token(connection, origin)
        source = TokenSource.ASKED if self._token is None else TokenSource.KEPT
        source = TokenSource.KNOWN if connection.embedded else source
        self._dialog = dialog = GrantDialog(origin, source, self._shell.window)
        dialog.read_requested.connect(self._on_read)
        dialog.read_again_requested.connect(self._on_read_again)
        dialog.apply_requested.connect(self._on_apply)
        dialog.forget_requested.connect(self._on_forget)
        dialog.copy_requested.connect(self._shell.clipboard.copy)
        if source is TokenSource.KNOWN:
            dialog.read()
        try:
            await ask(dialog)
        finally:
            self._dialog = self._token = None
            for name in _TASKS:
                self._tasks.cancel(name)

    def _on_read(self, token: "Secret | None", keep: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._token = token or self._token
        self._tasks.start(_TASKS[0], self._in_dialog, self._dialog, self._read, keep)

    def _on_read_again(self) -> None:
        self._tasks.start(_TASKS[0], self._in_dialog, self._dialog, self._read, False)

    def _on_apply(self, change: "GrantChange") -> None:
        self._tasks.start(_TASKS[1], self._in_dialog, self._dialog, self._apply, change)

    def _on_forget(self) -> None:
        self._tasks.start(_TASKS[2], self._in_dialog, self._dialog, self._forget)

    async def _read(self, dialog: "GrantDialog", keep: bool) -> None:  # noqa: FBT001 - a task's argument
        from app.okta.change import wanted_for
        from app.okta.kept_token import keep_token

        dialog.show_busy("Reading the app…")
        management = self._management()
        connection = self._connection
        assert connection is not None
        app = await management.read_app(connection.client_id)
        # Okta matches redirect URIs exactly, so the first one Lapse uses is offered for registration too.
        wanted = wanted_for(app, redirect_uri=next(iter(connection.redirect_uris), None))
        if dialog is self._dialog:
            dialog.show_change(app, wanted)
        if keep and self._token is not None:
            await keep_token(self._connections.store, management.org_url, self._token)

    async def _apply(self, dialog: "GrantDialog", change: "GrantChange") -> None:
        from app.okta.applying import apply

        dialog.show_busy("Sending the app with the change, and reading it back…")
        done = await apply(self._management(), change)
        if dialog is self._dialog:
            dialog.show_done(done)

    async def _forget(self, dialog: "GrantDialog") -> None:
        from app.okta.addresses import org_url
        from app.okta.kept_token import forget_token
        from ui.doctor.grant_dialog import TokenSource

        assert self._connection is not None
        await forget_token(self._connections.store, org_url(self._connection.issuer))
        self._token = None
        dialog.show_source(TokenSource.ASKED)

    def _management(self) -> "ManagementClient":
        from app.okta.addresses import org_url
        from app.okta.management import ManagementClient

        if self._token is None or self._connection is None:
            raise NotSignedIn("The API token is no longer known.", next_step="Close this and start again.")
        origin = org_url(self._connection.issuer)
        return ManagementClient(self._connections.http, self._connections.clock, org_url=origin, token=self._token)
