"""The window as a person uses it: real widgets, a real loop, a real demo org over HTTP, and once a real keyring."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import keyring
import pytest
from keyring.backends import SecretService
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton, QTableView

from app.demo.embedded import demo_of
from app.demo.host import Hosting
from app.demo.policy import Policy
from app.errors import Unreachable
from tests.e2e.conftest import BROWSER, ROOT
from tests.e2e.keyring_daemon import gnome_keyring, listening
from tests.e2e.scripted_browser import sign_in
from tests.e2e.window.desk import Desk, Open, nobody
from tests.panels import panel_in
from tests.patience import PATIENCE_S
from tests.processes import running
from ui.demo.addresses import AddressesDialog
from ui.inspector.paste import PasteDialog
from ui.session.browser_waiting import BrowserWaitingPanel
from ui.shell.page import Page


def test_the_main_job(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    window = desk.window
    assert window.cards["access"].pill_word == "Live"
    assert "no refresh" in window.call_strip._consequence.text()
    assert "→ GET /api/me 200 in" in desk.call()
    before = desk.token_requests

    desk.connections.clock.jump(33)
    desk.controller.model.tick()
    assert window.cards["access"].pill_word == "Lapsed"
    assert window.cards["access"].countdown_text.startswith("-00:0")
    assert "refresh first, then call: 2 requests" in window.call_strip._consequence.text()
    assert desk.token_requests == before  # nothing happens until a call needs it

    story = desk.call()
    assert story.startswith("Access token lapsed 3 s ago → refreshed in ")
    assert "→ GET /api/me 200 in" in story
    assert desk.token_requests == before + 1
    assert window.cards["access"].pill_word == "Live"
    assert '"Ada Lovelace"' in window.response.view.toPlainText()


def test_many_calls_at_once_cost_one_refresh(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    before = desk.token_requests
    desk.connections.clock.jump(31)
    desk.window.call_strip.call_count_spin.setValue(50)
    story = desk.call()
    assert story.startswith("50 calls, 1 refresh in ")
    assert story.endswith(": 50 × 200")
    assert desk.token_requests == before + 1


def test_a_sign_in_is_waited_for_and_cancelled(open_desk: Open) -> None:
    desk = open_desk(open_browser=nobody)
    desk.reach(Page.SIGNED_OUT)
    desk.click(desk.window.top_bar.sign_in_button)
    desk.reach(BrowserWaitingPanel)
    waiting = panel_in(desk.window, BrowserWaitingPanel)
    desk.until(lambda: waiting.url_edit.text().startswith("http://127.0.0.1:"))
    desk.until(lambda: "No browser could be opened" in waiting._status.text())
    desk.click(waiting.copy_button)
    assert QGuiApplication.clipboard().text() == waiting.url_edit.text()
    desk.click(waiting.cancel_button)
    desk.reach(Page.SIGNED_OUT)
    assert not desk.window.error_panel.isVisible()


def test_a_declined_sign_in_is_told_in_three_lines(open_desk: Open) -> None:
    def declining(url: str, told: Callable[[bool], None]) -> None:
        threading.Thread(target=sign_in, args=(url,), kwargs={"action": "cancel"}, daemon=True).start()

    desk = open_desk(open_browser=declining)
    desk.reach(Page.SIGNED_OUT)
    desk.click(desk.window.welcome.start_button)
    desk.until(desk.window.error_panel.isVisible)
    assert desk.window.error_panel.text().splitlines()[:3] == [
        "The sign-in was declined.",
        "You are not signed in.",
        "Sign in again.",
    ]
    desk.reach(Page.SIGNED_OUT)


@pytest.mark.parametrize(
    ("url", "said"),
    [("nonsense", "is not a URL"), ("http://example.com/", "plain http"), ("http://127.0.0.1:9/", "reached")],
)
def test_a_bad_api_url_loses_nothing(open_desk: Open, url: str, said: str) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.call_strip.show_url(url)
    desk.call()
    assert said in desk.window.error_panel.text()
    assert desk.window.page is Page.SIGNED_IN
    desk.window.call_strip.show_url(desk.connections.connection.api_url)
    assert "200" in desk.call()
    assert not desk.window.error_panel.isVisible()


def test_the_org_going_away_signs_nobody_out(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.connections.clock.jump(31)
    host = demo_of(desk.connections).host

    def nowhere() -> Hosting:
        raise Unreachable("The demo org is gone.", sent=False)

    assert host._served is not None
    host._served.stop()
    monkeypatch.setattr(host, "ensure", nowhere)
    desk.call()
    what, standing, next_step = desk.window.error_panel.text().splitlines()[:3]
    assert "could not be reached" in what
    assert standing == "You are still signed in."
    assert next_step
    assert desk.window.page is Page.SIGNED_IN
    monkeypatch.undo()
    assert "refreshed in" in desk.call()


def test_a_refused_refresh_ends_the_session_with_its_reason(open_desk: Open) -> None:
    desk = open_desk(policy=Policy(refresh_token_lifetime_s=60))
    desk.sign_in()
    desk.connections.clock.jump(61)
    desk.call()
    desk.reach(Page.SIGNED_OUT)
    reason = desk.window.welcome._reason.text()
    assert "The server refused the refresh token" in reason
    assert "invalid_grant" in reason
    assert not desk.window.error_panel.isVisible()
    desk.click(desk.window.welcome.start_button)
    desk.reach(Page.SIGNED_IN)


def test_copying_a_token_copies_its_value(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.click(desk.window.cards["access"]._copy)
    tokens = desk.connections.session.tokens
    assert tokens is not None
    assert tokens.access is not None
    assert QGuiApplication.clipboard().text() == tokens.access.value.reveal()


def test_refresh_now_drop_and_sign_out(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    bar = desk.window.top_bar
    commands = desk.window.commands
    commands.refresh_now.trigger()
    desk.until(lambda: desk.window.call_strip.story_label.text() == "Refreshed: AT-2 is here.")
    commands.drop.trigger()
    desk.until(lambda: desk.window.cards["access"].pill_word == "None")
    assert "no access token in hand" in desk.window.call_strip._because.text()
    assert "refreshed in" in desk.call()
    desk.click(bar.sign_out_button)
    desk.reach(Page.SIGNED_OUT)
    assert desk.window.cards["refresh"].pill_word == "None"


def test_resetting_the_demo_org_asks_first(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.window.commands.reset_demo.trigger()
    desk.until(lambda: any(each.isVisible() for each in desk.window.findChildren(QMessageBox)))
    box = desk.window.findChildren(QMessageBox)[0]
    desk.click(next(each for each in box.buttons() if each.text() == "Reset"))
    desk.reach(Page.SIGNED_OUT)
    desk.click(desk.window.welcome.start_button)
    desk.reach(Page.SIGNED_IN)
    assert "200" in desk.call()


def test_the_tick_stops_when_nobody_looks(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    assert desk.controller._timer.isActive()
    desk.window.hide()
    assert not desk.controller._timer.isActive()
    desk.window.show()
    assert desk.controller._timer.isActive()


@pytest.mark.e2e("gnome-keyring")
def test_a_restart_from_the_real_keyring_calls_without_a_refresh(
    open_desk: Open, keyring_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", keyring_env["DBUS_SESSION_BUS_ADDRESS"])
    from app.session.store import KeyringStore

    before = keyring.get_keyring()
    keyring.set_keyring(SecretService.Keyring())
    try:
        desk = open_desk(KeyringStore(lambda _: None, service="lapse-test"))
        desk.sign_in()
        desk.until(lambda: desk.window.top_bar.store_label.whole_text() == "Kept in the OS keyring")
        desk.close()
        again = open_desk(KeyringStore(lambda _: None, service="lapse-test"))
        again.reach(Page.SIGNED_IN)
        assert again.window.top_bar._name.whole_text() == "Ada Lovelace"
        assert "Exchange" not in [type(entry.event).__name__ for entry in again.connections.journal]
        story = again.call()
        assert story.startswith("Access token is good for another")
        assert again.token_requests == 0
        again.click(again.window.top_bar.sign_out_button)
        again.reach(Page.SIGNED_OUT)
    finally:
        keyring.set_keyring(before)


def wait_for(path: Path) -> None:
    """Return once another process has made `path`."""
    pulse = threading.Event()
    for _ in range(PATIENCE_S * 20):
        if path.exists():
            return
        pulse.wait(0.05)
    raise AssertionError(f"{path} was never made")


def opened(home: Path, env: Mapping[str, str]) -> AbstractContextManager["subprocess.Popen[str]"]:
    """Open a window as a process of its own."""
    env, pipe = {**env, "LAPSE_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}, subprocess.PIPE
    return running([sys.executable, "-m", "ui"], cwd=ROOT, env=env, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_at_once_and_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with opened(tmp_path, {**os.environ, "BROWSER": BROWSER}) as window:
        wait_for(tmp_path / "demo-org.port")
        window.send_signal(number)
        out, err = window.communicate(timeout=PATIENCE_S)
    assert (window.returncode, out, err) == (0, "", "")


@pytest.mark.e2e("gnome-keyring")
def test_a_keyring_that_does_not_answer_holds_up_nobody(tmp_path: Path) -> None:
    with gnome_keyring(tmp_path / "keyring") as reachable:
        env = {**os.environ, **reachable}
        env.pop("PYTHON_KEYRING_BACKEND")
        daemon = int(reachable["GNOME_KEYRING_PID"])
        os.kill(daemon, signal.SIGSTOP)
        try:
            with (
                listening(reachable["DBUS_SESSION_BUS_ADDRESS"]) as until_asked,
                opened(tmp_path / "lapse", env) as window,
            ):
                wait_for(tmp_path / "lapse" / "demo-org.port")
                until_asked()
                window.send_signal(signal.SIGTERM)
                out, err = window.communicate(timeout=PATIENCE_S)
        finally:
            os.kill(daemon, signal.SIGCONT)
    assert (window.returncode, out, err) == (0, "", "")


def test_the_window_tells_what_opens_the_demo_orgs_doors(open_desk: Open) -> None:
    desk = open_desk()
    desk.reach(Page.SIGNED_OUT)
    desk.window.commands.addresses.trigger()
    desk.until(lambda: desk.window.findChild(AddressesDialog) is not None)
    dialog = desk.window.findChild(AddressesDialog)
    assert isinstance(dialog, AddressesDialog)
    copied: list[str] = []
    dialog.copy_requested.connect(copied.append)
    dialog.copy_secret_requested.connect(copied.append)
    for name in ("controlUrl", "controlToken"):
        dialog.findChild(QPushButton, f"{name}CopyButton").click()
    url, token = copied
    response = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert (response.status_code, response.json()["issuer"]) == (200, desk.connections.connection.issuer)
    dialog.accept()
    desk.until(lambda: desk.window.findChild(AddressesDialog) is None)


def inspector_texts(desk: Desk, table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_inspector_follows_the_session_and_asks_only_when_told(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    inspector, org = desk.window.inspector, demo_of(desk.connections).host.org
    assert org is not None
    assert inspector._verdict.text() == "signature verified"
    inspector.picker.setCurrentIndex(1)
    outcomes = dict(
        zip(
            inspector_texts(desk, inspector.rules.table, 1),
            inspector_texts(desk, inspector.rules.table, 0),
            strict=True,
        )
    )
    assert {outcomes[rule] for rule in ("signature", "iss", "aud", "nonce", "at_hash")} == {"✓ passed"}
    desk.connections.clock.jump(31)
    desk.call()
    inspector.picker.setCurrentIndex(0)
    assert inspector.compare.summary() == "0 unexpected, 3 expected in every new generation."
    before = dict(org.counters)
    inspector.picker.setCurrentIndex(2)
    assert inspector.introspect_button.isEnabled()
    assert dict(org.counters) == before
    desk.click(inspector.introspect_button)
    desk.until(lambda: "server says it is active" in inspector._sentence.text())
    assert org.counters["introspect"] == 1


def test_a_pasted_token_is_inspected_with_the_keys_of_choice(open_desk: Open) -> None:
    desk = open_desk()
    desk.sign_in()
    tokens = desk.connections.session.tokens
    assert tokens is not None
    assert tokens.access is not None
    desk.click(desk.window.inspector.paste_button)
    desk.until(lambda: desk.window.findChild(PasteDialog) is not None)
    dialog = desk.window.findChild(PasteDialog)
    assert isinstance(dialog, PasteDialog)
    inspect = dialog.findChild(QPushButton, "inspectPastedButton")
    dialog.text_edit.take("nothing here: {}")
    dialog.source_picker.setCurrentIndex(1)
    dialog.issuer_edit.setText("http://example.com")
    desk.click(inspect)
    desk.until(lambda: "plain http" in dialog._trouble.text())
    dialog.issuer_edit.setText(desk.connections.connection.issuer)
    dialog.text_edit.take(f"curl -H 'Authorization: Bearer {tokens.access.value.reveal()}' https://api.example/")
    desk.click(inspect)
    desk.until(lambda: desk.window.inspector.picker.currentText() == "pasted access token")
    assert desk.window.inspector._verdict.text() == "signature verified"
    desk.until(lambda: desk.window.findChild(PasteDialog) is None)
