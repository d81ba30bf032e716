"""The choice of redirect URIs: exactly what is to be registered is what is saved, shown and copied."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.errors import BadInput
from ui.connections.redirect import RedirectChoice


@pytest.fixture
def choice(qtbot: QtBot) -> RedirectChoice:
    found = RedirectChoice()
    qtbot.addWidget(found)
    found.show()
    return found


def remark(choice: RedirectChoice) -> str:
    found = choice.findChild(QLabel, "redirectRemarkLabel")
    assert found is not None
    return found.text()


def test_any_free_port_is_no_uri_and_what_to_register_has_no_port(choice: RedirectChoice) -> None:
    assert choice.uris() == ()
    assert choice.uris_view.lines() == ("http://127.0.0.1/callback",)
    assert "Okta does not" in remark(choice)
    assert not choice.port_spin.isVisible()


def test_fixed_ports_are_shown_and_copied_exactly(qtbot: QtBot, choice: RedirectChoice) -> None:
    qtbot.mouseClick(choice.fixed_button, Qt.MouseButton.LeftButton)
    choice.port_spin.setValue(9000)
    choice.fallbacks_edit.setFocus()
    qtbot.keyClicks(choice.fallbacks_edit, "9001 9002, 9000")
    uris = tuple(f"http://127.0.0.1:{port}/callback" for port in (9000, 9001, 9002))
    assert choice.uris() == choice.uris_view.lines() == uris
    with qtbot.waitSignal(choice.copy_requested) as asked:
        qtbot.mouseClick(choice.copy_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["\n".join(uris)]
    assert "including the port" in remark(choice)
    assert choice.chosen_by_hand


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("80", "from 1024"),
        ("70000", "to 65535"),
        ("many", "ports"),
        ("٣٣٣٣", "ports"),
        ("9" * 400, "ports"),
        ("1111 2222 3333 4444 5555", "more than four"),
    ],
)
def test_fallbacks_that_are_no_ports_are_refused_where_they_stand(
    qtbot: QtBot, choice: RedirectChoice, typed: str, said: str
) -> None:
    choice.suggest(is_okta=True)
    choice.fallbacks_edit.clear()
    QGuiApplication.clipboard().setText(typed)
    choice.fallbacks_edit.paste()
    with pytest.raises(BadInput, match=said):
        choice.uris()
    assert said in choice.trouble.text()
    assert choice.fallbacks_edit.text() == typed
    choice.fallbacks_edit.clear()
    qtbot.keyClicks(choice.fallbacks_edit, "9001")
    assert not choice.trouble.isVisible()


@pytest.mark.parametrize(
    "uris",
    [
        ("http://localhost:9000/cb",),
        ("http://[::1]:9000/cb", "http://[::1]:9001/cb"),
        ("http://127.0.0.1:9000/a", "http://127.0.0.1:9001/b"),
        ("http://127.0.0.1:80/callback",),
        ("http://127.0.0.1:9000/callback?x=1",),
    ],
)
def test_uris_of_any_shape_are_kept_as_they_are(choice: RedirectChoice, uris: tuple[str, ...]) -> None:
    choice.show_uris(uris)
    assert choice.uris() == choice.uris_view.lines() == uris


def test_okta_is_suggested_fixed_ports_until_a_person_chooses(qtbot: QtBot, choice: RedirectChoice) -> None:
    choice.suggest(is_okta=True)
    assert choice.uris() == tuple(f"http://127.0.0.1:{port}/callback" for port in (8765, 8766, 8767))
    choice.suggest(is_okta=False)
    assert choice.uris() == ()
    qtbot.mouseClick(choice.any_button, Qt.MouseButton.LeftButton)
    choice.suggest(is_okta=True)
    assert choice.uris() == ()
