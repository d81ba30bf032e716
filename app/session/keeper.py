"""Keeps one session in a store: under a lock between processes, in the stored form, and honest about trouble."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from app import events
from app.errors import StoreFailed
from app.events import StorePlace
from app.journal import Scribe
from app.session import stored
from app.session.lock import exclusive
from app.session.store import TokenStore
from app.session.tokens import TokenSet


class Keeper:
    """The stored side of one session.

    `place` is where the session is kept as of the last attempt, and `trouble` why it is not in the store, if it is not.
    """

    def __init__(self, store: TokenStore, journal: Scribe, *, key: str, lock_folder: Path | None) -> None:
        self._store = store
        self._journal = journal
        self._key = key
        self._lock_folder = lock_folder
        self.place: StorePlace = store.place
        self.trouble: StoreFailed | None = None

    @property
    def is_shared(self) -> bool:
        """Whether another process can have changed what is stored."""
        return self._lock_folder is not None and self.place is StorePlace.KEYRING

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Hold the session against other processes; see `exclusive`."""
        return exclusive(self._lock_folder, self._key)

    async def read(self) -> TokenSet | None:
        """Return the stored session, None when there is none.

        Raises StoreFailed, after journalling it. An entry that cannot be read is set aside, so that nobody stumbles
        over it again.
        """
        try:
            text = await self._store.load(self._key)
        except StoreFailed as trouble:
            self._note(trouble)
            raise
        if text is None:
            return None
        try:
            return stored.from_text(text, self._key)
        except StoreFailed as trouble:
            await self._set_aside(text, trouble)
            raise

    async def keep(self, tokens: TokenSet, *, cause: int) -> None:
        """Store the session; trouble is journalled and told by `place`, and never loses what is held in memory."""
        try:
            await self._store.save(self._key, stored.to_text(tokens, self._key))
        except StoreFailed as trouble:
            self._note(trouble)
            return
        self.place, self.trouble = self._store.place, None
        self._journal.append(events.SessionStored(tokens.number, self.place), cause=cause)

    async def forget(self) -> StoreFailed | None:
        """Delete the stored session; trouble is journalled, and returned where something may be left in the store."""
        was_stored = self.place is not StorePlace.MEMORY
        try:
            await self._store.delete(self._key)
        except StoreFailed as trouble:
            self._note(trouble)
            return trouble if was_stored else None
        return None

    async def _set_aside(self, text: str, why: StoreFailed) -> None:
        self._journal.append(events.StoreTroubled(f"{why.what} It was set aside. {why.next_step}"))
        try:
            await self._store.save(f"{self._key}#set-aside", text)
            await self._store.delete(self._key)
        except StoreFailed as trouble:
            self._note(trouble)

    def _note(self, trouble: StoreFailed) -> None:
        self.place, self.trouble = StorePlace.MEMORY, trouble
        self._journal.append(events.StoreTroubled(f"{trouble.what} {trouble.next_step}"))
