"""Keeps one session in a store: under a lock between processes, in the stored form, and honest about trouble."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from app import events
from app.errors import NewerEntry, StoreFailed
from app.events import StorePlace
from app.journal import Scribe
from app.session import stored
from app.session.lock import exclusive
from app.session.store import TokenStore
from app.session.tokens import TokenSet

Version = tuple[str, int]
"""Family and generation number: which state of which session an entry is."""


class Keeper:
    """The stored side of one session.

    `place` is where the newest generation is kept, and `trouble` why it is not in the store, if it is not.
    """

    def __init__(self, store: TokenStore, journal: Scribe, *, key: str, lock_folder: Path | None) -> None:
        self._store = store
        self._journal = journal
        self._key = key
        self._lock_folder = lock_folder
        self.place: StorePlace = store.place
        self.trouble: StoreFailed | None = None
        self._seen: Version | None = None  # what lies in the store as far as this session has read or written it
        self._is_newer = False

    @property
    def is_shared(self) -> bool:
        """Whether another process can have changed what is stored: also while the store cannot be used."""
        return self._seen is not None and self._store.place is StorePlace.KEYRING

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Hold the session against other processes; see `exclusive`."""
        return exclusive(self._lock_folder, self._key)

    async def read(self) -> TokenSet | None:
        """Return the stored session, None when there is none.

        Raises StoreFailed, after journalling it. An entry that is damaged is set aside, so that nobody stumbles over it
        again; that of a newer Lapse is left alone.
        """
        try:
            text = await self._store.load(self._key)
        except StoreFailed as trouble:
            self._note(trouble)
            raise
        found = None if text is None else await self._understood(text)
        self._is_newer = False
        return found

    def take(self, tokens: TokenSet) -> None:
        """Take note that the session goes on with what was read."""
        self._seen, self.place, self.trouble = _version(tokens), self._store.place, None

    async def read_changed(self) -> TokenSet | None:
        """Return the stored session if it is another than this session last took or wrote, else None.

        Raises KeyError when it is gone, and StoreFailed as `read` does, after a second try.
        """
        try:
            found = await self.read()
        except NewerEntry:
            raise
        except StoreFailed:
            found = await self.read()
        if found is None:
            raise KeyError(self._key)
        return None if _version(found) == self._seen else found

    async def keep(self, tokens: TokenSet, *, cause: int | None) -> None:
        """Store the session; trouble is journalled and told by `place`, and never loses what is held in memory."""
        try:
            if self._is_newer:
                raise NewerEntry
            await self._store.save(self._key, stored.to_text(tokens, self._key))
        except StoreFailed as trouble:
            self.place, self.trouble = StorePlace.MEMORY, trouble
            self._note(trouble)
            return
        self.place, self.trouble, self._seen = self._store.place, None, _version(tokens)
        self._journal.append(events.SessionStored(tokens.number, self.place), cause=cause)

    async def forget(self, tokens: TokenSet | None, *, exactly: bool = False) -> StoreFailed | None:
        """Delete what is stored of the family of `tokens`, and what was set aside; another sign-in's entry stays.

        Without tokens only what was set aside goes, and what cannot be read. With `exactly` only the very generation
        that was last seen is deleted. Trouble is journalled, and returned where something may be left in the store.
        """
        was_stored, self._seen = self._seen, None
        try:
            text = await self._store.load(self._key)
            if text is not None and self._may_delete(text, tokens, was_stored if exactly else None):
                await self._store.delete(self._key)
            if not exactly:
                await self._store.delete(self._set_aside_key)
        except StoreFailed as trouble:
            self._note(trouble)
            return trouble if was_stored is not None else None
        return None

    @property
    def _set_aside_key(self) -> str:
        return f"{self._key}#set-aside"

    def _may_delete(self, text: str, tokens: TokenSet | None, only: Version | None) -> bool:
        try:
            found = stored.from_text(text, self._key)
        except NewerEntry:
            return False
        except StoreFailed:
            return True  # nobody can use what cannot be read
        if only is not None:
            return _version(found) == only
        return tokens is not None and found.family == tokens.family

    async def _understood(self, text: str) -> TokenSet:
        try:
            return stored.from_text(text, self._key)
        except NewerEntry as newer:
            self._is_newer = True
            self._note(newer)
            raise
        except StoreFailed as damaged:
            self._seen = None
            await self._set_aside(text, damaged)
            raise

    async def _set_aside(self, text: str, why: StoreFailed) -> None:
        self._journal.append(events.StoreTroubled(f"{why.what} It was set aside. {why.next_step}"))
        try:
            await self._store.save(self._set_aside_key, text)
            await self._store.delete(self._key)
        except StoreFailed as trouble:
            self._note(trouble)

    def _note(self, trouble: StoreFailed) -> None:
        self._journal.append(events.StoreTroubled(f"{trouble.what} {trouble.next_step}"))


def _version(tokens: TokenSet) -> Version:
    return tokens.family, tokens.number
