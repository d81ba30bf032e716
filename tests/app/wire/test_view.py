"""The wire log: each call with what it caused beneath it, in the order people read."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.decision import Decision, Reason, Verdict
from app.events import Entry, Event
from app.events.calls import CallFinished, CallStarted
from app.events.refresh import Decided, RefreshRetried, RefreshStarted, SkewMeasured
from app.events.sign_in import SignInStarted
from app.events.wire import Exchange, ExchangeKind, TransportFailure
from app.wire.rows import ExchangeRow, Key, RowFilter, RowKeys, RowKind, Rows, key_of, parts_of, passes
from app.wire.view import WireLog, rows_of
from tests.names import RT

DECISION = Decision(
    verdict=Verdict.REFRESH, reason=Reason.LAPSED, at=0.0, asked_by="t", remaining_s=-3, leeway_s=1, leeway_asked_s=1
)


class Story:
    """Writes journal entries."""

    def __init__(self, first: int = 1) -> None:
        self._numbers: Iterator[int] = count(first)
        self.entries: list[Entry] = []

    def add(self, event: Event, cause: int | None = None) -> int:
        seq = next(self._numbers)
        self.entries.append(Entry(seq, float(seq), cause, event))
        return seq

    def exchange(
        self, kind: ExchangeKind, cause: int | None, status: int | None = 200, error: str | None = None
    ) -> int:
        failure = None if error is None else TransportFailure(error)
        url = {"token": "https://as/token", "API": "https://api/me"}.get(kind.value, "https://as/x")
        exchange = Exchange(
            kind=kind, method="GET", url=url, started_at=1.0, duration_s=0.01, status=status, failure=failure
        )
        return self.add(exchange, cause)

    def call_with_refresh(self) -> dict[str, int]:
        call = self.add(CallStarted("GET", "https://api/me"))
        decided = self.add(Decided(DECISION), call)
        refresh = self.add(RefreshStarted(RT(1)), decided)
        lost = self.exchange(ExchangeKind.TOKEN, refresh, None, "ReadTimeout")
        retried = self.add(RefreshRetried("lost", 0.0), refresh)
        again = self.exchange(ExchangeKind.TOKEN, retried)
        told = self.add(SkewMeasured(1.0), again)
        api = self.exchange(ExchangeKind.API, call)
        ended = self.add(CallFinished("story", 200, 0.1), call)
        names = "call decided refresh lost retried again told api ended"
        return dict(zip(names.split(), (call, decided, refresh, lost, retried, again, told, api, ended), strict=True))

    def log(self, capacity: int = 100_000) -> WireLog:
        log = WireLog(capacity=capacity)
        for entry in self.entries:
            log.take(entry)
        return log


def told(rows: Iterable[ExchangeRow]) -> list[tuple[int, str, int | None]]:
    return [(row.depth, row.kind.value, row.status) for row in rows]


def test_a_refresh_stands_under_the_call_that_caused_it() -> None:
    story = Story()
    story.call_with_refresh()
    assert told(rows_of(story.entries)) == [
        (0, "call", 200),
        (1, "decision", None),
        (2, "exchange", None),
        (2, "retry", None),
        (3, "exchange", 200),
        (1, "exchange", 200),
    ]


def test_calls_at_once_keep_their_own_together() -> None:
    story = Story()
    one = story.add(CallStarted("GET", "https://api/one"))
    two = story.add(CallStarted("GET", "https://api/two"))
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
    sign_in = story.add(SignInStarted("https://as", "http://127.0.0.1/callback"))
    token = story.exchange(ExchangeKind.TOKEN, sign_in)  # a sign-in has no row to stand under
    log = story.log()
    assert told(log.rows) == [(0, "exchange", 200), (0, "exchange", 200)]
    row = log.row_near(token)
    assert row is not None
    assert log.origin_of(row).startswith("Sign-in started")
    assert log.origin_of(log.rows[0]) == ""


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (RowFilter(), 6),
        (RowFilter(kinds=frozenset({RowKind.EXCHANGE})), 3),
        (RowFilter(kinds=frozenset({RowKind.RETRY, RowKind.CALL})), 2),
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
    assert len(story.log().shown(wanted)) == left


def test_an_exchange_broken_off_is_found_by_its_status_and_as_failed() -> None:
    story = Story()
    story.exchange(ExchangeKind.API, None, 200, "ReadError")
    log = story.log()
    (row,) = log.rows
    assert row.is_trouble
    for hundreds, found in ((0, True), (2, True), (3, False)):
        wanted = RowFilter(statuses=frozenset({hundreds}))
        assert passes(row, wanted) is (len(log.shown(wanted)) == 1) is found


def test_the_place_of_a_new_row_is_told() -> None:
    story = Story()
    one = story.add(CallStarted("GET", "u"))
    two = story.add(CallStarted("GET", "v"))
    story.exchange(ExchangeKind.API, one)
    story.add(SkewMeasured(1.0))
    log = WireLog()
    assert [log.take(entry) for entry in story.entries] == [0, 1, 1, None]
    assert [row.seq for row in log.with_children(one)] == [one, 3]
    assert [row.seq for row in log.with_children(3)] == [one, 3]
    assert [row.seq for row in log.with_children(two)] == [two]
    assert log.with_children(99) == []


def test_the_end_of_a_call_completes_its_row() -> None:
    story = Story()
    one = story.add(CallStarted("GET", "u"))
    two = story.add(CallStarted("GET", "v"))
    story.add(CallFinished("how it went", 503, 0.1), one)
    log = WireLog()
    assert [log.take(entry) for entry in story.entries] == [0, 1, 0]
    row, other = log.rows
    assert (row.seq, row.status, row.duration_s, row.is_trouble, log.story_of(row)) == (
        one,
        503,
        2.0,
        True,
        "how it went",
    )
    assert (other.seq, other.status, other.duration_s, log.story_of(other)) == (two, None, None, "")
    assert log.take(Entry(4, 4.0, None, CallFinished("of nothing", 200, 0.1))) is None


def test_what_has_no_row_leads_to_the_nearest_of_its_call() -> None:
    story = Story()
    seqs = story.call_with_refresh()
    story.call_with_refresh()
    log = story.log()

    def near(name: str) -> int | None:
        row = log.row_near(seqs[name])
        return None if row is None else row.seq

    assert {name: near(name) for name in ("told", "refresh", "api", "ended")} == {
        "told": seqs["again"],  # the exchange that brought it
        "refresh": seqs["decided"],
        "api": seqs["api"],
        "ended": seqs["api"],
    }
    assert log.row_near(999) is None


def test_why_an_exchange_was_made() -> None:
    story = Story()
    seqs = story.call_with_refresh()
    log = story.log()
    rows = {row.seq: row for row in log.rows}
    decision = rows[seqs["decided"]]
    assert log.decision_above(rows[seqs["again"]]) == decision
    assert log.decision_above(rows[seqs["api"]]) == decision
    assert log.decision_above(decision) is None
    assert log.decision_of(decision) == DECISION
    assert log.call_of(rows[seqs["again"]]) == rows[seqs["call"]]


def test_the_oldest_make_room() -> None:
    log, story = WireLog(capacity=100), Story()
    for _ in range(105):
        story.exchange(ExchangeKind.API, None)
    for entry in story.entries:
        log.take(entry)
    assert (log.drop_oldest(), len(log.rows), log.rows[0].seq) == (10, 95, 11)
    assert log.drop_oldest() == 0


def test_a_call_goes_as_a_whole_and_what_comes_late_is_not_lost() -> None:
    story = Story()
    calls = [story.call_with_refresh() for _ in range(4)]
    log = story.log(capacity=11)
    assert log.drop_oldest() == 6  # one exchange had to go, and went with its call
    assert log.rows[0].seq == calls[1]["call"]
    assert log.with_children(calls[0]["api"]) == []
    late = story.exchange(ExchangeKind.TOKEN, calls[0]["refresh"])
    log.take(story.entries[-1])
    assert (log.rows[-1].seq, log.rows[-1].root, log.rows[-1].depth) == (late, late, 0)
    assert next(row.seq for row in log.with_children(calls[2]["told"])) == calls[2]["call"]


def test_a_log_may_begin_anywhere_and_have_gaps() -> None:
    late, later = Story(first=5000), Story(first=9000)
    seqs = late.call_with_refresh()
    log = late.log()
    lone = later.exchange(ExchangeKind.API, seqs["call"])
    log.take(later.entries[0])
    assert log.root_of(lone) == seqs["call"]
    assert log.root_of(8999) is None
    assert log.root_of(4999) is None


STEPS = ("call", "decision", "refresh", "token", "retry", "api", "end", "other")


@st.composite
def stories(draw: st.DrawFn) -> list[Entry]:
    """Return the journal of calls that ran at once, in any interleaving: each step may belong to any call so far."""
    story, calls = Story(), []
    for _ in range(draw(st.integers(0, 60))):
        step = draw(st.sampled_from(STEPS))
        if step == "call" or not calls:
            calls.append([story.add(CallStarted("GET", f"https://api/{len(calls) % 3}"))])
            continue
        causes = draw(st.sampled_from(calls))
        cause = draw(st.sampled_from([*causes, None])) if step == "other" else draw(st.sampled_from(causes))
        causes.append(_step(story, step, cause, draw(st.sampled_from((None, 200, 401, 503)))))
    return story.entries


def _step(story: Story, step: str, cause: int | None, status: int | None) -> int:
    if step in ("token", "api"):
        kind = ExchangeKind.TOKEN if step == "token" else ExchangeKind.API
        return story.exchange(kind, cause, status, None if status else "ReadTimeout")
    happened: dict[str, Event] = {
        "decision": Decided(DECISION),
        "refresh": RefreshStarted(RT(1)),
        "retry": RefreshRetried("lost", 1.0),
        "end": CallFinished("story", status, 0.1),
        "other": SkewMeasured(1.0),
    }
    return story.add(happened[step], cause)


FILTERS = st.builds(
    RowFilter,
    kinds=st.frozensets(st.sampled_from(RowKind)),
    endpoints=st.frozensets(st.sampled_from((ExchangeKind.TOKEN, ExchangeKind.API))),
    statuses=st.frozensets(st.sampled_from((0, 2, 4, 5))),
    text=st.sampled_from(("", "api", "token", "t: refresh", "timeout", "xyz")),
)


@given(stories(), FILTERS)
def test_any_interleaving_reads_as_if_sorted_and_is_filtered_row_by_row(
    entries: list[Entry], wanted: RowFilter
) -> None:
    log = WireLog()
    for entry in entries:
        place = log.take(entry)
        exchanged = isinstance(entry.event, Exchange)
        assert not exchanged or (place is not None and log.rows[place].seq == entry.seq)
    assert list(log.rows.keys) == sorted(log.rows.keys)
    assert {row.seq for row in log.rows} == {each.seq for each in entries if _has_row(each)}
    assert list(log.shown(wanted)) == [row.key for row in log.rows if passes(row, wanted)]
    assert log.shown(RowFilter()) is not log.rows.keys
    for row in log.rows:
        assert row in log.with_children(row.root)
        assert log.row(row.key) == row
        assert log.row_near(row.seq) == row


def _has_row(entry: Entry) -> bool:
    return isinstance(entry.event, Exchange | CallStarted | Decided | RefreshRetried)


@given(stories(), st.integers(1, 20))
def test_however_many_are_dropped_what_is_left_stays_in_order(entries: list[Entry], capacity: int) -> None:
    log, whole = WireLog(capacity=capacity), WireLog()
    for entry in entries:
        whole.take(entry)
        log.take(entry)
        log.drop_oldest()
        assert list(log.rows.keys) == sorted(log.rows.keys)
        assert sum(row.kind is RowKind.EXCHANGE for row in log.rows) == log.rows.number_of_exchanges() <= capacity
        assert list(log.shown(RowFilter(text="api"))) == [row.key for row in log.rows if "api" in row.text]


ROWS = st.builds(
    ExchangeRow,
    root=st.integers(1, 9),
    seq=st.integers(1, 30),
    depth=st.integers(0, 255),
    kind=st.sampled_from(RowKind),
    at=st.floats(0, 2e9),
    text=st.text(st.sampled_from("aAbB Σς\0İ")),
    endpoint=st.none() | st.sampled_from(ExchangeKind),
    status=st.none() | st.integers(100, 999),
    duration_s=st.none() | st.floats(0, 1e6),
    is_trouble=st.booleans(),
    failure=st.none() | st.text(min_size=1),
)


@given(st.lists(ROWS, unique_by=lambda row: row.seq), st.integers(0, 5))
def test_what_is_packed_comes_out_as_it_was_put_in(rows: list[ExchangeRow], dropped: int) -> None:
    packed = Rows()
    for row in rows:
        assert packed[packed.put(row)].key == row.key
    ordered = sorted(rows)
    packed.drop(dropped)
    assert [_all_of(row) for row in packed] == [_all_of(row) for row in ordered[dropped:]]
    assert len(packed) == len(ordered[dropped:])
    for text in ("a", "ab", "ς", "b a", "\0", "i"):
        assert list(packed.shown(RowFilter(text=text))) == [
            row.key for row in ordered[dropped:] if passes(row, RowFilter(text=text))
        ]


def _all_of(row: ExchangeRow) -> list[object]:
    return [getattr(row, each.name) for each in fields(ExchangeRow)]


def test_a_row_put_in_again_takes_its_own_place() -> None:
    packed = Rows()
    row = ExchangeRow(1, 1, 0, RowKind.CALL, 0.0, "a")
    for each in (row, replace(row, seq=2), replace(row, text="b", status=200)):
        packed.put(each)
    assert [(each.seq, each.text, each.status) for each in packed] == [(1, "b", 200), (2, "a", None)]


KEYS = st.builds(key_of, st.integers(0, 5), st.integers(0, 5))


def test_a_key_is_root_and_number_in_one() -> None:
    pairs = [(1, 2**31 - 1), (2, 0), (2, 7), (2**31 - 1, 2**31 - 1)]
    keys = [key_of(*pair) for pair in pairs]
    assert [parts_of(key) for key in keys] == pairs
    assert keys == sorted(keys)
    assert keys[-1] < 2**63


@given(st.lists(KEYS), KEYS)
def test_keys_are_found_where_they_stand(all_of_them: list[Key], asked: Key) -> None:
    keys = RowKeys()
    keys.insert(0, sorted(set(all_of_them)))
    expected = sorted(set(all_of_them))
    assert keys.place_of(asked) == (expected.index(asked) if asked in expected else None)
    assert keys.place_for(asked) == bisect_left(expected, asked)
