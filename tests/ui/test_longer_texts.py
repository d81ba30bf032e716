"""Everything 40 % longer, as in another font or language: nothing is clipped, in the window and in dialogs."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.demo.addresses import addresses_of
from tests.preview import lab_run
from tests.qt_deleted import delete_now
from tests.ui.walks import clipped_once_settled, listed, tabs_of
from tests.ui.window.test_main_window import EVERY_STATE, shown
from ui import theme
from ui.connections.editor import ConnectionEditor
from ui.connections.list import ConnectionsDialog
from ui.demo.addresses import AddressesDialog
from ui.doctor.grant_dialog import GrantDialog, TokenSource
from ui.inspector.paste import PasteDialog
from ui.lab.dialog import ResultsDialog
from ui.shell.palette import CommandPalette

LARGE = QSize(1600, 1000)
_LONGER_PERCENT = 140.0
_SENTENCE = "The access token has lapsed."

DIALOGS: dict[str, Callable[[QWidget], QWidget]] = {
    "connection": lambda over: ConnectionEditor(parent=over),
    "connections": ConnectionsDialog,
    "grant": lambda over: GrantDialog("https://example.okta.com", TokenSource.ASKED, over),
    "paste": lambda over: PasteDialog("Demo org", over),
    "addresses": lambda over: AddressesDialog(addresses_of("http://127.0.0.1:8899", "identity"), over),
    "palette": lambda over: CommandPalette([], over),
    "lab": lambda over: ResultsDialog(lab_run.report(), over),
}


# Once for all states: to style a living window again takes as long as to build one.
@pytest.fixture(scope="module", autouse=True)
def longer(qapp: QApplication) -> Iterator[None]:
    """Space all letters so that every text is 40 % wider; what a text says stays as it is."""
    plain = QFont(qapp.font())
    spaced = QFont(plain)
    spaced.setLetterSpacing(QFont.SpacingType.PercentageSpacing, _LONGER_PERCENT)
    delete_now()
    qapp.setFont(spaced)
    theme.apply(qapp, "light")
    yield
    delete_now()
    qapp.setFont(plain)
    theme.apply(qapp, "light")


def test_texts_are_longer(qapp: QApplication) -> None:
    plain = QFont(qapp.font())
    plain.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 100)
    long, short = (QFontMetrics(each).horizontalAdvance(_SENTENCE) for each in (qapp.font(), plain))
    assert long >= short * 1.35


@EVERY_STATE
def test_longer_texts_are_not_clipped(qtbot: QtBot, state: str) -> None:
    window = shown(qtbot, state, LARGE)
    least = window.minimumSizeHint().expandedTo(window.minimumSize())
    assert least.width() <= LARGE.width()
    assert least.height() <= LARGE.height()
    qtbot.waitExposed(window)
    assert window.size() == LARGE
    clipped = [f"{tab}: {each}" for tab in tabs_of(window) for each in clipped_once_settled(window)]
    assert not clipped, listed(clipped)


@pytest.mark.parametrize("dialog", DIALOGS)
def test_longer_texts_of_dialogs_are_not_clipped(qtbot: QtBot, dialog: str) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(LARGE)
    over.show()
    made = DIALOGS[dialog](over)
    qtbot.addWidget(made)
    made.show()
    assert made.width() <= LARGE.width()
    clipped = clipped_once_settled(made)
    assert not clipped, listed(clipped)
    made.close()
