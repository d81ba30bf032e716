"""Selecting anything selects it everywhere, and why anything happened is two clicks away."""

from app.events import Entry, Exchange, ExchangeKind, RefreshSucceeded, TokensReceived
from tests.e2e.window.desk import Desk, Open


def refreshed(desk: Desk) -> None:
    """Sign in, let the access token lapse, call."""
    desk.sign_in()
    desk.bench.clock.jump(33)
    assert "refreshed in" in desk.call()
    desk.until(lambda: desk.window.tabs.tabText(3) == f"Journal · {len(desk.bench.journal)}")


def newest(desk: Desk, kind: type) -> Entry:
    return next(entry for entry in reversed(tuple(desk.bench.journal)) if isinstance(entry.event, kind))


def why(desk: Desk) -> str:
    """Return the chain of causes as the journal shows it."""
    model = desk.window.journal.why_table.model()
    rows, columns = range(model.rowCount()), range(model.columnCount())
    return "\n".join(str(model.index(row, column).data()) for row in rows for column in columns)


def row_of(desk: Desk, seq: int) -> int:
    model = desk.window.wire.table.model()
    return next(row for row in range(model.rowCount()) if model.row_at(model.index(row, 0)).seq == seq)


def test_an_exchange_chosen_in_the_wire_log_is_chosen_everywhere(open_desk: Open) -> None:
    desk = open_desk()
    refreshed(desk)
    window = desk.window
    asked = next(
        entry
        for entry in reversed(tuple(desk.bench.journal))
        if isinstance(entry.event, Exchange) and entry.event.kind is ExchangeKind.TOKEN
    )
    window.tabs.setCurrentWidget(window.wire)
    window.wire.table.selectRow(row_of(desk, asked.seq))
    chosen = window.journal.chosen()
    assert chosen is not None
    assert chosen.seq == asked.seq
    assert window.timeline.view._chosen == asked.seq
    assert "Call API: GET" in why(desk)


def test_a_generation_chosen_on_the_timeline_is_inspected(open_desk: Open) -> None:
    desk = open_desk()
    refreshed(desk)
    window = desk.window
    received = newest(desk, TokensReceived)
    window.inspector.picker.setCurrentIndex(1)
    window.timeline.selected.emit(received.seq)
    current = window.inspector.current()
    assert current is not None
    assert current.title == "AT-2"
    row = window.wire.chosen()
    assert row is not None
    assert "/token" in row.text


def test_a_generation_that_is_gone_is_compared_with_its_successor(open_desk: Open) -> None:
    desk = open_desk()
    refreshed(desk)
    first = next(entry for entry in desk.bench.journal if isinstance(entry.event, TokensReceived))
    desk.window.timeline.selected.emit(first.seq)
    current = desk.window.inspector.current()
    assert current is not None
    assert (current.title, desk.window.inspector.compare.picker.currentText()) == ("AT-2", "AT-1")


def test_why_leads_from_the_story_to_the_causes(open_desk: Open) -> None:
    desk = open_desk()
    refreshed(desk)
    window = desk.window
    desk.click(window.call_strip.why_button)
    assert window.tabs.currentWidget() is window.journal
    chosen = window.journal.chosen()
    assert chosen is not None
    assert chosen.seq == newest(desk, RefreshSucceeded).seq
    chain = [entry.sentence() for entry in desk.bench.journal.chain(chosen.seq)]
    assert any("The access token lapsed" in sentence for sentence in chain)
    assert all(sentence in why(desk) for sentence in chain)


def test_choosing_goes_round_only_once(open_desk: Open) -> None:
    desk = open_desk()
    refreshed(desk)
    told: list[int] = []
    for panel in (desk.window.timeline, desk.window.wire, desk.window.journal):
        panel.selected.connect(told.append)
    desk.window.wire.table.selectRow(0)
    assert len(told) <= 2, told
