"""The states of the window and the panels that are drawn: each made of real records, most by a story played through."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache

from PySide6.QtWidgets import QWidget

from app.connection import Connection
from app.counters import Counters
from app.demo.addresses import addresses_of
from app.errors import Refusal, SignInFailed
from app.errors.reasons import SignInEnded
from app.events.demo import ReplayAnswered
from app.events.tokens import TokensReceived
from app.events.wire import Exchange
from app.inspection.inspector import inspect_text
from app.lab.report import RunProgress
from app.lanes import lanes_of
from app.lessons.catalogue import LESSONS
from app.okta.change import wanted_for
from app.secret import Secret
from app.session.device_sign_in import DeviceWaiting
from app.session.direct_sign_in import Factor, PushWaiting
from app.session.refresh_rule import Situation, decide
from app.session.tokens import TokenSet
from app.wire.view import WireLog
from tests.panels import panel_in, show_in
from tests.preview import lab_run, stories
from tests.preview.lesson_run import PlayedLesson, play_lesson
from tests.preview.stories import Stage, Story, play
from tests.preview.tokens import ISSUER, NOW, against, generations_of, inspections_of, signing_key, tokens_of
from ui.connections.editor import ConnectionEditor, Purpose
from ui.connections.list import ConnectionRow, ConnectionsDialog
from ui.demo.addresses import AddressesDialog
from ui.doctor.grant_dialog import GrantDialog, TokenSource
from ui.help.window import HelpWindow
from ui.inspector.paste import PasteDialog
from ui.lab.dialog import ResultsDialog
from ui.lessons.facts import LessonRow
from ui.response.facts import response_facts
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.session.device_waiting import DeviceWaitingPanel
from ui.session.held_tokens import facts_of
from ui.session.password_panel import PasswordPanel
from ui.session.second_factor import SecondFactorPanel
from ui.shell.commands import LessonPossible, Possible
from ui.shell.page import Page
from ui.shell.palette import CommandPalette
from ui.window.main_window import MainWindow

_OKTA = Connection(
    name="Okta, development",
    issuer="https://example.okta.com/oauth2/default",
    client_id="0oa1b2c3d4e5f6g7h8i9",
    redirect_uris=tuple(f"http://127.0.0.1:{port}/callback" for port in (8765, 8766, 8767)),
    api_url="https://api.example.com/me",
)
_API = "http://127.0.0.1:8899/api/me"
_LESSON, _LESSON_STEPS = "rotation", 2
_SIGN_IN = f"{ISSUER}/v1/authorize?response_type=code&client_id=0oa-demo-native&scope=openid+profile&state=…"


def starting(window: MainWindow) -> None:
    """Before anything is known."""
    window.top_bar.show_connection("Demo org", "starting…", {"Demo org": None}, ready=False)
    window.show_page(Page.STARTING)


def signed_out(window: MainWindow) -> None:
    """Nobody is signed in."""
    _bar(window, None)
    window.welcome.show_connection("Demo org", embedded=True)
    window.show_page(Page.SIGNED_OUT)


def ended(window: MainWindow) -> None:
    """The session was ended by a refusal."""
    _bar(window, None)
    reason = Refusal(code="invalid_grant", description="The refresh token is invalid or expired.")
    window.welcome.show_connection("Demo org", embedded=True, why_not=reason)
    window.show_page(Page.SIGNED_OUT)


def waiting(window: MainWindow) -> None:
    """The browser has the person."""
    _bar(window, None)
    panel_in(window, BrowserWaitingPanel).show_waiting(_SIGN_IN, "http://127.0.0.1:49320/callback", NOW + 287)
    panel_in(window, BrowserWaitingPanel).tick(NOW)
    show_in(window, BrowserWaitingPanel)


def on_another_device(window: MainWindow) -> None:
    """A code waits to be allowed on another device."""
    _bar(window, None)
    link, code = "http://127.0.0.1:8899/activate", "WDJB-MJHT"
    panel_in(window, DeviceWaitingPanel).show_code(DeviceWaiting(code, link, f"{link}?user_code={code}", NOW + 587))
    panel_in(window, DeviceWaitingPanel).tick(NOW)
    show_in(window, DeviceWaitingPanel)


def on_a_projector(window: MainWindow) -> None:
    """The same in presenter mode, where the code is masked."""
    on_another_device(window)
    window.commands.presenter.setChecked(True)
    window.show_presenter(on=True)


def by_password(window: MainWindow) -> None:
    """Username and password are asked for."""
    _bar(window, None)
    panel_in(window, PasswordPanel).show_form("Demo org", (("ada", "engine-1843"), ("grace", "compiler-1952")))
    panel_in(window, PasswordPanel).username_edit.setText("ada")
    show_in(window, PasswordPanel)


def wrong_password(window: MainWindow) -> None:
    """The password was wrong; the username stays."""
    by_password(window)
    trouble = SignInFailed(
        "The server did not accept the username and password.",
        next_step="Check both and sign in again; too many tries may lock the account.",
        reason=SignInEnded.REFUSED,
        code="invalid_grant",
        description="The credentials provided were invalid.",
    )
    panel_in(window, PasswordPanel).show_error(trouble)


def which_factor(window: MainWindow) -> None:
    """The password was right, and there are two second factors."""
    _bar(window, None)
    show_in(window, SecondFactorPanel)
    panel_in(window, SecondFactorPanel).show_phone(is_demo=True)
    panel_in(window, SecondFactorPanel).show_choice(tuple(Factor))


def wrong_code(window: MainWindow) -> None:
    """A one-time code was not accepted."""
    which_factor(window)
    panel_in(window, SecondFactorPanel).show_code_entry(wrong_before=False)
    panel_in(window, SecondFactorPanel).code_edit.setText("123456")
    panel_in(window, SecondFactorPanel).show_code_entry(wrong_before=True)


def on_the_phone(window: MainWindow) -> None:
    """The phone asks, and wants the number that is shown."""
    which_factor(window)
    panel_in(window, SecondFactorPanel).show_push(PushWaiting("42", NOW + 287), can_use_code=True)
    panel_in(window, SecondFactorPanel).tick(NOW)


def signed_in(window: MainWindow) -> None:
    """Just signed in."""
    _tell(window, stories.signed_in)


def lapsed(window: MainWindow) -> None:
    """The access token lapsed three seconds ago."""
    _tell(window, stories.lapsed)


def refreshed(window: MainWindow) -> None:
    """A call has refreshed on its way."""
    story = _tell(window, stories.refreshed)
    window.tabs.setCurrentWidget(window.wire)
    _choose(window, story, TokensReceived)


def storm(window: MainWindow) -> None:
    """Fifty calls at once, and one refresh."""
    story = _tell(window, stories.storm)
    window.tabs.setCurrentWidget(window.wire)
    _choose(window, story, TokensReceived)


def failed(window: MainWindow) -> None:
    """A refresh could not reach the server; still signed in."""
    story = _tell(window, stories.failed)
    assert story.trouble is not None
    window.error_panel.show_error(story.trouble)


def replayed(window: MainWindow) -> None:
    """An old refresh token was sent again: the journal tells what came of it."""
    story = _tell(window, stories.replayed)
    window.tabs.setCurrentWidget(window.journal)
    _choose(window, story, ReplayAnswered)


def presenting(window: MainWindow) -> None:
    """The same on a projector: larger type, everything masked."""
    _tell(window, stories.lapsed)
    window.commands.presenter.setChecked(True)
    window.show_presenter(on=True)


def doctor(window: MainWindow) -> None:
    """A sign-in has brought no refresh token, and the doctor says why."""
    story = _tell(window, stories.without_grant)
    window.doctor.show_findings(story.findings)
    window.side.open(window.doctor)


def demo(window: MainWindow) -> None:
    """The demo org is turned: time has travelled, and a fault has struck."""
    story = _tell(window, stories.turned)
    window.demo.show_org(story.org)
    window.side.open(window.demo)


def real(window: MainWindow) -> None:
    """At a real server nothing is turned; what would be later can be thought through."""
    tokens = tokens_of(1, age_s=6)
    _held(window, tokens)
    window.top_bar.show_connection(_OKTA.name, _OKTA.issuer, {_OKTA.name: True}, ready=True)
    window.demo.show_real(_OKTA.name)
    window.side.entitle(window.demo, "What if?")
    window.timeline.tick(NOW)
    window.demo.what_if.in_s = 60.0
    decision = decide(Situation(tokens, age_s=66, now=NOW + 60, leeway_s=1.0, asked_by="preview"))
    window.demo.what_if.show_thought(decision, 24.0)
    window.side.open(window.demo)


def lessons(window: MainWindow) -> None:
    """The list of lessons, some of them done."""
    signed_in(window)
    _show_lessons(window)


def lesson(window: MainWindow) -> None:
    """A lesson in the middle, with the hint of the step one is at."""
    played = _played_lesson()
    _show_story(window, played.story)
    _show_lessons(window)
    row = next(each for each in _rows() if each.lesson is played.lesson)
    window.lessons.show_step(row, played.place)
    window.lessons.show_hint()
    window.commands.show_lesson_possible(LessonPossible(is_demo=True, is_open=True, is_begun=True, has_step=True))


def lesson_done(window: MainWindow) -> None:
    """The last step of a lesson was passed."""
    lesson(window)
    row = next(each for each in _rows() if each.lesson is _played_lesson().lesson)
    window.lessons.show_done(row, has_next=True)


def lesson_at_work(window: MainWindow) -> None:
    """The program prepares a lesson that begins signed out."""
    signed_out(window)
    _show_lessons(window)
    window.lessons.show_start(_rows()[0], "")
    window.lessons.show_preparing()


def lessons_elsewhere(window: MainWindow) -> None:
    """Lessons are for the demo org, and another connection is chosen."""
    signed_out(window)
    window.top_bar.show_connection(_OKTA.name, _OKTA.issuer, {_OKTA.name: False}, ready=True)
    window.welcome.show_connection(_OKTA.name, embedded=False)
    _show_lessons(window)
    window.lessons.show_elsewhere(is_elsewhere=True)


def rules(window: MainWindow) -> None:
    """The inspector says rule by rule why an ID token is good."""
    _tell(window, stories.signed_in)
    window.inspector.picker.setCurrentIndex(1)
    window.inspector.tabs.setCurrentIndex(1)


def expiry(window: MainWindow) -> None:
    """The inspector's witnesses of an access token's end."""
    _tell(window, stories.signed_in)
    window.inspector.tabs.setCurrentIndex(2)


def compare(window: MainWindow) -> None:
    """A refresh has lost a scope."""
    before, after = tokens_of(2, age_s=40), tokens_of(3, age_s=6, scopes=("openid", "profile"))
    _held(window, after)
    window.inspector.show_inspections(inspections_of(after), generations_of(before, after))
    window.inspector.tabs.setCurrentIndex(3)
    window.inspector.compare.expected_box.setChecked(True)


def pasted(window: MainWindow) -> None:
    """A pasted token whose signature does not hold."""
    tokens = tokens_of(1, age_s=6)
    _held(window, tokens)
    assert tokens.access is not None
    head, body, signature = tokens.access.value.reveal().split(".")
    forged = Secret(f"{head}.{body}.{signature[4:8]}{signature[4:]}")
    window.inspector.show_pasted((inspect_text(forged, "access token", against()),))
    window.inspector.tick(NOW)


def lab(window: MainWindow) -> None:
    """The lab has compared the strategies."""
    _tell(window, stories.refreshed)
    window.lab.sheet.knobs.show_scenario(lab_run.SCENARIO)
    window.lab.sheet.show_report(lab_run.report())
    window.side.open(window.lab)


def lab_knobs(window: MainWindow) -> None:
    """The lab waits for a run; nobody needs to be signed in for it, and one knob is turned too far."""
    signed_out(window)
    window.lab.sheet.knobs.knobs["grace_s"].picker.setEditText("5 min")
    window.side.open(window.lab)


def lab_running(window: MainWindow) -> None:
    """A run is on its way."""
    _tell(window, stories.refreshed)
    window.lab.sheet.show_progress(RunProgress(1240, 10_000))
    window.commands.show_lab_running(running=True)
    window.side.open(window.lab)


STATES: dict[str, Callable[[MainWindow], None]] = {
    "starting": starting,
    "signed-out": signed_out,
    "waiting": waiting,
    "device": on_another_device,
    "device-masked": on_a_projector,
    "password": by_password,
    "wrong-password": wrong_password,
    "factors": which_factor,
    "wrong-code": wrong_code,
    "push": on_the_phone,
    "signed-in": signed_in,
    "lapsed": lapsed,
    "refreshed": refreshed,
    "storm": storm,
    "replayed": replayed,
    "presenting": presenting,
    "failed": failed,
    "ended": ended,
    "demo": demo,
    "real": real,
    "lessons": lessons,
    "lesson": lesson,
    "lesson-done": lesson_done,
    "lesson-at-work": lesson_at_work,
    "lessons-elsewhere": lessons_elsewhere,
    "lab": lab,
    "lab-knobs": lab_knobs,
    "lab-running": lab_running,
    "doctor": doctor,
    "rules": rules,
    "expiry": expiry,
    "compare": compare,
    "pasted": pasted,
}


def _response(window: MainWindow) -> QWidget:
    story = _played(stories.signed_in)
    assert story.result is not None
    window.response.show_response(response_facts(story.result))
    window.tabs.setCurrentWidget(window.response)
    return window.response


def _cards(window: MainWindow) -> QWidget:
    column = window.findChild(QWidget, "leftColumn")
    assert isinstance(column, QWidget)
    return column


def _toasts(window: MainWindow) -> QWidget:
    window.toasts.show_toast("Copied AT-3; the clipboard forgets it in a minute.")
    window.toasts.show_toast("AT-3 was made to expire now, on request.", "warning")
    return window.toasts


def _palette(window: MainWindow) -> QWidget:
    palette = CommandPalette(window.commands.all(), window)
    palette.search_edit.setText("copy")
    return palette


def _editor(window: MainWindow) -> QWidget:
    return ConnectionEditor(Purpose.EDIT, _OKTA, parent=window)


def _connections(window: MainWindow) -> QWidget:
    dialog = ConnectionsDialog(window)
    demo = ConnectionRow("Demo org", ISSUER, signed_in=True, is_demo=True, is_current=True)
    dialog.show_connections(
        (demo, ConnectionRow(_OKTA.name, _OKTA.issuer, signed_in=False), ConnectionRow("Staging", "https://id.example"))
    )
    return dialog


def _grant(window: MainWindow) -> QWidget:
    app = _played(stories.without_grant).app
    assert app is not None
    dialog = GrantDialog("http://127.0.0.1:8899", TokenSource.KNOWN, window)
    dialog.show_change(app, wanted_for(app))
    return dialog


PANELS: dict[str, tuple[str, Callable[[MainWindow], QWidget]]] = {
    "top-bar": ("lapsed", lambda window: window.top_bar),
    "cards": ("lapsed", _cards),
    "call-strip": ("lapsed", lambda window: window.call_strip),
    "timeline": ("replayed", lambda window: window.timeline),
    "inspector": ("lapsed", lambda window: window.inspector),
    "response": ("signed-in", _response),
    "demo-panel": ("demo", lambda window: window.demo),
    "wire": ("refreshed", lambda window: window.wire),
    "journal": ("replayed", lambda window: window.journal),
    "error": ("failed", lambda window: window.error_panel),
    "toasts": ("lapsed", _toasts),
    "palette": ("lapsed", _palette),
    "help": ("lapsed", HelpWindow),
    "connection": ("signed-out", _editor),
    "connections": ("signed-out", _connections),
    "grant": ("signed-out", _grant),
    "lab-table": ("lab", lambda window: ResultsDialog(lab_run.report(), window)),
    "paste": ("signed-in", lambda window: PasteDialog("Demo org", window)),
    "addresses": (
        "signed-in",
        lambda window: AddressesDialog(addresses_of("http://127.0.0.1:8899", "preview"), window),
    ),
}
"""Each panel and dialog by itself: the state of the window it is seen in, and how it is had from there."""


def new_window(state: str) -> MainWindow:
    """Return a window in a state by name; nothing in it is connected to anything."""
    window = MainWindow()
    window.furnish()
    STATES[state](window)
    return window


def _bar(window: MainWindow, name: str | None) -> None:
    window.top_bar.show_connection("Demo org", ISSUER, {"Demo org": name is not None}, ready=True)
    window.top_bar.show_account(name)
    window.top_bar.show_store("Kept in the OS keyring" if name else "")
    window.commands.show_possible(Possible(is_ready=True, is_demo=True))


@cache
def _played(acts: Callable[[Stage], Awaitable[None]]) -> Story:
    """Play a story once; however often it is drawn, it ends alike."""
    return play(acts, signing_key())


@cache
def _played_lesson() -> PlayedLesson:
    return play_lesson(_LESSON, _LESSON_STEPS, signing_key())


def _rows() -> tuple[LessonRow, ...]:
    """Return the lessons as somebody sees them who is in the middle of them."""
    here = next(place for place, each in enumerate(LESSONS) if each.name == _LESSON)
    return tuple(
        LessonRow(lesson=each, number=place + 1, is_done=place < here, place=_LESSON_STEPS if place == here else None)
        for place, each in enumerate(LESSONS)
    )


def _show_lessons(window: MainWindow) -> None:
    window.lessons.show_list(_rows())
    window.side.open(window.lessons)


def _tell(window: MainWindow, acts: Callable[[Stage], Awaitable[None]]) -> Story:
    """Play a story and show how it stands at its end, and all that led there."""
    story = _played(acts)
    _show_story(window, story)
    return story


def _show_story(window: MainWindow, story: Story) -> None:
    assert story.tokens is not None
    now = story.now
    _bar(window, story.tokens.display_name)
    _show_cards(window, story.tokens, now)
    window.call_strip.show_url(_API)
    window.call_strip.show_decision(story.decision)
    window.call_strip.show_story(story.told)
    window.inspector.show_inspections(story.inspections, story.generations)
    window.inspector.tick(now)
    window.timeline.show_lanes(lanes_of(story.journal), leeway_s=1.0, limits=story.limits)
    window.timeline.tick(now)
    log = WireLog()
    for entry in story.journal:
        log.take(entry)
    window.wire.show_log(log)
    window.wire.detail_requested.connect(lambda seq: _show_detail(window, story, seq))
    window.journal.show_entries(tuple(story.journal))
    counters = Counters()
    for entry in story.journal:
        counters.take(entry)
    window.counts.show_counts(replace(counters.at(now), skew_s=story.skew_s))
    exchanges = sum(isinstance(entry.event, Exchange) for entry in story.journal)
    for tab, title in ((window.wire, f"Wire · {exchanges}"), (window.journal, f"Journal · {len(story.journal)}")):
        window.tabs.setTabText(window.tabs.indexOf(tab), title)
    window.show_page(Page.SIGNED_IN)


def _show_detail(window: MainWindow, story: Story, seq: int) -> None:
    row = window.wire.chosen()
    if row is not None and row.seq == seq:
        window.wire.show_detail(row, story.details.get(seq))


def _choose(window: MainWindow, story: Story, kind: type) -> None:
    """Choose the newest event of a kind in the wire log, the journal and the timeline."""
    seq = next(entry.seq for entry in reversed(tuple(story.journal)) if isinstance(entry.event, kind))
    for panel in (window.wire, window.journal, window.timeline):
        panel.select(seq)
    window.journal.show_why(story.journal.chain(seq))


def _show_cards(window: MainWindow, tokens: TokenSet, now: float) -> None:
    for kind, facts in facts_of(tokens, leeway_s=1.0).items():
        window.cards[kind].show_token(facts)
        window.cards[kind].tick(now)
    held = {"access": tokens.access, "refresh": tokens.refresh, "id": tokens.id}
    window.commands.show_possible(
        Possible(
            is_ready=True,
            is_signed_in=True,
            is_demo=True,
            has_access=held["access"] is not None,
            has_refresh=held["refresh"] is not None,
            has_id=held["id"] is not None,
        )
    )


def _held(window: MainWindow, tokens: TokenSet) -> None:
    _bar(window, tokens.display_name)
    _show_cards(window, tokens, NOW)
    age_s = NOW - tokens.receipt.wall
    window.call_strip.show_url(_API)
    situation = Situation(tokens, age_s=age_s, now=NOW, leeway_s=1.0, asked_by="preview")
    window.call_strip.show_decision(decide(situation))
    window.show_page(Page.SIGNED_IN)
    assert tokens.access is not None
    window.inspector.show_inspections(inspections_of(tokens), ())
    window.inspector.tick(NOW)
