"""Starts the window: paints it first, and loads everything behind it afterwards."""

import importlib

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.window.main_window import MainWindow

# A window that is never painted (hidden by the window manager, say) must not hold up the rest.
_PAINT_WITHIN_MS = 2000


def run_window(arguments: list[str]) -> int:
    """Show the window, run it, and return the exit code once it is closed."""
    application = QApplication(arguments)
    application.setApplicationName("lapse")
    application.setApplicationDisplayName("Lapse")
    # The window ends the main coroutine, and that ends the loop: ending the loop under it would lose its last steps.
    application.setQuitOnLastWindowClosed(False)
    theme.apply(application, "system")
    window = MainWindow()
    _paint_first(application, window)
    window.furnish()
    # By name and late: asyncio alone takes as long to import as a third of a bare window takes to appear.
    return int(importlib.import_module("ui.loop").run(application, window))


def _paint_first(application: QApplication, window: MainWindow) -> None:
    """Show the window and run Qt's own loop until it is painted; asyncio's loop comes afterwards."""
    painted = _Painted(window)
    painted.finished.connect(application.exit)
    window.show()
    application.exec()
    # A further paint, or the time limit, must not end the loop that comes next.
    painted.finished.disconnect(application.exit)
    window.removeEventFilter(painted)
    painted.deleteLater()


class _Painted(QObject):
    """Emits `finished` when the window has been painted, or after two seconds."""

    finished = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        window.installEventFilter(self)
        QTimer.singleShot(_PAINT_WITHIN_MS, self, self.finished.emit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self.finished.emit)
        return False
