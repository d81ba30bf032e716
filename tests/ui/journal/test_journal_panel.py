"""The journal's panel: every event in a sentence, filtered, and why it happened."""

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app import events
from app.clock import SystemClock
from app.journal import Journal
from ui.journal.model import CAUSE, WHAT, JournalModel
from ui.journal.panel import JournalPanel, why_text


@pytest.fixture
def journal() -> Journal:
    found = Journal(SystemClock())
    call = found.append(events.CallStarted("GET", "https://api/me"))
    refresh = found.append(events.RefreshStarted("RT-1"), cause=call.seq)
    found.append(events.RefreshSucceeded(2, 0.041), cause=refresh.seq)
    found.append(events.SkewMeasured(0.4))
    return found


def panel(qtbot: QtBot, journal: Journal) -> JournalPanel:
    found = JournalPanel()
    qtbot.addWidget(found)
    found.show()
    found.show_entries(tuple(journal))
    return found


def texts(found: JournalPanel, column: int = WHAT) -> list[str]:
    model = found.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_model_keeps_to_qts_rules(journal: Journal, qtmodeltester: ModelTester) -> None:
    model = JournalModel()
    model.show_entries(journal)
    qtmodeltester.check(model)


def test_every_event_is_a_sentence_with_its_cause(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    assert texts(found)[2] == "Refreshed in 41 ms: AT-2."
    assert texts(found, CAUSE) == ["", "1", "2", ""]


def test_new_entries_come_and_are_filtered(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    found.filter_edit.setText("REFRESH")
    assert len(texts(found)) == 2
    found.added((journal.append(events.SkewMeasured(1.0)), journal.append(events.RefreshStarted("RT-2"))))
    assert texts(found)[-1] == "Refreshing with RT-2."
    found.filter_edit.clear()
    assert len(texts(found)) == 6


def test_why_is_one_choice_away(qtbot: QtBot, journal: Journal) -> None:
    found = panel(qtbot, journal)
    found.why_wanted.connect(lambda seq: found.show_why(journal.chain(seq)))
    found.select(3)
    lines = found.why_view.toPlainText().splitlines()
    assert [line.lstrip(" ↳").split(" ", 1)[1] for line in lines] == [
        "Call API: GET https://api/me.",
        "Refreshing with RT-1.",
        "Refreshed in 41 ms: AT-2.",
    ]


def test_a_journal_knows_its_entries_by_number_also_after_the_oldest_fell_out() -> None:
    journal = Journal(SystemClock(), capacity=3)
    assert journal.entry(1) is None
    entries = [journal.append(events.SkewMeasured(float(number))) for number in range(5)]
    assert journal.entry(entries[0].seq) is None
    assert journal.entry(entries[4].seq) == entries[4]
    assert journal.entry(99) is None
    late = journal.append(events.SkewMeasured(9.0), cause=entries[0].seq)
    assert journal.chain(late.seq) == [late]
    assert why_text(journal.chain(late.seq))
