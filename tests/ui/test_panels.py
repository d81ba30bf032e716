"""Panels by themselves: what they show, what they ask for, what they never do."""

from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.counters import Counts
from app.decision import Decision, Reason, Verdict
from app.errors import Hiccup, Refusal
from tests.preview.tokens import NOW, tokens_of
from ui.inspector.model import ClaimsModel
from ui.inspector.rows import rows_of
from ui.response.facts import ResponseFacts
from ui.response.panel import ResponsePanel
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.session.call_strip import CallStrip
from ui.session.counts_card import CountsCard
from ui.session.held_tokens import facts_of
from ui.session.token_card import TokenCard
from ui.session.top_bar import TopBar
from ui.session.welcome import Welcome
from ui.shell.clipboard import Clipboard
from ui.shell.commands import Commands, Possible
from ui.shell.error_panel import ErrorPanel

Shown = TypeVar("Shown", bound=QWidget)
HTML = "<b>bold</b><img src=x>"


def added(qtbot: QtBot, widget: Shown) -> Shown:
    qtbot.addWidget(widget)
    widget.show()
    return widget


def decision(reason: Reason, verdict: Verdict, left_s: float = -3) -> Decision:
    return Decision(
        verdict=verdict, reason=reason, at=NOW, asked_by="test", remaining_s=left_s, leeway_s=1.5, leeway_asked_s=1.5
    )


@pytest.mark.parametrize(
    ("made", "tone", "bold", "then"),
    [
        (decision(Reason.FRESH, Verdict.USE, 9), "good", "good for another 9 s", "1 request"),
        (decision(Reason.LAPSED, Verdict.REFRESH), "warning", "lapsed 3 s ago", "2 requests"),
        (decision(Reason.WITHIN_LEEWAY, Verdict.REFRESH, 1), "warning", "inside the leeway of 1.5 s", "2 requests"),
        (decision(Reason.DROPPED, Verdict.REFRESH), "warning", "no access token in hand", "2 requests"),
        (decision(Reason.UNKNOWN_EXPIRY, Verdict.USE), "neutral", "not stated by the server", "until the API says 401"),
        (decision(Reason.NO_REFRESH_TOKEN, Verdict.SIGN_IN), "bad", "no refresh token", "Sign in"),
        (decision(Reason.SIGNED_OUT, Verdict.SIGN_IN), "bad", "not signed in", "Sign in"),
        (decision(Reason.ENDED, Verdict.SIGN_IN), "bad", "has ended", "Sign in"),
    ],
)
def test_the_verdict_before_the_click(qtbot: QtBot, made: Decision, tone: str, bold: str, then: str) -> None:
    strip = added(qtbot, CallStrip())
    strip.show_decision(made)
    texts = [each.text() for each in strip.verdict_banner.findChildren(QLabel)]
    assert strip.verdict_banner.property("tone") == tone
    assert texts[0] in "●▲■○"  # told by a shape too
    assert bold in texts[1]
    assert then in texts[2]
    assert bold in strip.verdict_banner.accessibleName()


