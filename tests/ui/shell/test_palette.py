"""The command palette: found by typing, walked by keys, run only once it is closed, and said to screen readers."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QMenu
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ui import theme
from ui.shell.command_search import rank
from ui.shell.palette import CommandModel, CommandPalette

NOBODY = "Nobody is signed in."


class Host(QMainWindow):
    """A window with a field that has the focus, and some actions."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1000, 700)
        self.edit = QLineEdit()
        self.setCentralWidget(self.edit)
        self.runs: list[tuple[str, bool, bool]] = []
        self.palette_shown: CommandPalette | None = None
        self.menu = QMenu(self)
        self.refresh = self.menu.addAction("&Refresh now")
        self.refresh.setShortcut("Ctrl+R")
        self.drop = self.menu.addAction("Drop access token")
        self.drop.setEnabled(False)
        self.drop.setToolTip(NOBODY)
        self.menu.addSeparator()
        self.look = self.menu.addMenu("Appearance")
        self.dark = self.look.addAction("Dark")
        self.dark.setCheckable(True)
        self.dark.setChecked(True)
        self.many = [self.menu.addAction(f"Further command {number}") for number in range(30)]
        for action in (self.refresh, self.drop, self.dark, *self.many):
            action.triggered.connect(self.run)

    def run(self) -> None:
        sender = self.sender()
        assert isinstance(sender, QAction)
        assert self.palette_shown is not None
        self.runs.append((sender.text(), self.palette_shown.isVisible(), self.focusWidget() is self.edit))

    def opened(self) -> CommandPalette:
        self.palette_shown = CommandPalette(self.menu.actions(), self)
        self.palette_shown.open()
        return self.palette_shown


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    made = Host()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.edit.setFocus()
    qtbot.waitUntil(made.edit.hasFocus)
    return made


@pytest.fixture
def palette(qtbot: QtBot, host: Host) -> Iterator[CommandPalette]:
    opened = host.opened()
    qtbot.waitUntil(opened.search_edit.hasFocus)
    yield opened
    opened.reject()


def listed(palette: CommandPalette) -> list[str]:
    model = palette.command_list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def current(palette: CommandPalette) -> str:
    return str(palette.command_list.currentIndex().data())


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("", "Refresh now", 0),
        ("now ref", "Refresh now", 0),
        ("fresh", "Refresh now", 1),
        ("dat", "Drop access token", 2),
        ("at", "Drop access token", 2),
        ("dt", "Drop access token", 2),
        ("ta", "Drop access token", None),
        ("refresh token", "Refresh now", None),
        ("REFRESH", "refresh now", 0),
        ("resume", "Résumé", 0),
        ("résumé", "Resume", 0),
        ("copy id", "Copy ID token", 0),
        ("…", "Reset the demo org…", 1),
        (".", "Refresh now", None),
    ],
)
def test_words_in_any_order_and_initials_are_found(query: str, text: str, expected: int | None) -> None:
    assert rank(query, text) == expected


def test_every_action_is_listed_without_its_mnemonic_and_with_its_menu(palette: CommandPalette) -> None:
    assert listed(palette)[:3] == ["Refresh now", "Drop access token", "Appearance: Dark"]
    assert len(listed(palette)) == 33
    assert current(palette) == "Refresh now"


def test_what_is_typed_filters_and_what_can_be_had_comes_first(qtbot: QtBot, palette: CommandPalette) -> None:
    qtbot.keyClicks(palette.search_edit, "r")
    found = listed(palette)
    assert "Drop access token" in found
    assert found[-1] == "Drop access token"  # it cannot be had
    palette.search_edit.setText("dark app")
    assert listed(palette) == ["Appearance: Dark"]
    palette.search_edit.clear()
    assert listed(palette)[0] == "Refresh now"


def test_keys_walk_the_list_from_the_search_line(qtbot: QtBot, palette: CommandPalette) -> None:
    for key, expected in (
        (Qt.Key.Key_Down, "Drop access token"),
        (Qt.Key.Key_Down, "Appearance: Dark"),
        (Qt.Key.Key_Up, "Drop access token"),
    ):
        qtbot.keyClick(palette.search_edit, key)
        assert current(palette) == expected
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_PageDown)
    assert palette.command_list.currentIndex().row() > 5
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_PageUp)
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_PageUp)
    assert palette.command_list.currentIndex().row() == 0
    assert palette.search_edit.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_runs_it_after_the_palette_has_closed_and_the_focus_is_back(
    qtbot: QtBot, host: Host, palette: CommandPalette, key: Qt.Key
) -> None:
    with qtbot.waitSignal(palette.command_chosen) as chosen:
        qtbot.keyClick(palette.search_edit, key)
    assert chosen.args == [host.refresh]
    assert host.runs == [("&Refresh now", False, True)]
    qtbot.waitUntil(host.edit.hasFocus)


