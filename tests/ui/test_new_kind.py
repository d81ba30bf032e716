"""A kind of sign-in is registered once with a form, and the window takes it."""

from collections.abc import Mapping

import pytest
from pytestqt.qtbot import QtBot

from app.session import kinds
from tests.pigeon import ALL, PIGEON
from ui.connections.kind_choice import KindChoice
from ui.session import kinds as forms
from ui.session.sign_in_form import Attempt, SignInForm
from ui.session.sign_in_pages import SignInPages
from ui.session.sign_in_panel import SignInPanel
from ui.shell.commands import Possible
from ui.window.main_window import MainWindow


class PigeonPanel(SignInPanel):
    """A page without anything on it."""

    presents = False

    def focus_first(self) -> None:
        self.setFocus()

    def spoken(self) -> str:
        return "Wait for the pigeon."

    def show_presenter(self, *, on: bool) -> None:
        self.presents = on


class PigeonForm(SignInForm):
    """Has that page."""

    kind = PIGEON

    def __init__(self, parent: SignInPages) -> None:
        super().__init__(parent)
        self.panel = PigeonPanel()

    @property
    def panels(self) -> Mapping[str, SignInPanel]:
        return {"pigeon": self.panel}

    def begin(self, attempt: Attempt) -> None:
        super().begin(attempt)
        attempt.show(self.panel)
        attempt.run([])


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(kinds, "KINDS", ALL)
    monkeypatch.setattr(forms, "FORMS", (*forms.FORMS, PigeonForm))
    found = MainWindow()
    found.furnish()
    qtbot.addWidget(found, before_close_func=lambda each: setattr(each, "_may_close", True))
    return found


def test_the_menus_and_the_invitation_offer_it(window: MainWindow) -> None:
    action = window.commands.sign_in_by["pigeon"]
    assert (action.text(), action.statusTip()) == ("Sign in by carrier pigeon", "Waits at the window")
    assert action.objectName() == "signIn-pigeonAction"
    window.commands.show_possible(Possible(is_ready=True, why_not_by={"pigeon": "The server keeps no pigeons."}))
    button = window.welcome.kind_buttons["pigeon"]
    assert not button.isHidden()
    assert (button.isEnabled(), button.toolTip()) == (False, "The server keeps no pigeons.")
    window.welcome.show_connection("Loft", embedded=False, kind="pigeon")
    assert button.isHidden()
    assert "waits for a pigeon" in window.welcome._text.text()


def test_a_connection_may_choose_it(qtbot: QtBot, window: MainWindow) -> None:
    choice = KindChoice()
    qtbot.addWidget(choice)
    assert choice.buttons["pigeon"].text() == "By carrier pigeon"
    choice.choose("pigeon")
    assert choice.kind() == "pigeon"
    choice.show_possible({"pigeon": "The server keeps no pigeons."})
    assert not choice.buttons["pigeon"].isEnabled()


def test_its_page_is_one_of_the_windows(window: MainWindow) -> None:
    form = window.sign_in.forms["pigeon"]
    assert isinstance(form, PigeonForm)
    window.sign_in.show_panel(form.panel)
    assert window.sign_in.panel is form.panel
    window.show_presenter(on=True)
    assert form.panel.presents
