"""The lab's controller with a run that the test drives: progress, end, cancel, failure, the dialog, and files."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.errors import BadInput, LabFailed
from app.lab.report import Report, RunProgress
from app.lab.scenario import Scenario
from tests.ui.lab.reports import report
from ui.lab.controller import LabController, exported
from ui.lab.dialog import ResultsDialog
from ui.lab.measures import Measure
from ui.shell.clipboard import Clipboard
from ui.shell.saving import SaveDialog, write
from ui.shell.tasks import TaskScope
from ui.window.main_window import MainWindow

pytestmark = pytest.mark.any_font

Dialog = TypeVar("Dialog", bound=QDialog)


class Driven:
    """A run that the test ends."""

    def __init__(self) -> None:
        self.scenarios: list[Scenario] = []
        self.progress: Callable[[RunProgress], None] = lambda _: None
        self.end: asyncio.Future[Report] | None = None

    async def __call__(self, scenario: Scenario, *, progress: Callable[[RunProgress], None]) -> Report:
        self.scenarios.append(scenario)
        self.progress = progress
        self.end = asyncio.get_running_loop().create_future()
        return await self.end


class World:
    """A window, its lab, and what went wrong."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.run = Driven()
        self.failures: list[BaseException] = []
        self.window = MainWindow()
        qtbot.addWidget(self.window, before_close_func=lambda each: setattr(each, "_may_close", True))
        self.window.furnish()
        self.window.show()
        self.lab = self.window.lab.sheet
        self.tasks = TaskScope(self.failures.append, self.window)
        self.controller = LabController(
            self.window.lab, self.window.shell(self.tasks, Clipboard(self.window)), run=self.run
        )

    def begin(self) -> None:
        self.window.commands.run_lab.trigger()
        self.qtbot.waitUntil(lambda: self.run.end is not None and not self.run.end.done())

    def ended(self, name: str = "lab") -> None:
        self.qtbot.waitUntil(lambda: not self.tasks.running(name))

    def finish(self, least: int = 23) -> None:
        assert self.run.end is not None
        self.run.end.set_result(report(least))
        self.ended()


@pytest.fixture
def world(qtbot: QtBot, loop: QEventLoop) -> Iterator[World]:
    found = World(qtbot)
    yield found
    closing = loop.create_task(found.tasks.close())
    qtbot.waitUntil(closing.done)
    found.window.toasts.clear()


def dialog_of(world: World, kind: type[Dialog]) -> Dialog:
    world.qtbot.waitUntil(lambda: any(each.isVisible() for each in world.window.findChildren(kind)))
    return next(each for each in world.window.findChildren(kind) if each.isVisible())


def test_the_command_opens_the_panel(world: World) -> None:
    assert not world.lab.isVisible()
    world.window.commands.lab.trigger()
    assert world.lab.isVisible()
    assert world.run.scenarios == []


def test_a_run_to_its_end(world: World) -> None:
    world.lab.knobs.show_scenario(Scenario(seed=5))
    world.begin()
    assert world.lab.isVisible()
    assert world.run.scenarios == [Scenario(seed=5)]
    world.run.progress(RunProgress(40, 100))
    assert world.lab.state_label.text() == "40 of 100 calls"
    world.finish()
    assert world.lab.report == report()
    assert world.lab.result.isVisible()
    assert world.lab.run_button.isEnabled()
    assert world.failures == []


def test_there_is_no_second_run_meanwhile_and_that_is_said(world: World) -> None:
    world.begin()
    assert not world.window.commands.run_lab.isEnabled()
    assert "in progress" in world.window.commands.run_lab.toolTip()
    world.lab.run_requested.emit(Scenario(seed=2))
    assert len(world.run.scenarios) == 1
    assert world.tasks.running("lab")
    world.finish()
    assert world.window.commands.run_lab.isEnabled()
    world.begin()
    assert len(world.run.scenarios) == 2
    world.finish()


def test_cancel_ends_it_and_what_was_found_before_stays(world: World) -> None:
    world.begin()
    world.finish()
    world.begin()
    world.qtbot.mouseClick(world.lab.cancel_button, Qt.MouseButton.LeftButton)
    world.ended()
    assert world.run.end is not None
    assert world.run.end.cancelled()
    assert world.lab.state_label.text().startswith("Cancelled")
    assert world.lab.report == report()
    assert world.failures == []


