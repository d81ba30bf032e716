"""Asks the token endpoint for a refresh, with the patience its answers are worth."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.clock import Clock
from app.errors import Hiccup, LapseError, Refusal
from app.errors.reasons import FailureKind, SessionEnd
from app.events.refresh import RefreshRetried
from app.journal import JournalWriter
from app.oauth.client import OAuthClient
from app.oauth.grants import AccessTokenFlaw, TokenResponse
from app.secret import Secret
from app.session import words
from app.session.failure_table import judge
from app.session.retries import LONGEST_PAUSE_S, Attempts, pause_s, wait_before_retry_s
from app.session.tokens import TokenSet


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """What is held after an answer was taken; `cause` is the journal number of that."""

    answer: TokenResponse
    tokens: TokenSet
    cause: int


Keep = Callable[[TokenResponse, float], Awaitable[KeptResponse]]


class RefreshAttempts:
    """The way to the token endpoint: retries what is worth it, leaves a busy server alone for as long as it asked."""

    def __init__(self, client: OAuthClient, journal: JournalWriter, clock: Clock) -> None:
        self._client = client
        self._journal = journal
        self._clock = clock
        self._not_before = -math.inf

    async def refresh(self, refresh_token: Secret, *, keep: Keep, cause: int) -> KeptResponse:
        """Return what a refresh brought; raises Refusal or Hiccup. Bounded: four requests at the very most.

        `keep` is awaited with every answer, and how many seconds it took, before it is judged. One without an access
        token is a lost answer: what is held by then is sent.
        """
        self._check_pause()
        tried = Attempts()
        while True:
            began = self._clock.stopwatch()
            try:
                answer = await self._client.refresh(refresh_token, cause=cause)
            except LapseError as trouble:
                verdict = judge(trouble)
            else:
                kept = await keep(answer, self._clock.stopwatch() - began)
                if kept.answer.access_token is not None:
                    return kept
                assert kept.tokens.refresh is not None
                refresh_token, verdict = kept.tokens.refresh.value, _without_access_token(kept.answer)
            if isinstance(verdict, Refusal):
                refused = _after_loss(verdict) if tried.lost else verdict
                refused.about = refresh_token
                raise refused
            wait_s = wait_before_retry_s(verdict, tried)
            if wait_s is None:
                self._not_before = self._clock.elapsed() + pause_s(verdict)
                raise verdict
            await self._wait(verdict, wait_s, cause)
            tried = tried.after(verdict)

    def end_pause(self) -> None:
        """Ask again from now on: the server has answered otherwise before the time it wanted to be left alone for."""
        self._not_before = -math.inf

    async def _wait(self, failure: Hiccup, wait_s: float, cause: int) -> None:
        until = self._clock.now() + wait_s
        self._journal.append(RefreshRetried(failure.what, wait_s), cause=cause)
        await self._clock.sleep_until(until)

    def _check_pause(self) -> None:
        left_s = self._not_before - self._clock.elapsed()
        if 0 < left_s <= LONGEST_PAUSE_S:  # more is left only where the demo org's time went back
            what, step = words.left_alone(left_s)
            raise Hiccup(what, kind=FailureKind.LEFT_ALONE, next_step=step, sent=False)


def _without_access_token(answer: TokenResponse) -> Hiccup:
    assert answer.flaw is not None
    what, step = words.no_access_token(answer.flaw.value)
    # a server that gives out another type of token will do so again
    lost = answer.flaw is not AccessTokenFlaw.OTHER_TYPE
    return Hiccup(what, kind=FailureKind.INCOMPLETE, next_step=step, lost=lost, status=200)


def _after_loss(refusal: Refusal) -> Refusal:
    reason = SessionEnd.REFUSED_AFTER_LOSS
    return Refusal(reason, code=refusal.code, description=refusal.description, status=refusal.status)
