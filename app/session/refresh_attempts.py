"""Sends the refresh requests of one refresh, retrying what is worth it."""

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
    """What is held after a response was stored; `cause` is the journal number of that."""

    response: TokenResponse
    tokens: TokenSet
    cause: int


Keep = Callable[[TokenResponse, float], Awaitable[KeptResponse]]


class RefreshAttempts:
    """Sends refresh requests: retries what is worth it, and observes the wait a busy server asked for."""

    def __init__(self, client: OAuthClient, journal: JournalWriter, clock: Clock) -> None:
        self._client = client
        self._journal = journal
        self._clock = clock
        self._not_before = -math.inf

    async def refresh(self, refresh_token: Secret, *, keep: Keep, cause: int) -> KeptResponse:
        """Return the refreshed tokens; raises Refusal or Hiccup. At most four requests.

        `keep` is awaited with every response and its duration in seconds, before the response is judged. One without an
        access token is a lost response: the refresh token held by then is sent.
        """
        self._check_pause()
        tried = Attempts()
        while True:
            began = self._clock.stopwatch()
            try:
                response = await self._client.refresh(refresh_token, cause=cause)
            except LapseError as error:
                verdict = judge(error)
            else:
                kept = await keep(response, self._clock.stopwatch() - began)
                if kept.response.access_token is not None:
                    return kept
                assert kept.tokens.refresh is not None
                refresh_token, verdict = kept.tokens.refresh.value, _without_access_token(kept.response)
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
        """End the wait the server asked for: it has sent another response since."""
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


def _without_access_token(response: TokenResponse) -> Hiccup:
    assert response.flaw is not None
    what, step = words.no_access_token(response.flaw.value)
    # a server that issues another token type will do so again
    lost = response.flaw is not AccessTokenFlaw.OTHER_TYPE
    return Hiccup(what, kind=FailureKind.INCOMPLETE, next_step=step, lost=lost, status=200)


def _after_loss(refusal: Refusal) -> Refusal:
    reason = SessionEnd.REFUSED_AFTER_LOSS
    return Refusal(reason, code=refusal.code, description=refusal.description, status=refusal.status)
