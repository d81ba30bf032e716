"""The doctor in the window: it comes by itself when it is needed, says the cause first, and turns the grant on."""

from dataclasses import replace

from PySide6.QtWidgets import QPushButton

from app.demo.embedded import demo_of
from app.demo.faults import Fault
from tests.e2e.window.desk import Desk, Open
from ui.doctor.grant_dialog import GrantDialog
from ui.shell.page import Page


def looked(desk: Desk) -> list[str]:
    """Wait for the doctor and return the rules that spoke, best first."""
    desk.until(desk.window.doctor.isVisible)
    desk.until(lambda: not desk.controller.tasks.running("doctor"))
    return [card.finding.rule for card in desk.window.doctor.cards]


def org(desk: Desk):  # type: ignore[no-untyped-def]
    assert demo_of(desk.connections).host.org is not None
    return demo_of(desk.connections).host.org


def test_nobody_calls_the_doctor_while_all_is_well(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.refresh_now.trigger()
    desk.until(lambda: not desk.controller.tasks.running("refresh"))
    desk.until(lambda: not desk.controller.model.bridge._timer.isActive())
    assert not desk.window.doctor.isVisible()
    desk.window.commands.doctor.trigger()
    assert looked(desk) == []
    assert "Nothing found" in desk.window.doctor.state_label.text()
    desk.click(desk.window.side.fold_button)
    assert not desk.window.doctor.isVisible()


def test_without_the_grant_the_doctor_comes_and_the_grant_is_turned_on_from_here(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    org(desk).turn(refresh_grant_enabled=False)
    desk.sign_in()
    assert looked(desk)[0] == "grant_off"
    card = desk.window.doctor.cards[0]
    assert card.finding.can_turn_on_grant
    button = card.findChild(QPushButton, "turnOnGrantButton1")
    assert button is not None
    button.click()  # it may lie below what is scrolled to
    desk.until(lambda: desk.window.findChild(GrantDialog) is not None)
    dialog = desk.window.findChild(GrantDialog)
    assert isinstance(dialog, GrantDialog)
    desk.until(dialog.apply_button.isVisible)
    assert not dialog.token_page.token_edit.isVisibleTo(dialog)  # the demo org's is known
    desk.click(dialog.apply_button)
    desk.until(dialog.close_button.isVisible)
    desk.click(dialog.close_button)
    desk.window.commands.sign_out.trigger()
    desk.reach(Page.SIGNED_OUT)
    desk.sign_in()
    assert desk.connections.session.tokens is not None
    assert desk.connections.session.tokens.refresh is not None


def test_a_refused_refresh_brings_the_doctor_with_the_true_cause(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    org(desk).turn(grace_s=0)
    desk.window.commands.refresh_now.trigger()
    desk.until(lambda: desk.connections.session.replaced is not None)
    desk.window.commands.replay.trigger()
    desk.until(lambda: not desk.controller.tasks.running("replay"))
    assert not desk.window.doctor.isVisible()
    desk.window.commands.refresh_now.trigger()
    desk.reach(Page.SIGNED_OUT)
    assert looked(desk)[0] == "reused"
    card = desk.window.doctor.cards[0]
    assert "RT-1" in desk.window.doctor.text()
    assert card.finding.certainty.value == "sure"


def test_the_doctor_knows_of_the_trouble_of_an_earlier_run(open_desk: Open) -> None:
    first = open_desk()
    first.sign_in()
    key = first.connections.connection.key
    first.window.commands.revoke["refresh"].trigger()
    first.until(lambda: not first.controller.tasks.running("revoke refresh"))
    first.window.commands.refresh_now.trigger()
    first.reach(Page.SIGNED_OUT)
    looked(first)
    first.close()
    second = open_desk()
    second.reach(Page.SIGNED_OUT)
    assert second.connections.connection.key == key
    assert second.window.doctor.cards == ()  # it opens as it was left, and nobody has looked yet
    second.window.commands.doctor.trigger()
    assert looked(second)[0] == "revoked"


def test_an_api_token_is_kept_only_on_request_and_forgotten_again(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    addresses = desk.run(demo_of(desk.connections).addresses())
    desk.controller.model.take_up(replace(desk.connections.connection, name="Twin", embedded=False, number=1))
    desk.until(lambda: not desk.controller.tasks.running("connect"))

    def opened() -> GrantDialog:
        desk.window.commands.turn_on_grant.trigger()
        desk.until(lambda: any(each.isVisible() for each in desk.window.findChildren(GrantDialog)))
        return next(each for each in desk.window.findChildren(GrantDialog) if each.isVisible())

    for keep in (False, True):
        dialog = opened()
        desk.qtbot.keyClicks(dialog.token_page.token_edit, addresses.api_token)
        dialog.token_page.keep_check.setChecked(keep)
        desk.click(dialog.read_button)
        desk.until(dialog.apply_button.isVisible)
        assert dialog.token_page.token_edit.text() == ""
        desk.until(lambda: not desk.controller.tasks.running("read the app"))
        desk.click(dialog.cancel_button)
        desk.until(lambda: not desk.controller.tasks.running("turn the grant on"))
    dialog = opened()
    assert not dialog.token_page.token_edit.isVisible()
    desk.click(dialog.token_page.forget_button)
    desk.until(dialog.token_page.token_edit.isVisible)
    assert dialog.token_page.token_edit.isVisible()
    desk.click(dialog.cancel_button)


def test_a_busy_server_needs_no_doctor(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    org(desk).faults.switch_on([Fault.parse("503=600@token")])
    desk.window.commands.refresh_now.trigger()
    desk.until(lambda: not desk.controller.tasks.running("refresh"))
    desk.until(lambda: not desk.controller.model.bridge._timer.isActive())
    assert not desk.window.doctor.isVisible()
    assert desk.window.page is Page.SIGNED_IN


def test_looking_is_cancelled_and_what_was_found_stays(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.doctor.trigger()
    looked(desk)
    org(desk).faults.switch_on([Fault.parse("delay=30@discovery")])
    desk.window.commands.doctor.trigger()
    desk.until(desk.window.doctor.cancel_button.isVisible)
    desk.click(desk.window.doctor.cancel_button)
    desk.until(lambda: not desk.controller.tasks.running("doctor"))
    assert desk.window.doctor.look_button.isVisible()
