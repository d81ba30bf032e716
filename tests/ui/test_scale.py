"""Larger screens and larger type: nothing is clipped, whatever the scale of the display or the zoom of the window."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE_S
from tests.qt_deleted import delete_now
from tests.ui.walks import clipped_once_settled, listed, tabs_of
from tests.ui.window.test_main_window import EVERY_STATE, shown
from ui import theme

_ROOT = Path(__file__).parents[2]
# Run in a process of its own: Qt reads the scale once, when the application is made.
_WALK = """
import sys
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication
from tests.ui.walks import clipped_in, tabs_of
from ui import theme
from tests.preview.states import STATES, new_window

application = QApplication([])
assert application.devicePixelRatio() == float(sys.argv[1]), application.devicePixelRatio()
theme.apply(application, "light")
for state in STATES:
    window = new_window(state)
    window.resize(QSize(1360, 860))
    window.show()
    for tab in tabs_of(window):
        QApplication.processEvents()
        QApplication.sendPostedEvents()
        assert window.size() == QSize(1360, 860), window.size()
        for each in clipped_in(window):
            print(f"{state}, {tab}: {each}")
    window.allow_close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
print("walked", len(STATES))
"""


@pytest.mark.any_font
@pytest.mark.parametrize("scale", ["1.5", "2"])  # at 1 every other test of the window is
def test_nothing_is_clipped_on_a_display_of_another_scale(scale: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _WALK, scale],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *clipped, walked = done.stdout.splitlines()
    assert walked.startswith("walked ")
    assert not clipped, listed(clipped)


# Once for all states: to style a living window anew takes as long as to build one.
@pytest.fixture(scope="module", params=[theme.PRESENTER_ZOOM, 2.0])
def zoom(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[float]:
    delete_now()
    theme.apply(qapp, "light", request.param)
    yield request.param
    delete_now()
    theme.apply(qapp, "light")


@EVERY_STATE
def test_nothing_is_clipped_in_larger_type(qtbot: QtBot, zoom: float, state: str) -> None:
    window = shown(qtbot, state, QSize(1920, 1200))
    qtbot.waitExposed(window)
    assert window.size() == QSize(1920, 1200)
    assert window.minimumSizeHint().width() <= 1920
    assert window.minimumSizeHint().height() <= 1200
    clipped = [f"{tab}: {each}" for tab in tabs_of(window) for each in clipped_once_settled(window)]
    assert not clipped, listed(clipped)
