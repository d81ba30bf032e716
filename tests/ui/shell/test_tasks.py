"""Tasks, dialogs and the bridge on a running loop."""

import asyncio

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.clock import SystemClock
from app.events.session import SignOutFinished
from app.events.sign_in import BrowserOpened
from app.journal import Journal
from ui.shell.bridge import Bridge
from ui.shell.tasks import TaskScope, ask


@pytest.fixture
def parent() -> QObject:
    return QObject()


def test_a_task_runs_and_says_when_it_is_busy(qtbot: QtBot, loop: QEventLoop, parent: QObject) -> None:
    done: list[int] = []
    scope = TaskScope(done.append, parent)  # type: ignore[arg-type]

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    busy: list[tuple[str, bool]] = []
    scope.busy_changed.connect(lambda name, on: busy.append((name, on)))
    scope.start("work", work, 7)
    assert scope.running("work")
    qtbot.waitUntil(lambda: not scope.running("work"))
    assert done == [7]
    assert busy == [("work", True), ("work", False)]


def test_a_failure_is_reported_and_a_cancellation_is_not(qtbot: QtBot, loop: QEventLoop, parent: QObject) -> None:
    failures: list[BaseException] = []
    scope = TaskScope(failures.append, parent)

    async def fail() -> None:
        raise ValueError("no")

    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    scope.start("fail", fail)
    scope.start("hang", hang)
    qtbot.waitUntil(lambda: not scope.running("fail"))
    scope.cancel("hang")
    qtbot.waitUntil(lambda: not scope.running("hang"))
    assert [type(each) for each in failures] == [ValueError]


def test_a_task_takes_the_place_of_its_namesake(qtbot: QtBot, loop: QEventLoop, parent: QObject) -> None:
    ended: list[str] = []
    scope = TaskScope(lambda _: None, parent)

    async def hang() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("first")

    async def quick() -> None:
        ended.append("second")

    scope.start("same", hang)
    qtbot.waitUntil(lambda: scope.running("same"))
    scope.start("other", quick)
    qtbot.waitUntil(lambda: not scope.running("other"))
    scope.start("same", quick)
    qtbot.waitUntil(lambda: not scope.running("same") and len(ended) == 3)
    assert ended[0] == "second"
    assert set(ended) == {"first", "second"}


def test_closing_the_scope_ends_every_task(qtbot: QtBot, loop: QEventLoop, parent: QObject) -> None:
    ended: list[int] = []
    scope = TaskScope(lambda _: None, parent)

    async def hang(number: int) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(number)

    async def close() -> None:
        await asyncio.sleep(0.01)
        await scope.close()

    for number in range(3):
        scope.start(str(number), hang, number)
    closing = loop.create_task(close())
    qtbot.waitUntil(closing.done)
    assert sorted(ended) == [0, 1, 2]


def test_a_dialog_is_awaited_while_other_tasks_go_on(qtbot: QtBot, loop: QEventLoop, parent: QObject) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    ticks: list[int] = []
    found: list[int] = []
    scope = TaskScope(lambda _: None, parent)

    async def tick() -> None:
        for number in range(20):
            ticks.append(number)
            await asyncio.sleep(0.001)
        dialog.accept()

    async def question() -> None:
        found.append(await ask(dialog))

    scope.start("question", question)
    scope.start("tick", tick)
    qtbot.waitUntil(lambda: bool(found))
    assert found == [QDialog.DialogCode.Accepted.value]
    assert len(ticks) == 20


def test_the_bridge_batches_and_passes_session_changes_at_once(qtbot: QtBot, loop: QEventLoop) -> None:
    journal = Journal(SystemClock())
    bridge = Bridge(journal)
    at_once: list[object] = []
    batches: list[tuple[object, ...]] = []
    bridge.session_changed.connect(at_once.append)
    bridge.appended.connect(batches.append)
    journal.append(BrowserOpened(worked=True))
    journal.append(SignOutFinished(revoked=False))
    journal.append(BrowserOpened(worked=False))
    assert len(at_once) == 1
    assert batches == []
    qtbot.waitUntil(lambda: bool(batches))
    assert [len(batch) for batch in batches] == [3]
    bridge.close()
    journal.append(SignOutFinished(revoked=False))
    assert len(at_once) == 1
