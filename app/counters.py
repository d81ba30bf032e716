"""This session in numbers, from the journal: what was called, refreshed and lost, and what a timer would have done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from app.events import Entry
from app.events.calls import CallFinished
from app.events.refresh import RefreshFailed, RefreshRetried, RefreshSucceeded, SkewMeasured
from app.events.session import SessionEnded, SessionGone, SignOutFinished
from app.events.tokens import TokensReceived

_GOOD_BELOW = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The numbers of one session; `skew_s` positive where the server's clock is ahead, None while it is not known.

    `joined` counts callers who waited for a refresh that was already running.
    """

    calls: int = 0
    failed_calls: int = 0
    refreshes: int = 0
    failed_refreshes: int = 0
    retries: int = 0
    timer_refreshes: int = 0
    skew_s: float | None = None


class Counters:
    """Counts one session after another, one journal entry at a time.

    A timer-driven client refreshes whenever an access token ends, used or not: its refreshes are counted from the
    lifetimes the same server gave.
    """

    def __init__(self) -> None:
        self._counts = Counts()
        self._timed: _Timed | None = None
        self._handlers: dict[type, Callable[[Entry, Any], None]] = {
            TokensReceived: self._received,
            CallFinished: self._called,
            RefreshSucceeded: self._refreshed,
            RefreshFailed: self._failed,
            RefreshRetried: self._retried,
            SkewMeasured: self._skewed,
            SignOutFinished: self._over,
            SessionEnded: self._over,
            SessionGone: self._over,
        }

    def take(self, entry: Entry) -> None:
        handler = self._handlers.get(type(entry.event))
        if handler is not None:
            handler(entry, entry.event)

    def at(self, now: float) -> Counts:
        """Return the numbers as of `now`, in epoch seconds."""
        timer = self._timed.refreshes(now) if self._timed is not None else 0
        return replace(self._counts, timer_refreshes=timer)

    def _received(self, entry: Entry, received: TokensReceived) -> None:
        if received.grant != "refresh_token":
            self._counts = Counts(skew_s=self._counts.skew_s)
            self._timed = None
        if received.access is None or received.access.expires_at is None:
            return
        lifetime_s = max(received.access.expires_at - entry.at, 1.0)
        self._timed = self._timed.with_lifetime(entry.at, lifetime_s) if self._timed else _Timed(entry.at, lifetime_s)

    def _called(self, _entry: Entry, call: CallFinished) -> None:
        failed = call.status is None or call.status >= _GOOD_BELOW
        self._counts = replace(
            self._counts, calls=self._counts.calls + 1, failed_calls=self._counts.failed_calls + failed
        )

    def _refreshed(self, _entry: Entry, _event: RefreshSucceeded) -> None:
        self._counts = replace(self._counts, refreshes=self._counts.refreshes + 1)

    def _failed(self, _entry: Entry, _event: RefreshFailed) -> None:
        self._counts = replace(self._counts, failed_refreshes=self._counts.failed_refreshes + 1)

    def _retried(self, _entry: Entry, _event: RefreshRetried) -> None:
        self._counts = replace(self._counts, retries=self._counts.retries + 1)

    def _skewed(self, _entry: Entry, event: SkewMeasured) -> None:
        self._counts = replace(self._counts, skew_s=event.skew_s)

    def _over(self, entry: Entry, _event: object) -> None:
        if self._timed is not None:
            self._timed = replace(self._timed, until=entry.at)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A timer's refreshes: `done` before `since`, and one each `lifetime_s` seconds after it."""

    since: float
    lifetime_s: float
    done: int = 0
    until: float | None = None

    def refreshes(self, now: float) -> int:
        end = now if self.until is None else min(now, self.until)
        return self.done + max(int((end - self.since) / self.lifetime_s), 0)

    def with_lifetime(self, at: float, lifetime_s: float) -> "_Timed":
        """Return the same with another lifetime from `at` on; an unchanged lifetime keeps the timer's phase."""
        if abs(lifetime_s - self.lifetime_s) < 1.0:
            return self
        return _Timed(at, lifetime_s, self.refreshes(at))
