"""What tests of the whole window share: a loop, and windows that are closed in the end."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.demo.host import DemoHost
from app.session.store import MemoryStore, TokenStore
from tests.e2e.window.desk import Desk, Open
from tests.ports import free_port
from tests.qt_deleted import delete_now
from tests.qt_loop import running_loop
from ui import theme


@pytest.fixture(autouse=True)
def own_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo org prefer a port that nobody else takes before the window is opened again."""
    monkeypatch.setattr(DemoHost.__init__, "__defaults__", (None, free_port()))


@pytest.fixture
def loop(qapp: QApplication, qtbot: QtBot) -> Iterator[QEventLoop]:
    delete_now()
    qapp.setQuitOnLastWindowClosed(False)
    theme.apply(qapp, "light")
    with running_loop(qapp) as found:
        yield found
    delete_now()
    gc.collect()  # here: what is left of a window must not be found on another thread


@pytest.fixture
def open_desk(qtbot: QtBot, loop: QEventLoop) -> Iterator[Open]:
    desks: list[Desk] = []

    def opened(store: TokenStore | None = None, **more: object) -> Desk:
        desks.append(Desk(qtbot, loop, store=store or MemoryStore(), **more))
        return desks[-1]

    yield opened
    for desk in reversed(desks):
        desk.close()
