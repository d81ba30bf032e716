"""What the manual says of the window is the window's: its keys, and the commands of its menu."""

import re

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.help.pages import page_named, read_pages
from ui.shell.commands import Commands

_INTO = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    return Commands(window)


def test_the_table_of_keys_is_that_of_the_window(commands: Commands) -> None:
    page = page_named("window.md")
    assert page is not None
    table = page.text.partition("| Key | does |\n| --- | --- |\n")[2].partition("\n\n")[0]
    named = {QKeySequence(key) for row in table.splitlines() for key in re.findall(r"`([^`]+)`", row.split(" | ")[0])}
    named |= {QKeySequence(f"Ctrl+{number}") for number in (2, 3)}  # "`Ctrl+1` to `Ctrl+4`"
    assert named == {each.shortcut() for each in commands.all() if not each.shortcut().isEmpty()} | {
        commands.palette.shortcut()
    }


def test_every_path_through_the_menu_exists(commands: Commands) -> None:
    titles = {title for title, _ in commands._menus()}
    commands = {each.text().rstrip("…") for each in commands.all()}
    paths = [path for page in read_pages() for path in re.findall(rf"\*\*⋯{_INTO}([^*]+)\*\*", page.text)]
    assert len(paths) >= 4
    for path in paths:
        *menus, command = path.split(_INTO)
        assert set(menus) <= titles, path
        assert command in commands | titles, path
