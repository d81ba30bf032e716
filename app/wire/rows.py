"""Rows of the wire log packed into columns: a fifth of the memory of as many objects, filtered by bytes."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress

from app.events.wire import ExchangeKind

Key = int
"""Root and number of a row in one integer, so that keys sort like rows and fit an array."""

_NUMBER_BITS = 31
_ENDPOINTS = (None, *ExchangeKind)
_DEEPEST = 255
_AT_ONCE = 2048
# The layout of a row's byte of flags: kind, trouble, endpoint.
_KIND_BITS, _TROUBLE_BIT, _ENDPOINT_SHIFT = 0b11, 0b100, 3
# The layout of its byte of outcomes: the hundreds of the status, and whether it failed.
_HUNDREDS_BITS, _FAILED_BIT = 0b1111, 0b10000


class RowKind(StrEnum):
    """What a row is."""

    CALL = "call"
    DECISION = "decision"
    RETRY = "retry"
    EXCHANGE = "exchange"


_KINDS = tuple(RowKind)


@dataclass(frozen=True, slots=True, order=True)
class ExchangeRow:
    """One row, ordered by the call it belongs to and then by number; `depth` is its indent.

    `seq` is its number in the journal, `at` epoch seconds, `duration_s` seconds. `failure` names what kept an exchange
    from being whole; such an exchange may still have a `status`. A call has `status` and `duration_s` once it ended.
    """

    root: int
    seq: int
    depth: int = field(compare=False)
    kind: RowKind = field(compare=False)
    at: float = field(compare=False)
    text: str = field(compare=False)
    endpoint: ExchangeKind | None = field(default=None, compare=False)
    status: int | None = field(default=None, compare=False)
    duration_s: float | None = field(default=None, compare=False)
    is_trouble: bool = field(default=False, compare=False)
    failure: str | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """The sort key."""
        return key_of(self.root, self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows to show; empty sets mean all. `statuses` are hundreds: 2 for 2xx, 0 for exchanges that failed.

    `text` is in small letters.
    """

    kinds: frozenset[RowKind] = frozenset()
    endpoints: frozenset[ExchangeKind] = frozenset()
    statuses: frozenset[int] = frozenset()
    text: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it lets everything through."""
        return not (self.kinds or self.endpoints or self.statuses or self.text)


def passes(row: ExchangeRow, wanted: RowFilter) -> bool:
    """Return whether a filter lets a row through."""
    if wanted.kinds and row.kind not in wanted.kinds:
        return False
    if wanted.endpoints and row.endpoint not in wanted.endpoints:
        return False
    if wanted.statuses and not _has_status(row, wanted.statuses):
        return False
    return not wanted.text or wanted.text in row.text.lower()


def key_of(root: int, seq: int) -> Key:
    """Return the key of a row; numbers stay below two thousand million, more than a journal ever reaches."""
    return root << _NUMBER_BITS | seq


def parts_of(key: Key) -> tuple[int, int]:
    """Return root and number."""
    return key >> _NUMBER_BITS, key & ((1 << _NUMBER_BITS) - 1)


class RowKeys:
    """The keys of rows, in order."""

    def __init__(self, keys: "array[int] | None" = None) -> None:
        self._keys = array("q") if keys is None else keys

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, place: int) -> Key:
        return self._keys[place]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def run_of(self, root: int) -> tuple[int, int]:
        """Return the range of the rows of a root."""
        first = bisect_left(self._keys, key_of(root, 0))
        return first, bisect_left(self._keys, key_of(root + 1, 0), first)

    def place_for(self, key: Key) -> int:
        """Return the index where a key is, or would be."""
        at_end = not self._keys or self._keys[-1] < key
        return len(self._keys) if at_end else bisect_left(self._keys, key)

    def place_of(self, key: Key) -> int | None:
        """Return the index of a key, None when it is absent."""
        place = self.place_for(key)
        return place if place < len(self._keys) and self._keys[place] == key else None

    def insert(self, place: int, keys: list[Key]) -> None:
        """Insert keys at an index."""
        self._keys[place:place] = array("q", keys)

    def drop(self, number: int) -> None:
        """Drop `number` keys from the front."""
        del self._keys[:number]

    def masked(self, mask: bytes) -> "RowKeys":
        """Return the keys at whose indexes the mask has a 1."""
        if 0 not in mask:
            return RowKeys(self._keys[:])
        # by way of a list: an array extends from one several times as fast as from an iterator
        return RowKeys(array("q", list(compress(self._keys, mask))))


class Rows:
    """Rows in order, packed; an `ExchangeRow` is built when one is requested."""

    def __init__(self) -> None:
        self.keys = RowKeys()
        self._depths = bytearray()
        self._flags = bytearray()
        self._outcomes = bytearray()
        self._statuses = array("H")
        self._ats = array("d")
        self._durations = array("d")
        self._texts: list[str] = []
        self._failures: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, place: int) -> ExchangeRow:
        root, seq = parts_of(self.keys[place])
        flags, duration_s = self._flags[place], self._durations[place]
        return ExchangeRow(
            root,
            seq,
            self._depths[place],
            _KINDS[flags & _KIND_BITS],
            self._ats[place],
            self._texts[place],
            _ENDPOINTS[flags >> _ENDPOINT_SHIFT],
            self._statuses[place] or None,
            None if math.isnan(duration_s) else duration_s,
            bool(flags & _TROUBLE_BIT),
            self._failures.get(seq),
        )

    def __iter__(self) -> Iterator[ExchangeRow]:
        return (self[place] for place in range(len(self)))

    def put(self, row: ExchangeRow) -> int:
        """Insert a row, or replace its earlier version; return its index."""
        place = self.keys.place_for(row.key)
        end = place
        if place < len(self) and self.keys[place] == row.key:
            end = place + 1
        else:
            self.keys.insert(place, [row.key])
        self._depths[place:end] = bytes((min(row.depth, _DEEPEST),))
        self._flags[place:end] = bytes((_flags_of(row),))
        self._outcomes[place:end] = bytes((_outcome_of(row),))
        self._statuses[place:end] = array("H", (row.status or 0,))
        self._ats[place:end] = array("d", (row.at,))
        self._durations[place:end] = array("d", (math.nan if row.duration_s is None else row.duration_s,))
        self._texts[place:end] = (row.text,)
        if row.failure is not None:
            self._failures[row.seq] = row.failure
        return place

    def drop(self, number: int) -> None:
        """Drop `number` rows from the front."""
        if self._failures:
            for place in range(min(number, len(self))):
                self._failures.pop(parts_of(self.keys[place])[1], None)
        self.keys.drop(number)
        for column in (self._depths, self._flags, self._outcomes, self._statuses, self._ats, self._durations):
            del column[:number]
        del self._texts[:number]

    def number_of_exchanges(self, first: int = 0, end: int | None = None) -> int:
        """Return how many exchanges there are from one index up to another."""
        return self._flags[first:end].translate(_TABLE_OF_EXCHANGES).count(1)

    def is_exchange(self, place: int) -> bool:
        return self._flags[place] & _KIND_BITS == _KINDS.index(RowKind.EXCHANGE)

    def shown(self, wanted: RowFilter) -> RowKeys:
        """Return the keys of the rows that pass a filter."""
        return self.keys.masked(self._mask(wanted))

    def _mask(self, wanted: RowFilter) -> bytes:
        """Return for every row whether it passes: by byte tables, because a test for each row takes too long."""
        mask = bytes(self._flags.translate(_table_of_flags(wanted)))
        if wanted.statuses:
            mask = _both(mask, bytes(self._outcomes.translate(_table_of_outcomes(wanted.statuses))))
        return _both(mask, self._with_text(wanted.text)) if wanted.text else mask

    def _with_text(self, text: str) -> bytes:
        """Return for every row whether its text contains that, in lower case; many rows are searched at once."""
        found = bytearray()
        for first in range(0, len(self._texts), _AT_ONCE):
            texts = self._texts[first : first + _AT_ONCE]
            small = "\0".join(texts).lower()
            if text not in small:
                found += bytes(len(texts))
                continue
            each = small.split("\0")
            found += bytes([text in one for one in (each if len(each) == len(texts) else map(str.lower, texts))])
        return bytes(found)


def _both(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") & int.from_bytes(other, "big")).to_bytes(len(one), "big")


def _flags_of(row: ExchangeRow) -> int:
    return (
        _KINDS.index(row.kind)
        | (_TROUBLE_BIT if row.is_trouble else 0)
        | _ENDPOINTS.index(row.endpoint) << _ENDPOINT_SHIFT
    )


def _outcome_of(row: ExchangeRow) -> int:
    return min((row.status or 0) // 100, _HUNDREDS_BITS) | (0 if row.failure is None else _FAILED_BIT)


def _table_of_flags(wanted: RowFilter) -> bytes:
    """Return for every byte of flags 1 or 0; a filter by status is for exchanges alone."""
    kinds = wanted.kinds or frozenset(RowKind)
    if wanted.statuses:
        kinds &= {RowKind.EXCHANGE}
    passed = [
        _KINDS[flags & _KIND_BITS] in kinds
        and (not wanted.endpoints or flags >> _ENDPOINT_SHIFT in {_ENDPOINTS.index(each) for each in wanted.endpoints})
        for flags in range(256)
    ]
    return bytes(passed)


def _table_of_outcomes(statuses: frozenset[int]) -> bytes:
    return bytes(
        outcome & _HUNDREDS_BITS in statuses or (bool(outcome & _FAILED_BIT) and 0 in statuses)
        for outcome in range(256)
    )


def _has_status(row: ExchangeRow, statuses: frozenset[int]) -> bool:
    if row.kind is not RowKind.EXCHANGE:
        return False
    return (row.status or 0) // 100 in statuses or (row.failure is not None and 0 in statuses)


_TABLE_OF_EXCHANGES = _table_of_flags(RowFilter(kinds=frozenset({RowKind.EXCHANGE})))
