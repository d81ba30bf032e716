"""The wire log's panel: rows as they come, filters, the exchange in full, and nothing taken for markup."""

from collections.abc import Callable
from dataclasses import fields, replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.decision import Decision, ExpirySource, Reason, Verdict
from app.decision.words import sentence
from app.events import Entry, Event
from app.events.calls import CallFinished, CallStarted
from app.events.refresh import Decided, SkewMeasured
from app.events.sign_in import SignInStarted
from app.events.wire import Exchange, ExchangeKind, TransportFailure
from app.token_name import TokenKind, TokenName
from app.wire.details import Detail
from app.wire.redact import ShownBody
from app.wire.view import ExchangeRow, RowFilter, RowKind, WireLog, passes
from ui import theme
from ui.wirelog.model import AT, STATUS, TOOK, WHAT, WireModel
from ui.wirelog.panel import WirePanel

HTML = "<b>bold</b><img src=x>"
NOW = 1_790_000_000.0
DECISION = Decision(
    verdict=Verdict.REFRESH,
    reason=Reason.LAPSED,
    at=NOW,
    asked_by="Call API",
    access_name=TokenName(TokenKind.ACCESS, 7),
    expires_at=NOW - 3,
    remaining_s=-3.0,
    source=ExpirySource.EXPIRES_IN,
    leeway_s=1.5,
    leeway_asked_s=30.0,
)
DETAIL = Detail(
    url="https://x/token?a=b",
    http_version="HTTP/1.1",
    request_headers=(("Accept", "*/*"),),
    request_body=ShownBody("application/x-www-form-urlencoded", "grant_type=refresh_token&scope=openid+profile", 24),
    reason="OK",
    response_headers=(("Content-Type", "text/html"),),
    response_body=ShownBody("text/html", HTML, len(HTML)),
    answered_s=0.008,
)


class Story:
    def __init__(self) -> None:
        self.log = WireLog()
        self._numbers = count(1)

    def add(self, event: Event, cause: int | None = None) -> ExchangeRow | None:
        place = self.log.take(Entry(next(self._numbers), NOW, cause, event))
        return None if place is None else self.log.rows[place]

    def row(self, event: Event, cause: int | None = None) -> ExchangeRow:
        row = self.add(event, cause)
        assert row is not None
        return row

    def call(self) -> ExchangeRow:
        return self.row(CallStarted("GET", "https://api/me"))

    def exchange(self, kind: ExchangeKind, cause: int | None, status: int | None = 200) -> ExchangeRow:
        exchange = Exchange(
            kind=kind,
            method="GET",
            url=f"https://x/{kind.value}",
            started_at=NOW,
            duration_s=0.012,
            status=status,
            failure=None if status else TransportFailure("ReadTimeout"),
        )
        return self.row(exchange, cause)


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
    found.resize(1100, 300)
    found.show()
    found.show_log(story.log)
    return found


def texts(found: WirePanel, column: int = WHAT) -> list[str]:
    model = found.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def facts(found: WirePanel) -> dict[str, str]:
    model = found.detail.model
    return {model.index(row, 0).data(): model.index(row, 1).data() for row in range(model.rowCount())}


def choose(found: WirePanel, row: ExchangeRow, detail: Detail | None = None) -> None:
    found.select(row.seq)
    found.show_detail(row, detail)


def heard(signal: object) -> list[object]:
    found: list[object] = []
    signal.connect(found.append)  # type: ignore[attr-defined]
    return found


def test_the_model_keeps_to_qts_rules(story: Story, qtmodeltester: ModelTester) -> None:
    model = WireModel()
    model.show_log(story.log)
    qtmodeltester.check(model)
    call = story.call()
    model.added([call, story.exchange(ExchangeKind.API, 1), story.row(CallFinished("told", 200, 0.1), call.seq)])
    model.filter(RowFilter(statuses=frozenset({2})))
    assert model.rowCount() == 2


