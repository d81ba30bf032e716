"""Every lesson in a real window at a real demo org: played by the program, and some of them done as a person would."""

import pytest

from app.lessons.catalogue import LESSONS
from app.lessons.lesson import Lesson
from app.session.store import MemoryStore
from app.simulation import SimulatedKeyring
from tests.e2e.window.desk import Desk, Open
from ui.lessons.facts import StepState
from ui.main_window import Page

EVERY_LESSON = pytest.mark.parametrize("lesson", LESSONS, ids=[each.name for each in LESSONS])


def states(desk: Desk) -> list[StepState]:
    return [card.state for card in desk.window.lessons.lesson.steps]


def at(desk: Desk, place: int) -> None:
    """Wait until one is at a step (from 0), and the program is not at work."""
    desk.until(lambda: not desk.wiring.tasks.running("lesson"))
    desk.until(lambda: states(desk)[:place] == [StepState.PASSED] * place)
    if place < len(states(desk)):
        assert states(desk)[place] is StepState.CURRENT


def start(desk: Desk, name: str) -> None:
    """Open a lesson from the list and begin it."""
    desk.reach(Page.SIGNED_OUT if desk.bench.session.tokens is None else Page.SIGNED_IN)
    if not desk.window.lessons.isVisible():
        desk.window.commands.lessons.trigger()
    desk.click(desk.window.lessons.list.rows[name])
    desk.click(desk.window.lessons.lesson.footer.start_button)
    at(desk, 0)


def show_me(desk: Desk) -> None:
    desk.click(desk.window.lessons.lesson.footer.show_me_button)
    desk.until(lambda: not desk.wiring.tasks.running("lesson"))


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
    assert desk.bench.settings.window["lessons-done"] == lesson.name
    signed_in = desk.bench.session.tokens is not None
    assert desk.window.page is (Page.SIGNED_IN if signed_in else Page.SIGNED_OUT)