def test_a_run_that_fails_is_reported(world: World) -> None:
    world.begin()
    assert world.run.end is not None
    world.run.end.set_exception(LabFailed("out of memory"))
    world.ended()
    assert [type(each) for each in world.failures] == [LabFailed]
    assert "failed" in world.lab.state_label.text()
    assert world.lab.run_button.isEnabled()
    assert not world.lab.result.isVisible()


def test_closing_the_window_ends_the_run(world: World, loop: QEventLoop) -> None:
    world.begin()
    closing = loop.create_task(world.tasks.close())
    world.qtbot.waitUntil(closing.done)
    assert world.run.end is not None
    assert world.run.end.cancelled()


def test_every_number_is_shown_and_copied(world: World) -> None:
    world.begin()
    world.finish()
    world.qtbot.mouseClick(world.lab.table_button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(world, ResultsDialog)
    world.qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == dialog.text()
    world.qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    world.ended("lab results")


def save(world: World, path: Path, kind: int) -> None:
    """Choose a kind of file, and write a name in."""
    dialog = dialog_of(world, SaveDialog)
    picker, line = dialog.findChild(QComboBox, "fileTypeCombo"), dialog.findChild(QLineEdit, "fileNameEdit")
    for _ in range(kind):
        world.qtbot.keyClick(picker, Qt.Key.Key_Down)
    line.setText(str(path))
    dialog.accept()
    world.ended("export the lab")


@pytest.mark.parametrize("ending", ["json", "csv", "png", "svg"])
@pytest.mark.parametrize("is_written", [True, False], ids=["ending written", "kind chosen"])
def test_a_run_is_exported_as_the_name_ends(world: World, tmp_path: Path, ending: str, *, is_written: bool) -> None:
    world.begin()
    world.finish()
    world.qtbot.mouseClick(world.lab.export_button, Qt.MouseButton.LeftButton)
    kind = ["json", "csv", "png", "svg"].index(ending)
    save(world, tmp_path / (f"run.{ending}" if is_written else "run"), 0 if is_written else kind)
    assert world.failures == []
    octets = (tmp_path / f"run.{ending}").read_bytes()
    assert octets == exported(report(), Measure.TOKEN_REQUESTS, Path(f"run.{ending}"))
    if ending == "json":
        assert json.loads(octets)["least_refreshes"] == 23
    elif ending == "csv":
        assert octets.count(b"\n") == 6
    elif ending == "png":
        assert QImage.fromData(octets).width() > 1000
    else:
        assert b"Token requests" in octets
    assert any(f"run.{ending}" in text for text in world.window.toasts.texts())


def test_what_is_exported_is_what_is_in_sight_whatever_has_ended_since(world: World, tmp_path: Path) -> None:
    world.begin()
    world.finish()
    world.begin()
    world.qtbot.mouseClick(world.lab.table_button, Qt.MouseButton.LeftButton)
    results = dialog_of(world, ResultsDialog)
    world.finish(least=7)
    world.qtbot.mouseClick(results.export_button, Qt.MouseButton.LeftButton)
    save(world, tmp_path / "before.json", 0)
    results.reject()
    world.ended("lab results")
    world.begin()
    world.qtbot.mouseClick(world.lab.export_button, Qt.MouseButton.LeftButton)
    dialog_of(world, SaveDialog)
    world.finish(least=9)
    save(world, tmp_path / "after.json", 0)
    found = [json.loads((tmp_path / name).read_text())["least_refreshes"] for name in ("before.json", "after.json")]
    assert found == [23, 7]


def test_an_export_nobody_wants_any_longer_writes_nothing(world: World, tmp_path: Path) -> None:
    world.begin()
    world.finish()
    world.qtbot.mouseClick(world.lab.export_button, Qt.MouseButton.LeftButton)
    dialog_of(world, SaveDialog).reject()
    world.ended("export the lab")
    assert world.window.toasts.texts() == ()


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write(tmp_path / "no" / "such.json", b"{}")
