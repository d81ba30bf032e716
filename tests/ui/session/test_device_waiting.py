"""The page of a sign-in on another device: the code to see and to hear, the link, and all of it masked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.session.device_sign_in import DeviceWaiting
from tests.preview.tokens import NOW
from ui.session.device_waiting import DeviceWaitingPanel

LINK = "https://as.example/activate"
WAITING = DeviceWaiting("WDJB-MJHT", LINK, f"{LINK}?user_code=WDJB-MJHT", NOW + 65)


@pytest.fixture
def panel(qtbot: QtBot) -> DeviceWaitingPanel:
    found = DeviceWaitingPanel()
    qtbot.addWidget(found)
    found.show()
    return found


def texts(panel: DeviceWaitingPanel) -> str:
    return "\n".join(each.text() for each in panel.findChildren(QLabel))


def test_before_there_is_a_code_nothing_can_be_copied(panel: DeviceWaitingPanel) -> None:
    assert "Asking the server" in texts(panel)
    for button in (panel.copy_button, panel.open_button):
        assert not button.isEnabled()
        assert button.toolTip() == "There is no link yet."
    assert not panel.qr_code.isVisible()


def test_the_code_is_shown_as_it_came_and_spelled_for_screen_readers(panel: DeviceWaitingPanel) -> None:
    panel.show_code(WAITING)
    assert panel.code_label.text() == "WDJB-MJHT"
    assert panel.code_label.accessibleName() == "Code: W D J B, M J H T"
    assert panel.url_edit.text() == LINK
    assert panel.qr_code.isVisible()
    assert "scanned by a phone" in panel.qr_code.accessibleDescription()
    panel.tick(NOW)
    assert "valid for another 01:05" in texts(panel)
    panel.tick(NOW + 70)
    assert "valid for another 00:00" in texts(panel)


@pytest.mark.parametrize("complete", [WAITING.verification_uri_complete, None])
def test_the_link_with_the_code_in_it_is_copied_and_opened(
    qtbot: QtBot, panel: DeviceWaitingPanel, complete: str | None
) -> None:
    panel.show_code(DeviceWaiting("WDJB-MJHT", LINK, complete, NOW + 65))
    with qtbot.waitSignal(panel.copy_requested) as copied:
        qtbot.keyClick(panel.copy_button, Qt.Key.Key_Space)
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.open_button, Qt.Key.Key_Space)
    assert copied.args == opened.args == [complete or LINK]
    panel.show_no_browser()
    assert "No browser could be opened" in texts(panel)


def test_escape_cancels(qtbot: QtBot, panel: DeviceWaitingPanel) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.show_code(WAITING)
    panel.focus_first()
    with qtbot.waitSignal(panel.cancel_requested):
        qtbot.keyClick(panel.copy_button, Qt.Key.Key_Escape)


def test_a_presenter_masks_the_code_wherever_it_is(qtbot: QtBot, panel: DeviceWaitingPanel) -> None:
    panel.show_code(WAITING)
    before = panel.qr_code.grab().toImage()
    panel.show_presenter(on=True)
    assert panel.code_label.text() == "••••-••••"
    assert panel.code_label.accessibleName() == "Code: masked in presenter mode"
    assert "Masked" in panel.qr_code.accessibleDescription()
    assert panel.qr_code.grab().toImage() != before
    with qtbot.waitSignal(panel.copy_requested) as copied:
        panel.copy_button.click()
    assert copied.args == [WAITING.verification_uri_complete]
    panel.show_presenter(on=False)
    assert panel.code_label.text() == "WDJB-MJHT"
    assert panel.qr_code.grab().toImage() == before


def test_a_presenter_who_asks_for_a_code_sees_none(panel: DeviceWaitingPanel) -> None:
    panel.show_presenter(on=True)
    panel.show_code(WAITING)
    assert "WDJB" not in texts(panel) + panel.spoken()


def test_a_long_code_is_broken_rather_than_cut(panel: DeviceWaitingPanel) -> None:
    panel.resize(640, 480)
    code = "ABCDEFGHJKLMNPQRSTUVWXYZ" * 4
    panel.show_code(DeviceWaiting(code, LINK, None, NOW + 65))
    pieces = panel.code_label.text().split("\u200b")
    assert ("".join(pieces), max(map(len, pieces))) == (code, 8)
    assert panel.minimumSizeHint().width() < 640


def test_a_code_that_is_over_leaves_nothing_behind(panel: DeviceWaitingPanel) -> None:
    panel.show_code(WAITING)
    panel.tick(NOW)
    panel.show_preparing()
    assert (panel.code_label.text(), panel.code_label.accessibleName(), panel.url_edit.text()) == ("", "", "")
    assert not panel.qr_code.isVisible()
    panel.tick(NOW)
    assert "good for" not in texts(panel)


def test_a_link_too_long_for_any_qr_code_is_shown_without(panel: DeviceWaitingPanel) -> None:
    panel.show_code(DeviceWaiting("AB", LINK, LINK + "?x=" + "y" * 4000, NOW + 65))
    assert not panel.qr_code.isVisible()
    assert panel.copy_button.isEnabled()
