"""The journal as lanes over time: calls, token lives and their lineage, token requests; what the timeline draws."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app import events
from app.events import Entry, Exchange, ExchangeKind, Issued, RefreshTokenFate
from app.text import duration

_MOST_BARS = 20_000
_REFUSED = 400


class Lane(StrEnum):
    """The four lanes, top to bottom."""

    CALLS = "API calls"
    ACCESS = "Access"
    REFRESH = "Refresh"
    TOKEN_REQUESTS = "Token requests"  # noqa: S105 - a heading


class End(StrEnum):
    """How a token's life came to its end."""

    OPEN = "in hand"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    DROPPED = "dropped"
    REVOKED = "revoked"
    REFUSED = "refused"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One token's life: from receipt to its stated end (None: not stated), and how it really ended (`ended_at`).

    All moments in epoch seconds. `before` is the name of the token it came from by rotation or refresh; `family` counts
    sign-ins; `seq` is the journal's number of its receipt.
    """

    lane: Lane
    name: str
    number: int
    family: int
    seq: int
    fingerprint: str
    begins_at: float
    ends_at: float | None
    end: End = End.OPEN
    ended_at: float | None = None
    before: str | None = None

    def until(self, now: float) -> float:
        """Return where its bar ends if drawn at `now`: its real end, else its stated one, else now."""
        if self.ended_at is not None:
            return self.ended_at
        return max(self.begins_at, now) if self.ends_at is None else self.ends_at

    def sentence(self, now: float) -> str:
        """Return its life in a sentence."""
        stated = (
            "end not stated by the server" if self.ends_at is None else f"for {duration(self.ends_at - self.begins_at)}"
        )
        came = f", after {self.before}" if self.before else ""
        end = self.end if self.end is not End.OPEN or self.ends_at is None or now < self.ends_at else End.LAPSED
        return f"{self.name}, received {duration(now - self.begins_at)} ago, {stated}{came}: {end}."


class MarkKind(StrEnum):
    """What a mark stands for; each has a shape and a word of its own."""

    CALL = "call"
    FAILED_CALL = "failed call"
    TOKEN_REQUEST = "token request"  # noqa: S105 - a kind of mark
    REFUSAL = "refusal"
    LOST = "lost answer"
    RETRY = "retry"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    SESSION_END = "session ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment on a lane: `at` and `until` in epoch seconds, `text` in a sentence, `seq` its number in the journal."""

    lane: Lane
    kind: MarkKind
    at: float
    until: float
    text: str
    seq: int
    token: str = ""


