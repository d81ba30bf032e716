"""The session: what sign-in starts and sign-out ends, and the only way to a fresh access token."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.decision import Decision, ExpirySource, Reason, Verdict
from app.errors import Hiccup, LapseError, NotSignedIn, Refusal, StoreFailed, StoreUnread
from app.errors.reasons import FailureKind
from app.events.refresh import Decided
from app.events.session import SessionStarted, SignOutFinished, StorePlace, Undone
from app.events.tokens import AccessTokenDropped, RefreshTokenFate
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.grants import TokenResponse
from app.secret import KnownSecrets, Secret
from app.session import words
from app.session.expiry import UNKNOWN_EXPIRY, Expiry
from app.session.generations import Generations
from app.session.held_session import HeldSession
from app.session.refresh_rule import Situation, Strategy, decide
from app.session.refresher import Refresher, seems_dead
from app.session.refusing_apis import RefusingApis
from app.session.single_flight import Flights, SingleFlight
from app.session.skew import Skew
from app.session.states import Ended, Fresh, SessionState, SignedIn, SignedOut, Unread
from app.session.store import TokenStore
from app.session.stored_session import StoredSession
from app.session.tokens import Held, TokenSet

_CLOSE_WITHIN_S = 5.0


class Session:
    """One session of one connection.

    States: SignedOut → (begin, restore) → SignedIn → (sign_out) → SignedOut; SignedIn → (a Refusal) → Ended →
    (begin) → SignedIn; Unread while the store cannot be read. A refresh is a task of its own (see `SingleFlight`):
    callers await it shielded, so a cancelled call never takes a one-time refresh token with it.

    `strategy` decides when to refresh, and `flights` whether callers join the refresh that runs. `refusing_apis` is
    what calls have learned of the APIs.
    """

    def __init__(
        self,
        client: OAuthClient,
        store: TokenStore,
        journal: JournalWriter,
        clock: Clock,
        *,
        key: str,
        leeway_s: float,
        lock_folder: Path | None = None,
        strategy: Strategy = decide,
        flights: Flights | None = None,
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._stored = StoredSession(store, journal, key=key, lock_folder=lock_folder)
        self._held = HeldSession(self._stored, journal, clock, journal.secrets if secrets is None else secrets)
        self._skew = Skew(journal, clock)
        self._refresher = Refresher(client, self._held, self._skew, journal, clock, self.decide)
        self.refusing_apis = RefusingApis(self._held, journal)
        self._journal = journal
        self._clock = clock
        self.leeway_s = leeway_s
        self._strategy = strategy
        self._flights = flights or SingleFlight()
        self._restoring = asyncio.Lock()
        self._is_ending = False

    # --- how it stands --------------------------------------------------------------------------------------------

    @property
    def state(self) -> SessionState:
        return self._held.state

    @state.setter
    def state(self, state: SessionState) -> None:
        self._held.state = state

    @property
    def tokens(self) -> TokenSet | None:
        """What is held, None while nobody is signed in."""
        return self._held.tokens

    @property
    def generations(self) -> Generations:
        """The claims of every generation that was held."""
        return self._held.generations

    @property
    def replaced(self) -> Held | None:
        """The previous refresh token, in memory only: to show what a replay does."""
        return self._held.replaced

    @property
    def skew_s(self) -> float | None:
        """The server's time minus ours in seconds, None while unknown."""
        return self._skew.skew_s

    @property
    def ended(self) -> Refusal | None:
        """Why a refusal ended the session, else None."""
        return self.state.reason if isinstance(self.state, Ended) else None

    @property
    def place(self) -> StorePlace:
        return self._stored.place

    @property
    def store_trouble(self) -> StoreFailed | None:
        """Why the session is not stored where it should be, or cannot be read there; None when all is well."""
        return self.state.reason.trouble if isinstance(self.state, Unread) else self._stored.failure

    def token_time(self) -> float:
        """Return the time that judges the tokens in hand now, on their receipt's wall clock, in epoch seconds.

        It equals `now()`, unless the wall clock was set since: a token's remaining life does not follow that.
        """
        tokens = self.tokens
        return self._clock.now() if tokens is None else tokens.receipt.wall + self._held.age_s(tokens)

    # --- beginning and ending -------------------------------------------------------------------------------------

    async def restore(self) -> bool:
        """Restore the stored session, if any, without any network request; return whether there was one.

        Store failures are journalled. Where an unreadable store may hold a session, it is unknown whether a user is
        signed in; where there is no keyring at all, or the entry was damaged, nobody is.
        """
        return await self._held.restore()

    async def look_again(self) -> None:
        """Take over what another process did to the session meanwhile: began, refreshed or ended it."""
        if self.tokens is None:
            await self.restore()
            return
        async with self._stored.lock():
            with suppress(NotSignedIn, Hiccup):
                await self._held.adopt_newer()

    async def catch_up(self) -> None:
        """Take over another process's refresh of this very session; raises what keeps it from reading that."""
        async with self._stored.lock():
            await self._held.adopt_own()

    async def begin(
        self, response: TokenResponse, claims: dict[str, Any], *, cause: int | None, grant: str = "authorization_code"
    ) -> None:
        """Start the session of a sign-in whose ID token was verified; stored before it is used.

        `grant` is what brought the tokens, for the journal.
        """
        await self.close()  # a refresh of the previous session must not overwrite this one
        first = TokenSet(
            family=uuid.uuid4().hex,
            number=0,
            receipt=self._held.now(),
            access=None,
            refresh=None,
            id=None,
            expiry=UNKNOWN_EXPIRY,
            scope="",
            refresh_fate=RefreshTokenFate.ABSENT,
            first_id_claims=claims,
        )
        tokens = first.next(response, self._held.now())
        if response.id_token is not None:
            tokens = tokens.identified(response.id_token, claims)
        entry = self._journal.append(tokens.received(grant, response.id_token), cause=cause)
        self._refresher.asking.end_pause()  # the server has just responded
        self._skew.measure(response.server_time, entry.seq)
        try:
            async with self._stored.lock():
                await self._stored.keep(tokens, cause=entry.seq, is_sign_in=True)
        except Hiccup:  # another process keeps the lock; these tokens are newer than whatever it does
            await self._stored.keep(tokens, cause=entry.seq, is_sign_in=True)
        self.state = SignedIn(tokens)
        self._journal.append(SessionStarted(str(claims.get("sub", "")), tokens.display_name), cause=entry.seq)

    async def forget(self, *, revoked: bool = False, why: Undone | None = None, error: str = "") -> StoreFailed | None:
        """Forget the session here, in memory and in the store; `revoked`, and `why` not, are for the journal.

        Returns why the store could not delete it, None when nothing of it is left.
        """
        tokens, self.state = self.tokens, SignedOut()
        try:
            async with self._stored.lock():
                failure = await self._stored.forget(tokens)
        except Hiccup:  # another process keeps the lock; the session is forgotten all the same
            failure = await self._stored.forget(tokens)
        self._journal.append(SignOutFinished(revoked, why, error, "" if failure is None else failure.what))
        return failure

    async def clear_set_aside(self) -> None:
        """Delete a damaged entry that was set aside: nothing of a session outlives sign-out."""
        await self._stored.forget(None)

    async def keep_again(self) -> StoreFailed | None:
        """Store what could not be stored before; return why it still cannot, None when all is well.

        Without a session, or with one that is never stored, there is nothing to do.
        """
        return await self._held.keep_again()

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Let no refresh begin: the tokens of a refresh during a sign-out would be neither revoked nor forgotten."""
        self._is_ending = True
        try:
            yield
        finally:
            self._is_ending = False

    async def close(self) -> None:
        """Let a running refresh finish and be stored, at most 5 s; then stop it."""
        if self._held.is_noted and not self._flights.is_flying and self.tokens is not None:
            with suppress(LapseError):
                await self._held.keep_if_newest(self.tokens, cause=None)
        await self._flights.end(_CLOSE_WITHIN_S)

    # --- tokens ---------------------------------------------------------------------------------------------------

    def decide(
        self, asked_by: str, *, not_this: Secret | None = None, asked_for: bool = False, in_s: float = 0.0
    ) -> Decision:
        """Return what a call made `in_s` seconds from now would need; changes and journals nothing."""
        now = self._clock.now() + in_s
        if not isinstance(self.state, SignedIn):
            reason = _WITHOUT_TOKENS[type(self.state)]
            return Decision(verdict=Verdict.SIGN_IN, reason=reason, at=now, asked_by=asked_by)
        tokens = self.state.tokens
        rejected = not_this is not None and tokens.access is not None and tokens.access.value == not_this
        return self._strategy(
            Situation(
                tokens,
                age_s=self._held.age_s(tokens, in_s=in_s),
                now=now,
                leeway_s=self.leeway_s,
                asked_by=asked_by,
                rejected=rejected,
                asked_for=asked_for,
            )
        )

    async def fresh_token(
        self,
        *,
        asked_by: str = "Call API",
        not_this: Secret | None = None,
        asked_for: bool = False,
        cause: int | None = None,
    ) -> Fresh:
        """Return a usable access token, refreshing only if it has lapsed; the only way to one.

        `not_this` is an access token the API has just refused with 401; `asked_for` refreshes because the user
        requested it. Raises NotSignedIn, Refusal (the session has ended), Hiccup (it has not) or StoreUnread (it is
        unknown).
        """
        if isinstance(self.state, Unread):
            await self._restore_once()
        decision = self.decide(asked_by, not_this=not_this, asked_for=asked_for)
        entry = self._journal.append(Decided(decision), cause=cause)
        if decision.verdict is Verdict.SIGN_IN:
            raise self._cannot(decision, asked_for=asked_for)
        if decision.verdict is Verdict.USE:
            access = self._held.signed_in().access
            assert access is not None
            return Fresh(access, decision)
        if self._is_ending:
            raise NotSignedIn(words.BEING_SIGNED_OUT)
        refreshed = await self._flights.refreshed(partial(self._refresher.refresh, decision, entry.seq))
        return Fresh(refreshed.access, decision, refreshed.took_s, refreshed.joined)

    async def _restore_once(self) -> None:
        async with self._restoring:
            if isinstance(self.state, Unread):  # else another call has read it meanwhile
                await self.restore()

    def _cannot(self, decision: Decision, *, asked_for: bool) -> LapseError:
        if isinstance(self.state, Ended):
            return self.state.reason.again()
        if isinstance(self.state, Unread):
            return StoreUnread(self.state.reason.trouble)
        if decision.reason is Reason.SEEMS_DEAD:
            return seems_dead()
        if decision.reason is Reason.NO_REFRESH_TOKEN and asked_for and self.decide("").verdict is Verdict.USE:
            what, step = words.NOTHING_TO_REFRESH_WITH
            return Hiccup(what, kind=FailureKind.LOCAL, next_step=step, sent=False)
        if decision.reason is Reason.NO_REFRESH_TOKEN:
            return NotSignedIn(words.USED_UP, next_step=words.SIGN_IN_AGAIN)
        damaged = self.state.damaged if isinstance(self.state, SignedOut) else None
        return NotSignedIn(words.NOBODY + ("" if damaged is None else words.set_aside(damaged.what)))

    async def drop_access_token(self) -> None:
        """Discard the access token, here and in the store; the next call refreshes."""
        tokens = self._held.signed_in()
        if tokens.access is None:
            return
        dropped = tokens.without_access()
        self.state = SignedIn(dropped)
        entry = self._journal.append(AccessTokenDropped(tokens.access.name))
        await self._held.keep_if_newest(dropped, cause=entry.seq)

    async def expire_access_token(self, access: Held, *, cause: int) -> None:
        """Treat `access` as lapsed from now on, here and in the store, if it is in hand: its server has ended it."""
        tokens = self.tokens
        if tokens is None or tokens.access != access:
            return
        expired = replace(tokens, expiry=Expiry(self._held.age_s(tokens), ExpirySource.ASKED))
        self.state = SignedIn(expired)
        await self._held.keep_if_newest(expired, cause=cause)


_WITHOUT_TOKENS = {SignedOut: Reason.SIGNED_OUT, Ended: Reason.ENDED, Unread: Reason.STORE_UNREAD}