def test_esc_closes_and_runs_nothing(qtbot: QtBot, host: Host, palette: CommandPalette) -> None:
    with qtbot.waitSignal(palette.finished):
        qtbot.keyClick(palette.search_edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert host.runs == []
    qtbot.waitUntil(host.edit.hasFocus)


def test_a_click_runs_it(qtbot: QtBot, host: Host, palette: CommandPalette) -> None:
    where = palette.command_list.visualRect(palette.command_list.model().index(2, 0)).center()
    QTest.mouseClick(palette.command_list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    palette.command_list.activated.emit(palette.command_list.model().index(2, 0))  # a double click says both
    assert host.runs == [("Dark", False, True)]
    assert not host.dark.isChecked()


def test_enter_in_the_list_runs_it_once(qtbot: QtBot, host: Host, palette: CommandPalette) -> None:
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_Tab)
    assert palette.command_list.hasFocus()
    qtbot.keyClick(palette.command_list, Qt.Key.Key_Return)
    assert [name for name, *_ in host.runs] == ["&Refresh now"]


def test_what_cannot_be_had_says_why_and_stays(qtbot: QtBot, host: Host, palette: CommandPalette) -> None:
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_Down)
    palette._announcer._pause.timeout.emit()
    said: list[str] = []
    palette._announcer.announced.connect(said.append)
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_Return)
    palette._announcer._pause.timeout.emit()
    assert palette.isVisible()
    assert host.runs == []
    assert said == [f"Drop access token, not available: {NOBODY}"]


def test_it_follows_its_actions(host: Host, palette: CommandPalette) -> None:
    model = palette.command_list.model()
    palette.command_list.setCurrentIndex(model.index(2, 0))
    assert NOBODY in model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    host.drop.setEnabled(True)
    assert model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == ""
    host.drop.setVisible(False)
    assert "Drop access token" not in listed(palette)
    assert current(palette) == "Appearance: Dark"


def test_no_match_says_so(qtbot: QtBot, host: Host, palette: CommandPalette) -> None:
    said: list[str] = []
    palette._announcer.announced.connect(said.append)
    palette.search_edit.setText("<b>xyz</b>")
    assert palette._nothing.isVisible()
    assert palette._nothing.text() == "No command matches “<b>xyz</b>”."
    assert palette._nothing.textFormat() == Qt.TextFormat.PlainText
    palette._announcer._pause.timeout.emit()
    assert said == [palette._nothing.text()]
    qtbot.keyClick(palette.search_edit, Qt.Key.Key_Return)
    assert host.runs == []


def test_screen_readers_hear_text_keys_state_and_reason(palette: CommandPalette) -> None:
    texts = [palette.command_list.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert texts == [
        "Refresh now, Ctrl+R",
        f"Drop access token, not available: {NOBODY}",
        "Appearance: Dark, chosen",
    ]
    interface = QAccessible.queryAccessibleInterface(palette.command_list)
    assert interface.role() == QAccessible.Role.List
    assert interface.text(QAccessible.Text.Name) == "Commands"
    assert interface.childCount() == 33
    assert interface.child(0).text(QAccessible.Text.Name) == texts[0]
    search = QAccessible.queryAccessibleInterface(palette.search_edit)
    assert search.text(QAccessible.Text.Name) == "Find a command"


@pytest.mark.parametrize("zoom", [1.0, 2.0])
@pytest.mark.parametrize("size", [(1000, 700), (640, 400)])
def test_it_stands_in_the_upper_middle_of_the_window(
    qapp: QApplication, qtbot: QtBot, host: Host, zoom: float, size: tuple[int, int]
) -> None:
    host.resize(*size)
    theme.apply(qapp, "light", zoom)
    try:
        palette = host.opened()
        over = host.rect().translated(host.mapToGlobal(QPoint(0, 0)))
        assert over.contains(palette.geometry())
        assert abs(palette.geometry().center().x() - over.center().x()) <= 1
        assert palette.geometry().center().y() <= over.center().y() + 1
        palette.reject()
    finally:
        theme.apply(qapp, "light")


def test_the_model_is_sound(qtbot: QtBot, host: Host, qtmodeltester: ModelTester) -> None:
    model = CommandModel(host.menu.actions())
    qtmodeltester.check(model)
    model.find("token")
    assert model.rowCount() == 1


def test_it_paints_what_cannot_be_had_and_the_chosen_one(host: Host, palette: CommandPalette) -> None:
    picture = palette.grab().toImage()
    assert picture.width() == palette.width()
    colours = {picture.pixelColor(x, y).name().upper() for x in range(40) for y in range(palette.height())}
    assert theme.LIGHT.tint("access") in colours
