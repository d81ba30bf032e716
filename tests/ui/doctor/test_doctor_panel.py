"""The doctor's panel: what it shows, says and asks for, and that nothing in it is markup."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from app.doctor.records import Certainty, Evidence, Finding
from ui import theme
from ui.doctor.facts import VERDICTS, copied
from ui.doctor.panel import DoctorPanel
from ui.text import breakable

HTML = "<b>bold</b><img src=x>"


def finding(certainty: Certainty = Certainty.SURE, *, can_turn_on_grant: bool = False, text: str = "why") -> Finding:
    return Finding(
        rule="rule",
        certainty=certainty,
        what=f"The cause is {text}.",
        evidence=(Evidence(12, f"It said {text}."), Evidence(None, "It did not say more.", against=True)),
        source="RFC 6749 §5.2",
        cure=("Do this.", "Then that."),
        can_turn_on_grant=can_turn_on_grant,
    )


def panel(qtbot: QtBot, *findings: Finding) -> DoctorPanel:
    found = DoctorPanel()
    qtbot.addWidget(found)
    found.resize(640, 480)
    found.show()
    if findings:
        found.show_findings(findings)
    return found


def texts(shown: DoctorPanel) -> list[str]:
    return [each.text() for card in shown.cards for each in card.findChildren(QLabel)]


def button(shown: DoctorPanel, name: str) -> QPushButton:
    found = shown.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def test_a_finding_in_full(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding())
    assert texts(shown) == [
        "● Sure",
        "The cause is why.",
        "EVIDENCE",
        "+",
        "It said why.",
        "–",
        "It did not say more.",
        "Source: RFC 6749 §5.2",
        "WHAT TO DO",
        "1.",
        "Do this.",
        "2.",
        "Then that.",
    ]
    assert shown.state_label.text() == "One cause was found."
    assert shown.cards[0].accessibleName() == "Sure: The cause is why."
    assert "2. Then that." in shown.cards[0].accessibleDescription()


def test_findings_stay_in_their_order(qtbot: QtBot) -> None:
    shown = panel(qtbot, *(finding(each) for each in Certainty))
    assert [card.pill.text() for card in shown.cards] == ["● Sure", "▲ Likely", "○ Cannot know"]
    assert [card.pill.property("tone") for card in shown.cards] == ["bad", "warning", "neutral"]
    assert shown.state_label.text() == "3 possible causes, the best-founded first."
    tops = [card.mapTo(shown, card.rect().topLeft()).y() for card in shown.cards]
    assert tops == sorted(tops)


def test_every_verdict_has_a_shape_of_its_own() -> None:
    assert {each.shape for each in VERDICTS.values()} == {"●", "▲", "○"}
    assert set(VERDICTS) == set(Certainty)


def test_evidence_leads_into_the_journal(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding())
    link = button(shown, "evidence12Button")
    assert link.text() == "Entry 12"
    assert link.accessibleName() == "Show entry 12 in the journal: It said why."
    with qtbot.waitSignal(shown.entry_requested) as asked:
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert asked.args == [12]


def test_the_grant_can_be_turned_on_where_that_cures_it(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding(), finding(can_turn_on_grant=True))
    assert shown.findChild(QPushButton, "turnOnGrantButton1") is None
    with qtbot.waitSignal(shown.turn_on_grant_requested):
        qtbot.mouseClick(button(shown, "turnOnGrantButton2"), Qt.MouseButton.LeftButton)


def test_it_is_copied_as_text(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding(), finding(Certainty.LIKELY))
    with qtbot.waitSignal(shown.copy_requested) as asked:
        qtbot.mouseClick(shown.copy_button, Qt.MouseButton.LeftButton)
    assert asked.args == [copied((finding(), finding(Certainty.LIKELY)))]
    assert asked.args[0].startswith("SURE: The cause is why.\n  + It said why. (journal 12)\n  - It did not say more.")


def test_looking_again_can_be_cancelled(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding())
    with qtbot.waitSignal(shown.look_requested):
        qtbot.mouseClick(shown.look_button, Qt.MouseButton.LeftButton)
    shown.show_busy()
    assert (shown.progress.isVisible(), shown.look_button.isVisible()) == (True, False)
    assert shown.cards  # what was found stays until somebody knows better
    assert shown.accessibleName().startswith("Doctor: Looking")
    with qtbot.waitSignal(shown.cancel_requested):
        qtbot.mouseClick(shown.cancel_button, Qt.MouseButton.LeftButton)
    shown.show_findings((finding(), finding()))
    assert (shown.progress.isVisible(), shown.look_button.isVisible()) == (False, True)
    assert len(shown.cards) == 2


def test_nothing_found(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding())
    shown.show_findings(())
    assert shown.cards == ()
    assert shown.text() == ""
    assert "Nothing found" in shown.state_label.text()
    assert not shown.copy_button.isEnabled()
    assert "nothing was found" in shown.copy_button.accessibleDescription()


def test_nothing_is_markup(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding(text=HTML))
    labels = [each for card in shown.cards for each in card.findChildren(QLabel)]
    assert any(HTML in each.text() for each in labels)
    assert {each.textFormat() for each in labels} == {Qt.TextFormat.PlainText}


def test_everything_is_reached_by_keyboard(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding(can_turn_on_grant=True))
    shown.look_button.setFocus()
    qtbot.waitUntil(shown.look_button.hasFocus)
    walked = []
    for _ in range(5):
        walked.append(shown.focusWidget().objectName())
        qtbot.keyClick(shown.focusWidget(), Qt.Key.Key_Tab)
    assert walked == [
        "doctorLookButton",
        "doctorCopyButton",
        "findingCard1",
        "turnOnGrantButton1",
        "evidence12Button",
    ]


@pytest.mark.parametrize("kind", [QAbstractButton, QLabel])
def test_every_control_has_a_name(qtbot: QtBot, kind: type) -> None:
    shown = panel(qtbot, finding(can_turn_on_grant=True))
    for each in shown.findChildren(kind):
        interface = QAccessible.queryAccessibleInterface(each)
        assert interface.text(QAccessible.Text.Name), each.objectName()
        assert kind is QLabel or each.objectName()


def test_long_words_may_break_and_are_read_whole(qtbot: QtBot) -> None:
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    assert breakable(f"It is {grant}.").replace("\u200b", "") == f"It is {grant}."
    assert max(map(len, breakable(grant).split("\u200b"))) < 12
    assert breakable("The server answered 400 invalid_grant.") == "The server answered 400 invalid_grant."
    shown = panel(qtbot, finding(text=grant))
    spoken = [each.accessibleName() for each in shown.cards[0].findChildren(QLabel)]
    assert f"It said {grant}." in spoken
    assert grant in shown.text()


def test_a_look_that_came_to_no_end(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding())
    shown.show_busy()
    shown.show_stopped()
    assert (shown.progress.isVisible(), shown.look_button.isVisible()) == (False, True)
    assert len(shown.cards) == 1
    assert "no new result" in shown.state_label.text()


@pytest.mark.parametrize("zoom", [1.0, theme.PRESENTER_ZOOM])
def test_a_narrow_column_is_wide_enough(qtbot: QtBot, qapp: QApplication, zoom: float) -> None:
    theme.apply(qapp, "light", zoom)
    try:
        shown = panel(qtbot, finding(can_turn_on_grant=True, text="urn:ietf:params:oauth:grant-type:device_code"))
        assert shown.minimumSizeHint().width() <= 300
        shown.resize(300, 600)
        scroll = shown.findChild(QScrollArea, "doctorScroll")
        qtbot.waitUntil(lambda: scroll.widget().width() <= scroll.viewport().width())
    finally:
        theme.apply(qapp, "light")


def test_long_texts_wrap_instead_of_widening(qtbot: QtBot) -> None:
    shown = panel(qtbot, finding(text="a very long sentence of the server " * 20))
    shown.resize(420, 480)
    assert shown.minimumSizeHint().width() <= 420
    qtbot.waitUntil(lambda: 0 < shown.cards[0].width() <= 420)
