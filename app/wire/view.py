"""The wire log as rows: each call with what it caused beneath it, filtered without Qt."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from app.decision import Decision, Verdict
from app.events import Entry, words
from app.events.calls import CallFinished, CallStarted
from app.events.refresh import Decided, RefreshRetried
from app.events.wire import Exchange
from app.wire.rows import ExchangeRow, Key, RowFilter, RowKeys, RowKind, Rows, key_of, parts_of, passes

__all__ = ["ExchangeRow", "RowFilter", "RowKind", "WireLog", "passes", "rows_of"]

_K = TypeVar("_K")
_T = TypeVar("_T")
_REFUSED = 400
_MOST_TOLD = 10_000


class WireLog:
    """Every exchange with the decisions between, in reading order: calls one after another, each with its own.

    At most `capacity` exchanges, with the rows around them; the oldest calls are dropped in blocks, each as a whole.
    Takes entries in the order of their numbers, as the journal publishes them.
    """

    def __init__(self, *, capacity: int = 100_000) -> None:
        self.rows = Rows()
        self._capacity = capacity
        self._exchanges = 0
        # Of every entry from number `_first` on: the root it belongs to, and the depth of what it causes.
        self._first = 0
        self._roots = array("q")
        self._inner_depths = bytearray()
        self._texts: dict[str, str] = {}  # of the latest rows, each text interned: they repeat one another
        # Shown only in the details pane, so kept for the latest rows alone, as the exchanges' details are.
        self._decisions: dict[int, Decision] = {}
        self._stories: dict[int, str] = {}
        self._origins: dict[int, str] = {}  # what began it all where no row says so: a sign-in, a replay

    def take(self, entry: Entry) -> int | None:
        """Take an entry of the journal; return the index of its row, None when it has no row.

        The end of a call has no row of its own: it completes the row of the call, whose index is returned.
        """
        root, depth = self._belongs(entry)
        row = self._row(entry, root, depth)
        self._note(entry.seq, root, depth if row is None else depth + 1)
        if isinstance(entry.event, CallFinished):
            return self._complete(entry, entry.event, root)
        if row is None:
            self._note_origin(entry, root)
            return None
        self._exchanges += row.kind is RowKind.EXCHANGE
        return self.rows.put(row)

    def drop_oldest(self) -> int:
        """Drop the oldest calls, with a tenth of the exchanges, once there are too many; return how many rows went."""
        if self._exchanges <= self._capacity:
            return 0
        gone = self._end_of_oldest(max(self._capacity // 10, 1))
        self._exchanges -= self.rows.number_of_exchanges(0, gone)
        self.rows.drop(gone)
        first = parts_of(self.rows.keys[0])[0] if self.rows else self._first + len(self._roots)
        del self._roots[: first - self._first]
        del self._inner_depths[: first - self._first]
        self._first = first
        return gone

    def shown(self, wanted: RowFilter) -> RowKeys:
        """Return the keys of the rows a filter lets through."""
        return self.rows.shown(wanted)

    def row(self, key: Key) -> ExchangeRow | None:
        """Return the row of that key, None when it has gone."""
        place = self.rows.keys.place_of(key)
        return None if place is None else self.rows[place]

    def with_children(self, seq: int) -> list[ExchangeRow]:
        """Return the row of that number and every row of the same call."""
        root = self.root_of(seq)
        return [] if root is None else list(self._rows_of(root))

    def row_near(self, seq: int) -> ExchangeRow | None:
        """Return the row of that number; without one, the row before it in the same call, or its first."""
        rows = self.with_children(seq)
        before = [row for row in rows if row.seq <= seq]
        return before[-1] if before else next(iter(rows), None)

    def decision_above(self, row: ExchangeRow) -> ExchangeRow | None:
        """Return the decision a row came from: the last one before it in its call."""
        found = (each for each in reversed(self.with_children(row.seq)) if each.seq < row.seq)
        return next((each for each in found if each.kind is RowKind.DECISION), None)

    def call_of(self, row: ExchangeRow) -> ExchangeRow | None:
        """Return the call a row belongs to."""
        first = next(self._rows_of(row.root), None)
        return first if first is not None and first.kind is RowKind.CALL else None

    def decision_of(self, row: ExchangeRow) -> Decision | None:
        """Return the decision a row stands for, None when it was too long ago."""
        return self._decisions.get(row.seq)

    def story_of(self, row: ExchangeRow) -> str:
        """Return the story of a call, "" while it goes on or when it was too long ago."""
        return self._stories.get(row.seq, "")

    def origin_of(self, row: ExchangeRow) -> str:
        """Return the sentence of the first cause where that has no row, else ""."""
        return self._origins.get(row.root, "")

    def root_of(self, seq: int) -> int | None:
        """Return the number of the first cause of an entry, None for what is unknown here."""
        place = seq - self._first
        if not 0 <= place < len(self._roots) or self._roots[place] < self._first:
            return None
        return self._roots[place]

    def _belongs(self, entry: Entry) -> tuple[int, int]:
        root = None if entry.cause is None else self.root_of(entry.cause)
        if root is None or entry.cause is None:
            return entry.seq, 0
        return root, self._inner_depths[entry.cause - self._first]

    def _note(self, seq: int, root: int, inner_depth: int) -> None:
        if not self._roots:
            self._first = seq
        missing = seq - self._first - len(self._roots)
        self._roots.extend([-1] * missing)
        self._inner_depths.extend(bytes(max(missing, 0)))
        self._roots.append(root)
        self._inner_depths.append(min(inner_depth, 255))

    def _note_origin(self, entry: Entry, root: int) -> None:
        if root == entry.seq:
            _keep(self._origins, root, entry.sentence())

    def _complete(self, entry: Entry, ended: CallFinished, root: int) -> int | None:
        place = self.rows.keys.place_of(key_of(root, entry.cause or 0))
        if place is None:
            return None
        call = self.rows[place]
        _keep(self._stories, call.seq, ended.story)
        took_s = max(entry.at - call.at, 0.0)  # with its refresh; the event's is the last attempt's
        trouble = ended.status is None or ended.status >= _REFUSED
        return self.rows.put(replace(call, status=ended.status, duration_s=took_s, is_trouble=trouble))

    def _end_of_oldest(self, exchanges: int) -> int:
        end = 0
        while end < len(self.rows) and exchanges > 0:
            exchanges -= self.rows.is_exchange(end)
            end += 1
        return self.rows.keys.run_of(self.rows[end - 1].root)[1] if end else 0

    def _rows_of(self, root: int) -> Iterator[ExchangeRow]:
        return (self.rows[place] for place in range(*self.rows.keys.run_of(root)))

    def _row(self, entry: Entry, root: int, depth: int) -> ExchangeRow | None:
        event, at, seq = entry.event, entry.at, entry.seq
        if isinstance(event, Exchange):
            return _exchange_row(seq, event, root, depth, self._text(_line(event)))
        if isinstance(event, CallStarted):
            return ExchangeRow(root, seq, depth, RowKind.CALL, at, self._text(f"{event.method} {event.url}"))
        if isinstance(event, Decided):
            _keep(self._decisions, seq, event.decision)
            text, trouble = self._text(words.sentence(event)), event.decision.verdict is Verdict.SIGN_IN
            return ExchangeRow(root, seq, depth, RowKind.DECISION, at, text, is_trouble=trouble)
        if isinstance(event, RefreshRetried):
            return ExchangeRow(root, seq, depth, RowKind.RETRY, at, self._text(words.sentence(event)), is_trouble=True)
        return None

    def _text(self, text: str) -> str:
        known = self._texts.get(text)
        if known is None:
            _keep(self._texts, text, text)
        return known or text


def _keep(known: dict[_K, _T], key: _K, value: _T) -> None:
    known[key] = value
    if len(known) > _MOST_TOLD:
        del known[next(iter(known))]


def _line(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.url}" + (f" → {words.failure(exchange.failure)}" if exchange.failure else "")


def _exchange_row(seq: int, exchange: Exchange, root: int, depth: int, text: str) -> ExchangeRow:
    return ExchangeRow(
        root,
        seq,
        depth,
        RowKind.EXCHANGE,
        exchange.started_at,
        text,
        exchange.kind,
        exchange.status,
        exchange.duration_s,
        exchange.failure is not None or (exchange.status or 0) >= _REFUSED,
        None if exchange.failure is None else words.failure(exchange.failure),
    )


def rows_of(entries: Iterable[Entry]) -> list[ExchangeRow]:
    """Return the rows of a whole journal."""
    log = WireLog()
    for entry in entries:
        log.take(entry)
    return list(log.rows)
