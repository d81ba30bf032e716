"""What is held of a session: how it stands in memory, and what its store and the other processes make of that."""

from app.clock import Clock
from app.errors import Hiccup, NewerEntry, NotSignedIn, StoreFailed, StoreUnread
from app.errors.reasons import FailureKind, KeyringState
from app.events.session import SessionAdopted, SessionGone, SessionRestored
from app.journal import JournalWriter
from app.secret import KnownSecrets
from app.session import words
from app.session.expiry import Receipt, age_s
from app.session.generations import Generations
from app.session.states import SessionState, SignedIn, SignedOut, Unread
from app.session.stored_session import StoredSession
from app.session.tokens import Held, TokenSet


class HeldSession:
    """The state of one session, and its `keeper`; every generation that is held leaves its claims in `generations`.

    `replaced` is the refresh token held before the one in hand, in memory only: to show what a replay does.
    `is_noted` means that something worth keeping was learned of an API, and is not stored yet.
    """

    def __init__(self, keeper: StoredSession, journal: JournalWriter, clock: Clock, secrets: KnownSecrets) -> None:
        self.keeper = keeper
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._state: SessionState = SignedOut()
        self.generations = Generations()
        self.replaced: Held | None = None
        self.is_noted = False

    @property
    def state(self) -> SessionState:
        return self._state

    @state.setter
    def state(self, state: SessionState) -> None:
        before, self._state = self.tokens, state
        if isinstance(state, SignedIn):
            self.generations.note(state.tokens)
            self._secrets.add(*state.tokens.values())
        if before is None or self.tokens is None or before.family != self.tokens.family:
            self.replaced = None
        elif before.refresh != self.tokens.refresh:
            self.replaced = before.refresh

    @property
    def tokens(self) -> TokenSet | None:
        return self._state.tokens if isinstance(self._state, SignedIn) else None

    def signed_in(self) -> TokenSet:
        """Return the tokens; raises NotSignedIn where there are none."""
        if self.tokens is None:
            raise NotSignedIn(words.NOBODY)
        return self.tokens

    def now(self) -> Receipt:
        """Return this moment, as what comes now is received."""
        return Receipt(self._clock.now(), self._clock.elapsed(), self._clock.boot_id)

    def age_s(self, tokens: TokenSet, *, in_s: float = 0.0) -> float:
        """Return how many seconds old tokens are, or will be `in_s` seconds from now."""
        return age_s(tokens.receipt, self.now().later(in_s), counts_sleep=self._clock.counts_sleep)

    # --- taking over what is stored -------------------------------------------------------------------------------

    async def restore(self) -> bool:
        """Take up the stored session, if any; see `Session.restore`."""
        try:
            found = await self.keeper.read()
        except StoreFailed as trouble:
            if self.tokens is not None:
                return True  # a sign-in has come meanwhile
            damaged = trouble if trouble.state is KeyringState.READY else None
            self.state = Unread(StoreUnread(trouble)) if _may_hold_session(trouble) else SignedOut(damaged)
            return False
        if found is None:
            if isinstance(self.state, Unread):
                self.state = SignedOut()
            return False
        if self.tokens is None:
            self.keeper.take(found)
            self.state = SignedIn(found)
            event = SessionRestored(found.display_name, found.number, self.keeper.place, found.taken())
            self._journal.append(event)
        return True

    async def adopt_newer(self, *, cause: int | None = None) -> int | None:
        """Take over a newer stored generation and return its number in the journal, None where there is none.

        Raises NotSignedIn when the session was ended in another process, and Hiccup when the store cannot be read:
        another process may have refreshed, and what is held here may be used up.
        """
        try:
            return await self._adopt(cause, only_own=False)
        except KeyError:
            self.state = SignedOut()
            self._journal.append(SessionGone(), cause=cause)
            raise NotSignedIn(words.ENDED_ELSEWHERE, next_step=words.SIGN_IN_AGAIN) from None
        except StoreFailed as trouble:
            raise _cannot_look(trouble) from None

    async def adopt_own(self) -> None:
        """Take over a newer generation of this very family, if any; raises as `StoredSession.read_changed`.

        A session that is to be signed out goes on with no other's tokens, and is not forgotten for being gone there.
        """
        if self.tokens is not None:
            await self._adopt(None, only_own=True)

    async def _adopt(self, cause: int | None, *, only_own: bool) -> int | None:
        if not self.keeper.is_shared:
            return None
        found = await self.keeper.read_changed()
        mine = self.signed_in()
        if found is None or not _goes_on_from(mine, found) or (only_own and found.family != mine.family):
            return None
        self.keeper.take(found)
        self.state = SignedIn(found)
        return self._journal.append(SessionAdopted(found.number, found.taken()), cause=cause).seq

    # --- storing what is held -------------------------------------------------------------------------------------

    async def keep_if_newest(self, tokens: TokenSet, *, cause: int | None) -> None:
        """Store what was changed here, unless a newer generation or the end of the session is stored already."""
        async with self.keeper.lock():
            if self.tokens is not tokens:
                return  # it has changed again, and that is stored
            if self.keeper.is_shared:
                try:
                    found = await self.keeper.read()
                except StoreFailed:
                    return
                if found is None or (found.family, found.number) != (tokens.family, tokens.number):
                    return  # the next refresh takes it over; stored over it, a dead refresh token would come back
            await self.keeper.keep(tokens, cause=cause)

    async def keep_again(self) -> StoreFailed | None:
        """Store what is held if that failed before; see `Session.keep_again`."""
        if self.keeper.trouble is None or self.tokens is None:
            return None
        async with self.keeper.lock():
            if not await self._is_changed_elsewhere():
                await self.keeper.keep(self.tokens, cause=None)
        return self.keeper.trouble

    async def _is_changed_elsewhere(self) -> bool:
        if not self.keeper.is_shared:
            return False
        try:
            return await self.keeper.read_changed() is not None
        except KeyError:
            return True
        except StoreFailed:
            return False  # then it cannot be written either, and says why


def _goes_on_from(mine: TokenSet, found: TokenSet) -> bool:
    """Return whether what another process has stored is another session, or further on than what is held here."""
    if found.family != mine.family:
        return True
    return found.number > mine.number or (found.number == mine.number and mine.access is None)


def _may_hold_session(trouble: StoreFailed) -> bool:
    """Return whether a session may lie in a store that could not be read."""
    return isinstance(trouble, NewerEntry) or trouble.state in (KeyringState.LOCKED, KeyringState.NOT_ANSWERING)


def _cannot_look(trouble: StoreFailed) -> Hiccup:
    step = trouble.next_step if isinstance(trouble, NewerEntry) else words.unlocked(trouble.state)
    return Hiccup(words.cannot_look(trouble.what), kind=FailureKind.LOCAL, next_step=step, sent=False)
