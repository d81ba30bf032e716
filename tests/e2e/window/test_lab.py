"""The lab in the window: a real run to its end, one that is cancelled, and a session that never notices."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.lab.scenario import Contestant, Scenario
from tests.e2e.window.desk import Desk, Open
from ui.shell.page import Page

SMALL = Scenario(calls=60, access_token_lifetime_s=1800, grace_s=0)


def workers() -> set[int]:
    """Return the processes this one has started and that still run."""
    found = set()
    for each in Path(f"/proc/{os.getpid()}/task").iterdir():
        children = each / "children"
        found |= {int(pid) for pid in children.read_text().split()}
    return found


def begin(desk: Desk, scenario: Scenario) -> None:
    desk.window.lab.sheet.knobs.show_scenario(scenario)
    desk.window.commands.run_lab.trigger()
    assert desk.controller.tasks.running("lab")


def ended(desk: Desk) -> None:
    desk.qtbot.waitUntil(lambda: not desk.controller.tasks.running("lab"))


def test_a_real_run_to_its_end_while_the_session_goes_on(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.call()
    desk.until(lambda: not desk.controller.model.bridge._timer.isActive())
    journal, requests = tuple(desk.connections.journal), desk.token_requests
    tokens = desk.connections.session.tokens
    seen: list[str] = []
    begin(desk, SMALL)
    desk.until(desk.window.lab.sheet.progress.isVisible)
    desk.qtbot.waitUntil(lambda: " of 300 calls" in desk.window.lab.sheet.state_label.text())
    seen.append(desk.window.lab.sheet.state_label.text())
    ended(desk)
    report = desk.window.lab.sheet.report
    assert report is not None
    assert report.scenario == SMALL
    assert [each.contestant for each in report.outcomes] == list(Contestant)
    assert desk.window.lab.sheet.result.isVisible()
    assert "On demand needed" in desk.window.lab.sheet.conclusion_label.text()
    assert seen
    assert tuple(desk.connections.journal) == journal
    assert desk.token_requests == requests
    assert desk.connections.session.tokens is tokens
    assert not desk.window.error_panel.isVisible()
    assert "200" in desk.call()


def test_it_needs_nobody_to_be_signed_in(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    begin(desk, SMALL)
    ended(desk)
    assert desk.window.lab.sheet.report is not None
    assert desk.window.page is Page.SIGNED_OUT


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts its processes in /proc")
def test_cancel_in_the_middle_leaves_no_process_and_no_task(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    before = workers()
    begin(desk, Scenario(calls=20_000))
    desk.until(lambda: len(workers() - before) >= 1)
    desk.qtbot.waitUntil(lambda: "calls" in desk.window.lab.sheet.state_label.text())
    desk.qtbot.mouseClick(desk.window.lab.sheet.cancel_button, Qt.MouseButton.LeftButton)
    ended(desk)
    assert workers() <= before
    assert desk.window.lab.sheet.state_label.text().startswith("Cancelled")
    assert desk.window.lab.sheet.run_button.isEnabled()
    assert not desk.window.error_panel.isVisible()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts its processes in /proc")
def test_closing_the_window_ends_the_run(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    before = workers()
    begin(desk, Scenario(calls=20_000))
    desk.until(lambda: len(workers() - before) >= 1)
    desk.close()
    assert workers() <= before
