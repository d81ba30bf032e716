"""Connects the appearance: scheme, zoom, presenter mode, tabs, and remembers the window's layout."""

import math

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QSplitter

from app.errors import LapseError
from ui import theme
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.shell.tasks import ask
from ui.window.main_window import MainWindow

SMALLEST, LARGEST, STEP = 0.8, 2.0, 0.1
_GEOMETRY, _ZOOM, _PRESENTER, _SIDE, _SIDE_PANEL = "geometry", "zoom", "presenter", "side", "sidePanel"
_OPEN, _FOLDED = "open", "folded"
_WIDE = 1280


class ViewController(Controller):
    """Applies the appearance, and saves and restores the layout."""

    def __init__(self, window: MainWindow, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._window = window
        self._zoom = _zoom_of(self._connections.settings.window.get(_ZOOM, ""))
        commands = shell.commands
        commands.schemes.triggered.connect(self._on_scheme)
        commands.presenter.toggled.connect(self._on_presenter)
        commands.larger.triggered.connect(self._on_larger)
        commands.smaller.triggered.connect(self._on_smaller)
        commands.normal_size.triggered.connect(self._on_normal_size)
        commands.palette.triggered.connect(self._on_palette)
        commands.side.triggered.connect(self._on_side)
        shell.side.unfolded.connect(self._on_unfolded)
        for action in commands.tabs:
            action.triggered.connect(self._on_tab)

    def restore(self) -> None:
        """Restore the window as it was left."""
        kept = self._connections.settings.window
        self._shell.commands.show_scheme(self._connections.settings.scheme)
        self._shell.commands.presenter.setChecked(kept.get(_PRESENTER) == "on")
        self._dress()  # first, because the font decides all minimum sizes
        if _GEOMETRY in kept:
            self._window.restoreGeometry(_bytes(kept[_GEOMETRY]))
        self._restore_side(kept)
        for splitter in self._splitters():
            if splitter.objectName() in kept:
                splitter.restoreState(_bytes(kept[splitter.objectName()]))

    def remember(self) -> None:
        """Save the window's layout; a failure is ignored, because the user is leaving."""
        kept = {splitter.objectName(): _text(splitter.saveState()) for splitter in self._splitters()}
        kept[_GEOMETRY] = _text(self._window.saveGeometry())
        kept[_ZOOM] = f"{self._zoom:.2f}"
        kept[_PRESENTER] = "on" if self._shell.commands.presenter.isChecked() else "off"
        kept[_SIDE] = _FOLDED if self._shell.side.isHidden() else _OPEN
        kept[_SIDE_PANEL] = self._shell.side.front()
        try:
            self._connections.remember_window(kept)
        except LapseError:
            return

    def _restore_side(self, kept: dict[str, str]) -> None:
        """Restore the right column; on a first start, open it for the demo org if there is room."""
        has_room = self._connections.settings.connection.embedded and self._window.width() >= theme.px(_WIDE)
        self._shell.side.put_in_front(kept.get(_SIDE_PANEL, ""))
        self._shell.side.setVisible(kept.get(_SIDE, _OPEN if has_room else _FOLDED) == _OPEN)

    def _on_side(self, unfolded: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self._shell.side.setVisible(unfolded)

    def _on_unfolded(self) -> None:
        # Hidden together with the window does not count as folded.
        self._shell.commands.side.setChecked(not self._shell.side.isHidden())

    def _on_scheme(self, action: QAction) -> None:
        try:
            self._connections.remember_scheme(action.data())
        except LapseError as error:
            self._shell.show_error(error)
        self._dress()

    def _on_presenter(self, on: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self._dress()
        self._window.show_presenter(on=on)

    def _on_larger(self) -> None:
        self._set_zoom(self._zoom + STEP)

    def _on_smaller(self) -> None:
        self._set_zoom(self._zoom - STEP)

    def _on_normal_size(self) -> None:
        self._set_zoom(1.0)

    def _set_zoom(self, zoom: float) -> None:
        self._zoom = min(max(zoom, SMALLEST), LARGEST)
        self._dress()

    def _dress(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        presents = self._shell.commands.presenter.isChecked()
        theme.apply(
            application,
            self._connections.settings.scheme,
            max(self._zoom, theme.PRESENTER_ZOOM) if presents else self._zoom,
        )

    def _on_tab(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._shell.tabs.setCurrentIndex(action.data())
            if self._shell.tabs.isVisible():  # Qt would focus even a hidden widget
                self._shell.tabs.setFocus()

    def _on_palette(self) -> None:
        from ui.shell.palette import CommandPalette

        self._tasks.start("palette", ask, CommandPalette(self._shell.commands.all(), self._window))

    def _splitters(self) -> list[QSplitter]:
        return [each for each in self._window.findChildren(QSplitter) if each.objectName()]


def _zoom_of(text: str) -> float:
    try:
        zoom = float(text)
    except ValueError:
        return 1.0
    return min(max(zoom, SMALLEST), LARGEST) if math.isfinite(zoom) else 1.0


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())
