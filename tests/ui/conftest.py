"""What tests of the window share: a running loop, a dressed application, nothing left behind."""

import asyncio
import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from tests.qt_deleted import delete_now
from tests.qt_loop import running_loop
from ui import theme

_FONTS = Path(__file__).parents[1] / "fonts"


@pytest.fixture(scope="session", autouse=True)
def _dressed(qapp: QApplication) -> None:
    asked = os.environ.get("FONTCONFIG_FILE", "")
    if Path(asked).parent == _FONTS:
        found = QFontInfo(qapp.font()).family()
        assert found.lower().startswith(Path(asked).stem), f"{asked} was asked for, and {found} is what there is"
    qapp.setQuitOnLastWindowClosed(False)
    theme.apply(qapp, "light")


@pytest.fixture(autouse=True)
def _nothing_is_left(qapp: QApplication) -> Iterator[None]:
    delete_now()
    before = set(QApplication.topLevelWidgets())
    yield
    delete_now()
    gc.collect()
    left = [each for each in QApplication.topLevelWidgets() if each not in before and each.isVisible()]
    assert not left, f"left behind: {[each.objectName() or type(each).__name__ for each in left]}"


@pytest.fixture
def loop(qapp: QApplication, qtbot: QtBot) -> Iterator[QEventLoop]:
    """A running loop on which no task may be left."""
    with running_loop(qapp) as found:
        yield found
        left = [task for task in asyncio.all_tasks(found) if not task.done()]
        for task in left:
            task.cancel()
        if left:
            qtbot.waitUntil(lambda: all(task.done() for task in left))
    assert not left, f"tasks left behind: {[task.get_name() for task in left]}"
