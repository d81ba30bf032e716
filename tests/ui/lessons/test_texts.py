"""What the lessons tell people to press, tick, choose and set is in the window, under that name."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from app.lessons.catalogue import LESSONS
from tests.preview.states import new_window
from ui.window.main_window import MainWindow

# A name begins with a capital or a sign; what follows a verb in small letters is a word, as in "press both".
_NAMED = re.compile(r"\b(?:[Pp]ress|[Cc]hoose|[Tt]ick|[Uu]ntick|[Ss]et|[Tt]hen|and|[Uu]nder) (?=[A-Z+⋯])(.+)")
_TEXTS = [
    (f"{lesson.name} {number}", text)
    for lesson in LESSONS
    for number, step in enumerate(lesson.steps, 1)
    for text in (step.do, step.hint)
    if "Okta" not in text  # which has switches of its own
]


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    found = new_window("demo")
    qtbot.addWidget(found, before_close_func=lambda each: setattr(each, "_may_close", True))
    return found


def written(window: MainWindow) -> Iterator[str]:
    """Yield what is written on and beside what can be pressed, chosen and set."""
    yield from (each.text() for each in window.findChildren(QAbstractButton))
    yield from (each.text() for each in window.findChildren(QAction))
    yield from (each.text() for each in window.findChildren(QLabel))


def test_every_name_after_a_verb_is_in_the_window(window: MainWindow) -> None:
    labels = {each.rstrip("…") for each in written(window) if len(each) > 1}
    labels |= {each.capitalize() for each in labels if each.isupper()}  # headings
    labels |= {each.partition(" ")[0] for each in labels if each.startswith("Replay ")}  # and the token's name
    begins = re.compile("(?:" + "|".join(map(re.escape, labels)) + r")(?!\w)")
    named = [(where, rest) for where, text in _TEXTS for rest in re.findall(f"(?={_NAMED.pattern})", text)]
    assert len(named) > 60
    assert [each for each in named if not begins.match(each[1])] == []
