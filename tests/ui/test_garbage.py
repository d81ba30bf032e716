"""Garbage is collected on the window's own thread, whichever thread makes it."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.qt_loop import running_loop
from ui.garbage import GarbageCollection

MANY = 20_000


class Knot(QObject):
    """A Qt object that only the garbage collector can free."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    assert gc.get_threshold() == before, "it is left to Python again"


def make_much() -> None:
    kept = [[] for _ in range(MANY)]  # type: ignore[var-annotated]
    assert len(kept) == MANY


def test_a_qt_object_dies_on_the_thread_of_the_window(
    qapp: QApplication, qtbot: QtBot, thresholds: tuple[int, int, int]
) -> None:
    died_on: list[int] = []
    with running_loop(qapp) as loop:
        weakref.finalize(Knot(), lambda: died_on.append(threading.get_ident()))
        other = threading.Thread(target=make_much)
        other.start()
        other.join()
        assert died_on == [], "another thread has collected it"
        held = [[] for _ in range(MANY)]  # type: ignore[var-annotated]
        loop.call_soon(held.clear)
        qtbot.waitUntil(lambda: died_on == [threading.get_ident()])


def test_little_is_not_looked_at(thresholds: tuple[int, int, int]) -> None:
    gc.collect()
    collection = GarbageCollection()
    before = [each["collections"] for each in gc.get_stats()]
    for _ in range(100):
        collection.sometimes()
    assert [each["collections"] for each in gc.get_stats()] == before
    collection.end()
