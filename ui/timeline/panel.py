"""The timeline's panel: heading, legend, follow and zoom, and the same content as a table."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QWidget

from app.lanes import Lanes, Limits
from app.text import duration
from ui.timeline.table import LanesModel
from ui.timeline.view import TimelineView
from ui.widgets.card import Card
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.table import text_table

_ZOOM = 1.6


class TimelinePanel(Card):
    """Selections are journal numbers, and can be set from other panels."""

    selected = Signal(int)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timelinePanel")
        self._now = 0.0
        self._is_selecting = False
        self.view = TimelineView()
        self.view.selected.connect(self._on_view_selected)
        self.view.following_changed.connect(self._show_span)
        self.model = LanesModel(self)
        self.table = text_table("timelineTable", "Timeline as a table", self.model, {0: 90, 1: 130})
        self.table.selectionModel().currentRowChanged.connect(self._choose_row)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.table)
        self._chosen_label = ElidedLabel()
        self._chosen_label.setObjectName("timelineChosenLabel")
        self.view.chosen_changed.connect(self._chosen_label.show_text)
        self._span_label = label(role="muted")
        self._span_label.setObjectName("timelineSpanLabel")
        self.out_button = self._button("zoomOutButton", "–", "Zoom out (-)")
        self.out_button.clicked.connect(self._zoom_out)
        self.in_button = self._button("zoomInButton", "+", "Zoom in (+)")
        self.in_button.clicked.connect(self._zoom_in)
        self.follow_button = self._button("followNowButton", "Follow now", "Move with now (F)")
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(True)
        self.follow_button.toggled.connect(self._follow)
        self.table_button = self._button("timelineTableButton", "Table", "Show the same as a table")
        self.table_button.setCheckable(True)
        self.table_button.toggled.connect(self._show_table)
        hint = "Export the visible part as a PNG or SVG file"
        self.export_button = self._button("exportTimelineButton", "Export…", hint)
        self.export_button.clicked.connect(self._on_export)
        self._lay_out()

    def show_lanes(self, lanes: Lanes, *, leeway_s: float, limits: Limits | None = None) -> None:
        """Show these lanes; after they grow, call `refresh`."""
        self.view.show_lanes(lanes, leeway_s=leeway_s, limits=limits)
        self.model.show_lanes(lanes)
        self._select_row(self.view.chosen)

    def refresh(self) -> None:
        self.view.refresh()
        self.model.grow()

    def tick(self, now: float) -> None:
        self._now = now
        self.view.tick(now)
        if self.table_button.isChecked():
            self.model.tick(now)
        self._show_span()

    def select(self, seq: int) -> None:
        """Mark the item of this journal number without emitting a signal."""
        self.view.select(seq)
        self._select_row(self.view.chosen)

    def show_presenter(self, *, on: bool) -> None:
        """Draw for a projector: larger, and generations by shape too."""
        self.view.show_presenter(on=on)

    def _on_view_selected(self, seq: int) -> None:
        self._select_row(seq)
        self.selected.emit(seq)

    def _select_row(self, seq: int | None) -> None:
        row = None if seq is None else self.model.row_of(seq)
        if row is None or self.model.seq_at(self.table.currentIndex().row()) == seq:
            return
        self._is_selecting = True  # the table emits every change of selection, also those made by code
        try:
            self.table.selectRow(row)
        finally:
            self._is_selecting = False

    def _choose_row(self) -> None:
        seq = self.model.seq_at(self.table.currentIndex().row())
        if seq is not None and not self._is_selecting:
            self.view.select(seq)
            self.selected.emit(seq)

    def _show_table(self, shown: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self.model.tick(self._now)
        self._stack.setCurrentIndex(int(shown))
        if shown:
            self.table.scrollTo(self.table.currentIndex())

    def _on_export(self) -> None:
        self.export_requested.emit()

    def _show_span(self) -> None:
        follows = self.view.follows
        self.follow_button.blockSignals(True)
        self.follow_button.setChecked(follows)
        self.follow_button.blockSignals(False)
        span = duration(self.view.span.seconds)
        self._span_label.setText(f"last {span} · following now" if follows else f"{span} · not following")

    def _follow(self, on: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self.view.follow(on=on)
        self._show_span()

    def _zoom_in(self) -> None:
        self.view.zoom(1 / _ZOOM)
        self._show_span()

    def _zoom_out(self) -> None:
        self.view.zoom(_ZOOM)
        self._show_span()

    def _button(self, name: str, text: str, hint: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        button.setProperty("quiet", True)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("TIMELINE", role="section"))
        head.addWidget(self._chosen_label, 1)
        head.addWidget(self._span_label, 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.out_button, self.in_button, self.follow_button, self.table_button, self.export_button):
            head.addWidget(button)
        self.body.addLayout(head)
        self.body.addWidget(self._stack, 1)
