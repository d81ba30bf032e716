"""The selected entry: told once to everybody, also by those who say so again."""

from pytestqt.qtbot import QtBot

from ui.shell.selection import Selection


def test_a_panel_that_says_so_again_is_not_passed_on(qtbot: QtBot) -> None:
    selection, told = Selection(), list[int]()
    selection.selected.connect(told.append)
    selection.selected.connect(lambda seq: selection.select(seq + 1))
    selection.select(4)
    assert told == [4]
    selection.select(7)
    assert told == [4, 7]
