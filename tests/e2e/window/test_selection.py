"""Selecting anything selects it everywhere, and why anything happened is two clicks away."""

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.demo.embedded import demo_of
from app.errors import BadInput
from app.events import Entry
from app.events.refresh import RefreshSucceeded
from app.events.session import StorePlace
from app.events.tokens import TokensReceived
from app.events.wire import Exchange, ExchangeKind
from app.lanes import Limits
from app.session.store import MemoryStore
from tests.e2e.window.desk import Desk, Open
from tests.names import AT, RT
from ui.shell.page import Page


def refreshed(desk: Desk) -> None:
    """Sign in, let the access token lapse, call."""
    desk.sign_in()
    desk.connections.clock.jump(33)
    assert "refreshed in" in desk.call()
    desk.until(lambda: desk.window.tabs.tabText(3) == f"Journal · {len(desk.connections.journal)}")


def newest(desk: Desk, kind: type) -> Entry:
    return next(entry for entry in reversed(tuple(desk.connections.journal)) if isinstance(entry.event, kind))


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
        for entry in reversed(tuple(desk.connections.journal))
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
    assert current.name == AT(2)
    row = window.wire.chosen()
    assert row is not None
    assert "/token" in row.text


def test_a_generation_that_is_gone_is_compared_with_its_successor(open_desk: Open) -> None:
    desk = open_desk()
    refreshed(desk)
    first = next(entry for entry in desk.connections.journal if isinstance(entry.event, TokensReceived))
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
    chain = [entry.sentence() for entry in desk.connections.journal.chain(chosen.seq)]
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


def test_the_timeline_is_written_as_picture_and_drawing_and_the_exchanges_as_har(
    open_desk: Open, tmp_path: Path
) -> None:
    desk = open_desk()
    refreshed(desk)
    desk.controller.timeline.write_timeline(tmp_path / "timeline.png")
    desk.controller.timeline.write_timeline(tmp_path / "timeline.svg")
    desk.controller.wire.write_har(tmp_path / "lapse.har")
    image = QImage(str(tmp_path / "timeline.png"))
    assert image.width() >= 2 * desk.window.timeline.view.width()
    assert "AT-2" in (tmp_path / "timeline.svg").read_text()
    assert json.loads((tmp_path / "lapse.har").read_text())["log"]["entries"]
    assert any("no token is in it" in each for each in desk.window.toasts.texts())


def test_what_cannot_be_written_says_so(open_desk: Open, tmp_path: Path) -> None:
    desk = open_desk()
    refreshed(desk)
    with pytest.raises(BadInput, match="cannot be written"):
        desk.controller.wire.write_har(tmp_path / "nowhere" / "lapse.har")


def test_a_restored_session_is_on_the_timeline(open_desk: Open) -> None:
    store = MemoryStore()
    store.place = StorePlace.KEYRING
    desk = open_desk(store)
    refreshed(desk)
    desk.close()
    again = open_desk(store)
    again.reach(Page.SIGNED_IN)
    again.until(lambda: again.controller.timeline._lanes.bar(AT(2)) is not None)
    access, refresh = (again.controller.timeline._lanes.bar(name) for name in (AT(2), RT(2)))
    assert access is not None
    assert refresh is not None
    tokens = again.connections.session.tokens
    assert tokens is not None
    assert access.begins_at == refresh.begins_at == tokens.receipt.wall


def test_limits_of_the_demo_org_are_drawn(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    assert demo_of(desk.connections).host.org is not None
    demo_of(desk.connections).host.org.turn(refresh_idle_s=60, grace_s=20)
    refreshed(desk)
    assert desk.controller.model.leeway_s == 1.0
    assert desk.controller.model.limits == Limits(grace_s=20.0, idle_s=60.0, absolute_s=7 * 3600.0)