class Lanes:
    """Bars and marks in the order they came, told one journal entry at a time; the oldest fall out."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.marks: list[Mark] = []
        self._open: dict[str, int] = {}  # name of a token that is in hand → its place among the bars
        self._family = 0
        self._calls: dict[int, tuple[float, str]] = {}
        self._using = ""
        self._handlers: dict[type, Callable[[Entry, Any], bool]] = {
            events.TokensReceived: self._received,
            events.CallStarted: self._started,
            events.CallFinished: self._finished,
            Exchange: self._asked,
            events.RefreshStarted: self._refreshing,
            events.AccessTokenDropped: self._dropped,
            events.SignedOut: self._signed_out,
            events.SessionEnded: self._ended,
            events.SessionGone: self._ended,
        }

    def take(self, entry: Entry) -> bool:
        """Take an entry of the journal; return whether anything is drawn differently now."""
        handler = self._handlers.get(type(entry.event))
        if handler is None or not handler(entry, entry.event):
            return False
        self._forget_oldest()
        return True

    def bar(self, name: str) -> Bar | None:
        """Return the newest token of that name."""
        return next((bar for bar in reversed(self.bars) if bar.name == name), None)

    def _started(self, entry: Entry, call: events.CallStarted) -> bool:
        self._calls[entry.seq] = (entry.at, f"{call.method} {call.url}")
        return False

    def _refreshing(self, _entry: Entry, started: events.RefreshStarted) -> bool:
        self._using = started.refresh_name
        return False

    def _dropped(self, entry: Entry, dropped: events.AccessTokenDropped) -> bool:
        self._close(dropped.name, End.DROPPED, entry.at)
        return True

    def _signed_out(self, entry: Entry, left: events.SignedOut) -> bool:
        return self._leave(entry, End.REVOKED if left.revoked else End.FORGOTTEN, MarkKind.SIGN_OUT)

    def _ended(self, entry: Entry, event: events.SessionEnded | events.SessionGone) -> bool:
        if isinstance(event, events.SessionEnded):
            return self._leave(entry, End.REFUSED, MarkKind.SESSION_END)
        return self._leave(entry, End.FORGOTTEN, MarkKind.SIGN_OUT)

    def _received(self, entry: Entry, received: events.TokensReceived) -> bool:
        if received.grant != "refresh_token":
            self._family += 1
            self._mark(entry, Lane.TOKEN_REQUESTS, MarkKind.SIGN_IN, entry.event.sentence())
        self._begin(entry, Lane.ACCESS, received.access, received.number)
        refresh = received.refresh
        if refresh is not None and received.refresh_fate is not RefreshTokenFate.KEPT:
            self._begin(entry, Lane.REFRESH, refresh, received.number)
        return True

    def _begin(self, entry: Entry, lane: Lane, issued: Issued, number: int) -> None:
        before = self._newest_open(lane)
        if before is not None:
            self._close(before.name, End.REPLACED, entry.at)
        self._open[issued.name] = len(self.bars)
        self.bars.append(
            Bar(
                lane=lane,
                name=issued.name,
                number=number,
                family=self._family,
                seq=entry.seq,
                fingerprint=issued.fingerprint,
                begins_at=entry.at,
                ends_at=issued.expires_at,
                before=before.name if before is not None and before.family == self._family else None,
            )
        )

    def _newest_open(self, lane: Lane) -> Bar | None:
        places = [place for place in self._open.values() if self.bars[place].lane is lane]
        return self.bars[max(places)] if places else None

    def _close(self, name: str, end: End, at: float) -> None:
        place = self._open.pop(name, None)
        if place is None:
            return
        bar = self.bars[place]
        lapsed = bar.ends_at is not None and bar.ends_at <= at and bar.lane is Lane.ACCESS
        self.bars[place] = replace(
            bar, end=End.LAPSED if lapsed else end, ended_at=min(at, bar.ends_at) if lapsed and bar.ends_at else at
        )

    def _leave(self, entry: Entry, end: End, kind: MarkKind) -> bool:
        for name in list(self._open):
            self._close(name, end, entry.at)
        self._mark(entry, Lane.REFRESH, kind, entry.event.sentence())
        return True

    def _finished(self, entry: Entry, finished: events.CallFinished) -> bool:
        began, asked = self._calls.pop(entry.cause or 0, (entry.at - finished.duration_s, "call"))
        failed = finished.status is None or finished.status >= _REFUSED
        kind = MarkKind.FAILED_CALL if failed else MarkKind.CALL
        self._mark(entry, Lane.CALLS, kind, finished.story or asked, began=began)
        return True

    def _asked(self, entry: Entry, exchange: Exchange) -> bool:
        if exchange.kind is not ExchangeKind.TOKEN:
            return False
        kind = MarkKind.TOKEN_REQUEST
        if exchange.failure is not None:
            kind = MarkKind.LOST
        elif (exchange.status or 0) >= _REFUSED:
            kind = MarkKind.REFUSAL
        text = f"{exchange.sentence()}" + (f" It sent {self._using}." if self._using else "")
        self._mark(entry, Lane.TOKEN_REQUESTS, kind, text, began=exchange.started_at, token=self._using)
        return True

    def _mark(
        self, entry: Entry, lane: Lane, kind: MarkKind, text: str, *, began: float | None = None, token: str = ""
    ) -> None:
        at = entry.at if began is None else began
        self.marks.append(
            Mark(lane=lane, kind=kind, at=at, until=max(at, entry.at), text=text, seq=entry.seq, token=token)
        )

    def _forget_oldest(self) -> None:
        if len(self.bars) > _MOST_BARS:
            gone = _MOST_BARS // 10
            del self.bars[:gone]
            self._open = {name: place - gone for name, place in self._open.items() if place >= gone}
        if len(self.marks) > 2 * _MOST_BARS:
            del self.marks[: _MOST_BARS // 5]


def lanes_of(entries: Iterable[Entry]) -> Lanes:
    """Return the lanes of a whole journal."""
    lanes = Lanes()
    for entry in entries:
        lanes.take(entry)
    return lanes
