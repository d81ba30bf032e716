"""The paste box: any text, any source of keys, large texts kept aside, trouble said where it arises."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.errors import BadInput
from ui.inspector.paste import KeySource, PasteDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> PasteDialog:
    found = PasteDialog("Demo org")
    qtbot.addWidget(found)
    found.show()
    return found


def inspect(dialog: PasteDialog) -> list[tuple[str, object, str]]:
    asked: list[tuple[str, object, str]] = []
    dialog.inspect_requested.connect(lambda text, source, value: asked.append((text, source, value)))
    button = dialog.findChild(QPushButton, "inspectPastedButton")
    assert button is not None
    button.click()
    return asked


def mime(text: str = "", path: Path | None = None) -> QMimeData:
    data = QMimeData()
    if text:
        data.setText(text)
    if path is not None:
        data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def test_a_text_is_asked_about_with_the_connections_keys(dialog: PasteDialog) -> None:
    dialog.text_edit.insertFromMimeData(mime("Bearer a.b.c"))
    assert inspect(dialog) == [("Bearer a.b.c", KeySource.CONNECTION, "")]
    assert not dialog.issuer_edit.isVisible()
    assert not dialog.keys_edit.isVisible()


def test_another_issuer_is_named_before_it_is_asked(dialog: PasteDialog) -> None:
    dialog.source_picker.setCurrentIndex(1)
    dialog.issuer_edit.setText("https://as.example")
    assert "Inspect asks https://as.example" in dialog._note.text()
    assert "token is not sent" in dialog._note.text()
    dialog.text_edit.take("x")
    assert inspect(dialog) == [("x", KeySource.ISSUER, "https://as.example")]
    dialog.source_picker.setCurrentIndex(0)
    assert dialog._note.text() == "Nothing is sent anywhere."


def test_pasted_keys_go_along(dialog: PasteDialog) -> None:
    dialog.source_picker.setCurrentIndex(2)
    dialog.keys_edit.take('{"keys": []}')
    dialog.text_edit.take("x")
    assert inspect(dialog) == [("x", KeySource.PASTED, '{"keys": []}')]


def test_a_mebibyte_is_kept_aside_and_whole(dialog: PasteDialog) -> None:
    text = "x" * (1 << 20)
    dialog.text_edit.insertFromMimeData(mime(text))
    assert len(dialog.text_edit.toPlainText()) < 200
    assert "1,048,576 characters" in dialog.text_edit.toPlainText()
    assert inspect(dialog)[0][0] == text
    dialog.text_edit.insertFromMimeData(mime("short"))
    assert dialog.text_edit.whole_text() == "short"


def test_files_are_taken_and_trouble_with_them_is_said(dialog: PasteDialog, tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_text("a.b.c")
    dialog.text_edit.insertFromMimeData(mime(path=file))
    assert dialog.text_edit.whole_text() == "a.b.c"
    dialog.text_edit.insertFromMimeData(mime(path=tmp_path / "none"))
    trouble = dialog.findChild(QLabel, "pasteTroubleLabel")
    assert trouble is not None
    assert "cannot be read" in trouble.text()
    assert dialog.text_edit.whole_text() == "a.b.c"


def test_trouble_leaves_everything_where_it_is(dialog: PasteDialog) -> None:
    dialog.text_edit.take("a.b.c")
    dialog.show_error(BadInput("The keys cannot be read.", next_step="Give others."))
    trouble = dialog.findChild(QLabel, "pasteTroubleLabel")
    assert trouble is not None
    assert trouble.text().splitlines() == ["The keys cannot be read.", "Your session has not changed.", "Give others."]
    assert dialog.isVisible()
    assert dialog.text_edit.whole_text() == "a.b.c"


def test_in_presenter_mode_no_pasted_key_is_shown_either(qtbot: QtBot) -> None:
    dialog = PasteDialog("Demo org", masks=True)
    qtbot.addWidget(dialog)
    key = '{"kty": "RSA", "d": "a private part"}'
    dialog.source_picker.setCurrentIndex(2)
    for edit in (dialog.text_edit, dialog.keys_edit):
        edit.insertFromMimeData(mime(key))
        assert "private" not in edit.toPlainText()
    assert inspect(dialog) == [(key, KeySource.PASTED, key)]


def test_what_is_kept_aside_can_be_replaced_and_cleared_by_the_keyboard(qtbot: QtBot) -> None:
    dialog = PasteDialog("Demo org", masks=True)
    qtbot.addWidget(dialog)
    dialog.show()
    edit, control = dialog.text_edit, Qt.KeyboardModifier.ControlModifier
    for text in ("a mistake", "a.b.c"):
        QGuiApplication.clipboard().setText(text)
        qtbot.keyClick(edit, Qt.Key.Key_V, control)
        assert edit.whole_text() == text
    qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    assert edit.whole_text() == ""
    qtbot.keyClicks(edit, "x")
    assert edit.whole_text() == "x"
