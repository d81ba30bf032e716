"""The window's commands: each said once, allowed when it can be done, and with a reason when it cannot."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.names import RT
from ui.shell.commands import Commands, LessonPossible, Possible

EVERYTHING = Possible(
    is_ready=True, is_signed_in=True, is_demo=True, has_access=True, has_refresh=True, has_id=True, replaced=RT(2)
)


AT_A_STEP = LessonPossible(is_demo=True, is_open=True, is_begun=True, has_step=True)


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    return Commands(window)


def of_menu(menu: QMenu) -> list[QAction]:
    return [
        action
        for each in menu.actions()
        if not each.isSeparator()
        for action in (of_menu(each.menu()) if each.menu() else [each])
    ]


def test_everything_can_be_done_when_everything_is_there(commands: Commands) -> None:
    commands.show_possible(EVERYTHING)
    commands.show_lesson_possible(AT_A_STEP)
    assert [each.text() for each in commands.all() if not each.isEnabled()] == []
    assert commands.replay.text() == "Replay RT-2"


def test_what_cannot_be_done_says_why(commands: Commands) -> None:
    commands.show_possible(Possible())
    reasons = {each.objectName(): each.toolTip() for each in commands.all() if not each.isEnabled()}
    assert reasons["signInAction"] == "The connection is not ready yet."
    assert reasons["refreshNowAction"] == "Nobody is signed in."
    assert "sign in or call the API" in reasons["copy-accessAction"]
    assert reasons["resetDemoAction"] == reasons["expire-accessAction"] == "The connection is not ready yet."
    assert reasons["tab-1Action"] == reasons["focusTimelineAction"] == "Nobody is signed in."
    assert not any(each.statusTip() == each.toolTip() for each in commands.all() if not each.isEnabled())


@pytest.mark.parametrize(
    ("without", "name", "reason"),
    [
        ({"is_demo": False}, "replayAction", "Only the demo org"),
        ({"is_demo": False}, "addressesAction", "Only the demo org"),
        ({"is_demo": False}, "expire-accessAction", "Only the demo org"),
        ({"is_demo": False}, "revoke-refreshAction", "Only the demo org"),
        ({"is_demo": False}, "travel10Action", "Only the demo org"),
        ({"is_demo": False}, "jumpToLapseAction", "Only the demo org"),
        ({"has_access": False}, "jumpToLapseAction", "no such token in hand"),
        ({"has_access": False}, "stormAction", "no such token in hand"),
        ({"is_calling": True}, "stormAction", "A call is under way"),
        ({"replaced": ""}, "replayAction", "no older refresh token"),
        ({"is_presenting": True}, "reveal-accessAction", "presenter mode"),
        ({"has_access": False}, "reveal-accessAction", "no such token in hand"),
        ({"has_access": False}, "dropAction", "no such token in hand"),
        ({"has_id": False}, "copy-idAction", "no such token in hand"),
    ],
)
def test_each_reason_by_itself(commands: Commands, without: dict[str, object], name: str, reason: str) -> None:
    commands.show_possible(EVERYTHING)
    assert commands.findChild(QAction, name).isEnabled()
    commands.show_possible(replace(EVERYTHING, **without))
    found = commands.findChild(QAction, name)
    assert (found.isEnabled(), reason in found.toolTip()) == (False, True), found.toolTip()


@pytest.mark.parametrize(
    ("now", "forbidden", "reason"),
    [
        (replace(AT_A_STEP, is_demo=False), "leaveLesson resetLesson lessonHint showMe", "for the demo org"),
        (LessonPossible(is_demo=True), "leaveLesson resetLesson lessonHint showMe", "choose one first"),
        (LessonPossible(is_demo=True, is_open=True), "resetLesson lessonHint showMe", "not begun"),
        (replace(AT_A_STEP, has_step=False), "lessonHint showMe", "No step"),
        (replace(AT_A_STEP, is_busy=True), "resetLesson showMe", "cancel it first"),
        (AT_A_STEP, "", ""),
    ],
)
def test_what_can_be_done_about_a_lesson(commands: Commands, now: LessonPossible, forbidden: str, reason: str) -> None:
    commands.show_possible(EVERYTHING)
    commands.show_lesson_possible(now)
    reasons = {each.objectName(): each.toolTip() for each in commands.all() if not each.isEnabled()}
    assert reasons.keys() == {f"{each}Action" for each in forbidden.split()}
    assert all(reason in each for each in reasons.values())


@pytest.mark.parametrize("now", [Possible(), EVERYTHING, replace(EVERYTHING, is_demo=False, is_presenting=True)])
def test_nothing_blinks_when_nothing_has_changed(commands: Commands, now: Possible) -> None:
    commands.show_possible(now)
    blinked: list[None] = []
    for each in commands.all():
        each.changed.connect(lambda: blinked.append(None))
    commands.show_possible(now)
    assert blinked == []


def test_the_menu_has_every_command_once(commands: Commands) -> None:
    menu = QMenu()
    commands.fill(menu)
    listed = of_menu(menu)
    assert len(listed) == len(set(listed))
    assert set(listed) == {*commands.all(), commands.palette}


def test_no_two_commands_share_a_shortcut_or_a_name(commands: Commands) -> None:
    everything = [*commands.all(), commands.palette]
    shortcuts = [key.toString() for each in everything for key in each.shortcuts()]
    assert len(shortcuts) == len(set(shortcuts))
    names = [each.objectName() for each in everything]
    assert len(names) == len(set(names))
    assert all(names)


def test_a_token_has_its_own_commands(commands: Commands) -> None:
    names = {kind: {each.objectName() for each in commands.of_token(kind)} for kind in ("access", "refresh", "id")}
    assert {"refreshNowAction", "dropAction", "copyHeaderAction", "expire-accessAction"} <= names["access"]
    assert {"replayAction", "revoke-refreshAction"} <= names["refresh"]
    assert names["id"] == {"copy-idAction", "reveal-idAction"}
