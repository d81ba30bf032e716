"""The trainer's guide: every click it names is there, and its minutes add up."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar
from pytestqt.qtbot import QtBot

from tests.preview.states import new_window
from ui.assets import text_file
from ui.window.main_window import MainWindow

GUIDE = text_file("manual/trainers-guide.md")
TALK_MIN = 20
_HEADING = re.compile(r"^## ([0-9]+):([0-9]{2}) · .* \(([0-9½]+) minutes?\)$", re.MULTILINE)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    found = new_window("lab")  # the lab is built when it is first looked at
    qtbot.addWidget(found, before_close_func=lambda each: setattr(each, "_may_close", True))
    return found


def named(window: MainWindow) -> Iterator[str]:
    """Yield everything that is written on what can be pressed, opened or set."""
    yield from (each.text() for each in window.findChildren(QAbstractButton))
    yield from (each.text() for each in window.findChildren(QAction))
    yield from (each.text() for each in window.findChildren(QLabel))
    for tabs in window.findChildren(QTabBar):
        yield from (tabs.tabText(place).partition(" · ")[0] for place in range(tabs.count()))


@pytest.mark.any_font
def test_every_click_it_names_is_in_the_window(window: MainWindow) -> None:
    known = set(named(window))
    known |= {each.partition(" ")[0] for each in known if each.startswith("Replay ")}  # and the token's name
    clicks = re.findall(r"\*\*([^*]+)\*\*", GUIDE.partition("## Before")[2])
    assert len(clicks) > 30
    assert [each for each in clicks if each not in known] == []


def test_its_minutes_add_up_to_the_talk() -> None:
    found = [(int(minute), int(second), length) for minute, second, length in _HEADING.findall(GUIDE)]
    lengths = {"½": 0.5, "1½": 1.5, "2½": 2.5}
    ends = 0.0
    for minute, second, length in found:
        assert minute + second / 60 == ends
        ends += lengths.get(length) or float(length)
    assert ends == TALK_MIN
