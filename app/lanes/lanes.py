"""Lanes grow with the journal, one entry at a time."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import attrgetter, itemgetter
from typing import Any

from app.events import Entry
from app.events.calls import CallFinished, CallStarted
from app.events.demo import ReplayAnswered, ReplayStarted, TimeTravelled, TokenExpired, TokenRevoked
from app.events.refresh import RefreshFailed, RefreshRetried, RefreshStarted, RefreshSucceeded
from app.events.session import SessionAdopted, SessionEnded, SessionGone, SessionRestored, SignOutFinished
from app.events.tokens import AccessTokenDropped, Issued, RefreshTokenFate, TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.lanes.records import End, FamilyTimes, Lane, LaneMark, MarkKind, TokenLife
from app.lanes.track import Track
from app.text import duration
from app.token_name import TokenKind, TokenName

_MOST_THINGS = 32_000
_MOST_LEADS = 40_000
_MOST_HOPS = 8
_REFUSED = 400
_SEQ = attrgetter("seq")


class Lanes:
    """Bars and marks of the journal, built one entry at a time; the oldest are dropped.

    `things` lists what there is, in order: each by its number in the journal and its lane. `forgotten` counts how many
    were dropped so far. `family` is the one in hand.
    """

    def __init__(self) -> None:
        self.things: list[tuple[int, Lane]] = []
        self.forgotten = 0
        self.family: FamilyTimes | None = None
        self._tracks = {lane: Track() for lane in Lane}
        self._families = 0
        self._calls: dict[int, tuple[float, str]] = {}
        self._sent: dict[int, TokenName] = {}  # number of what caused it → name of the refresh token that is sent
        self._again: set[int] = set()  # numbers of refreshes that are retried
        self._leads: dict[int, int] = {}
        self._handlers: dict[type, Callable[[Entry, Any], bool]] = {
            TokensReceived: self._received,
            SessionRestored: self._taken_up,
            SessionAdopted: self._taken_up,
            CallStarted: self._started,
            CallFinished: self._finished,
            Exchange: self._asked,
            RefreshStarted: self._sends,
            RefreshRetried: self._sends_again,
            RefreshSucceeded: self._answered,
            RefreshFailed: self._answered,
            ReplayStarted: self._sends,
            ReplayAnswered: self._answered,
            AccessTokenDropped: self._dropped,
            TokenRevoked: self._revoked,
            TokenExpired: self._expired,
            SignOutFinished: self._signed_out,
            SessionEnded: self._ended,
            SessionGone: self._ended,
            TimeTravelled: self._travelled,
        }

    def take(self, entry: Entry) -> bool:
        """Take an entry of the journal; return whether the drawing changes."""
        handler = self._handlers.get(type(entry.event))
        changed = handler is not None and handler(entry, entry.event)
        self._lead(entry)
        return changed

    def track(self, lane: Lane) -> Track:
        return self._tracks[lane]

    @property
    def bars(self) -> list[TokenLife]:
        """All bars, in the order of the journal."""
        return sorted((bar for track in self._tracks.values() for bar in track.bars), key=_SEQ)

    @property
    def marks(self) -> list[LaneMark]:
        """All marks, in the order of the journal."""
        return sorted((mark for track in self._tracks.values() for mark in track.marks), key=_SEQ)

    def bar(self, name: TokenName) -> TokenLife | None:
        """Return the newest token of that name."""
        bars = self._tracks[_lane_of(name)].bars
        return next((bar for bar in reversed(bars) if bar.name == name), None)

    def is_in_hand(self, name: TokenName, seq: int) -> bool:
        """Return whether the token with this name as of entry `seq` is of the family in hand: each has an AT-1."""
        bars = self._tracks[_lane_of(name)].bars
        found = next((bar for bar in reversed(bars) if bar.name == name and bar.seq <= seq), None)
        return found is not None and self.family is not None and found.family == self.family.number

    def at(self, seq: int) -> list[TokenLife | LaneMark]:
        """Return everything that has this number in the journal, lane by lane."""
        return [thing for track in self._tracks.values() if (thing := track.at(seq)) is not None]

    def shown(self, seq: int) -> int | None:
        """Return the number itself if something of it is drawn, else that of what it belongs to; None for nothing."""
        found: int | None = seq
        for _ in range(_MOST_HOPS):
            if found is None or self._is_drawn(found):
                return found
            found = self._leads.get(found)
        return None

    def put(self, thing: TokenLife | LaneMark) -> None:
        """Add a bar or a mark; its number is not lower than any before."""
        self._tracks[thing.lane].put(thing)
        self.things.append((thing.seq, thing.lane))
        if len(self.things) > _MOST_THINGS:
            self._forget(self.things[_MOST_THINGS // 10][0])

    def _is_drawn(self, seq: int) -> bool:
        place = bisect_left(self.things, seq, key=itemgetter(0))
        return place < len(self.things) and self.things[place][0] == seq

    def _forget(self, before: int) -> None:
        had = len(self.things)
        for track in self._tracks.values():
            track.forget(before)
        kept = {(bar.seq, lane) for lane, track in self._tracks.items() for bar in track.bars if bar.seq < before}
        self.things = [thing for thing in self.things if thing[0] >= before or thing in kept]
        self.forgotten += had - len(self.things)

    def _lead(self, entry: Entry) -> None:
        """Link related entries: an entry that is drawn stands for its cause, a cause for what is not drawn."""
        if entry.cause is None:
            return
        if self._is_drawn(entry.seq):
            self._leads[entry.cause] = entry.seq
        else:
            self._leads[entry.seq] = entry.cause
        if len(self._leads) > _MOST_LEADS:
            for seq in list(self._leads)[: _MOST_LEADS // 10]:
                del self._leads[seq]

    def _started(self, entry: Entry, call: CallStarted) -> bool:
        self._calls[entry.seq] = (entry.at, f"{call.method} {call.url}")
        return False

    def _sends(self, entry: Entry, started: RefreshStarted | ReplayStarted) -> bool:
        self._sent[entry.seq] = started.refresh_name if isinstance(started, RefreshStarted) else started.name
        return False

    def _sends_again(self, entry: Entry, _retried: RefreshRetried) -> bool:
        self._again.add(entry.cause or 0)
        return False

    def _answered(self, entry: Entry, _event: object) -> bool:
        self._sent.pop(entry.cause or 0, None)
        self._again.discard(entry.cause or 0)
        return False

    def _dropped(self, entry: Entry, dropped: AccessTokenDropped) -> bool:
        return self._stop(entry, dropped.name, End.DROPPED, MarkKind.DROP)

    def _revoked(self, entry: Entry, revoked: TokenRevoked) -> bool:
        return self._stop(entry, revoked.name, End.REVOKED, MarkKind.REVOCATION)

    def _expired(self, entry: Entry, expired: TokenExpired) -> bool:
        return self._stop(entry, expired.name, End.EXPIRED, MarkKind.EXPIRY)

    def _stop(self, entry: Entry, name: TokenName, end: End, kind: MarkKind) -> bool:
        lane = _lane_of(name)
        self._close(lane, end, entry.at, name)
        self._mark(entry, lane, kind, entry.sentence(), token=name)
        return True

    def _travelled(self, entry: Entry, travelled: TimeTravelled) -> bool:
        note = f"{'+' if travelled.seconds >= 0 else '-'}{duration(travelled.seconds)}"
        self._mark(entry, Lane.CALLS, MarkKind.TRAVEL, entry.sentence(), note=note)
        return True

    def _signed_out(self, entry: Entry, left: SignOutFinished) -> bool:
        return self._leave(entry, End.REVOKED if left.revoked else End.FORGOTTEN, MarkKind.SIGN_OUT)

    def _ended(self, entry: Entry, event: SessionEnded | SessionGone) -> bool:
        if isinstance(event, SessionEnded):
            return self._leave(entry, End.REFUSED, MarkKind.SESSION_END)
        return self._leave(entry, End.FORGOTTEN, MarkKind.SIGN_OUT)

    def _leave(self, entry: Entry, end: End, kind: MarkKind) -> bool:
        self._close(Lane.ACCESS, End.FORGOTTEN, entry.at)  # a refusal or revocation is the refresh token's
        self._close(Lane.REFRESH, end, entry.at)
        self._mark(entry, Lane.REFRESH, kind, entry.sentence())
        self.family = None
        return True

    def _received(self, entry: Entry, received: TokensReceived) -> bool:
        is_sign_in = received.grant != "refresh_token"
        if is_sign_in:
            self._families += 1
        began_at = entry.at if is_sign_in else self.family.began_at if self.family is not None else None
        self.family = FamilyTimes(self._families, began_at, entry.at)
        if received.access is not None:
            self._begin(entry, Lane.ACCESS, received.access)
        refresh = received.refresh
        if refresh is not None and received.refresh_fate is not RefreshTokenFate.KEPT:
            self._begin(entry, Lane.REFRESH, refresh)
        if is_sign_in:
            text = entry.sentence()
            self._mark(entry, Lane.TOKEN_REQUESTS, MarkKind.SIGN_IN, text, note=received.grant)
        return True

    def _taken_up(self, entry: Entry, event: SessionRestored | SessionAdopted) -> bool:
        """Add tokens that were received before this journal began, or by another process."""
        taken = event.taken
        if isinstance(event, SessionRestored):
            self._families += 1
            self.family = None
        began_at = self.family.began_at if self.family is not None else None
        self.family = FamilyTimes(self._families, began_at, taken.received_at)
        for lane, issued, at in (
            (Lane.ACCESS, taken.access, taken.received_at),
            (Lane.REFRESH, taken.refresh, taken.refresh_received_at),
        ):
            if issued is not None and not self._is_newest(lane, issued.name):
                self._begin(entry, lane, issued, at=at)
        return True

    def _is_newest(self, lane: Lane, name: TokenName) -> bool:
        bars = self._tracks[lane].bars
        return bool(bars) and (bars[-1].name, bars[-1].family, bars[-1].end) == (name, self._families, End.OPEN)

    def _begin(self, entry: Entry, lane: Lane, issued: Issued, *, at: float | None = None) -> None:
        bars = self._tracks[lane].bars
        begins_at = entry.at if at is None else max(at, bars[-1].begins_at if bars else at)
        self._close(lane, End.REPLACED, begins_at)
        before = bars[-1].name if bars and bars[-1].family == self._families else None
        self.put(
            TokenLife(
                lane=lane,
                name=issued.name,
                family=self._families,
                seq=entry.seq,
                fingerprint=issued.fingerprint,
                begins_at=begins_at,
                ends_at=issued.expires_at,
                before=before,
            )
        )

    def _close(self, lane: Lane, end: End, at: float, name: TokenName | None = None) -> None:
        """End the token in hand of a lane (always the newest there), if it is the named one."""
        bars = self._tracks[lane].bars
        if not bars or bars[-1].end is not End.OPEN or name not in (None, bars[-1].name):
            return
        bar = bars[-1]
        lapsed = bar.ends_at is not None and bar.ends_at <= at and lane is Lane.ACCESS
        ended_at = bar.ends_at if lapsed and bar.ends_at is not None else at
        bars[-1] = replace(bar, end=End.LAPSED if lapsed else end, ended_at=max(bar.begins_at, ended_at))

    def _finished(self, entry: Entry, finished: CallFinished) -> bool:
        began, asked = self._calls.pop(entry.cause or 0, (entry.at - finished.duration_s, "call"))
        failed = finished.status is None or finished.status >= _REFUSED
        kind = MarkKind.FAILED_CALL if failed else MarkKind.CALL
        note = str(finished.status or "") if failed else ""
        self._mark(entry, Lane.CALLS, kind, finished.story or asked, began=began, note=note)
        return True

    def _asked(self, entry: Entry, exchange: Exchange) -> bool:
        if exchange.kind is not ExchangeKind.TOKEN:
            return False
        sent = self._sent.get(entry.cause or 0)
        old = None if sent is None else self.bar(sent)
        back_to = old.ended_at if old is not None and old.end is End.REPLACED else None
        kind = _kind_of(exchange, is_replay=back_to is not None, is_again=(entry.cause or 0) in self._again)
        text = entry.sentence() + ("" if sent is None else f" It sent {sent}.")
        self._mark(entry, Lane.TOKEN_REQUESTS, kind, text, began=exchange.started_at, token=sent, back_to=back_to)
        return True

    def _mark(
        self,
        entry: Entry,
        lane: Lane,
        kind: MarkKind,
        text: str,
        *,
        began: float | None = None,
        token: TokenName | None = None,
        note: str = "",
        back_to: float | None = None,
    ) -> None:
        at = entry.at if began is None else began
        until = max(at, entry.at)
        self.put(
            LaneMark(
                lane=lane,
                kind=kind,
                at=at,
                until=until,
                text=text,
                seq=entry.seq,
                token=token,
                note=note,
                back_to=back_to,
            )
        )


def lanes_of(entries: Iterable[Entry]) -> Lanes:
    """Return the lanes of a whole journal."""
    lanes = Lanes()
    for entry in entries:
        lanes.take(entry)
    return lanes


def _lane_of(name: TokenName) -> Lane:
    return Lane.REFRESH if name.kind is TokenKind.REFRESH else Lane.ACCESS


def _kind_of(exchange: Exchange, *, is_replay: bool, is_again: bool) -> MarkKind:
    if exchange.failure is not None:
        return MarkKind.LOST
    if (exchange.status or 0) >= _REFUSED:
        return MarkKind.REPLAY_REFUSED if is_replay else MarkKind.REFUSAL
    if is_replay:
        return MarkKind.REPLAY
    return MarkKind.RETRY if is_again else MarkKind.TOKEN_REQUEST
