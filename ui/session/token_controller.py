"""Connects the token cards and commands: copy, reveal, refresh, drop, revoke, expire, replay."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from app.events import Entry
from app.events.refresh import RefreshSucceeded
from app.events.words import sentence
from ui.session.held_tokens import facts_of
from ui.session.panels import SessionPanels
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell

if TYPE_CHECKING:
    from app.demo.drills import Drills


class TokenController(Controller):
    """Values go from the session only to the clipboard, or to the card asked to show one."""

    def __init__(self, panels: SessionPanels, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._cards = panels.cards
        self._strip = panels.call_strip
        model.tokens_changed.connect(self._show_tokens)
        model.appended.connect(self._announce)
        model.ticked.connect(self._tick)
        commands = shell.commands
        commands.refresh_now.triggered.connect(self._on_refresh)
        commands.drop.triggered.connect(self._on_drop)
        commands.copy_header.triggered.connect(self._on_copy_header)
        commands.replay.triggered.connect(self._on_replay)
        for actions, slot in (
            (commands.copy, self._on_copy),
            (commands.reveal, self._on_reveal),
            (commands.expire, self._on_expire),
            (commands.revoke, self._on_revoke),
        ):
            for action in actions.values():
                action.triggered.connect(slot)

    def _show_tokens(self) -> None:
        tokens = self._model.tokens
        facts = facts_of(tokens, leeway_s=self._connections.connection.leeway_s) if tokens else {}
        for kind, card in self._cards.items():
            card.show_token(facts.get(kind))

    def _announce(self, batch: tuple[Entry, ...]) -> None:
        for entry in batch:
            if isinstance(entry.event, RefreshSucceeded):
                self._shell.announce(entry.sentence())

    def _tick(self, now: float) -> None:
        token_time = self._connections.session.token_time() if self._model.is_ready else now
        for card in self._cards.values():
            card.tick(token_time)

    def _on_refresh(self) -> None:
        self._shell.hide_error()
        self._tasks.start("refresh", self._refresh)

    async def _refresh(self) -> None:
        fresh = await self._connections.session.fresh_token(asked_by="Refresh now", asked_for=True)
        self._strip.show_story(f"Refreshed: {fresh.access.name} is here.")

    def _on_drop(self) -> None:
        self._tasks.start("drop", self._connections.session.drop_access_token)

    def _on_copy(self) -> None:
        held = self._model.held(self._kind())
        if held is not None:
            self._shell.clipboard.copy_secret(held.value.reveal())
            self._shell.toast(f"Copied {held.name}; the clipboard forgets it in a minute.")

    def _on_copy_header(self) -> None:
        held = self._model.held("access")
        if held is not None:
            self._shell.clipboard.copy_secret(f"Authorization: Bearer {held.value.reveal()}")
            self._shell.toast(f"Copied {held.name} as a header; the clipboard forgets it in a minute.")

    def _on_reveal(self) -> None:
        kind = self._kind()
        held = self._model.held(kind)
        if held is not None:
            self._cards[kind].reveal(held.value.reveal(), self._connections.clock.now())

    def _on_expire(self) -> None:
        kind = self._kind()
        self._tasks.start(f"expire {kind}", self._expire, kind)

    async def _expire(self, kind: str) -> None:
        expired = await (await self._drills()).expire(kind)
        self._shell.toast(sentence(expired))

    def _on_revoke(self) -> None:
        kind = self._kind()
        self._tasks.start(f"revoke {kind}", self._revoke, kind)

    async def _revoke(self, kind: str) -> None:
        revoked = await (await self._drills()).revoke(kind)
        self._shell.toast(sentence(revoked))

    def _on_replay(self) -> None:
        self._tasks.start("replay", self._replay)

    async def _replay(self) -> None:
        answered = await (await self._drills()).replay()
        self._strip.show_story(sentence(answered))

    async def _drills(self) -> "Drills":
        from app.demo.embedded import drills_of

        return await drills_of(self._connections)

    def _kind(self) -> str:
        action = self.sender()
        return str(action.data()) if isinstance(action, QAction) else ""
