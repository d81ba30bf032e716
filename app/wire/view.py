"""The wire log as rows: each call with what it caused beneath it, filtered without Qt."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app import events
from app.events import Entry, Event, Exchange, ExchangeKind


class RowKind(StrEnum):
    """What a row stands for."""

    CALL = "call"
    DECISION = "decision"
    RETRY = "retry"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One row, ordered by the call it belongs to and then by number; `depth` is its indent.

    `seq` is its number in the journal, `at` epoch seconds, `duration_s` seconds.
    """

    root: int
    seq: int
    depth: int
    kind: RowKind
    at: float
    text: str
    endpoint: ExchangeKind | None = None
    status: int | None = None
    duration_s: float | None = None
    is_trouble: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows to show; empty sets mean all. `statuses` are hundreds: 2 for 2xx, 0 for exchanges that failed."""

    kinds: frozenset[RowKind] = frozenset()
    endpoints: frozenset[ExchangeKind] = frozenset()
    statuses: frozenset[int] = frozenset()
    text: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it lets everything through."""
        return not (self.kinds or self.endpoints or self.statuses or self.text)


class WireLog:
    """Every exchange with the decisions between, in the order people read: calls one after another, each with its own.

    At most `capacity` rows; the oldest calls make room in blocks.
    """

    def __init__(self, *, capacity: int = 100_000) -> None:
        self.rows: list[Row] = []
        self._capacity = capacity
        self._place: dict[int, tuple[int, int]] = {}  # of every entry: its root and depth

    def take(self, entry: Entry) -> int | None:
        """Take an entry of the journal; return the place its row was put at, None when it has no row."""
        root, depth = self._placed(entry)
        row = _row(entry, root, depth)
        if row is None:
            return None
        if not self.rows or self.rows[-1] < row:
            self.rows.append(row)
            return len(self.rows) - 1
        place = bisect_left(self.rows, row)
        self.rows.insert(place, row)
        return place

    def drop_oldest(self) -> int:
        """Drop a tenth of the rows once there are too many; return how many went."""
        if len(self.rows) <= self._capacity:
            return 0
        gone = self._capacity // 10
        del self.rows[:gone]
        first = self.rows[0].root
        self._place = {seq: place for seq, place in self._place.items() if place[0] >= first}
        return gone

    def shown(self, wanted: RowFilter) -> list[Row]:
        """Return the rows a filter lets through."""
        if wanted.is_open:
            return list(self.rows)
        return [row for row in self.rows if passes(row, wanted)]

    def with_children(self, seq: int) -> list[Row]:
        """Return the row of that number and every row of the same call."""
        place = self._place.get(seq)
        if place is None:
            return []
        start = bisect_left(self.rows, place[0], key=lambda row: row.root)
        found = []
        for row in self.rows[start:]:
            if row.root != place[0]:
                break
            found.append(row)
        return found

    def _placed(self, entry: Entry) -> tuple[int, int]:
        cause = self._place.get(entry.cause) if entry.cause is not None else None
        if cause is None:
            place = (entry.seq, 0)
        else:
            # only rows that are shown indent what they cause
            place = (cause[0], cause[1] + 1 if entry.cause == cause[0] or _indents(entry.event) else cause[1])
        self._place[entry.seq] = place
        return place


def passes(row: Row, wanted: RowFilter) -> bool:
    """Return whether a filter lets a row through."""
    if wanted.kinds and row.kind not in wanted.kinds:
        return False
    if wanted.endpoints and row.endpoint not in wanted.endpoints:
        return False
    if wanted.statuses and (row.kind is not RowKind.EXCHANGE or (row.status or 0) // 100 not in wanted.statuses):
        return False
    return not wanted.text or wanted.text in row.text.lower()


def rows_of(entries: Iterable[Entry]) -> list[Row]:
    """Return the rows of a whole journal."""
    log = WireLog()
    for entry in entries:
        log.take(entry)
    return log.rows


def _indents(event: Event) -> bool:
    return isinstance(event, events.RefreshRetried)


def _row(entry: Entry, root: int, depth: int) -> Row | None:
    event, at = entry.event, entry.at
    if isinstance(event, Exchange):
        return _exchange_row(entry, event, root, depth)
    if isinstance(event, events.CallStarted):
        return Row(root, entry.seq, depth, RowKind.CALL, at, f"{event.method} {event.url}")
    if isinstance(event, events.Decided):
        return Row(root, entry.seq, depth, RowKind.DECISION, at, event.decision.sentence())
    if isinstance(event, events.RefreshRetried):
        return Row(root, entry.seq, depth, RowKind.RETRY, at, event.sentence(), is_trouble=True)
    return None


def _exchange_row(entry: Entry, event: Exchange, root: int, depth: int) -> Row:
    failed = event.failure is not None or (event.status or 0) >= 400  # noqa: PLR2004 - HTTP's own number
    return Row(
        root,
        entry.seq,
        depth,
        RowKind.EXCHANGE,
        event.started_at,
        f"{event.method} {event.url}" + (f" {event.failure}" if event.failure else ""),
        event.kind,
        event.status,
        event.duration_s,
        failed,
    )
