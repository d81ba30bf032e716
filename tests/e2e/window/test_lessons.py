"""Every lesson in a real window at a real demo org: played by the program, and some of them done as a person would."""

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton, QScrollArea

from app import settings
from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.embedded import demo_of
from app.demo.faults import Fault
from app.events import Event
from app.events.calls import CallStarted
from app.events.demo import TimeTravelled
from app.events.session import SessionStarted
from app.events.sign_in import BrowserOpened
from app.events.tokens import AccessTokenDropped
from app.lessons.catalogue import LESSONS
from app.lessons.lesson import Lesson, LessonStep
from app.lessons.player import Player
from app.lessons.progress import LessonProgress, saved_progress
from app.session.store import MemoryStore
from app.settings import Settings
from app.simulation import SimulatedKeyring
from tests.e2e.window.desk import Desk, Open, nobody
from tests.names import AT
from ui.lessons.facts import StepState
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.shell.page import Page

EVERY_LESSON = pytest.mark.parametrize("lesson", LESSONS, ids=[each.name for each in LESSONS])


def states(desk: Desk) -> list[StepState]:
    return [card.state for card in desk.window.lessons.lesson.steps]


def at(desk: Desk, place: int) -> None:
    """Wait until one is at a step (from 0), and the program is not at work."""
    desk.until(lambda: not desk.controller.tasks.running("lesson"))
    desk.until(lambda: states(desk)[:place] == [StepState.PASSED] * place)
    if place < len(states(desk)):
        assert states(desk)[place] is StepState.CURRENT


def start(desk: Desk, name: str) -> None:
    """Open a lesson from the list and begin it."""
    desk.reach(Page.SIGNED_OUT if desk.connections.session.tokens is None else Page.SIGNED_IN)
    if not desk.window.lessons.isVisible():
        desk.window.commands.lessons.trigger()
    desk.click(desk.window.lessons.list.rows[name])
    desk.click(desk.window.lessons.lesson.footer.start_button)
    at(desk, 0)


def show_me(desk: Desk) -> None:
    desk.click(desk.window.lessons.lesson.footer.show_me_button)
    desk.until(lambda: not desk.controller.tasks.running("lesson"))


def opened(open_desk: Open, store: MemoryStore | None = None) -> Desk:
    desk = open_desk(store=store or SimulatedKeyring())
    desk.reach(Page.SIGNED_OUT)
    return desk


@EVERY_LESSON
def test_every_lesson_is_played_to_its_end(open_desk: Open, lesson: Lesson) -> None:
    desk = opened(open_desk)
    start(desk, lesson.name)
    for place in range(len(lesson.steps)):
        show_me(desk)
        assert not desk.window.error_panel.isVisible(), desk.window.error_panel.text()
        at(desk, place + 1)
    footer = desk.window.lessons.lesson.footer
    assert footer.next_button.isVisible()
    assert footer.next_button.text() == ("All lessons" if lesson is LESSONS[-1] else "Next lesson")
    assert desk.connections.settings.window["lessons-done"] == lesson.name
    signed_in = desk.connections.session.tokens is not None
    assert desk.window.page is (Page.SIGNED_IN if signed_in else Page.SIGNED_OUT)


def travel(desk: Desk, name: str) -> None:
    """Press a button that moves time, as a person who turns to the demo org's controls for it."""
    desk.window.side.open(desk.window.demo)
    button = desk.window.demo.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    before = len(told(desk, TimeTravelled))
    desk.until(button.isEnabled)
    desk.window.demo.findChild(QScrollArea).ensureWidgetVisible(button)
    desk.click(button)
    desk.until(lambda: len(told(desk, TimeTravelled)) > before)


def told(desk: Desk, kind: type) -> list[Event]:
    return [entry.event for entry in desk.connections.journal if isinstance(entry.event, kind)]


