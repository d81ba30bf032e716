"""The right column: what opens by itself does not cover what the user is at."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.shell.side_column import SideColumn


@pytest.fixture
def side(qtbot: QtBot) -> SideColumn:
    found = SideColumn()
    for name in ("first", "second"):
        panel = QWidget()
        panel.setObjectName(name)
        found.add(panel, name)
    qtbot.addWidget(found)
    return found


def test_it_is_kept_while_a_panel_in_use_is_seen(side: SideColumn) -> None:
    side.show()
    assert not side.is_kept()
    side.keep(frozenset({"second"}))
    assert not side.is_kept()
    side.put_in_front("second")
    assert side.is_kept()
    side.hide()
    assert not side.is_kept()
    side.show()
    side.keep(frozenset())
    assert not side.is_kept()
