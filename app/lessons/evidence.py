"""The journal's entries since a step began, with queries for the steps' checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from app.decision import Decision, Reason
from app.events import Entry, Event
from app.events.calls import CallFinished, CallStarted
from app.events.demo import DemoOrgTurned, TimeTravelled
from app.events.refresh import Decided, RefreshFailed
from app.events.session import SessionAdopted, SessionRestored
from app.events.tokens import TokensReceived
from app.events.wire import Exchange, ExchangeKind

E = TypeVar("E")

_REFRESH = "refresh_token"


@dataclass(frozen=True, slots=True)
class LessonEvidence:
    """Entries of the journal, oldest first.

    `lapses_at` is when the current access token expires (epoch seconds), which earlier entries may have said; None if
    unknown. Slices of the entries do not inherit it.
    """

    entries: Sequence[Entry] = ()
    lapses_at: float | None = None

    def all(self, kind: type[E]) -> list[E]:
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    def after(self, kind: type[Event]) -> "LessonEvidence":
        """Return the entries after the first event of that kind; nothing without one."""
        for place, entry in enumerate(self.entries):
            if isinstance(entry.event, kind):
                return LessonEvidence(self.entries[place + 1 :])
        return LessonEvidence()

    def since_last(self, kind: type[Event]) -> "LessonEvidence":
        """Return the entries after the last event of that kind; all without one."""
        for place in reversed(range(len(self.entries))):
            if isinstance(self.entries[place].event, kind):
                return LessonEvidence(self.entries[place + 1 :])
        return self

    def until(self, kind: type[Event]) -> "LessonEvidence":
        """Return the entries before the first event of that kind; all without one."""
        for place, entry in enumerate(self.entries):
            if isinstance(entry.event, kind):
                return LessonEvidence(self.entries[:place])
        return self

    def led_by(self, cause: Entry) -> "LessonEvidence":
        """Return what an entry caused, directly or through others."""
        numbers, led = {cause.seq}, []
        for entry in self.entries:
            if entry.cause in numbers:
                numbers.add(entry.seq)
                led.append(entry)
        return LessonEvidence(led)

    def calls(self) -> "list[Call]":
        """Return the API calls that began and ended, in the order they began."""
        calls: dict[int, list[Entry]] = {}
        call_of: dict[int, int] = {}
        for entry in self.entries:
            if isinstance(entry.event, CallStarted):
                calls[entry.seq], call_of[entry.seq] = [entry], entry.seq
            elif entry.cause in call_of:
                call_of[entry.seq] = call_of[entry.cause]
                calls[call_of[entry.seq]].append(entry)
        return [call for call in map(Call, map(LessonEvidence, calls.values())) if call.is_over]

    def decided(self, reason: Reason) -> list[Entry]:
        return [
            entry
            for entry in self.entries
            if isinstance(entry.event, Decided) and entry.event.decision.reason is reason
        ]

    def sign_ins(self) -> list[TokensReceived]:
        return [each for each in self.all(TokensReceived) if each.grant != _REFRESH]

    def refreshes(self) -> list[TokensReceived]:
        return [each for each in self.all(TokensReceived) if each.grant == _REFRESH]

    def exchanges(self, kind: ExchangeKind) -> list[Exchange]:
        return [each for each in self.all(Exchange) if each.kind is kind]

    def has_response(self, kind: ExchangeKind, method: str, status: int) -> bool:
        """Return whether a request with that method got that status there."""
        return any(each.method == method and each.status == status for each in self.exchanges(kind))

    def last_turn(self, knob: str) -> str | None:
        """Return the last value set for a knob of the demo org, as text; None if it was not changed."""
        turned = [value for each in self.all(DemoOrgTurned) for name, value in each.knobs if name == knob]
        return turned[-1] if turned else None

    @property
    def travelled_s(self) -> float:
        """How many seconds the time of both sides was moved, in all."""
        return sum(each.seconds for each in self.all(TimeTravelled))

    @property
    def failures(self) -> list[RefreshFailed]:
        return self.all(RefreshFailed)

    @property
    def lapsed_s(self) -> float | None:
        """How many seconds ago the current access token expired, negative before; None if unknown."""
        return self.entries[-1].at - self.lapses_at if self.entries and self.lapses_at is not None else None


def lapse_told(event: Event) -> float | None:
    """Return when the current access token expires, in epoch seconds, if that event says so."""
    if isinstance(event, TokensReceived):
        return None if event.access is None else event.access.expires_at
    if isinstance(event, SessionRestored | SessionAdopted):
        return event.taken.access.expires_at if event.taken.access is not None else None
    return event.decision.expires_at if isinstance(event, Decided) else None


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: how it started, and then everything it caused."""

    led: LessonEvidence

    def was_under_way_with(self, other: "Call") -> bool:
        """Return whether both calls overlap in time; a call overlaps with itself."""
        began, ended = self.led.entries[0].seq, self.led.entries[-1].seq
        return began < other.led.entries[-1].seq and other.led.entries[0].seq < ended

    @property
    def is_over(self) -> bool:
        return bool(self.led.all(CallFinished))

    @property
    def worked(self) -> bool:
        return any(httpx.codes.is_success(each.status or 0) for each in self.led.all(CallFinished))

    @property
    def decisions(self) -> list[Decision]:
        """What was decided on its way: once before it went out, once more after a 401."""
        return [each.decision for each in self.led.all(Decided)]

    @property
    def reason(self) -> Reason | None:
        return self.decisions[0].reason if self.decisions else None

    @property
    def last_reason(self) -> Reason | None:
        """The reason of the last decision; None if none was made, as for an invalid URL."""
        return self.decisions[-1].reason if self.decisions else None

    @property
    def statuses(self) -> list[int | None]:
        """What the API answered to it, in no particular order: once, or twice after a 401."""
        return [each.status for each in self.led.exchanges(ExchangeKind.API)]

    @property
    def token_requests(self) -> int:
        """How many requests to the token endpoint it caused; none where it joined another call's refresh."""
        return len(self.led.exchanges(ExchangeKind.TOKEN))

    @property
    def has_refreshed(self) -> bool:
        """Whether a refresh it caused brought new tokens, and it worked with them."""
        return self.worked and bool(self.led.refreshes())

    @property
    def was_free(self) -> bool:
        """Whether it succeeded with the current access token, with requests to the API only."""
        return self.worked and self.reason is Reason.FRESH and len(self.statuses) == 1
