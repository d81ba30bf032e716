"""The timeline's panel: its heading, what it shows, follow and zoom, and the companion table with the same content."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QWidget

from app.lanes import Lanes
from app.text import duration
from ui.text import clock_time
from ui.timeline.view import TimelineView
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.table import TextModel, TextRow, text_table

_ZOOM = 1.6


class TimelinePanel(Card):
    """Selects by the number in the journal, and takes selections from elsewhere."""

    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timelinePanel")
        self._lanes = Lanes()
        self._now = 0.0
        self._seqs: list[int] = []
        self.view = TimelineView()
        self.view.selected.connect(self.selected)
        self.view.following_changed.connect(self._show_span)
        headings = (self.tr("When"), self.tr("Lane"), self.tr("What"))
        self.model = TextModel(headings, mono=(0,), parent=self)
        self.table = text_table("timelineTable", self.tr("Timeline as a table"), self.model, {0: 90, 1: 130})
        self.table.selectionModel().currentRowChanged.connect(self._choose_row)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.table)
        self._span_label = label(role="muted")
        self._span_label.setObjectName("timelineSpanLabel")
        self.follow_button = self._button("followNowButton", self.tr("Follow now"), self.tr("Move with now (F)"))
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(True)
        self.follow_button.toggled.connect(self._follow)
        self.in_button = self._button("zoomInButton", self.tr("+"), self.tr("Zoom in"))
        self.in_button.clicked.connect(self._zoom_in)
        self.out_button = self._button("zoomOutButton", self.tr("–"), self.tr("Zoom out"))
        self.out_button.clicked.connect(self._zoom_out)
        self.table_button = self._button("timelineTableButton", self.tr("Table"), self.tr("Show the same as a table"))
        self.table_button.setCheckable(True)
        self.table_button.toggled.connect(self._show_table)
        self._lay_out()

    def show_lanes(self, lanes: Lanes, *, leeway_s: float) -> None:
        """Show these lanes, which may grow later; then `refresh` draws them anew."""
        self._lanes = lanes
        self.view.show_lanes(lanes, leeway_s=leeway_s)
        self._show_rows()

    def refresh(self) -> None:
        """Draw what has become of the lanes."""
        self.view.refresh()
        self._show_rows()

    def tick(self, now: float) -> None:
        """Let now be `now`, in epoch seconds."""
        self._now = now
        self.view.tick(now)
        self._show_span()

    def select(self, seq: int) -> None:
        """Mark what has this number in the journal."""
        self.view.select(seq)
        if seq in self._seqs and self.table.currentIndex().row() != self._seqs.index(seq):
            self.table.selectRow(self._seqs.index(seq))

    def _choose_row(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self._seqs) and self.table.hasFocus():
            self.selected.emit(self._seqs[row])

    def _show_rows(self) -> None:
        if not self.table_button.isChecked():
            return
        bars = [(bar.begins_at, bar.seq, bar.lane, bar.sentence(self._now)) for bar in self._lanes.bars]
        marks = [(mark.at, mark.seq, mark.lane, f"{mark.kind}: {mark.text}") for mark in self._lanes.marks]
        rows = sorted(bars + marks)
        self._seqs = [seq for _, seq, _, _ in rows]
        self.model.show_rows(tuple(TextRow((clock_time(at), lane.value, text)) for at, _, lane, text in rows))

    def _show_table(self, shown: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self._stack.setCurrentIndex(int(shown))
        self._show_rows()

    def _show_span(self) -> None:
        follows = self.view.follows
        self.follow_button.blockSignals(True)
        self.follow_button.setChecked(follows)
        self.follow_button.blockSignals(False)
        span = duration(self.view.span.seconds)
        text = self.tr("last {0} · following now") if follows else self.tr("{0} · standing still")
        self._span_label.setText(text.format(span))

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
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(self.tr("TIMELINE"), role="section"))
        head.addStretch(1)
        head.addWidget(self._span_label, 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.out_button, self.in_button, self.follow_button, self.table_button):
            head.addWidget(button)
        self.body.addLayout(head)
        self.body.addWidget(self._stack, 1)