def test_a_lapse_as_a_person_does_it(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    assert "another" in desk.call()
    at(desk, 1)
    travel(desk, "jumpToLapseButton")
    desk.until(lambda: desk.window.cards["access"].pill_word == "Lapsed")
    travel(desk, "travel60Button")
    at(desk, 2)
    assert desk.token_requests == 1  # the sign-in's: nothing was refreshed meanwhile
    assert "Step passed: Let it lapse, and wait" in desk.window.toasts.texts()[-1]  # another tab is in front
    assert "refreshed in" in desk.call()
    at(desk, 3)
    assert desk.window.lessons.lesson.footer.next_button.isVisibleTo(desk.window.lessons)


def test_a_refresh_as_a_person_does_it(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "refresh")
    commands = desk.window.commands
    commands.refresh_now.trigger()  # asked for, and so not what the step waits for
    desk.until(lambda: not desk.controller.tasks.running("refresh"))
    travel(desk, "jumpToLapseButton")
    assert states(desk)[0] is StepState.CURRENT
    assert "refreshed in" in desk.call()
    at(desk, 1)
    commands.revoke["access"].trigger()
    desk.until(lambda: not desk.controller.tasks.running("revoke access"))
    assert "401" in desk.call()
    at(desk, 2)
    commands.refresh_now.trigger()
    at(desk, 3)


def test_a_lesson_goes_on_in_the_next_window(open_desk: Open) -> None:
    store = SimulatedKeyring()
    desk = opened(open_desk, store)
    start(desk, "restart")
    desk.close()
    again = open_desk(store=store)
    again.reach(Page.SIGNED_IN)
    at(again, 1)  # what this run's journal began with has passed the step
    assert again.window.lessons.isVisible()
    assert again.token_requests == 0
    assert "200" in again.call()
    at(again, 2)
    travel(again, "jumpToLapseButton")
    again.close()
    last = open_desk(store=store)
    last.reach(Page.SIGNED_IN)
    assert states(last)[2] is StepState.CURRENT
    assert "refreshed in" in last.call()
    at(last, 3)
    assert last.connections.settings.window["lessons-done"] == "restart"
    assert "geometry" in last.connections.settings.window  # how the window looks is kept beside it


def test_two_windows_forget_nothing_of_each_other(open_desk: Open) -> None:
    desk = opened(open_desk)
    desk.window.commands.lessons.trigger()
    other = LessonProgress().finished("grant").at("skew", 1)  # since this window was opened
    settings.save(Settings(window=other.kept()), settings.config_dir())
    start(desk, "lapse")
    show_me(desk)
    at(desk, 1)
    found = saved_progress()
    assert (found.done, found.places) == ({"grant"}, {"skew": 1, "lapse": 1})
    settings.save(Settings(window=found.finished("storm").kept()), settings.config_dir())
    show_me(desk)
    show_me(desk)
    at(desk, 3)
    assert (saved_progress().done, saved_progress().places) == ({"grant", "storm", "lapse"}, {"skew": 1})
    desk.click(desk.window.lessons.lesson.leave_button)
    assert (saved_progress().done, saved_progress().current) == ({"grant", "storm", "lapse"}, "")


async def nothing(_player: Player) -> None:
    """Do nothing: the test appends to the journal what happened."""


def step(title: str, kind: type) -> LessonStep:
    return LessonStep(
        title=title, read="Why", do="Act", see="It", hint="There", check=lambda seen: bool(seen.all(kind)), play=nothing
    )


@pytest.fixture
def short_lesson(monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """A lesson whose first step its own preparation would pass."""
    steps = (step("Sign in", SessionStarted), step("Drop", AccessTokenDropped))
    found = Lesson(name="short", title="Short", teaches="All", minutes=1, prepare=Player.start_over, steps=steps)
    monkeypatch.setattr("ui.lessons.controller.LESSONS", (found,))
    return found


def delivered(desk: Desk) -> None:
    desk.until(lambda: desk.window.tabs.tabText(3) == f"Journal · {len(desk.connections.journal)}")


def test_what_prepares_a_lesson_passes_none_of_its_steps(open_desk: Open, short_lesson: Lesson) -> None:
    desk = opened(open_desk)
    start(desk, short_lesson.name)
    desk.window.commands.reset_lesson.trigger()
    at(desk, 0)
    delivered(desk)
    assert states(desk) == [StepState.CURRENT, StepState.AHEAD]
    desk.run(Player(desk.connections).start_over())
    at(desk, 1)


def test_what_happens_on_another_connection_passes_no_step(open_desk: Open, short_lesson: Lesson) -> None:
    desk = opened(open_desk)
    start(desk, short_lesson.name)
    desk.connections.journal.append(SessionStarted("sub", "Ada"), connection="another")
    delivered(desk)
    assert states(desk)[0] is StepState.CURRENT
    desk.connections.journal.append(SessionStarted("sub", "Ada"), connection=desk.connections.connection.key)
    at(desk, 1)
    desk.connections.journal.append(AccessTokenDropped(AT(1)))  # of no connection
    at(desk, 2)


def test_a_lesson_is_left_and_taken_up_where_it_was(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    show_me(desk)
    at(desk, 1)
    page = desk.window.lessons.lesson
    desk.click(page.leave_button)
    row = desk.window.lessons.list.rows["lapse"]
    assert row.accessibleDescription().startswith("Step 2 of 3")
    assert desk.connections.settings.window["lesson"] == ""
    desk.click(row)
    assert page.footer.start_button.text() == "Go on"
    desk.click(page.footer.start_button)
    at(desk, 1)
    show_me(desk)
    show_me(desk)
    at(desk, 3)
    desk.click(page.footer.next_button)
    assert page.steps[0].accessibleName().endswith("Before the call")  # the next lesson, and not begun by itself
    assert (page.footer.start_button.text(), states(desk)[0]) == ("Start", StepState.AHEAD)


def test_a_reset_asks_before_it_signs_out(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "grant")
    show_me(desk)
    at(desk, 1)
    desk.reach(Page.SIGNED_IN)
    for response, signed_in, place in (
        (QMessageBox.ButtonRole.RejectRole, True, 1),
        (QMessageBox.ButtonRole.DestructiveRole, False, 0),
    ):
        desk.click(desk.window.lessons.lesson.reset_button)
        desk.until(lambda: desk.window.findChild(QMessageBox, "resetLessonDialog") is not None)
        box = desk.window.findChild(QMessageBox, "resetLessonDialog")
        assert isinstance(box, QMessageBox)
        desk.until(box.isVisible)
        desk.click(next(each for each in box.buttons() if box.buttonRole(each) is response))
        desk.until(lambda: not desk.controller.tasks.running("lesson"))
        desk.until(lambda: desk.window.findChild(QMessageBox, "resetLessonDialog") is None)
        assert ((desk.connections.session.tokens is not None), states(desk)[place]) == (signed_in, StepState.CURRENT)


def test_a_lesson_without_a_keyring_says_why_not(open_desk: Open) -> None:
    desk = opened(open_desk, MemoryStore())
    desk.window.commands.lessons.trigger()
    desk.click(desk.window.lessons.list.rows["restart"])
    button = desk.window.lessons.lesson.footer.start_button
    assert not button.isEnabled()
    assert "needs a keyring" in button.toolTip()
    desk.click(desk.window.lessons.lesson.leave_button)
    desk.click(desk.window.lessons.list.rows["lapse"])
    assert button.isEnabled()


def test_what_the_program_does_can_be_cancelled(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    assert demo_of(desk.connections).host.org is not None
    demo_of(desk.connections).host.org.faults.switch_on([Fault.parse("delay=60@api")])
    desk.click(desk.window.lessons.lesson.footer.show_me_button)
    footer = desk.window.lessons.lesson.footer
    desk.until(footer.cancel_button.isVisible)
    desk.until(lambda: bool(told(desk, CallStarted)))
    assert not desk.window.commands.show_me.isEnabled()
    desk.click(footer.cancel_button)
    desk.until(footer.show_me_button.isVisible)
    assert states(desk)[0] is StepState.CURRENT
    assert desk.window.commands.show_me.isEnabled()
    assert not desk.window.error_panel.isVisible()  # it was a wish


def waiting_sign_in(desk: Desk) -> None:
    desk.window.commands.sign_in.trigger()
    desk.reach(BrowserWaitingPanel)
    desk.until(lambda: bool(told(desk, BrowserOpened)))


def test_a_lesson_ends_a_sign_in_that_waits(open_desk: Open) -> None:
    desk = open_desk(store=SimulatedKeyring(), open_browser=nobody)
    desk.reach(Page.SIGNED_OUT)
    waiting_sign_in(desk)
    desk.window.commands.lessons.trigger()
    desk.click(desk.window.lessons.list.rows["lapse"])
    desk.click(desk.window.lessons.lesson.footer.start_button)
    at(desk, 0)
    assert desk.window.page is Page.SIGNED_IN
    assert not desk.controller.tasks.running("sign-in")
    assert any("at work for the lesson" in each for each in desk.window.toasts.texts())


def test_a_step_that_is_played_ends_a_sign_in_that_waits(open_desk: Open) -> None:
    desk = open_desk(store=SimulatedKeyring(), open_browser=nobody)
    desk.reach(Page.SIGNED_OUT)
    start(desk, "grant")
    waiting_sign_in(desk)
    show_me(desk)
    assert desk.window.page is Page.SIGNED_IN
    assert not desk.controller.tasks.running("sign-in")


def test_a_step_that_was_played_and_not_passed_says_so(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    desk.run(
        desk.connections.session.drop_access_token()
    )  # the call will need a refresh, and the step wants one without
    show_me(desk)
    desk.until(desk.window.error_panel.isVisible)
    assert "“Call with a fresh token” was played" in desk.window.error_panel.text()
    assert "still signed in" in desk.window.error_panel.text()
    assert states(desk)[0] is StepState.CURRENT


def test_elsewhere_nothing_is_played_and_the_demo_org_is_offered(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    assert demo_of(desk.connections).host.org is not None
    demo_of(desk.connections).host.org.faults.switch_on([Fault.parse("delay=60@api")])
    desk.window.commands.show_me.trigger()
    desk.until(lambda: bool(told(desk, CallStarted)))
    issuer = desk.connections.connection.issuer
    desk.controller.model.take_up(Connection(name="Mine", issuer=issuer, client_id=DEMO_CLIENT_ID))
    desk.until(lambda: not desk.controller.tasks.running("connect"))
    desk.until(lambda: not desk.controller.tasks.running("lesson"))
    panel, commands = desk.window.lessons, desk.window.commands
    assert panel.choose_button.isVisible()
    for action in (commands.show_me, commands.lesson_hint, commands.reset_lesson, commands.leave_lesson):
        assert (action.isEnabled(), "for the demo org" in action.toolTip()) == (False, True)
    demo_of(desk.connections).host.org.faults.clear()
    desk.click(panel.choose_button)
    desk.until(lambda: not desk.controller.tasks.running("connect"))
    at(desk, 0)
    show_me(desk)
    at(desk, 1)


def test_the_doctor_waits_while_somebody_is_in_a_lesson(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "grant")
    show_me(desk)
    at(desk, 1)
    desk.until(lambda: bool(desk.window.doctor.cards))
    assert desk.window.lessons.isVisible()
    assert any("see the Doctor tab" in each for each in desk.window.toasts.texts())


def test_the_doctor_waits_while_somebody_turns_the_controls_for_a_lesson(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "grant")
    desk.window.side.open(desk.window.demo)
    desk.window.commands.sign_in.trigger()
    desk.until(lambda: bool(desk.window.doctor.cards))
    assert desk.window.demo.isVisible()
    assert any("see the Doctor tab" in each for each in desk.window.toasts.texts())


def test_no_step_is_passed_by_the_doctors_own_look(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "the-end")
    for _ in range(3):
        show_me(desk)
    at(desk, 3)
    desk.until(lambda: bool(desk.window.doctor.cards))  # it has read the System Log by itself
    desk.until(lambda: not desk.controller.tasks.running("doctor"))
    at(desk, 3)
    desk.window.commands.doctor.trigger()
    at(desk, 4)


def test_a_replay_can_be_shown_in_the_next_window_too(open_desk: Open) -> None:
    store = SimulatedKeyring()
    desk = opened(open_desk, store)
    start(desk, "replay")
    show_me(desk)
    at(desk, 1)
    desk.close()
    desk = open_desk(store=store)
    desk.reach(Page.SIGNED_IN)
    show_me(desk)
    at(desk, 2)


def test_the_doctor_comes_where_no_step_is_left_that_the_controls_are_turned_for(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    for _ in range(3):
        show_me(desk)
    at(desk, 3)
    desk.window.side.open(desk.window.demo)
    desk.run(Player(desk.connections).revoke("refresh"))
    desk.window.commands.refresh_now.trigger()
    desk.until(desk.window.doctor.isVisible)


def test_a_hint_is_shown_and_said(open_desk: Open) -> None:
    desk = opened(open_desk)
    start(desk, "lapse")
    with desk.qtbot.waitSignal(desk.window.toasts.announcer.announced) as said:
        desk.window.commands.lesson_hint.trigger()
    assert LESSONS[1].steps[0].hint in said.args[0]
    assert desk.window.lessons.lesson.steps[0].has_hint
