"""The right column: panels that can be opened beside the middle and folded away."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QTabWidget, QToolButton, QWidget

from ui import theme
from ui.widgets.card import Card

_WIDTH = 312
_BORDERS = 6


class SideColumn(Card):
    """Tabs that are folded away together; `unfolded` is emitted whenever their visibility changes."""

    unfolded = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=2, spacing=0)
        self.setObjectName("sideColumn")
        self._kept: frozenset[str] = frozenset()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("sideTabs")
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Right column")
        self.fold_button = QToolButton()
        self.fold_button.setObjectName("foldSideButton")
        self.fold_button.setText("×")
        self.fold_button.setProperty("quiet", True)
        self.fold_button.setAccessibleName("Close the right column")
        self.fold_button.setToolTip("Folds the right column away")
        self.fold_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.fold_button.clicked.connect(self.hide)
        self.tabs.setCornerWidget(self.fold_button, Qt.Corner.TopRightCorner)
        self.body.addWidget(self.tabs)

    def minimumSizeHint(self) -> QSize:
        """Return the width at which every tab and panel fits."""
        tabs = self.tabs.tabBar().sizeHint().width() + self.fold_button.sizeHint().width()
        least = super().minimumSizeHint()
        return QSize(max(theme.px(_WIDTH), tabs + _BORDERS, least.width()), least.height())

    def add(self, panel: QWidget, title: str) -> None:
        self.tabs.addTab(panel, title)

    def entitle(self, panel: QWidget, title: str) -> None:
        if self.tabs.tabText(self.tabs.indexOf(panel)) != title:
            self.tabs.setTabText(self.tabs.indexOf(panel), title)

    def open(self, panel: QWidget) -> None:
        """Unfold the column with this panel in front."""
        self.tabs.setCurrentWidget(panel)
        self.show()

    def front(self) -> str:
        """Return the object name of the panel in front."""
        panel = self.tabs.currentWidget()
        return "" if panel is None else panel.objectName()

    def keep(self, names: frozenset[str]) -> None:
        """Let nothing open by itself over the panels of these object names: the user works in them."""
        self._kept = names

    def is_kept(self) -> bool:
        """Return whether the panel in front is visible and must stay there."""
        return self.isVisible() and self.front() in self._kept

    def put_in_front(self, name: str) -> None:
        """Put the panel of that object name in front, if it exists, without unfolding the column."""
        for place in range(self.tabs.count()):
            panel = self.tabs.widget(place)
            if panel is not None and panel.objectName() == name:
                self.tabs.setCurrentIndex(place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.unfolded.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.unfolded.emit(False)
