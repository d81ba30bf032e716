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
from app.errors import (
    Hiccup,
    InvalidIdToken,
    LapseError,
    NewerEntry,
    NotSignedIn,
    OtherSubject,
    Refusal,
    SilentRefusal,
    StoreFailed,
    StoreUnread,
)
from app.errors.reasons import FailureKind, KeyringState
from app.events.refresh import Decided, RefreshFailed, RefreshStarted, RefreshSucceeded, SkewMeasured
from app.events.session import (
    SessionAdopted,
    SessionEnded,
    SessionGone,
    SessionRestored,
    SessionStarted,
    SignOutFinished,
    StorePlace,
    Undone,
)
from app.events.tokens import AccessTokenDropped, FreshTokenRefused, IdTokenRefused, RefreshTokenFate
from app.journal import Scribe
from app.oauth.client import OAuthClient
from app.oauth.grants import TokenAnswer
from app.oauth.idtoken import Belongs
from app.secret import KnownSecrets, Secret
from app.session import words
from app.session.asking import Asking, Kept
from app.session.expiry import UNKNOWN_EXPIRY, Expiry, Receipt, age_s
from app.session.generations import Generations
from app.session.keeper import Keeper
from app.session.single_flight import Flights, Refreshed, SingleFlight
from app.session.skew import clock_to_blame
from app.session.states import Ended, Fresh, SessionState, SignedIn, SignedOut, Unread
from app.session.store import TokenStore
from app.session.strategy import Situation, Strategy, decide
from app.session.tokens import Held, IdTokenFlaw, TokenSet
from app.token_name import TokenKind, TokenName

_CLOSE_WITHIN_S = 5.0
_LATE_ANSWER_S = 5.0
_FRESH_FOR_S = 300.0
_MOST_APIS = 20
_SKEW_WORTH_SAYING_S = 2.0


