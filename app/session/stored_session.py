"""Keeps one session in a store: under a lock between processes, in the stored form, and open about failures."""

import hashlib
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from app.errors import NewerEntry, StoreFailed
from app.errors.reasons import KeyringState
from app.events.session import SessionStored, StorePlace, StoreTroubled
from app.journal import JournalWriter
from app.session import stored_form, words
from app.session.lock import exclusive
from app.session.store import TokenStore
from app.session.tokens import TokenSet


class StoredSession:
    """The stored side of one session.

    `place` is where the newest generation is kept, and `failure` why it is not in the store, if it is not. What another
    process has stored meanwhile is never overwritten, lock or not: a lock can be lost while this process is stopped.
    """

    def __init__(self, store: TokenStore, journal: JournalWriter, *, key: str, lock_folder: Path | None) -> None:
        self._store = store
        self._journal = journal
        self._key = key
        self._lock_folder = lock_folder
        self.place: StorePlace = store.place
        self.failure: StoreFailed | None = None
        # Digests of entries: the one that this session last took over or wrote, and the one that was last read.
        self._seen: str | None = None
        self._read: str | None = None
        self._superseded: set[str] = set()  # families that a sign-in in this process has replaced

    @property
    def is_shared(self) -> bool:
        """Whether another process can have changed what is stored, also while the store cannot be used."""
        return self._seen is not None and self._store.place is StorePlace.KEYRING

    def lock(self) -> AbstractAsyncContextManager[None]:
        return exclusive(self._lock_folder, self._key)

    async def read(self) -> TokenSet | None:
        """Return the stored session, None when there is none.

        Raises StoreFailed, after journalling it. A damaged entry is set aside, so that it fails only once; that of a
        newer Lapse is left as it is.
        """
        try:
            text = await self._store.load(self._key)
        except StoreFailed as error:
            self._note(error)
            raise
        self._read = None if text is None else _digest(text)
        return None if text is None else await self._understood(text)

    def take(self, tokens: TokenSet) -> None:
        """Note that the session continues with what was just read."""
        self._seen, self.place, self.failure = self._read, self._store.place, None
        self._superseded.discard(tokens.family)

    async def read_changed(self) -> TokenSet | None:
        """Return the stored session if it is another than this session last took or wrote, else None.

        Raises KeyError when it is gone, and StoreFailed as `read` does, after a second try. A damaged entry is no
        reason to give up what is held.
        """
        try:
            tokens = await self.read()
        except NewerEntry:
            raise
        except StoreFailed as error:
            if error.state is KeyringState.READY:
                return None
            tokens = await self.read()
        if tokens is None:
            raise KeyError(self._key)
        return None if self._read == self._seen or tokens.family in self._superseded else tokens

    async def keep(self, tokens: TokenSet, *, cause: int | None, is_sign_in: bool = False) -> None:
        """Store the session; a failure is journalled and shown by `place`, and never loses what is held in memory.

        A new sign-in replaces whatever session is stored there, except a newer Lapse's.
        """
        text = stored_form.to_text(tokens, self._key)
        try:
            await self._make_way(tokens, is_sign_in=is_sign_in)
            await self._store.save(self._key, text)
        except StoreFailed as error:
            self.place, self.failure = StorePlace.MEMORY, error
            self._note(error)
            return
        self.place, self.failure, self._seen = self._store.place, None, _digest(text)
        self._journal.append(SessionStored(tokens.number, self.place), cause=cause)

    async def forget(self, tokens: TokenSet | None, *, exactly: bool = False) -> StoreFailed | None:
        """Delete what is stored of the family of `tokens`, and what was set aside; another sign-in's entry stays.

        Without tokens only what was set aside goes, and what cannot be read. With `exactly` only the very entry that
        was last read is deleted. Failures are journalled, and returned where something may be left in the store.
        """
        seen, self._seen = self._seen, None
        try:
            text = await self._store.load(self._key)
            if text is not None and self._may_delete(text, tokens, seen if exactly else None):
                await self._store.delete(self._key)
            if not exactly:
                await self._store.delete(self._set_aside_key)
        except StoreFailed as error:
            self._note(error)
            return error if seen is not None else None
        return None

    @property
    def _set_aside_key(self) -> str:
        return f"{self._key}#set-aside"

    async def _make_way(self, tokens: TokenSet, *, is_sign_in: bool) -> None:
        """Read the entry that `tokens` would overwrite; raises StoreFailed where that must stay."""
        text = await self._store.load(self._key)
        if text is None:
            if self._seen is not None and not is_sign_in:
                raise _ended_elsewhere()
            return
        try:
            found = stored_form.from_text(text, self._key)
        except NewerEntry:
            raise
        except StoreFailed:
            return  # an unreadable entry is of use to no process
        if is_sign_in:
            self._seen = _digest(text)
            self._superseded.add(found.family)
        elif _digest(text) != self._seen and (found.family != tokens.family or found.number > tokens.number):
            raise _stored_elsewhere()

    def _may_delete(self, text: str, tokens: TokenSet | None, only: str | None) -> bool:
        try:
            found = stored_form.from_text(text, self._key)
        except NewerEntry:
            return False
        except StoreFailed:
            return True  # an unreadable entry is of use to no process
        if only is not None:
            return _digest(text) == only
        return tokens is not None and found.family == tokens.family

    async def _understood(self, text: str) -> TokenSet:
        try:
            return stored_form.from_text(text, self._key)
        except NewerEntry as newer:
            self._note(newer)
            raise
        except StoreFailed as damaged:
            self._seen = None
            await self._set_aside(text, damaged)
            raise

    async def _set_aside(self, text: str, why: StoreFailed) -> None:
        self._journal.append(StoreTroubled(why.what, why.next_step, is_set_aside=True))
        try:
            await self._store.save(self._set_aside_key, text)
            await self._store.delete(self._key)
        except StoreFailed as error:
            self._note(error)

    def _note(self, error: StoreFailed) -> None:
        self._journal.append(StoreTroubled(error.what, error.next_step))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _stored_elsewhere() -> StoreFailed:
    what, step = words.STORED_ELSEWHERE
    return StoreFailed(what, state=KeyringState.READY, next_step=step)


def _ended_elsewhere() -> StoreFailed:
    what, step = words.ENDED_MEANWHILE
    return StoreFailed(what, state=KeyringState.READY, next_step=step)
