"""Every state the window can be in: whatever is shown can be read, used, reached and heard."""

from collections.abc import Iterable

from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from tests.ui.test_accessibility import SIZE, names_missing_in, out_of_order_in, silent_in, textless_in
from tests.ui.walks import clipped_once_settled, listed, tabs_of
from tests.ui.window.test_main_window import EVERY_STATE, shown
from ui.window.main_window import MainWindow

SMALL = QSize(1024, 640)


def clipped_in_size(window: MainWindow, size: QSize) -> list[str]:
    window.resize(size)
    clipped = [f"{tab}: {each}" for tab in tabs_of(window) for each in clipped_once_settled(window)]
    assert window.size() == size
    return clipped


# One window for all of it: to build one takes far longer than to look at it.
@EVERY_STATE
def test_whatever_is_shown_can_be_read_used_reached_and_heard(qtbot: QtBot, state: str) -> None:
    window = shown(qtbot, state, SIZE)
    qtbot.waitExposed(window)
    faults: dict[str, Iterable[str]] = {
        "Controls without a name or a role for a screen reader": names_missing_in(window),
        "What cannot be used and does not say why": silent_in(window),
        "Actions without a text": textless_in(window),
        "Clipped": clipped_in_size(window, SIZE),
        "Clipped in a small window": clipped_in_size(window, SMALL),
    }
    window.resize(SIZE)
    faults["Against the order of the eye"] = out_of_order_in(qtbot, window)
    found = [f"{fault}:{listed(each)}" for fault, each in faults.items() if each]
    assert not found, listed(found)
