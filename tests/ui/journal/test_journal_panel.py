"""The journal's panel: every event in a sentence, filtered, and why it happened."""

import random
from collections.abc import Callable
from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.clock import SystemClock
from app.events import Entry, Event
from app.events.calls import CallFinished, CallStarted
from app.events.demo import ReplayAnswered
from app.events.refresh import RefreshStarted, RefreshSucceeded, SkewMeasured
from app.events.wire import Exchange, ExchangeKind, TransportFailure
from app.journal import Journal
from tests.names import RT
from ui.journal.groups import Group, group_of, is_trouble
from ui.journal.model import CAUSE, NUMBER, WHAT, ChainModel, EntryModel, JournalModel
from ui.journal.panel import JournalPanel

EVERY_EVENT: tuple[type, ...] = get_args(Event)


@pytest.fixture
def journal() -> Journal:
    found = Journal(SystemClock())
    call = found.append(CallStarted("GET", "https://api/me"))
    refresh = found.append(RefreshStarted(RT(1)), cause=call.seq)
    found.append(RefreshSucceeded(2, 0.041), cause=refresh.seq)
    found.append(SkewMeasured(0.4))
    return found


def panel(qtbot: QtBot, journal: Journal) -> JournalPanel:
    found = JournalPanel()
    qtbot.addWidget(found)
    found.resize(900, 400)
    found.show()
    found.show_entries(tuple(journal))
    found.why_requested.connect(lambda seq: found.show_why(journal.chain(seq)))
    return found


def texts(found: JournalPanel, column: int = WHAT) -> list[str]:
    model = found.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def chain(found: JournalPanel) -> list[str]:
    model = found.why_table.model()
    return [model.index(row, WHAT).data() for row in range(model.rowCount())]


def heard(signal: object) -> list[object]:
    found: list[object] = []
    signal.connect(found.append)  # type: ignore[attr-defined]
    return found


def test_the_models_keep_to_qts_rules(journal: Journal, qtmodeltester: ModelTester) -> None:
    model, why = JournalModel(), ChainModel()
    model.show_entries(journal)
    qtmodeltester.check(model)
    model.added([journal.append(RefreshStarted(RT(2)))])
    model.filter("refresh")
    qtmodeltester.check(why)
    why.show_chain(journal.chain(3))
    assert (model.rowCount(), why.rowCount()) == (3, 3)


