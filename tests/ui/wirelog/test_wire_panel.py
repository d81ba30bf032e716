"""The wire log's panel: rows as they come, filters, the exchange in full, and nothing taken for markup."""

from itertools import count

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app import events
from app.events import Entry, Exchange, ExchangeKind
from app.wire.details import Detail
from app.wire.redact import ShownBody
from app.wire.view import Row, WireLog
from ui.wirelog.model import STATUS, TOOK, WHAT, WireModel
from ui.wirelog.panel import WirePanel

HTML = "<b>bold</b><img src=x>"


class Story:
    def __init__(self) -> None:
        self.log = WireLog()
        self._numbers = count(1)

    def add(self, event: events.Event, cause: int | None = None) -> Row | None:
        place = self.log.take(Entry(next(self._numbers), 1_790_000_000.0, cause, event))
        return None if place is None else self.log.rows[place]

    def call(self) -> Row:
        row = self.add(events.CallStarted("GET", "https://api/me"))
        assert row is not None
        return row

    def exchange(self, kind: ExchangeKind, cause: int | None, status: int | None = 200) -> Row:
        failure = None if status else "ReadTimeout"
        row = self.add(
            Exchange(
                kind=kind,
                method="GET",
                url=f"https://x/{kind.value}",
                started_at=1_790_000_000.0,
                duration_s=0.012,
                status=status,
                failure=failure,
            ),
            cause,
        )
        assert row is not None
        return row


@pytest.fixture
def story() -> Story:
    found = Story()
    call = found.call()
    found.exchange(ExchangeKind.TOKEN, call.seq)
    found.exchange(ExchangeKind.API, call.seq, None)
    found.exchange(ExchangeKind.API, call.seq, 500)
    return found


def panel(qtbot: QtBot, story: Story) -> WirePanel:
    found = WirePanel()
    qtbot.addWidget(found)
    found.resize(900, 300)
    found.show()
    found.show_log(story.log)
    return found


def texts(found: WirePanel, column: int = WHAT) -> list[str]:
    model = found.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_model_keeps_to_qts_rules(story: Story, qtmodeltester: ModelTester) -> None:
    model = WireModel()
    model.show_log(story.log)
    qtmodeltester.check(model)


def test_what_a_call_caused_is_indented(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    assert texts(found) == [
        "GET https://api/me",
        "    GET https://x/token",
        "    GET https://x/API ReadTimeout",
        "    GET https://x/API",
    ]
    assert texts(found, STATUS) == ["call", "200", "failed", "500"]
    assert texts(found, TOOK)[1] == "12 ms"


def test_new_rows_are_added_where_they_belong(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    one, two = story.call(), story.call()
    found.added([one, two])
    late = story.exchange(ExchangeKind.API, one.seq, 201)
    found.added([late])
    assert texts(found, STATUS)[-3:] == ["call", "201", "call"]


def test_filters(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.kind_picker.setCurrentIndex(found.kind_picker.findData(ExchangeKind.TOKEN))
    assert texts(found, STATUS) == ["200"]
    found.kind_picker.setCurrentIndex(0)
    found.status_picker.setCurrentIndex(found.status_picker.findData(0))
    assert texts(found, STATUS) == ["failed"]
    found.status_picker.setCurrentIndex(0)
    found.filter_edit.setText("READTIMEOUT")
    assert texts(found, STATUS) == ["failed"]
    found.filter_edit.clear()
    assert len(texts(found)) == 4


def test_choosing_a_row_asks_for_it_in_full(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    chosen: list[int] = []
    found.detail_wanted.connect(chosen.append)
    found.table.selectRow(1)
    assert chosen == [story.log.rows[1].seq]
    found.table.setFocus()
    qtbot.keyClick(found.table, Qt.Key.Key_Down)
    assert chosen[-1] == story.log.rows[2].seq


def test_an_exchange_in_full_is_plain_text(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.table.selectRow(1)
    row = found.chosen()
    assert row is not None
    detail = Detail(
        url="https://x/token?a=b",
        http_version="HTTP/1.1",
        request_headers=(("Accept", "*/*"),),
        request_body=ShownBody("application/x-www-form-urlencoded", "grant_type=refresh_token", 24),
        reason="OK",
        response_headers=(("Content-Type", "text/html"),),
        response_body=ShownBody("text/html", HTML, len(HTML)),
        answered_s=0.008,
    )
    found.show_detail(row, detail)
    text = found.detail_view.toPlainText()
    assert HTML in text
    assert text.startswith("GET https://x/token?a=b HTTP/1.1\nAccept: */*\n\ngrant_type=refresh_token\n\n200 OK")
    assert "Headers after 8 ms, all of it after 12 ms." in text
    asked: list[tuple[int, bool]] = []
    found.curl_wanted.connect(lambda seq, real: asked.append((seq, real)))
    found.curl_button.click()
    found.real_curl_button.click()
    assert asked == [(row.seq, False), (row.seq, True)]


def test_what_is_not_kept_any_more_is_said(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.table.selectRow(2)
    row = found.chosen()
    assert row is not None
    found.show_detail(row, None)
    assert "only its line is kept" in found.detail_view.toPlainText()
    assert not found.curl_button.isEnabled()


def test_a_selection_from_elsewhere(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.select(story.log.rows[3].seq)
    row = found.chosen()
    assert row is not None
    assert row.status == 500
    found.select(999)
    assert found.chosen() == row
