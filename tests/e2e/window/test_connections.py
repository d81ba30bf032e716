"""Several connections in one window: what belongs to one is not shown, sent or copied as another's."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.connection import Connection
from app.events.tokens import TokensReceived
from tests.e2e.window.desk import Desk, Open
from tests.names import AT
from ui.demo.addresses import AddressesDialog
from ui.shell.clipboard import Clipboard
from ui.shell.page import Page


def take_up(desk: Desk, connection: Connection) -> None:
    desk.controller.model.take_up(connection)
    desk.until(lambda: not desk.controller.tasks.running("connect"))


def twin(desk: Desk) -> Connection:
    """Return another connection to the demo org's client, with a session of its own and no API."""
    return replace(desk.connections.connection, name="Twin", embedded=False, number=1, api_url="")


def test_each_connection_has_its_own_story(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.call()
    desk.until(lambda: "200" in desk.window.response.view.toPlainText())
    mine = desk.connections.settings.connection
    assert desk.window.top_bar.connection_picker.menu().actions()[0].text() == "Demo org · signed in"
    desk.until(lambda: len(desk.controller.timeline._lanes.bars) == 2)
    take_up(desk, twin(desk))
    desk.reach(Page.SIGNED_OUT)
    assert desk.window.response.view.toPlainText() == ""
    assert desk.window.call_strip.story_label.text() == ""
    assert desk.window.call_strip.api_url_edit.text() == ""
    assert desk.controller.timeline._lanes.bars == []
    desk.sign_in()
    assert desk.controller.session._counters.at(desk.connections.clock.now()).calls == 0
    take_up(desk, mine)
    desk.reach(Page.SIGNED_IN)
    assert len(desk.controller.timeline._lanes.bars) == 2
    assert desk.controller.session._counters.at(desk.connections.clock.now()).calls == 1
    assert desk.window.call_strip.api_url_edit.text() == desk.connections.connection.api_url


def test_a_story_told_anew_tells_nothing_twice(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    model, connections = desk.controller.model, desk.connections
    received = next(each for each in connections.journal if isinstance(each.event, TokensReceived))
    connections.journal.of(received.connection).append(received.event)  # the batch with it is on its way
    model._key = ""
    model._follow_connection()
    desk.until(lambda: not desk.controller.model.bridge._timer.isActive())
    assert len(desk.controller.timeline._lanes.bars) == 4


def test_what_one_person_called_is_gone_when_the_next_one_signs_in(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.call()
    desk.until(lambda: "200" in desk.window.response.view.toPlainText())
    desk.window.commands.sign_out.trigger()
    desk.reach(Page.SIGNED_OUT)
    desk.sign_in()
    assert desk.window.response.view.toPlainText() == ""
    assert desk.window.call_strip.story_label.text() == ""


def test_the_first_token_of_another_sign_in_is_not_inspected_as_this_ones(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.sign_out.trigger()
    desk.reach(Page.SIGNED_OUT)
    desk.sign_in()
    received = [each.seq for each in desk.connections.journal if isinstance(each.event, TokensReceived)]
    desk.until(lambda: len(desk.controller.timeline._lanes.bars) >= 4)
    shown: list[object] = []
    desk.window.inspector.show_token = shown.append  # type: ignore[method-assign]
    for seq in received:
        desk.controller.shell.selection.select(seq)
    assert shown == [AT(1)]


def test_a_revealed_value_is_hidden_with_the_window(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    card = desk.window.cards["access"]
    desk.window.commands.reveal["access"].trigger()
    assert card.value_view.toPlainText()
    desk.window.setWindowState(Qt.WindowState.WindowMinimized)
    desk.until(lambda: not card.value_view.toPlainText())


def test_secrets_of_the_demo_org_are_copied_as_secrets(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    desk.window.commands.addresses.trigger()
    desk.until(lambda: desk.window.findChild(AddressesDialog) is not None)
    dialog = desk.window.findChild(AddressesDialog)
    assert isinstance(dialog, AddressesDialog)
    clipboard = desk.controller.clipboard
    assert isinstance(clipboard, Clipboard)
    for name, is_secret in (("issuer", False), ("apiToken", True), ("controlToken", True)):
        clipboard.forget()
        button = dialog.findChild(QPushButton, f"{name}CopyButton")
        assert button is not None
        desk.click(button)
        assert bool(clipboard._secret) is is_secret
    dialog.accept()


def test_the_issuer_of_an_org_that_is_not_there_yet_is_not_copied(open_desk: Open) -> None:
    desk = open_desk()
    assert not desk.window.commands.copy_issuer.isEnabled()
    desk.reach(Page.SIGNED_OUT)
    assert desk.window.commands.copy_issuer.isEnabled()