def test_what_a_call_caused_is_indented(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    assert texts(found) == ["GET api/me", "    GET x/token", "    GET x/API → ReadTimeout", "    GET x/API"]
    assert texts(found, STATUS) == ["call", "200", "failed", "500"]
    assert texts(found, TOOK)[1] == "12 ms"
    spoken = found.table.model().index(2, WHAT).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "exchange, GET https://x/API → ReadTimeout, failed, 12 ms"


def test_new_rows_are_added_where_they_belong(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    one, two = story.call(), story.call()
    found.added([one, two])
    late = story.exchange(ExchangeKind.API, one.seq, 201)
    ended = story.row(CallFinished("told", 503, 0.2), two.seq)
    with qtbot.assertNotEmitted(found.table.model().modelReset):
        found.added([late, ended])
    assert texts(found, STATUS)[-3:] == ["call", "201", "call"]
    assert texts(found, TOOK)[-1] == "0 s"


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(("call", "api", "end"))), max_size=40), st.data())
def test_however_calls_interleave_the_table_shows_the_log(
    qapp: QApplication, steps: list[tuple[int, str]], data: st.DataObject
) -> None:
    story, model, calls, batch = Story(), WireModel(), [1], list[ExchangeRow]()
    wanted = data.draw(st.sampled_from((RowFilter(), RowFilter(kinds=frozenset({RowKind.EXCHANGE})))))
    batch.append(story.call())
    model.show_log(WireLog())
    model.show_log(story.log)
    model.filter(wanted)
    for which, what in steps:
        cause = calls[which % len(calls)]
        if what == "call":
            row = story.call()
            calls.append(row.seq)
        elif what == "api":
            row = story.exchange(ExchangeKind.API, cause, 200)
        else:
            row = story.row(CallFinished("told", 200, 0.1), cause)
        batch.append(row)
        if data.draw(st.booleans()):
            model.added(batch)
            batch.clear()
    model.added(batch)
    shown = [model.row_at(model.index(place, 0)) for place in range(model.rowCount())]
    expected = [row for row in sorted(story.log.rows) if passes(row, wanted)]
    assert shown == expected
    assert [row.status for row in shown if row] == [row.status for row in expected]
    assert [model.place_of(row) for row in expected] == list(range(len(expected)))


