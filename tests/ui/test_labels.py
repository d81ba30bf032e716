"""Labels that give way: whole where there is room for all of their text, and gone where there is none."""

import pytest
from pytestqt.qtbot import QtBot

from ui.widgets.labels import ElidedLabel, ModestLabel


@pytest.mark.parametrize(
    "text", ["Kept in the OS keyring", "Ada Lovelace", "Grace Hopper", "iiiiilll", "WWWW", "a…b", ""]
)
def test_in_the_room_it_asks_for_a_text_is_whole(qtbot: QtBot, text: str) -> None:
    label = ModestLabel()
    qtbot.addWidget(label)
    label.show_text(text)
    label.resize(label.sizeHint())
    label.show()
    assert label.text() == text


def test_without_room_it_says_nothing(qtbot: QtBot) -> None:
    label = ModestLabel()
    qtbot.addWidget(label)
    label.show_text("Kept in the OS keyring")
    label.show()
    label.resize(0, label.height())
    assert label.text() == ""
    assert label.whole_text() == "Kept in the OS keyring"


def test_of_a_long_text_some_characters_say_nothing(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.show_text("http://127.0.0.1:8899/oauth2/default")
    label.show()
    label.resize(40, label.height())
    assert label.text() == ""
    label.resize(160, label.height())
    assert label.text().startswith("http")
    assert "…" in label.text()
