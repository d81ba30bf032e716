"""One refresh, from the lock between processes to storing the new tokens; when it is due is decided elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from app.clock import Clock
from app.decision import Decision, Verdict
from app.errors import Hiccup, NotSignedIn, OtherSubject, Refusal, SilentRefusal
from app.errors.reasons import FailureKind
from app.events.refresh import Decided, RefreshFailed, RefreshStarted, RefreshSucceeded
from app.events.session import SessionEnded
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.grants import TokenResponse
from app.session import words
from app.session.held_session import HeldSession
from app.session.refresh_attempts import KeptResponse, RefreshAttempts
from app.session.refreshed_id_token import with_id_token
from app.session.single_flight import Refreshed
from app.session.skew import Skew
from app.session.states import Ended, SignedIn
from app.session.tokens import Held, TokenSet

_LATE_RESPONSE_S = 5.0


class Refresher:
    """Refreshes what is held; `decide` says whether what another process stored makes the refresh needless."""

    def __init__(
        self,
        client: OAuthClient,
        held: HeldSession,
        skew: Skew,
        journal: JournalWriter,
        clock: Clock,
        decide: Callable[[str], Decision],
    ) -> None:
        self._client = client
        self._held = held
        self._skew = skew
        self._journal = journal
        self._clock = clock
        self._decide = decide
        self.asking = RefreshAttempts(client, journal, clock)

    async def refresh(self, decision: Decision, cause: int) -> Refreshed:
        """Obtain a new access token; raises Refusal or Hiccup."""
        began = self._clock.stopwatch()
        tokens = self._held.signed_in()
        assert tokens.refresh is not None
        entry = self._journal.append(RefreshStarted(tokens.refresh.name), cause=cause)
        try:
            async with self._held.stored.lock():
                await self._refresh_locked(decision, entry.seq, began)
        except Hiccup as failed:
            self._note_failed(failed, entry.seq, began)
            raise
        took_s = self._clock.stopwatch() - began
        tokens = self._held.signed_in()
        self._journal.append(RefreshSucceeded(tokens.number, took_s), cause=entry.seq)
        assert tokens.access is not None
        return Refreshed(tokens.access, took_s)

    async def _refresh_locked(self, decision: Decision, cause: int, began: float) -> None:
        """Refresh if that is still needed; a refusal ends the session while the lock is held, and so only this one."""
        try:
            adopted = await self._held.adopt_newer(cause=cause)
            if not self._is_needless(decision, adopted):
                await self._refresh_or_adopt(decision, cause)
        except Refusal as refusal:
            await self._end(refusal, self._note_failed(refusal, cause, began))
            raise

    async def _end(self, refusal: Refusal, cause: int) -> None:
        tokens = self._held.tokens
        self._held.state = Ended(refusal.again())
        self._journal.append(SessionEnded(refusal.reason), cause=cause)
        await self._held.stored.forget(tokens, exactly=True)

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
        """Refresh; a refusal counts only if no other process has stored a newer refresh token meanwhile."""
        try:
            await self._refresh_once(cause)
        except Refusal as refusal:
            if isinstance(refusal, OtherSubject):
                raise
            if self._is_needless(decision, await self._adopt_after(refusal, cause)):
                return
            if self._refresh_token().value == refusal.about:
                raise
            await self._refresh_once(cause)

    async def _adopt_after(self, refusal: Refusal, cause: int) -> int | None:
        """Take over what another process has stored meanwhile, if it has; raises Hiccup where that cannot be read."""
        try:
            return await self._held.adopt_newer(cause=cause)
        except Hiccup as blind:
            raise Hiccup(
                f"{refusal.what} {blind.what}",
                kind=blind.kind,
                next_step=blind.next_step,
                code=refusal.code,
                description=refusal.description,
            ) from None

    def _is_needless(self, decision: Decision, adopted: int | None) -> bool:
        """Return whether what was adopted, if anything, makes a refresh needless."""
        if adopted is None:
            return False
        again = self._decide(decision.asked_by)
        self._journal.append(Decided(again), cause=adopted)
        return again.verdict is Verdict.USE

    async def _refresh_once(self, cause: int) -> None:
        kept = await self._ask(cause)
        lifetime_s = kept.tokens.expiry.lifetime_s
        # A response that lay unread while this process was stopped may have brought a token that has lapsed by now.
        if lifetime_s is not None and self._held.age_s(kept.tokens) >= lifetime_s:
            kept = await self._ask(cause)
        fresh = await with_id_token(kept, self._client, self._journal, self._skew.skew_s)
        self._check_still(fresh)
        await self._held.stored.keep(fresh, cause=kept.cause)
        self._check_still(fresh)
        self._held.state, self._held.is_noted = SignedIn(fresh), False

    def _check_still(self, tokens: TokenSet) -> None:
        """Raise NotSignedIn where the session of these tokens is over, or was followed by another one."""
        if self._held.signed_in().family != tokens.family:
            raise NotSignedIn(words.ANOTHER_SIGN_IN, next_step=words.CALL_AGAIN)

    def _refresh_token(self) -> Held:
        held = self._held.signed_in().refresh
        if held is None:
            what = words.STORED_WITHOUT_REFRESH_TOKEN
            raise Hiccup(what, kind=FailureKind.LOCAL, sent=False, next_step="Sign in.")
        return held

    async def _ask(self, cause: int) -> KeptResponse:
        try:
            keep = partial(self._keep_first, cause)
            return await self.asking.refresh(self._refresh_token().value, keep=keep, cause=cause)
        except SilentRefusal as refused:
            raise await self._count_silent(refused, cause) from None

    async def _keep_first(self, cause: int, response: TokenResponse, took_s: float) -> KeptResponse:
        """Store what a response brought before anything else can fail: the old refresh token may be dead already.

        A response that took long may have arrived unread: then its lifetime counts from when the request was sent.
        """
        late_s = took_s if took_s > _LATE_RESPONSE_S else 0.0
        fresh = self._held.signed_in().next(response, self._held.now().later(-late_s))
        entry = self._journal.append(fresh.received("refresh_token", response.id_token), cause=cause)
        self._skew.measure(response.server_time, entry.seq)
        self._held.state = SignedIn(fresh.without_access())
        await self._held.stored.keep(fresh.without_access(), cause=entry.seq)
        return KeptResponse(response, fresh, entry.seq)

    async def _count_silent(self, refused: SilentRefusal, cause: int) -> SilentRefusal:
        """Count a refusal without a reason; after the second the refresh token is most likely dead."""
        tokens = self._held.signed_in()
        counted = replace(tokens, silent_refusals=tokens.silent_refusals + 1)
        self._held.state = SignedIn(counted)
        await self._held.stored.keep(counted, cause=cause)
        return seems_dead(refused) if counted.seems_dead else refused


def seems_dead(refused: SilentRefusal | None = None) -> SilentRefusal:
    """Return the error for a refresh token that is most likely dead; `refused` is its response, if just asked."""
    what, step = words.SEEMS_DEAD
    raw, status = (None, None) if refused is None else (refused.raw, refused.status)
    return SilentRefusal(
        what, kind=FailureKind.SILENT, next_step=step, raw=raw, sent=refused is not None, status=status
    )
