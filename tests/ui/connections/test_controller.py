"""Connections through their dialogs: looked up at the real demo org, saved, removed, imported, exported."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.asgi import asgi
from app.demo.ledger import SigningKey
from app.demo.org import DemoOrg
from app.embedded import NothingEmbedded
from app.journal import Journal
from app.settings import Settings
from app.testing.orgs import demo_org
from ui.connections.controller import ConnectionsController
from ui.connections.editor import ConnectionEditor
from ui.connections.list import ConnectionsDialog
from ui.shell.clipboard import Clipboard
from ui.shell.session_model import SessionModel
from ui.shell.tasks import TaskScope
from ui.window.main_window import MainWindow

pytestmark = pytest.mark.any_font

STAGING = Connection(name="Staging", issuer="https://as.example", client_id="c")


@dataclass
class FakeConnections:
    """What the controller asks of the connections; the settings are real ones, kept in memory."""

    http: httpx.AsyncClient
    settings: Settings = field(default_factory=lambda: Settings().with_connection(STAGING))
    removed: list[str] = field(default_factory=list)
    journal: Journal = field(default_factory=lambda: Journal(SystemClock()))
    embedded: NothingEmbedded = field(default_factory=NothingEmbedded)

    def standing(self, name: str) -> bool | None:
        return None

    def remember_connection(self, connection: Connection, *, instead_of: str | None = None) -> None:
        if connection.embedded:
            self.settings = Settings(connections=self.settings.connections, current=connection.name)
        else:
            self.settings = self.settings.with_connection(connection, instead_of=instead_of or connection.name)

    async def remove_connection(self, name: str) -> None:
        self.settings = self.settings.without(name)
        self.removed.append(name)

    async def leave(self, connection: Connection) -> None:
        self.removed.append(connection.client_id)


@dataclass
class World:
    controller: ConnectionsController
    connections: FakeConnections
    tasks: TaskScope
    org: DemoOrg
    taken_up: list[Connection]
    failures: list[BaseException]


@pytest.fixture
def world(qtbot: QtBot, loop: QEventLoop, key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    org = demo_org(SystemClock(), key=key)
    connections = FakeConnections(httpx.AsyncClient(transport=httpx.ASGITransport(asgi(org))))
    window = MainWindow()
    window.furnish()
    qtbot.addWidget(window, before_close_func=lambda each: setattr(each, "_may_close", True))
    window.show()
    failures: list[BaseException] = []
    tasks, taken_up = TaskScope(failures.append, window), list[Connection]()
    model = SessionModel(connections, tasks, window)  # type: ignore[arg-type]
    monkeypatch.setattr(model, "take_up", taken_up.append)
    controller = ConnectionsController(window.shell(tasks, Clipboard(window)), model)
    yield World(controller, connections, tasks, org, taken_up, failures)
    tasks.start("close", connections.http.aclose)
    qtbot.waitUntil(lambda: not tasks.running("close"))
    assert failures == []


Shown = Callable[[type[QDialog]], Any]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    """Wait for a dialog of a type and return it."""

    def look(kind: type[QDialog]) -> list[QDialog]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]

    def one(kind: type[QDialog]) -> QDialog:
        qtbot.waitUntil(lambda: len(look(kind)) == 1)
        return look(kind)[0]

    return one


def closed(qtbot: QtBot, world: World) -> None:
    names = ("connections", "edit a connection", "connection question", "save a connection", "connection network")
    qtbot.waitUntil(lambda: not any(world.tasks.running(name) for name in names))


def test_a_connection_is_looked_up_tried_and_saved(qtbot: QtBot, world: World, shown: Shown) -> None:
    world.controller.add()
    editor: ConnectionEditor = shown(ConnectionEditor)
    editor.form.issuer_edit.setText(world.org.issuer_base)
    editor.form.look_up_button.click()
    assert editor.stop_button.isVisible()
    qtbot.waitUntil(lambda: editor.form.found.found is not None)
    assert editor.form.issuer_edit.text() == world.org.issuer
    editor.form.client_id_edit.setText(DEMO_CLIENT_ID)
    editor.form.redirect.any_button.click()
    editor.test_button.click()
    qtbot.waitUntil(lambda: len(editor.steps.steps) == 5)
    assert {step.outcome for step in editor.steps.steps} == {"good"}
    qtbot.waitUntil(editor.save_button.isEnabled)
    editor.save_button.click()
    closed(qtbot, world)
    assert [(each.issuer, each.client_id) for each in world.taken_up] == [(world.org.issuer, DEMO_CLIENT_ID)]
    assert world.connections.settings.connection == world.taken_up[0]


def test_a_look_up_that_fails_is_said_in_the_editor_and_nothing_is_saved(
    qtbot: QtBot, world: World, shown: Shown
) -> None:
    world.controller.add()
    editor: ConnectionEditor = shown(ConnectionEditor)
    editor.form.issuer_edit.setText(f"{world.org.issuer_base}/nowhere")
    editor.save_button.click()
    qtbot.waitUntil(lambda: "404" in editor.form.issuer.trouble.text())
    assert editor.form.found.isVisible()
    editor.reject()
    closed(qtbot, world)
    assert world.taken_up == []


def test_while_lapse_is_starting_nothing_is_asked_and_it_is_said(
    qtbot: QtBot, world: World, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Starting(FakeConnections):
        @property
        def http(self) -> httpx.AsyncClient:
            raise RuntimeError("no connection was chosen yet")

        @http.setter
        def http(self, _: httpx.AsyncClient) -> None: ...

    monkeypatch.setattr(world.controller, "_connections", Starting(world.connections.http))
    world.controller.add()
    editor: ConnectionEditor = shown(ConnectionEditor)
    editor.form.issuer_edit.setText(world.org.issuer)
    editor.form.look_up_button.click()
    qtbot.waitUntil(lambda: "still starting" in editor.trouble.text())
    editor.reject()
    closed(qtbot, world)


def test_what_is_stopped_or_left_fetches_no_further(qtbot: QtBot, world: World, shown: Shown) -> None:
    world.controller.add()
    editor: ConnectionEditor = shown(ConnectionEditor)
    editor.form.issuer_edit.setText(world.org.issuer)
    editor.form.look_up_button.click()
    editor.stop_button.click()
    qtbot.waitUntil(lambda: not world.tasks.running("connection network"))
    assert editor.form.found.found is None
    assert editor.form.look_up_button.isEnabled()
    editor.form.look_up_button.click()
    editor.reject()
    closed(qtbot, world)


def test_an_edited_connection_takes_the_place_of_the_one_before(qtbot: QtBot, world: World, shown: Shown) -> None:
    world.controller.edit("Staging")
    editor: ConnectionEditor = shown(ConnectionEditor)
    editor.form.name_edit.setText("Stage")
    editor.save_button.click()
    closed(qtbot, world)
    assert [each.name for each in world.connections.settings.connections] == ["Demo org", "Stage"]
    assert world.connections.removed == []


def test_of_another_client_the_session_before_is_signed_out(qtbot: QtBot, world: World, shown: Shown) -> None:
    world.controller.edit("Staging")
    editor: ConnectionEditor = shown(ConnectionEditor)
    editor.form.client_id_edit.setText("d")
    editor.save_button.click()
    closed(qtbot, world)
    assert world.connections.removed == ["c"]
    assert [each.name for each in world.connections.settings.connections] == ["Demo org", "Staging"]
    assert [each.client_id for each in world.taken_up] == ["d"]


def test_the_demo_org_is_not_edited(world: World) -> None:
    world.controller.edit("Demo org")
    assert not world.tasks.running("edit a connection")


def test_a_connection_is_duplicated_from_the_list(qtbot: QtBot, world: World, shown: Shown) -> None:
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.choose("Staging")
    dialog.duplicate_button.click()
    editor: ConnectionEditor = shown(ConnectionEditor)
    assert editor.form.name_edit.text() == "Staging 2"
    editor.save_button.click()
    closed(qtbot, world)
    assert [each.name for each in world.connections.settings.connections] == ["Demo org", "Staging", "Staging 2"]
    assert world.taken_up[0].key != STAGING.key


@pytest.mark.parametrize("agrees", [True, False])
def test_removing_asks_first(qtbot: QtBot, world: World, shown: Shown, agrees: bool) -> None:
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.choose("Staging")
    dialog.remove_button.click()
    box: QMessageBox = shown(QMessageBox)
    assert "signed out" in box.informativeText()
    names = {box.buttonRole(each): each for each in box.buttons()}
    role = QMessageBox.ButtonRole
    names[role.DestructiveRole if agrees else role.RejectRole].click()
    qtbot.waitUntil(lambda: not world.tasks.running("connection question"))
    assert world.connections.removed == (["Staging"] if agrees else [])
    assert len(world.taken_up) == agrees  # it was in use: another one is
    assert dialog.table.model().rowCount() == (1 if agrees else 2)
    dialog.reject()
    closed(qtbot, world)


def test_using_one_leaves_the_list(qtbot: QtBot, world: World, shown: Shown) -> None:
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.choose("Demo org")
    dialog.use_button.click()
    closed(qtbot, world)
    assert [each.name for each in world.taken_up] == ["Demo org"]


def chosen_file(shown: Shown, path: Path) -> None:
    files: QFileDialog = shown(QFileDialog)
    line = files.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(path))
    files.accept()


def test_one_connection_from_a_file_is_shown_before_it_is_saved(
    qtbot: QtBot, world: World, shown: Shown, tmp_path: Path
) -> None:
    path = tmp_path / "okta.json"
    path.write_text(json.dumps({"issuer": world.org.issuer, "clientId": "x", "client_secret": "s3cr3t"}))
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.import_button.click()
    chosen_file(shown, path)
    editor: ConnectionEditor = shown(ConnectionEditor)
    assert (editor.form.issuer_edit.text(), editor.form.client_id_edit.text()) == (world.org.issuer, "x")
    assert editor.save_button.text() == "Look up, then save"
    assert "stores no secrets" in dialog._note.text()
    editor.reject()
    qtbot.waitUntil(lambda: not world.tasks.running("edit a connection"))
    dialog.reject()
    closed(qtbot, world)
    assert world.taken_up == []


def test_several_from_a_file_are_added_and_none_is_taken_up(
    qtbot: QtBot, world: World, shown: Shown, tmp_path: Path
) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps([{"issuer": f"https://{name}.example", "clientId": "x"} for name in "ab"]))
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.import_button.click()
    chosen_file(shown, path)
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 4)
    assert "2" in dialog._note.text()
    assert world.connections.settings.current == "Staging"
    dialog.reject()
    closed(qtbot, world)
    assert world.taken_up == []


def test_a_file_that_is_none_is_said_in_the_list(qtbot: QtBot, world: World, shown: Shown, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("no json")
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.import_button.click()
    chosen_file(shown, tmp_path / "x.json")
    qtbot.waitUntil(lambda: "not JSON" in dialog.trouble.text())
    dialog.reject()
    closed(qtbot, world)


def test_a_connection_is_exported(qtbot: QtBot, world: World, shown: Shown, tmp_path: Path) -> None:
    world.controller.manage()
    dialog: ConnectionsDialog = shown(ConnectionsDialog)
    dialog.choose("Staging")
    dialog.export_button.click()
    chosen_file(shown, tmp_path / "out.json")
    qtbot.waitUntil((tmp_path / "out.json").exists)
    assert json.loads((tmp_path / "out.json").read_text())["connections"][0]["client_id"] == "c"
    dialog.reject()
    closed(qtbot, world)
