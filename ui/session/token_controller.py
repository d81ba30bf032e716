"""Connects what can be done with a token: copy, reveal, refresh, drop, and at the demo org revoke, expire, replay."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.events.words import sentence
from app.wire.curl import curl
from app.wire.details import Detail
from ui.shell.clipboard import Clipboard
from ui.shell.commands import Possible
from ui.shell.tasks import TaskScope

if TYPE_CHECKING:
    from app.connections import Connections
    from app.demo.drills import Drills
    from app.session.tokens import Held, TokenSet
    from ui.window.main_window import MainWindow


class TokenController(QObject):
    """Values go from the session to the clipboard or to the card that was asked to show one, and nowhere else."""

    def __init__(
        self,
        window: "MainWindow",
        bench: "Connections",
        tasks: TaskScope,
        clipboard: Clipboard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._bench = bench
        self._tasks = tasks
        self._clipboard = clipboard
        commands = window.commands
        commands.refresh_now.triggered.connect(self._on_refresh)
        commands.drop.triggered.connect(self._on_drop)
        commands.copy_header.triggered.connect(self._on_copy_header)
        commands.copy_curl.triggered.connect(self._on_copy_curl)
        commands.replay.triggered.connect(self._on_replay)
        for actions, slot in (
            (commands.copy, self._on_copy),
            (commands.reveal, self._on_reveal),
            (commands.expire, self._on_expire),
            (commands.revoke, self._on_revoke),
        ):
            for action in actions.values():
                action.triggered.connect(slot)

    def show_possible(self, *, is_ready: bool) -> None:
        """Allow what can be done now."""
        tokens = self._tokens() if is_ready else None
        replaced = self._bench.session.replaced if is_ready else None
        self._window.commands.show_possible(
            Possible(
                is_ready=is_ready,
                is_signed_in=tokens is not None,
                is_demo=is_ready and self._bench.connection.embedded,
                has_access=tokens is not None and tokens.access is not None,
                has_refresh=tokens is not None and tokens.refresh is not None,
                has_id=tokens is not None and tokens.id is not None,
                replaced=replaced.name if replaced is not None else None,
                why_not_by=self._why_not_by() if is_ready else {},
                is_calling=self._tasks.running("call"),
                is_presenting=self._window.commands.presenter.isChecked(),
            )
        )

    def _why_not_by(self) -> dict[str, str]:
        """Return the kinds of sign-in the server does not offer, as far as its metadata was asked for yet."""
        from app.connecting.offer import offer_of

        metadata = self._bench.client.known_metadata
        return offer_of(metadata).why_not if metadata is not None else {}

    def _on_refresh(self) -> None:
        self._window.error_panel.hide()
        self._tasks.start("refresh", self._refresh)

    async def _refresh(self) -> None:
        fresh = await self._bench.session.fresh_token(asked_by="Refresh now", asked_for=True)
        self._window.call_strip.show_story(f"Refreshed: {fresh.access.name} is here.")

    def _on_drop(self) -> None:
        self._tasks.start("drop", self._bench.session.drop_access_token)

    def _on_copy(self) -> None:
        held = self._held(self._kind())
        if held is not None:
            self._clipboard.copy_secret(held.value.reveal())
            self._note(f"Copied {held.name}; the clipboard forgets it in a minute.")

    def _on_copy_header(self) -> None:
        held = self._held("access")
        if held is not None:
            self._clipboard.copy_secret(f"Authorization: Bearer {held.value.reveal()}")
            self._note(f"Copied {held.name} as a header; the clipboard forgets it in a minute.")

    def _on_copy_curl(self) -> None:
        held = self._held("access")
        if held is None:
            return
        method, url = self._window.call_strip.request()
        headers = (("Authorization", f"Bearer {held.value.reveal()}"),)
        detail = Detail(url=url, http_version="", request_headers=headers, request_body=None)
        self._clipboard.copy_secret(curl(method, detail))
        self._note(f"Copied the call with {held.name}; the clipboard forgets it in a minute.")

    def _on_reveal(self) -> None:
        kind = self._kind()
        held = self._held(kind)
        if held is not None:
            self._window.cards[kind].reveal(held.value.reveal(), self._bench.clock.now())

    def _on_expire(self) -> None:
        kind = self._kind()
        self._tasks.start(f"expire {kind}", self._expire, kind)

    async def _expire(self, kind: str) -> None:
        expired = await (await self._drills()).expire(kind)
        self._note(sentence(expired))

    def _on_revoke(self) -> None:
        kind = self._kind()
        self._tasks.start(f"revoke {kind}", self._revoke, kind)

    async def _revoke(self, kind: str) -> None:
        revoked = await (await self._drills()).revoke(kind)
        self._note(sentence(revoked))

    def _on_replay(self) -> None:
        self._tasks.start("replay", self._replay)

    async def _replay(self) -> None:
        answered = await (await self._drills()).replay()
        self._window.call_strip.show_story(sentence(answered))

    async def _drills(self) -> "Drills":
        from app.demo.embedded import drills_of

        return await drills_of(self._bench)

    def _note(self, text: str) -> None:
        self._window.toasts.show_toast(text)

    def _kind(self) -> str:
        action = self.sender()
        return str(action.data()) if isinstance(action, QAction) else ""

    def _tokens(self) -> "TokenSet | None":
        return self._bench.session.tokens if self._bench.is_connected else None

    def _held(self, kind: str) -> "Held | None":
        tokens = self._tokens()
        return None if tokens is None else {"access": tokens.access, "refresh": tokens.refresh, "id": tokens.id}[kind]
