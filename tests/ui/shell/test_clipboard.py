"""The clipboard forgets tokens, and only tokens, and only its own."""

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ui.shell.clipboard import Clipboard


@pytest.fixture
def clipboard(qapp: object) -> Clipboard:
    return Clipboard()


def test_a_token_is_forgotten(clipboard: Clipboard, qtbot: QtBot) -> None:
    clipboard.copy_secret("a token")
    assert QGuiApplication.clipboard().text() == "a token"
    assert clipboard._timer.isActive()
    clipboard._timer.setInterval(1)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "")


def test_what_was_copied_after_it_stays(clipboard: Clipboard) -> None:
    clipboard.copy_secret("a token")
    QGuiApplication.clipboard().setText("a shopping list")
    clipboard.forget()
    assert QGuiApplication.clipboard().text() == "a shopping list"


def test_other_texts_stay(clipboard: Clipboard) -> None:
    clipboard.copy("an issuer")
    clipboard.forget()
    assert QGuiApplication.clipboard().text() == "an issuer"
    assert not clipboard._timer.isActive()


def test_a_history_of_the_clipboard_is_asked_to_keep_no_token(clipboard: Clipboard) -> None:
    hints = ("x-kde-passwordManagerHint", "ExcludeClipboardContentFromMonitorProcessing")
    clipboard.copy_secret("a token")
    assert all(QGuiApplication.clipboard().mimeData().hasFormat(each) for each in hints)
    clipboard.copy("an issuer")
    assert not any(QGuiApplication.clipboard().mimeData().hasFormat(each) for each in hints)


def test_a_token_copied_again_has_a_minute_of_its_own(clipboard: Clipboard) -> None:
    clipboard.copy_secret("a token")
    clipboard.copy_secret("another")
    clipboard.forget()
    assert QGuiApplication.clipboard().text() == ""
