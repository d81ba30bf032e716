"""Buttons: what gives way where there is no room, and what is said of it all the same."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui import theme
from ui.widgets.buttons import ElidingButton

WORDS = "Introspect at a-rather-long-host-name.example.okta.com"


@pytest.fixture(autouse=True)
def _as_designed(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "light")


def is_whole(button: ElidingButton) -> bool:
    return button.fontMetrics().horizontalAdvance(button.text()) <= button.width()


def test_a_button_without_room_gives_way_in_the_middle_and_says_it_all(qtbot: QtBot, qapp: QApplication) -> None:
    button = ElidingButton("aButton")
    qtbot.addWidget(button)
    button.show_text(WORDS)
    button.show()
    button.setFixedWidth(200)
    assert (button.text()[:10], button.text()[-3:], "…" in button.text()) == ("Introspect", "com", True)
    assert (button.accessibleName(), button.whole_text()) == (WORDS, WORDS)
    assert is_whole(button)
    button.setFixedWidth(800)
    assert button.text() == WORDS


def test_it_gives_way_anew_when_type_gets_larger_or_smaller(qtbot: QtBot, qapp: QApplication) -> None:
    button = ElidingButton("aButton")
    qtbot.addWidget(button)
    button.show_text(WORDS)
    button.show()
    button.setFixedWidth(260)
    before = button.text()
    theme.apply(qapp, "light", 1.8)
    assert len(button.text()) < len(before)
    assert is_whole(button)
    theme.apply(qapp, "light")
    assert button.text() == before
