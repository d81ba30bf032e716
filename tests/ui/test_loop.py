"""The window's own end of the loop: what cannot be begun is told in it, and it stays to be read."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ending import OUR_FAULT
from ui import loop
from ui.window.main_window import MainWindow


def told_and_closed(application: QApplication, qtbot: QtBot) -> tuple[int, str]:
    """Run a window until it has shown an error and somebody closes it; return the exit code and the error."""
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=lambda each: setattr(each, "_may_close", True))
    window.show()
    window.furnish()
    seen: list[str] = []
    timer = QTimer(window)

    def look() -> None:
        if window.error_panel.isVisible() and not seen:
            seen.append(window.error_panel.text())
            window.close()

    timer.timeout.connect(look)
    timer.start(20)
    code = loop.run(application, window)
    timer.stop()
    return code, "".join(seen)


@pytest.mark.parametrize("odd", ["[]", "null", "3", '{"zoom": 1}'])
def test_settings_that_are_none_are_shown_in_the_window(
    qapp: QApplication, qtbot: QtBot, lapse_home: Path, odd: str
) -> None:
    lapse_home.mkdir()
    path = lapse_home / "settings.json"
    path.write_text(f'{{"version": 2, "connections": [], "current": "", "scheme": "dark", "window": {odd}}}')
    before = path.read_text()
    code, text = told_and_closed(qapp, qtbot)
    assert code == 0
    assert str(path) in text
    assert "window is not an object of texts" in text
    assert path.read_text() == before


def test_what_nobody_foresaw_is_shown_too(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Callable[[], None]:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(loop, "_import_assembly", lambda: SimpleNamespace(open_assembly=fail))
    code, text = told_and_closed(qapp, qtbot)
    assert code == OUR_FAULT
    assert "ZeroDivisionError" in text
    assert "a secret" not in text + capsys.readouterr().err
    assert asyncio.events._get_running_loop() is None
