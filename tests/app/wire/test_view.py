"""The wire log: each call with what it caused beneath it, in the order people read."""

from collections.abc import Iterator
from itertools import count

import pytest

from app import events
from app.decision import Decision, Reason, Verdict
from app.events import Entry, Exchange, ExchangeKind
from app.wire.view import Row, RowFilter, RowKind, WireLog, rows_of

DECISION = Decision(
    verdict=Verdict.REFRESH, reason=Reason.LAPSED, at=0.0, asked_by="t", remaining_s=-3, leeway_s=1, leeway_asked_s=1
)


class Story:
    """Writes journal entries."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1)
        self.entries: list[Entry] = []

    def add(self, event: events.Event, cause: int | None = None) -> int:
        seq = next(self._numbers)
        self.entries.append(Entry(seq, float(seq), cause, event))
        return seq

    def exchange(
        self, kind: ExchangeKind, cause: int | None, status: int | None = 200, failure: str | None = None
    ) -> int:
        url = {"token": "https://as/token", "API": "https://api/me"}.get(kind.value, "https://as/x")
        exchange = Exchange(
            kind=kind, method="GET", url=url, started_at=1.0, duration_s=0.01, status=status, failure=failure
        )
        return self.add(exchange, cause)

    def call_with_refresh(self) -> None:
        call = self.add(events.CallStarted("GET", "https://api/me"))
        decided = self.add(events.Decided(DECISION), call)
        refresh = self.add(events.RefreshStarted("RT-1"), decided)
        self.exchange(ExchangeKind.TOKEN, refresh, None, "ReadTimeout")
        retried = self.add(events.RefreshRetried("lost", 0.0), refresh)
        self.exchange(ExchangeKind.TOKEN, retried)
        self.exchange(ExchangeKind.API, call)
        self.add(events.CallFinished("story", 200, 0.1), call)


def told(rows: list[Row]) -> list[tuple[int, str, int | None]]:
    return [(row.depth, row.kind.value, row.status) for row in rows]


def test_a_refresh_stands_under_the_call_that_caused_it() -> None:
    story = Story()
    story.call_with_refresh()
    assert told(rows_of(story.entries)) == [
        (0, "call", None),
        (1, "decision", None),
        (1, "exchange", None),
        (2, "retry", None),
        (2, "exchange", 200),
        (1, "exchange", 200),
    ]


def test_calls_at_once_keep_their_own_together() -> None:
    story = Story()
    one = story.add(events.CallStarted("GET", "https://api/one"))
    two = story.add(events.CallStarted("GET", "https://api/two"))
    story.exchange(ExchangeKind.API, two, 201)
    story.exchange(ExchangeKind.API, one, 200)
    assert [(row.root, row.status) for row in rows_of(story.entries)] == [
        (one, None),
        (one, 200),
        (two, None),
        (two, 201),
    ]


def test_an_exchange_of_its_own_has_no_indent() -> None:
    story = Story()
    story.exchange(ExchangeKind.DISCOVERY, None)
    assert told(rows_of(story.entries)) == [(0, "exchange", 200)]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (RowFilter(), 6),
        (RowFilter(kinds=frozenset({RowKind.EXCHANGE})), 3),
        (RowFilter(endpoints=frozenset({ExchangeKind.TOKEN})), 2),
        (RowFilter(statuses=frozenset({2})), 2),
        (RowFilter(statuses=frozenset({0})), 1),
        (RowFilter(text="readtimeout"), 1),
        (RowFilter(text="nothing like it"), 0),
    ],
)
def test_filters(wanted: RowFilter, left: int) -> None:
    story = Story()
    story.call_with_refresh()
    log = WireLog()
    for entry in story.entries:
        log.take(entry)
    assert len(log.shown(wanted)) == left


def test_the_place_of_a_new_row_is_told() -> None:
    story = Story()
    one = story.add(events.CallStarted("GET", "u"))
    two = story.add(events.CallStarted("GET", "v"))
    story.exchange(ExchangeKind.API, one)
    story.add(events.SkewMeasured(1.0))
    log = WireLog()
    assert [log.take(entry) for entry in story.entries] == [0, 1, 1, None]
    assert [row.seq for row in log.with_children(one)] == [one, 3]
    assert [row.seq for row in log.with_children(3)] == [one, 3]
    assert [row.seq for row in log.with_children(two)] == [two]
    assert log.with_children(99) == []


def test_the_oldest_make_room() -> None:
    log, story = WireLog(capacity=100), Story()
    for _ in range(105):
        story.exchange(ExchangeKind.API, None)
    for entry in story.entries:
        log.take(entry)
    assert (log.drop_oldest(), len(log.rows), log.rows[0].seq) == (10, 95, 11)
    assert log.drop_oldest() == 0