def test_a_call_is_asked_for_and_cancelled(qtbot: QtBot) -> None:
    strip = added(qtbot, CallStrip())
    strip.show_url("https://api.example/x")
    strip.call_count_spin.setValue(5)
    with qtbot.waitSignal(strip.call_requested) as asked:
        qtbot.mouseClick(strip.call_api_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["GET", "https://api.example/x", 5]
    strip.show_running(2, 5)
    assert strip.story_label.text() == "Calling… 2 of 5 answered"
    assert "refresh that has begun" in strip.call_api_button.toolTip()
    assert "lapsed" not in strip.call_api_button.accessibleDescription()
    with qtbot.assertNotEmitted(strip.call_requested), qtbot.waitSignal(strip.cancel_requested):
        qtbot.mouseClick(strip.call_api_button, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(strip.call_requested):
        qtbot.keyClick(strip.api_url_edit, Qt.Key.Key_Return)
    strip.show_running(0, 0)
    assert "lapsed" in strip.call_api_button.toolTip()
    with qtbot.waitSignal(strip.call_requested):
        qtbot.keyClick(strip.api_url_edit, Qt.Key.Key_Return)


def test_a_card_shows_and_copies_without_showing_the_value(qtbot: QtBot) -> None:
    commands = Commands(added(qtbot, QWidget()))
    card = added(qtbot, TokenCard("access", "Access token", commands))
    assert not card._copy.isEnabled()
    assert "sign in" in card._copy.accessibleDescription()
    commands.show_possible(Possible(is_ready=True, is_signed_in=True, has_access=True))
    tokens = tokens_of(3, age_s=33)
    card.show_token(facts_of(tokens, leeway_s=1)["access"])
    card.tick(NOW)
    assert (card.pill_word, card.countdown_text) == ("Lapsed", "-00:03")
    assert card.accessibleName() == "Access token: Lapsed"
    with qtbot.waitSignal(commands.copy["access"].triggered):
        qtbot.mouseClick(card._copy, Qt.MouseButton.LeftButton)
    assert tokens.access is not None
    value = tokens.access.value.reveal()
    shown = "".join(f"{each.text()}{each.toolTip()}{each.accessibleName()}" for each in card.findChildren(QLabel))
    assert value not in shown
    assert value.split(".")[1][:20] not in shown


def test_the_top_bar_signed_in_and_out(qtbot: QtBot) -> None:
    commands = Commands(added(qtbot, QWidget()))
    bar = added(qtbot, TopBar(commands))
    assert bar.sign_in_button.isVisible()
    assert not bar.sign_out_button.isVisible()
    bar.show_account("Ada Lovelace")
    assert bar.sign_out_button.isVisible()
    assert bar.account_chip.isVisible()
    bar.resize(1200, bar.height())  # its words give way where there is less room
    chip = bar.account_chip.findChildren(QLabel)
    qtbot.waitUntil(lambda: [each.text() for each in chip] == ["AL", "Ada Lovelace"])  # once it is laid out
    bar.show_connection("Okta", "https://example.okta.com", {"Demo org": True, "Okta": False, "R&D": None}, ready=True)
    offered = [each.text() for each in bar.connection_picker.menu().actions()]
    assert offered[:3] == ["Demo org · signed in", "Okta · signed out", "R&&D"]
    bar.show_standings({"Demo org": False})
    assert bar.connection_picker.menu().actions()[0].text() == "Demo org · signed out"
    with qtbot.waitSignal(bar.connection_chosen) as asked:
        bar.connection_picker.menu().actions()[0].trigger()
    assert asked.args == ["Demo org"]
    assert not bar.sign_in_button.isEnabled()
    assert bar.sign_in_button.toolTip() == "The connection is not ready yet."
    commands.show_possible(Possible(is_ready=True))
    with qtbot.waitSignal(commands.sign_in.triggered):
        qtbot.mouseClick(bar.sign_in_button, Qt.MouseButton.LeftButton)


def test_a_revealed_value_masks_itself_after_twenty_seconds_and_with_the_window(qtbot: QtBot) -> None:
    card = added(qtbot, TokenCard("access", "Access token", Commands(added(qtbot, QWidget()))))
    card.show_token(facts_of(tokens_of(3, age_s=3), leeway_s=1)["access"])
    card.reveal("the value", NOW)
    assert card.value_view.isVisible()
    assert card.value_view.toPlainText() == "the value"
    card.tick(NOW + 19.9)
    assert card.value_view.isVisible()
    card.tick(NOW + 20)
    assert (card.value_view.isVisible(), card.value_view.toPlainText()) == (False, "")
    card.reveal("the value", NOW)
    card.hide()
    assert card.value_view.toPlainText() == ""


def test_a_clock_that_is_set_back_prolongs_nothing(qtbot: QtBot) -> None:
    card = added(qtbot, TokenCard("access", "Access token", Commands(added(qtbot, QWidget()))))
    card.reveal("the value", NOW)
    card.tick(NOW)
    assert card.value_view.toPlainText() == "the value"
    card.tick(NOW - 3600)
    assert (card.value_view.isVisible(), card.value_view.toPlainText()) == (False, "")


def test_a_revealed_value_is_copied_by_no_way_that_would_not_forget_it(qtbot: QtBot) -> None:
    card = added(qtbot, TokenCard("access", "Access token", Commands(added(qtbot, QWidget()))))
    Clipboard().copy("a shopping list")
    card.reveal("\n".join(["the value"] * 50), NOW)
    view = card.value_view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "a shopping list"
    assert view.createStandardContextMenu() is None
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.verticalScrollBar().value() > 0  # read it can be to its end, without a mouse too


def test_nothing_is_revealed_while_presenting(qtbot: QtBot) -> None:
    card = added(qtbot, TokenCard("access", "Access token", Commands(added(qtbot, QWidget()))))
    card.show_token(facts_of(tokens_of(3, age_s=3), leeway_s=1)["access"])
    card.reveal("the value", NOW)
    card.show_presenter(on=True)
    assert card.value_view.toPlainText() == ""
    card.reveal("the value", NOW)
    assert card.value_view.toPlainText() == ""
    assert card._generation.text().startswith("▲ AT-3")
    card.show_presenter(on=False)
    assert card._generation.text().startswith("AT-3")


def test_waiting_shows_url_port_and_time_left(qtbot: QtBot) -> None:
    panel = added(qtbot, BrowserWaitingPanel())
    assert not panel.copy_button.isEnabled()
    panel.show_waiting("https://as.example/authorize?x=1", "http://127.0.0.1:5/callback", NOW + 65)
    panel.tick(NOW)
    assert panel.url_edit.text().endswith("x=1")
    texts = " ".join(each.text() for each in panel.findChildren(QLabel))
    assert "http://127.0.0.1:5/callback" in texts
    assert "01:05" in texts
    with qtbot.waitSignal(panel.copy_requested) as asked:
        qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["https://as.example/authorize?x=1"]
    with qtbot.waitSignal(panel.cancel_requested):
        qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    panel.show_no_browser()
    assert "No browser" in " ".join(each.text() for each in panel.findChildren(QLabel))


def test_welcome_says_why_the_session_ended(qtbot: QtBot) -> None:
    panel = added(qtbot, Welcome(Commands(added(qtbot, QWidget()))))
    refusal = Refusal(code="invalid_grant", description=HTML)
    panel.show_connection("Okta", embedded=False, why_not=refusal)
    assert panel.start_button.text() == "Sign in to Okta"
    assert panel._reason.text().splitlines() == [*refusal.lines(), f"The server said: invalid_grant: {HTML}"]
    assert panel._reason.textFormat() == Qt.TextFormat.PlainText
    panel.show_enabled(enabled=False)
    assert "not ready" in panel.start_button.accessibleDescription()


def test_an_error_in_three_lines_and_never_as_markup(qtbot: QtBot) -> None:
    panel = ErrorPanel()
    qtbot.addWidget(panel)
    panel.show_error(Hiccup("No route.", raw=HTML))
    assert panel.text().splitlines() == [
        "No route.",
        "You are still signed in.",
        "Call again; the session is kept.",
        f"The server said: {HTML}",
    ]
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in panel.findChildren(QLabel))
    with qtbot.waitSignal(panel.copy_requested):
        qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.dismiss_button, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()


def test_an_unforeseen_error_is_named_by_type_alone(qtbot: QtBot) -> None:
    panel = ErrorPanel()
    qtbot.addWidget(panel)
    panel.show_error(ValueError("eyJ.secret.token"))
    assert "ValueError" in panel.text()
    assert "secret" not in panel.text() + panel.accessibleName()


def test_the_claims_model_is_a_sound_model(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = ClaimsModel()
    model.show_rows(rows_of({"iss": "i", "exp": NOW + 5, HTML: HTML}))
    qtmodeltester.check(model)
    model.tick(NOW)
    assert "in 5 s" in model.index(1, 2).data()
    model.tick(NOW + 6)
    assert "1 s ago" in model.index(1, 2).data()
    assert model.index(1, 3).data() == "lapsed"
    assert model.index(2, 1).data() == HTML


def test_the_response_view_takes_a_mebibyte_on_one_line(qtbot: QtBot) -> None:
    panel = added(qtbot, ResponsePanel())
    panel.show_response(ResponseFacts(request="GET /big", status=200, body=b"x" * (1 << 20), truncated=True))
    assert panel.view.toPlainText().startswith("GET /big")
    assert len(panel.view.toPlainText()) < 210_000


@pytest.mark.parametrize(
    ("skew_s", "shown"), [(None, "–"), (0.0, "under 1 s"), (-0.94, "under 1 s"), (2.345, "+2 s"), (-61.0, "-61 s")]
)
def test_the_numbers_of_a_session(qtbot: QtBot, skew_s: float | None, shown: str) -> None:
    card = added(qtbot, CountsCard())
    card.show_counts(Counts(calls=50, failed_calls=2, refreshes=1, timer_refreshes=7, skew_s=skew_s))
    found = {each.objectName(): each for each in card.findChildren(QLabel) if each.objectName()}
    texts = {name.removesuffix("CountLabel"): each.text() for name, each in found.items()}
    assert texts == {"calls": "50", "refreshes": "1", "timer": "7", "failed": "2", "skew": shown}
    assert found["callsCountLabel"].accessibleName() == "API calls: 50"