class Session:
    """One session of one connection.

    States: SignedOut → (begin, restore) → SignedIn → (sign_out) → SignedOut; SignedIn → (a Refusal) → Ended →
    (begin) → SignedIn; Unread while the store cannot be read. A refresh is a task of its own (see `SingleFlight`):
    callers await it shielded, so a cancelled call never takes a one-time refresh token with it.

    `strategy` decides when to refresh, and `flights` whether callers join the refresh that runs.
    """

    def __init__(
        self,
        client: OAuthClient,
        store: TokenStore,
        journal: Scribe,
        clock: Clock,
        *,
        key: str,
        leeway_s: float,
        lock_folder: Path | None = None,
        strategy: Strategy = decide,
        flights: Flights | None = None,
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._secrets = journal.secrets if secrets is None else secrets
        self._client = client
        self._keeper = Keeper(store, journal, key=key, lock_folder=lock_folder)
        self._journal = journal
        self._clock = clock
        self.leeway_s = leeway_s
        self._asking = Asking(client, journal, clock)
        self._strategy = strategy
        self._flights = flights or SingleFlight()
        self._restoring = asyncio.Lock()
        self._is_ending = False
        self._is_noted = False  # something worth keeping was learned of an API, and is not stored yet
        self.generations = Generations()
        self.replaced: Held | None = None
        """The refresh token held before the one in hand, in memory only: to show what a replay does."""
        self._state: SessionState = SignedOut()
        self.skew_s: float | None = None

    @property
    def state(self) -> SessionState:
        """Whether somebody is signed in; every generation that is held leaves its claims in `generations`."""
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

    # --- beginning and ending -------------------------------------------------------------------------------------

    async def restore(self) -> bool:
        """Take up the stored session, if any, without any network request; return whether there was one.

        What is wrong with the store is journalled. Where a session may lie in it unread, nobody knows whether somebody
        is signed in; where there is no keyring at all, or the entry was damaged, nobody is.
        """
        try:
            tokens = await self._keeper.read()
        except StoreFailed as trouble:
            if self.tokens is not None:
                return True  # a sign-in has come meanwhile
            damaged = trouble if trouble.state is KeyringState.READY else None
            self.state = Unread(StoreUnread(trouble)) if _may_hold_session(trouble) else SignedOut(damaged)
            return False
        if tokens is None:
            if isinstance(self.state, Unread):
                self.state = SignedOut()
            return False
        if self.tokens is not None:
            return True
        self._keeper.take(tokens)
        self.state = SignedIn(tokens)
        self._journal.append(SessionRestored(tokens.display_name, tokens.number, self.place, tokens.taken()))
        return True

    async def look_again(self) -> None:
        """Take over what another process did to the session meanwhile: began, refreshed or ended it."""
        if self.tokens is None:
            await self.restore()
            return
        async with self._keeper.lock():
            with suppress(NotSignedIn, Hiccup):
                await self._adopt_newer()

    async def catch_up(self) -> None:
        """Take over what another process has refreshed of this very session; raises what keeps it from looking."""
        async with self._keeper.lock():
            found = None if self.tokens is None else await self._newer()
            if found is not None and found.family == self._tokens().family:
                self._take_over(found, None)

    async def begin(
        self, answer: TokenAnswer, claims: dict[str, Any], *, cause: int | None, grant: str = "authorization_code"
    ) -> None:
        """Start the session of a sign-in whose ID token was verified; stored before it is used.

        `grant` is what brought the tokens, for the journal.
        """
        await self.close()  # a refresh of the session before must not come back over this one
        first = TokenSet(
            family=uuid.uuid4().hex,
            number=0,
            receipt=self._receipt(),
            access=None,
            refresh=None,
            id=None,
            expiry=UNKNOWN_EXPIRY,
            scope="",
            refresh_fate=RefreshTokenFate.ABSENT,
            first_id_claims=claims,
        )
        tokens = first.next(answer, self._receipt())
        if answer.id_token is not None:
            tokens = tokens.identified(answer.id_token, claims)
        entry = self._journal.append(tokens.received(grant, answer.id_token), cause=cause)
        self._asking.end_pause()  # the server has just answered
        self._measure_skew(answer, entry.seq)
        try:
            async with self._keeper.lock():
                await self._keeper.keep(tokens, cause=entry.seq, is_sign_in=True)
        except Hiccup:  # another process holds on to the lock; these tokens are newer than whatever it does
            await self._keeper.keep(tokens, cause=entry.seq, is_sign_in=True)
        self.state = SignedIn(tokens)
        self._journal.append(SessionStarted(str(claims.get("sub", "")), tokens.display_name), cause=entry.seq)

    async def forget(self, *, revoked: bool = False, why: Undone | None = None, error: str = "") -> StoreFailed | None:
        """Forget the session here, in memory and in the store; `revoked`, and `why` not, are for the journal.

        Returns what kept the store from deleting it, None when nothing of it is left.
        """
        tokens, self.state = self.tokens, SignedOut()
        try:
            async with self._keeper.lock():
                trouble = await self._keeper.forget(tokens)
        except Hiccup:  # another process holds on to the lock; what is to be forgotten is forgotten all the same
            trouble = await self._keeper.forget(tokens)
        self._journal.append(SignOutFinished(revoked, why, error, "" if trouble is None else trouble.what))
        return trouble

    async def clear_set_aside(self) -> None:
        """Delete what was set aside of a damaged entry: nothing of a session outlives sign-out."""
        await self._keeper.forget(None)

    async def keep_again(self) -> StoreFailed | None:
        """Store what is held if that failed before; return what keeps the store from taking it, None when all is well.

        Where there is no session, or it was never to be stored, there is nothing to do.
        """
        if self._keeper.trouble is None or self.tokens is None:
            return None
        async with self._keeper.lock():
            if not await self._is_changed_elsewhere():
                await self._keeper.keep(self.tokens, cause=None)
        return self._keeper.trouble

    async def _is_changed_elsewhere(self) -> bool:
        """Return whether another process has stored or ended a session meanwhile, as far as that can be read."""
        if not self._keeper.is_shared:
            return False
        try:
            return await self._keeper.read_changed() is not None
        except KeyError:
            return True
        except StoreFailed:
            return False  # then it cannot be written either, and says why

    async def drop_access_token(self) -> None:
        """Throw the access token away, here and in the store; the next call refreshes."""
        tokens = self._tokens()
        if tokens.access is None:
            return
        dropped = tokens.without_access()
        self.state = SignedIn(dropped)
        entry = self._journal.append(AccessTokenDropped(tokens.access.name))
        await self._keep_if_newest(dropped, cause=entry.seq)

    async def expire_access_token(self, access: Held, *, cause: int) -> None:
        """Take `access` for lapsed from now on, here and in the store, if it is in hand: its server has ended it."""
        tokens = self.tokens
        if tokens is None or tokens.access != access:
            return
        expired = replace(tokens, expiry=Expiry(self._age_s(tokens), ExpirySource.ASKED))
        self.state = SignedIn(expired)
        await self._keep_if_newest(expired, cause=cause)

    def note_refused_fresh(self, access: Held, api: str, *, cause: int | None) -> None:
        """Take note that `api` refused an access token that had just come: for a while another would not help.

        It is stored with the next refresh, or when the session is closed: a finished call waits for no keyring.
        """
        self._journal.append(FreshTokenRefused(access.name), cause=cause)
        tokens = self.tokens
        if tokens is not None and api not in tokens.refused_by:
            self._note(replace(tokens, refused_by=(*tokens.refused_by, api)[-_MOST_APIS:]))

    def note_taken(self, api: str) -> None:
        """Take note that `api` did not refuse an access token; see `note_refused_fresh`."""
        tokens = self.tokens
        if tokens is not None and api in tokens.refused_by:
            self._note(replace(tokens, refused_by=tuple(each for each in tokens.refused_by if each != api)))

    def refuses_fresh(self, access: Held, api: str) -> bool:
        """Return whether `api` has lately refused a token that had just come, so that another would not help."""
        tokens = self.tokens
        is_it = tokens is not None and tokens.access == access and api in tokens.refused_by
        return is_it and tokens is not None and self._age_s(tokens) < _FRESH_FOR_S

    def _note(self, tokens: TokenSet) -> None:
        self.state = SignedIn(tokens)
        self._is_noted = True

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Let no refresh begin: what a refresh brings while one signs out would be neither revoked nor forgotten."""
        self._is_ending = True
        try:
            yield
        finally:
            self._is_ending = False

    async def close(self) -> None:
        """Let a running refresh finish and be stored, at most 5 s; then stop it."""
        if self._is_noted and not self._flights.is_flying and self.tokens is not None:
            with suppress(LapseError):
                await self._keep_if_newest(self.tokens, cause=None)
        await self._flights.end(_CLOSE_WITHIN_S)

    @property
    def place(self) -> StorePlace:
        """Where the session is kept."""
        return self._keeper.place

    @property
    def store_trouble(self) -> StoreFailed | None:
        """Why the session is not kept where it should be, or cannot be read there; None when all is well."""
        return self.state.reason.trouble if isinstance(self.state, Unread) else self._keeper.trouble

    @property
    def tokens(self) -> TokenSet | None:
        """What is held, None while nobody is signed in."""
        return self.state.tokens if isinstance(self.state, SignedIn) else None

    @property
    def ended(self) -> Refusal | None:
        """Why the session ended, None unless a refusal ended it."""
        return self.state.reason if isinstance(self.state, Ended) else None

    def token_time(self) -> float:
        """Return the moment at which the tokens in hand are judged now, by the wall of their receipt in epoch seconds.

        It is `now()`, but for a wall that was set since: what is left of a token does not go by that.
        """
        now = self._receipt()
        if self.tokens is None:
            return now.wall
        received = self.tokens.receipt
        return received.wall + age_s(received, now, counts_sleep=self._clock.counts_sleep)

    # --- tokens ---------------------------------------------------------------------------------------------------

    def decide(
        self, asked_by: str, *, not_this: Secret | None = None, asked_for: bool = False, in_s: float = 0.0
    ) -> Decision:
        """Return what a call made `in_s` seconds from now would need; changes nothing and tells nobody."""
        now = self._receipt().later(in_s)
        if not isinstance(self.state, SignedIn):
            reason = _WITHOUT_TOKENS[type(self.state)]
            return Decision(verdict=Verdict.SIGN_IN, reason=reason, at=now.wall, asked_by=asked_by)
        tokens = self.state.tokens
        rejected = not_this is not None and tokens.access is not None and tokens.access.value == not_this
        return self._strategy(
            Situation(
                tokens,
                age_s=age_s(tokens.receipt, now, counts_sleep=self._clock.counts_sleep),
                now=now.wall,
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

        `not_this` is an access token the API has just answered 401 to; `asked_for` refreshes because a person wants it.
        Raises NotSignedIn, Refusal (the session has ended), Hiccup (it has not) or StoreUnread (nobody knows).
        """
        if isinstance(self.state, Unread):
            await self._restore_once()
        decision = self.decide(asked_by, not_this=not_this, asked_for=asked_for)
        entry = self._journal.append(Decided(decision), cause=cause)
        if decision.verdict is Verdict.SIGN_IN:
            raise self._cannot(decision, asked_for=asked_for)
        if decision.verdict is Verdict.USE:
            access = self._tokens().access
            assert access is not None
            return Fresh(access, decision)
        if self._is_ending:
            raise NotSignedIn(words.BEING_SIGNED_OUT)
        refreshed = await self._flights.refreshed(partial(self._refresh, decision, entry.seq))
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
            return _seems_dead()
        if decision.reason is Reason.NO_REFRESH_TOKEN and asked_for and self.decide("").verdict is Verdict.USE:
            what, step = words.NOTHING_TO_REFRESH_WITH
            return Hiccup(what, kind=FailureKind.LOCAL, next_step=step, sent=False)
        if decision.reason is Reason.NO_REFRESH_TOKEN:
            return NotSignedIn(words.USED_UP, next_step=words.SIGN_IN_AGAIN)
        damaged = self.state.damaged if isinstance(self.state, SignedOut) else None
        return NotSignedIn(words.NOBODY + ("" if damaged is None else words.set_aside(damaged.what)))

    def _tokens(self) -> TokenSet:
        if not isinstance(self.state, SignedIn):
            raise NotSignedIn(words.NOBODY)
        return self.state.tokens

    def _refresh_token(self) -> Held:
        held = self._tokens().refresh
        if held is None:
            what = words.STORED_WITHOUT_REFRESH_TOKEN
            raise Hiccup(what, kind=FailureKind.LOCAL, sent=False, next_step="Sign in.")
        return held

    # --- the refresh ----------------------------------------------------------------------------------------------

    async def _refresh(self, decision: Decision, cause: int) -> Refreshed:
        """Bring a new access token; raises Refusal or Hiccup."""
        began = self._clock.stopwatch()
        tokens = self._tokens()
        assert tokens.refresh is not None
        entry = self._journal.append(RefreshStarted(tokens.refresh.name), cause=cause)
        try:
            async with self._keeper.lock():
                await self._refresh_locked(decision, entry.seq, began)
        except Hiccup as failed:
            self._note_failed(failed, entry.seq, began)
            raise
        took_s = self._clock.stopwatch() - began
        tokens = self._tokens()
        self._journal.append(RefreshSucceeded(tokens.number, took_s), cause=entry.seq)
        assert tokens.access is not None
        return Refreshed(tokens.access, took_s)

    async def _refresh_locked(self, decision: Decision, cause: int, began: float) -> None:
        """Refresh if that is still needed; a refusal ends the session while the lock is held, and so only this one."""
        try:
            if not await self._adopt_from_store(decision, cause):
                await self._refresh_or_adopt(decision, cause)
        except Refusal as refusal:
            await self._end(refusal, self._note_failed(refusal, cause, began))
            raise

    def _note_failed(self, failed: Refusal | Hiccup, cause: int, began: float) -> int:
        event = RefreshFailed(
            failed.what,
            isinstance(failed, Refusal),
            self._clock.stopwatch() - began,
            failed.code,
            failed.description,
            failed.status,
            None if isinstance(failed, Refusal) else failed.kind,
        )
        return self._journal.append(event, cause=cause).seq

    async def _refresh_or_adopt(self, decision: Decision, cause: int) -> None:
        """Refresh; a refusal counts only if nobody has stored a newer refresh token meanwhile."""
        try:
            await self._refresh_once(cause)
        except Refusal as refusal:
            if isinstance(refusal, OtherSubject):
                raise
            adopted = await self._adopt_after(refusal, cause)
            if adopted is not None and self._is_needless(decision, adopted):
                return
            if self._refresh_token().value == refusal.about:
                raise
            await self._refresh_once(cause)

    async def _adopt_after(self, refusal: Refusal, cause: int) -> int | None:
        """Take over what another process has stored meanwhile, if it has; raises Hiccup where nobody can tell."""
        try:
            return await self._adopt_newer(cause=cause)
        except Hiccup as blind:
            raise Hiccup(
                f"{refusal.what} {blind.what}",
                kind=blind.kind,
                next_step=blind.next_step,
                code=refusal.code,
                description=refusal.description,
            ) from None

    async def _keep_if_newest(self, tokens: TokenSet, *, cause: int | None) -> None:
        """Store what was changed here, unless a newer generation or the end of the session is stored already."""
        async with self._keeper.lock():
            if self.tokens is not tokens:
                return  # it has changed again, and that is stored
            if self._keeper.is_shared:
                try:
                    found = await self._keeper.read()
                except StoreFailed:
                    return
                if found is None or (found.family, found.number) != (tokens.family, tokens.number):
                    return  # the next refresh takes it over; stored over it, a dead refresh token would come back
            await self._keeper.keep(tokens, cause=cause)

    async def _adopt_from_store(self, decision: Decision, cause: int) -> bool:
        """Take over what another process has stored meanwhile; return whether that makes a refresh needless."""
        adopted = await self._adopt_newer(cause=cause)
        return adopted is not None and self._is_needless(decision, adopted)

    def _is_needless(self, decision: Decision, adopted: int) -> bool:
        again = self.decide(decision.asked_by)
        self._journal.append(Decided(again), cause=adopted)
        return again.verdict is Verdict.USE

    async def _adopt_newer(self, *, cause: int | None = None) -> int | None:
        """Take over a newer stored generation and return its number in the journal, None where there is none.

        Raises NotSignedIn when the session was ended in another process, and Hiccup when the store cannot be read:
        another process may have refreshed, and what is held here may be used up.
        """
        try:
            found = await self._newer()
        except KeyError:
            self.state = SignedOut()
            self._journal.append(SessionGone(), cause=cause)
            raise NotSignedIn(words.ENDED_ELSEWHERE, next_step=words.SIGN_IN_AGAIN) from None
        except StoreFailed as trouble:
            raise _cannot_look(trouble) from None
        return None if found is None else self._take_over(found, cause)

    async def _newer(self) -> TokenSet | None:
        """Return what another process has stored, if it goes on from what is held; raises as `read_changed`."""
        if not self._keeper.is_shared:
            return None
        found = await self._keeper.read_changed()
        mine = self._tokens()
        return found if found is not None and _goes_on_from(mine, found) else None

    def _take_over(self, found: TokenSet, cause: int | None) -> int:
        self._keeper.take(found)
        self.state = SignedIn(found)
        return self._journal.append(SessionAdopted(found.number, found.taken()), cause=cause).seq

    async def _refresh_once(self, cause: int) -> None:
        kept = await self._ask(cause)
        if kept.tokens.expiry.lifetime_s is not None and self._age_s(kept.tokens) >= kept.tokens.expiry.lifetime_s:
            kept = await self._ask(cause)  # it lay unread while we were stopped, and is over already
        fresh = await self._with_id_token(kept)
        self._check_still(fresh)
        await self._keeper.keep(fresh, cause=kept.cause)
        self._check_still(fresh)
        self.state, self._is_noted = SignedIn(fresh), False

    def _check_still(self, tokens: TokenSet) -> None:
        """Raise NotSignedIn where the session of these tokens is over, or was followed by another one."""
        if self._tokens().family != tokens.family:
            raise NotSignedIn(words.ANOTHER_SIGN_IN, next_step=words.CALL_AGAIN)

    async def _ask(self, cause: int) -> Kept:
        try:
            keep = partial(self._keep_first, cause)
            return await self._asking.refresh(self._refresh_token().value, keep=keep, cause=cause)
        except SilentRefusal as refused:
            raise await self._count_silent(refused, cause) from None

    def _age_s(self, tokens: TokenSet) -> float:
        return age_s(tokens.receipt, self._receipt(), counts_sleep=self._clock.counts_sleep)

    async def _keep_first(self, cause: int, answer: TokenAnswer, took_s: float) -> Kept:
        """Keep what an answer brought before anything else can fail: the old refresh token may be dead already.

        One that took long may have lain unread for all of it: then its life counts from when it was asked for.
        """
        late_s = took_s if took_s > _LATE_ANSWER_S else 0.0
        fresh = self._tokens().next(answer, self._receipt().later(-late_s))
        entry = self._journal.append(fresh.received("refresh_token", answer.id_token), cause=cause)
        self._measure_skew(answer, entry.seq)
        self.state = SignedIn(fresh.without_access())
        await self._keeper.keep(fresh.without_access(), cause=entry.seq)
        return Kept(answer, fresh, entry.seq)

    async def _count_silent(self, refused: SilentRefusal, cause: int) -> SilentRefusal:
        """Remember that the refresh token was refused without a word; the second time it is most likely dead."""
        tokens = self._tokens()
        counted = replace(tokens, silent_refusals=tokens.silent_refusals + 1)
        self.state = SignedIn(counted)
        await self._keeper.keep(counted, cause=cause)
        return _seems_dead(refused) if counted.seems_dead else refused

    async def _with_id_token(self, kept: Kept) -> TokenSet:
        """Return the generation with what its ID token says, or marked with the rule that it broke.

        A blemish of the ID token does not withhold the access token, which came in the same answer over TLS (OIDC Core
        §12.2 binds the ID token). Only one that says it is somebody else's does: raises Hiccup, or Refusal where the
        family has become another person's.
        """
        token = kept.answer.id_token
        if token is None:
            return kept.tokens
        first, name = kept.tokens.first_id_claims, TokenName(TokenKind.ID, kept.tokens.number)
        belongs = await self._client.whose(token, first=first, cause=kept.cause)
        if belongs is Belongs.ANOTHER_PERSONS:
            raise OtherSubject
        if belongs is Belongs.ANOTHER_CLIENTS:
            raise _another_clients()
        try:
            claims = await self._client.verify_id_token(
                token, access_token=kept.answer.access_token, nonce=None, first=first, cause=kept.cause
            )
        except InvalidIdToken as wrong:
            flaw = IdTokenFlaw(name, wrong.rule, clock_to_blame(wrong.rule, self.skew_s) or wrong.what)
        except LapseError as trouble:
            flaw = IdTokenFlaw(name, "signature", words.unchecked(trouble.what))
        else:
            return kept.tokens.identified(token, claims)
        self._journal.append(IdTokenRefused(flaw.name, flaw.rule, flaw.why), cause=kept.cause)
        return replace(kept.tokens, id_flaw=flaw)

    async def _end(self, refusal: Refusal, cause: int) -> None:
        tokens = self.tokens
        self.state = Ended(refusal.again())
        self._journal.append(SessionEnded(refusal.reason), cause=cause)
        await self._keeper.forget(tokens, exactly=True)

    # --- small parts ----------------------------------------------------------------------------------------------

    def _measure_skew(self, answer: TokenAnswer, cause: int) -> None:
        if answer.server_time is None:
            return
        before, self.skew_s = self.skew_s, answer.server_time - self._clock.now()
        if abs(self.skew_s - (before or 0.0)) >= _SKEW_WORTH_SAYING_S:
            self._journal.append(SkewMeasured(self.skew_s), cause=cause)

    def _receipt(self) -> Receipt:
        return Receipt(self._clock.now(), self._clock.elapsed(), self._clock.boot_id)


_WITHOUT_TOKENS = {SignedOut: Reason.SIGNED_OUT, Ended: Reason.ENDED, Unread: Reason.STORE_UNREAD}


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


def _seems_dead(refused: SilentRefusal | None = None) -> SilentRefusal:
    what, step = words.SEEMS_DEAD
    raw, status = (None, None) if refused is None else (refused.raw, refused.status)
    return SilentRefusal(
        what, kind=FailureKind.SILENT, next_step=step, raw=raw, sent=refused is not None, status=status
    )


def _another_clients() -> Hiccup:
    what, step = words.ANOTHER_CLIENTS
    return Hiccup(what, kind=FailureKind.UNUSABLE, next_step=step, status=200)
