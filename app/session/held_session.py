"""The session as held in memory, and how it is reconciled with the store and with other processes."""

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
    """The state of one session; the claims of every generation that was held are in `generations`.

    `replaced` is the previous refresh token, in memory only: to show what a replay does. `is_noted` means that
    something worth storing was learned of an API, and is not stored yet.
    """

    def __init__(self, stored: StoredSession, journal: JournalWriter, clock: Clock, secrets: KnownSecrets) -> None:
        self.stored = stored
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
        """Return the receipt of a response that arrives now."""
        return Receipt(self._clock.now(), self._clock.elapsed(), self._clock.boot_id)

    def age_s(self, tokens: TokenSet, *, in_s: float = 0.0) -> float:
        """Return how many seconds old tokens are, or will be `in_s` seconds from now."""
        return age_s(tokens.receipt, self.now().later(in_s), counts_sleep=self._clock.counts_sleep)

    # --- taking over what is stored -------------------------------------------------------------------------------

    async def restore(self) -> bool:
        """Restore the stored session, if any; see `Session.restore`."""
        try:
            tokens = await self.stored.read()
        except StoreFailed as error:
            if self.tokens is not None:
                return True  # a sign-in happened meanwhile
            damaged = error if error.state is KeyringState.READY else None
            self.state = Unread(StoreUnread(error)) if _may_hold_session(error) else SignedOut(damaged)
            return False
        if tokens is None:
            if isinstance(self.state, Unread):
                self.state = SignedOut()
            return False
        if self.tokens is None:
            self.stored.take(tokens)
            self.state = SignedIn(tokens)
            event = SessionRestored(tokens.display_name, tokens.number, self.stored.place, tokens.taken())
            self._journal.append(event)
        return True

    async def adopt_newer(self, *, cause: int | None = None) -> int | None:
        """Take over a newer stored generation and return its number in the journal, None where there is none.

        Raises NotSignedIn when the session was ended in another process, and Hiccup when the store cannot be read:
        another process may have refreshed, and the refresh token held here may be used up.
        """
        try:
            return await self._adopt(cause, only_own=False)
        except KeyError:
            self.state = SignedOut()
            self._journal.append(SessionGone(), cause=cause)
            raise NotSignedIn(words.ENDED_ELSEWHERE, next_step=words.SIGN_IN_AGAIN) from None
        except StoreFailed as error:
            raise _cannot_look(error) from None

    async def adopt_own(self) -> None:
        """Take over a newer generation of this very family, if any; raises as `StoredSession.read_changed`.

        A session about to be signed out must not take over another sign-in's tokens, and is not forgotten because it is
        gone there.
        """
        if self.tokens is not None:
            await self._adopt(None, only_own=True)

    async def _adopt(self, cause: int | None, *, only_own: bool) -> int | None:
        if not self.stored.is_shared:
            return None
        tokens = await self.stored.read_changed()
        mine = self.signed_in()
        if tokens is None or not _goes_on_from(mine, tokens) or (only_own and tokens.family != mine.family):
            return None
        self.stored.take(tokens)
        self.state = SignedIn(tokens)
        return self._journal.append(SessionAdopted(tokens.number, tokens.taken()), cause=cause).seq

    # --- storing what is held -------------------------------------------------------------------------------------

    async def keep_if_newest(self, tokens: TokenSet, *, cause: int | None) -> None:
        """Store what was changed here, unless a newer generation or the end of the session is stored already."""
        async with self.stored.lock():
            if self.tokens is not tokens:
                return  # it has changed again since, and that is stored
            if self.stored.is_shared:
                try:
                    stored = await self.stored.read()
                except StoreFailed:
                    return
                if stored is None or (stored.family, stored.number) != (tokens.family, tokens.number):
                    return  # the next refresh takes it over; overwriting it would bring back a dead refresh token
            await self.stored.keep(tokens, cause=cause)

    async def keep_again(self) -> StoreFailed | None:
        """Store again what could not be stored before; see `Session.keep_again`."""
        if self.stored.failure is None or self.tokens is None:
            return None
        async with self.stored.lock():
            if not await self._is_changed_elsewhere():
                await self.stored.keep(self.tokens, cause=None)
        return self.stored.failure

    async def _is_changed_elsewhere(self) -> bool:
        if not self.stored.is_shared:
            return False
        try:
            return await self.stored.read_changed() is not None
        except KeyError:
            return True
        except StoreFailed:
            return False  # then it cannot be written either, and the write says why


def _goes_on_from(mine: TokenSet, found: TokenSet) -> bool:
    """Return whether the stored session is another one, or further on than the one held here."""
    if found.family != mine.family:
        return True
    return found.number > mine.number or (found.number == mine.number and mine.access is None)


def _may_hold_session(error: StoreFailed) -> bool:
    """Return whether a store that could not be read may contain a session."""
    return isinstance(error, NewerEntry) or error.state in (KeyringState.LOCKED, KeyringState.NOT_ANSWERING)


def _cannot_look(error: StoreFailed) -> Hiccup:
    step = error.next_step if isinstance(error, NewerEntry) else words.unlocked(error.state)
    return Hiccup(words.cannot_look(error.what), kind=FailureKind.LOCAL, next_step=step, sent=False)