def test_calls_that_interleave_everywhere_are_shown_anew_and_the_choice_stays(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    calls = [story.call() for _ in range(80)]
    found.added(calls)
    found.table.selectRow(50)
    chosen, told = found.chosen(), heard(found.selected)
    with qtbot.waitSignal(found.table.model().modelReset):
        found.added([story.exchange(ExchangeKind.API, call.seq) for call in calls])
    assert found.chosen() == chosen
    assert told == []
    assert found.table.model().rowCount() == 4 + 160


def test_the_oldest_go_and_the_choice_stays(qtbot: QtBot) -> None:
    story = Story()
    story.log = WireLog(capacity=20)
    found = panel(qtbot, story)
    found.added([story.exchange(ExchangeKind.API, None) for _ in range(21)])
    found.table.selectRow(10)
    chosen = found.chosen()
    assert story.log.drop_oldest() == 2
    found.dropped_oldest()
    assert (found.chosen(), found.table.currentIndex().row()) == (chosen, 8)


def test_filters(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.kind_picker.setCurrentIndex(found.kind_picker.findData(ExchangeKind.TOKEN))
    assert texts(found, STATUS) == ["200"]
    found.kind_picker.setCurrentIndex(found.kind_picker.findData(RowKind.CALL.value))
    assert texts(found, STATUS) == ["call"]
    found.kind_picker.setCurrentIndex(0)
    found.status_picker.setCurrentIndex(found.status_picker.findData(0))
    assert texts(found, STATUS) == ["failed"]
    found.status_picker.setCurrentIndex(0)
    found.filter_edit.setText("READTIMEOUT")
    assert texts(found, STATUS) == ["failed"]
    found.filter_edit.clear()
    assert len(texts(found)) == 4


def test_every_kind_of_row_and_every_endpoint_can_be_filtered_for(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    offered = {found.kind_picker.itemData(place) for place in range(found.kind_picker.count())}
    assert offered == {None, *(kind.value for kind in RowKind), *ExchangeKind}


def test_a_filter_says_so_and_is_cleared_by_one_click(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    assert not found.filter_bar.isVisible()
    found.kind_picker.setCurrentIndex(found.kind_picker.findData(ExchangeKind.API))
    found.status_picker.setCurrentIndex(found.status_picker.findData(5))
    found.filter_edit.setText("x")
    assert found.filter_bar.isVisible()
    assert found.shown_label.text() == "1 of 4 shown"
    found.added([story.exchange(ExchangeKind.API, None, 503)])
    assert found.shown_label.text() == "2 of 5 shown"
    found.clear_button.click()
    assert not found.filter_bar.isVisible()
    assert len(texts(found)) == 5


def test_what_was_chosen_is_chosen_again_when_a_filter_goes(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.table.selectRow(2)
    chosen, told = found.chosen(), heard(found.selected)
    found.filter_edit.setText("timeout")
    assert found.chosen() == chosen
    found.filter_edit.setText("nothing like it")
    assert found.chosen() is None
    assert not found.why_button.isEnabled()
    found.clear_filter()
    assert told == []


def test_choosing_a_row_asks_for_it_in_full(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    chosen, told = heard(found.detail_requested), heard(found.selected)
    found.table.selectRow(1)
    assert chosen == told == [story.log.rows[1].seq]
    found.table.setFocus()
    qtbot.keyClick(found.table, Qt.Key.Key_Down)
    assert chosen[-1] == story.log.rows[2].seq


def test_an_exchange_in_full_is_plain_text(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    row = story.log.rows[1]
    choose(found, row, DETAIL)
    sent, came = found.detail.request_view.toPlainText(), found.detail.response_view.toPlainText()
    assert sent == (
        "GET https://x/token?a=b HTTP/1.1\nAccept: */*\n\ngrant_type = refresh_token\nscope = openid profile"
    )
    assert came == f"HTTP/1.1 200 OK\nContent-Type: text/html\n\n{HTML}"
    asked: list[tuple[int, bool]] = []
    found.curl_requested.connect(lambda seq, real: asked.append((seq, real)))
    found.curl_button.click()
    found.real_curl_button.click()
    found.table.copy_requested.emit()
    assert asked == [(row.seq, False), (row.seq, True), (row.seq, False)]


def test_the_summary_says_why_and_how_long(qtbot: QtBot) -> None:
    story = Story()
    call = story.call()
    decided = story.row(Decided(DECISION), call.seq)
    row = story.exchange(ExchangeKind.TOKEN, decided.seq)
    found = panel(qtbot, story)
    choose(found, row, DETAIL)
    shown = facts(found)
    assert shown["Outcome"] == "200 OK"
    assert shown["Why"] == sentence(DECISION)
    assert shown["For the call"] == "GET https://api/me"
    assert (shown["Headers after"], shown["All of it after"]) == ("8 ms", "12 ms")
    assert shown["Sent"] == "24 bytes of application/x-www-form-urlencoded"
    assert shown["Received"] == f"{len(HTML)} bytes of text/html"
    assert shown["Began"].endswith("000 · 1790000000.000")


def test_an_exchange_of_a_sign_in_says_so(qtbot: QtBot) -> None:
    story = Story()
    story.add(SignInStarted("https://as", "http://127.0.0.1/cb"))
    row, lone = story.exchange(ExchangeKind.TOKEN, 1), story.exchange(ExchangeKind.DISCOVERY, None)
    found = panel(qtbot, story)
    choose(found, row)
    assert facts(found)["Why"].startswith("Sign-in started")
    choose(found, lone)
    assert facts(found)["Why"] == "Not made for a call."


def test_a_decision_shows_every_input(qtbot: QtBot) -> None:
    story = Story()
    row = story.row(Decided(DECISION), story.call().seq)
    found = panel(qtbot, story)
    choose(found, row)
    shown = " | ".join(facts(found).values())
    said = {
        "verdict": "refresh",
        "reason": "lapsed",
        "at": "1790000000.000",
        "asked_by": "Call API",
        "access_name": "AT-7",
        "expires_at": "1789999997.000",
        "remaining_s": "-3 s",
        "source": "expires_in",
        "leeway_s": "1.5 s",
        "leeway_asked_s": "30 s",
    }
    assert said.keys() == {each.name for each in fields(Decision)}
    assert not [name for name, text in said.items() if text not in shown]
    assert not found.detail.tabs.isTabEnabled(1)
    assert "choose one" in found.curl_button.toolTip()


def test_who_reads_responses_is_not_thrown_back_by_the_rows_between(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.detail_requested.connect(lambda seq: found.show_detail(story.log.row_near(seq), DETAIL))
    found.table.selectRow(1)
    found.detail.tabs.setCurrentIndex(2)
    assert found.detail.response_view.isVisible()
    found.table.selectRow(0)
    assert found.detail.summary.isVisible()
    found.table.selectRow(3)
    assert found.detail.response_view.isVisible()


def test_a_call_shows_its_story_once_it_has_ended(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    call = story.log.rows[0]
    found.detail_requested.connect(lambda seq: found.show_detail(story.log.with_children(seq)[0], None))
    choose(found, call)
    assert facts(found)["Story"] == "Still running."
    found.added([story.row(CallFinished("how it went", 500, 0.1), call.seq)])
    assert facts(found)["Story"] == "how it went"
    assert facts(found)["Requests"] == "3"


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (replace(DETAIL, response_headers=(), response_body=None), "No response: ReadTimeout."),
        (None, "It is too long ago: only its line is kept."),
    ],
)
def test_an_exchange_that_failed_names_the_failure(
    qtbot: QtBot, story: Story, detail: Detail | None, expected: str
) -> None:
    found = panel(qtbot, story)
    choose(found, story.log.rows[2], detail)
    assert found.detail.response_view.toPlainText() == expected
    assert facts(found)["Outcome"] == "No response: ReadTimeout"
    assert found.curl_button.isEnabled() is (detail is not None)
    assert found.curl_button.isEnabled() or "too long ago" in found.curl_button.accessibleDescription()


def test_an_exchange_broken_off_keeps_everything_that_came(qtbot: QtBot) -> None:
    story = Story()
    exchange = Exchange(
        kind=ExchangeKind.API,
        method="GET",
        url="https://x/y",
        started_at=NOW,
        duration_s=1.0,
        status=200,
        failure=TransportFailure("ReadError"),
    )
    row = story.row(exchange)
    found = panel(qtbot, story)
    part = ShownBody("text/plain", "the first pa", 12)
    choose(found, row, replace(DETAIL, response_body=part))
    assert texts(found, STATUS) == ["200 failed"]
    assert facts(found)["Outcome"] == "200 OK, then broken off: ReadError"
    assert found.detail.response_view.toPlainText() == (
        "HTTP/1.1 200 OK\nContent-Type: text/html\n\nthe first pa\n\nBroken off here: ReadError."
    )


def test_why_is_asked_for_the_chosen_row(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    asked = heard(found.why_requested)
    assert not found.why_button.isEnabled()
    assert found.why_button.toolTip() == "Choose a row first."
    found.table.selectRow(2)
    found.why_button.click()
    assert asked == [story.log.rows[2].seq]


def test_presenter_mode_gives_no_real_token(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    choose(found, story.log.rows[1], DETAIL)
    assert found.real_curl_button.isEnabled()
    found.show_presenter(on=True)
    choose(found, story.log.rows[2], DETAIL)
    assert not found.real_curl_button.isEnabled()
    assert "Presenter mode" in found.real_curl_button.toolTip()
    assert "Presenter mode" in found.real_curl_button.accessibleDescription()
    assert found.curl_button.isEnabled()
    found.show_presenter(on=False)
    assert found.real_curl_button.isEnabled()


def test_a_selection_from_elsewhere_is_not_told_again(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    told = heard(found.selected)
    found.select(story.log.rows[3].seq)
    row = found.chosen()
    assert row is not None
    assert row.status == 500
    found.select(999)
    assert found.chosen() == row
    found.filter_edit.setText("timeout")
    found.select(story.log.rows[1].seq)  # hidden
    assert found.chosen() is None
    assert told == []


def test_what_has_no_row_selects_the_exchange_that_brought_it(qtbot: QtBot, story: Story) -> None:
    token = story.log.rows[1]
    late = story.call()
    story.add(SkewMeasured(0.5), token.seq)
    found = panel(qtbot, story)
    wanted, told = heard(found.detail_requested), heard(found.selected)
    found.select(late.seq + 1)
    assert found.chosen() == story.log.rows[3]
    assert (wanted, told) == ([story.log.rows[3].seq], [])


def test_the_detail_of_another_row_is_not_shown_for_this_one(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    choose(found, story.log.rows[1], DETAIL)
    found.show_detail(story.log.rows[3], None)
    assert facts(found)["Outcome"] == "200 OK"


def test_ctrl_c_copies_the_line_of_what_is_no_exchange(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    found.select(story.log.rows[0].seq)
    found.table.copy_requested.emit()
    assert QGuiApplication.clipboard().text() == "GET https://api/me"


def test_a_narrow_table_gives_up_columns_for_what_was_sent(qtbot: QtBot, story: Story) -> None:
    found = panel(qtbot, story)
    table = found.table

    def hidden() -> tuple[bool, bool]:
        return table.isColumnHidden(TOOK), table.isColumnHidden(AT)

    assert hidden() == (False, False)
    table.resize(theme.px(400), 200)
    assert hidden() == (False, True)
    table.resize(theme.px(300), 200)
    assert hidden() == (True, True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_trouble_is_told_by_word_and_colour(
    qtbot: QtBot, qapp: QApplication, story: Story, scheme: str, request: pytest.FixtureRequest
) -> None:
    restore: Callable[[], None] = lambda: theme.apply(qapp, "light")  # noqa: E731
    request.addfinalizer(restore)
    theme.apply(qapp, scheme)
    found = panel(qtbot, story)
    model = found.table.model()
    colours = [model.index(row, STATUS).data(Qt.ItemDataRole.ForegroundRole) for row in range(4)]
    assert [colour is not None for colour in colours] == [False, False, True, True]
    assert colours[2].name().upper() == theme.text_on_tint(theme.current(), "bad")
