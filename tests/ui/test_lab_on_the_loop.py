"""The lab runs beside the window's loop: its processes report to it, and end when the task is cancelled."""

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.errors import LapseError
from app.lab.report import Report, RunProgress
from app.lab.run import run_lab
from app.lab.scenario import Contestant, Pattern, Scenario
from ui.shell.tasks import TaskScope

pytestmark = pytest.mark.any_font

_PATIENCE_MS = 60_000


@pytest.fixture
def failures() -> list[LapseError]:
    return []


@pytest.fixture
def scope(loop: QEventLoop, failures: list[LapseError]) -> Iterator[TaskScope]:
    parent = QObject()
    yield TaskScope(failures.append, parent)
    parent.deleteLater()


def test_it_reports_while_the_window_goes_on(qtbot: QtBot, scope: TaskScope, failures: list[LapseError]) -> None:
    found: list[Report] = []
    told: list[RunProgress] = []
    ticks: list[int] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(len(told)))
    timer.start(5)

    async def work() -> None:
        found.append(await run_lab(Scenario(calls=50, pattern=Pattern.STEADY), progress=told.append))

    scope.start("lab", work)
    qtbot.waitUntil(lambda: not scope.running("lab"))
    timer.stop()
    assert failures == []
    assert [outcome.contestant for outcome in found[0].outcomes] == list(Contestant)
    assert told[-1].done == told[-1].of == 250
    assert len(ticks) > 20  # nothing held the loop for long


def test_cancelling_its_task_ends_it(qtbot: QtBot, loop: QEventLoop) -> None:
    told: list[RunProgress] = []
    task = loop.create_task(run_lab(Scenario(calls=20_000), progress=told.append))
    qtbot.waitUntil(lambda: bool(told))
    task.cancel()
    qtbot.waitUntil(task.done)
    assert task.cancelled()
    with pytest.raises(asyncio.CancelledError):
        task.result()
