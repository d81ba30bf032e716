"""The first paint: it ends the first loop, and nothing of it reaches into the next."""

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui import boot
from ui.window.main_window import MainWindow


def test_later_paints_and_the_time_limit_do_not_end_the_next_loop(
    qapp: QApplication, qtbot: QtBot, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(boot, "_PAINT_WITHIN_MS", 50)
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=lambda each: setattr(each, "_may_close", True))
    boot._paint_first(qapp, window)
    assert window.isVisible()
    seen: list[str] = []
    next_loop = QEventLoop()
    QTimer.singleShot(10, window.repaint)
    QTimer.singleShot(150, lambda: seen.append("went on"))
    QTimer.singleShot(200, next_loop.quit)
    next_loop.exec()
    assert seen == ["went on"]