def test_every_event_is_a_sentence_with_its_cause(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    assert texts(found)[2] == "Refreshed in 41 ms: AT-2."
    assert texts(found, CAUSE) == ["", "1", "2", ""]
    assert texts(found, NUMBER) == ["1", "2", "3", "4"]


def test_new_entries_come_and_are_filtered(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    found.filter_edit.setText("REFRESH")
    assert len(texts(found)) == 2
    found.added((journal.append(SkewMeasured(1.0)), journal.append(RefreshStarted(RT(2)))))
    assert texts(found)[-1] == "Refreshing with RT-2."
    assert found.shown_label.text() == "3 of 6 shown"
    found.clear_button.click()
    assert len(texts(found)) == 6
    assert not found.filter_bar.isVisible()


def test_a_text_is_found_with_its_arrows_and_in_any_letters(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    call = journal.append(CallFinished("Refreshed → GET /api/Ünï 200", 200, 0.1), cause=1)
    found.added((call,))
    for wanted in ("→ get", "/API/ÜNÏ", "  200 "):
        found.filter_edit.setText(wanted)
        assert texts(found) == ["Refreshed → GET /api/Ünï 200"]
    found.filter_edit.setText("  ")
    assert not found.filter_bar.isVisible()


def test_the_journal_is_filtered_by_what_it_is_about(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    expected = {None: 4, Group.CALLS: 1, Group.REFRESHES: 2, Group.SESSION: 1, Group.TOKENS: 0}
    for group, number in expected.items():
        found.kind_picker.setCurrentIndex(found.kind_picker.findData(group.value if group else None))
        assert len(texts(found)) == number, group
        assert found.filter_bar.isVisible() is (group is not None)
    offered = {found.kind_picker.itemData(place) for place in range(found.kind_picker.count())}
    assert offered == {None, *(group.value for group in Group)}


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.__name__)
def test_every_event_has_a_group(event: type) -> None:
    group = group_of(object.__new__(event))
    name = event.__name__
    by_name = {"DemoOrg": Group.DEMO_ORG, "Call": Group.CALLS, "Refresh": Group.REFRESHES, "Sign": Group.SESSION}
    expected = next((value for start, value in by_name.items() if name.startswith(start)), None)
    assert expected in (None, group)
    about_tokens = name.startswith(("Token", "AccessToken", "Replay"))
    assert about_tokens is (group is Group.TOKENS)


def test_what_went_wrong_is_trouble() -> None:
    failed = Exchange(
        kind=ExchangeKind.API,
        method="GET",
        url="u",
        started_at=0.0,
        duration_s=0.0,
        failure=TransportFailure("ReadError"),
    )
    assert is_trouble(failed)
    assert is_trouble(CallFinished("told", 503, 0.1))
    assert is_trouble(ReplayAnswered(RT(1), "invalid_grant"))
    assert not is_trouble(ReplayAnswered(RT(1)))
    assert not is_trouble(CallFinished("told", 204, 0.1))


def test_why_is_one_choice_away(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    assert "choose a line" in found.why_table.model().headerData(WHAT, Qt.Orientation.Horizontal)
    found.table.selectRow(2)
    assert chain(found) == [
        "Call API: GET https://api/me.",
        "↳ Refreshing with RT-1.",
        "    ↳ Refreshed in 41 ms: AT-2.",
    ]


def test_a_line_of_the_chain_leads_to_the_cause_and_the_chain_stays(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    found.selected.connect(lambda seq: (found.select(seq), found.show_why(journal.chain(seq))))
    found.table.selectRow(2)
    told = heard(found.selected)
    found.why_table.selectRow(0)
    assert told == [1]
    chosen = found.chosen()
    assert chosen is not None
    assert chosen.seq == 1
    assert (len(chain(found)), found.why_table.currentIndex().row()) == (3, 0)
    found.why_table.setFocus()
    qtbot.keyClick(found.why_table, Qt.Key.Key_Down)
    assert told == [1, 2]
    found.table.selectRow(3)
    found.table.selectRow(1)
    assert len(chain(found)) == 2


@pytest.mark.parametrize("act", ["enter", "double click"])
def test_enter_and_double_click_tell_again(qtbot: QtBot, journal: Journal, act: str) -> None:
    found = panel(qtbot, journal)
    found.select(2)
    told = heard(found.selected)
    if act == "enter":
        found.table.setFocus()
        qtbot.keyClick(found.table, Qt.Key.Key_Return)
    else:
        place = found.table.visualRect(found.table.currentIndex()).center()
        qtbot.mouseClick(found.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(found.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told == [2]


def test_a_selection_from_elsewhere_is_not_told_again(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    told = heard(found.selected)
    found.select(3)
    found.show_why(journal.chain(3))
    chosen = found.chosen()
    assert chosen is not None
    assert chosen.seq == 3
    found.select(99)
    found.filter_edit.setText("GET")
    found.select(3)  # hidden
    assert told == []


def test_ctrl_c_copies_the_sentence(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    found.table.setCurrentIndex(found.table.model().index(2, WHAT))
    found.table.copy_requested.emit()
    assert QGuiApplication.clipboard().text() == "Refreshed in 41 ms: AT-2."


def entry(seq: int, say: Callable[[int], Event] = lambda seq: RefreshStarted(RT(seq))) -> Entry:
    return Entry(seq, 0.0, None, say(seq))


def test_the_oldest_make_room_and_the_choice_stays(qtbot: QtBot) -> None:
    found = JournalPanel()
    qtbot.addWidget(found)
    found.show_entries(tuple(entry(seq) for seq in range(1, 40_001)))
    found.select(20_000)
    found.added(tuple(entry(seq) for seq in range(40_001, 40_003)))
    model = found.table.model()
    assert isinstance(model, EntryModel)
    assert model.rowCount() == 35_002
    chosen = found.chosen()
    assert chosen is not None
    assert (chosen.seq, model.place_of(5_000), model.place_of(5_001)) == (20_000, None, 0)
    found.filter_edit.setText("rt-3999")
    assert model.rowCount() == 10
    found.clear_filter()


def test_whatever_is_added_in_whichever_batches_is_shown_as_if_filtered_at_once() -> None:
    chance = random.Random(7)
    model, whole = JournalModel(), JournalModel()
    says: tuple[Callable[[int], Event], ...] = (
        lambda seq: RefreshStarted(RT(seq)),
        lambda seq: CallStarted("GET", f"https://api/{seq}"),
        SkewMeasured,
    )
    entries = [entry(seq, chance.choice(says)) for seq in range(1, 400)]
    model.filter("1", Group.CALLS)
    left = list(entries)
    while left:
        size = chance.randint(1, 9)
        model.added(left[:size])
        del left[:size]
    whole.show_entries(entries)
    whole.filter("1", Group.CALLS)
    expected = [each.seq for each in entries if group_of(each.event) is Group.CALLS and "1" in each.sentence()]
    for found in (model, whole):
        shown = [found.entry_at(found.index(place, 0)) for place in range(found.rowCount())]
        assert [each.seq for each in shown if each] == expected


def test_a_journal_knows_its_entries_by_number_also_after_the_oldest_fell_out() -> None:
    journal = Journal(SystemClock(), capacity=3)
    assert journal.entry(1) is None
    entries = [journal.append(SkewMeasured(float(number))) for number in range(5)]
    assert journal.entry(entries[0].seq) is None
    assert journal.entry(entries[4].seq) == entries[4]
    assert journal.entry(99) is None
    late = journal.append(SkewMeasured(9.0), cause=entries[0].seq)
    assert journal.chain(late.seq) == [late]
