"""The card of this session's counters, and what a timer would have done."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.counters import Counts
from ui import theme
from ui.widgets.card import Card
from ui.widgets.labels import label

_UNKNOWN = "–"


class CountsCard(Card):
    """Five lines; each number has its meaning as its accessible name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("countsCard")
        self.body.addWidget(label("THIS SESSION", role="section"))
        self._values: dict[str, QLabel] = {}
        self._names: dict[str, str] = {}
        for key, name in (
            ("calls", "API calls"),
            ("refreshes", "Refreshes"),
            ("timer", "A timer would have refreshed"),
            ("failed", "Calls that failed"),
            ("skew", "Clock skew to the server"),
        ):
            self._add(key, name)
        self.show_counts(Counts())

    def show_counts(self, counts: Counts) -> None:
        skew = _UNKNOWN if counts.skew_s is None else self._skew(counts.skew_s)
        for key, text in (
            ("calls", str(counts.calls)),
            ("refreshes", str(counts.refreshes)),
            ("timer", str(counts.timer_refreshes)),
            ("failed", str(counts.failed_calls)),
            ("skew", skew),
        ):
            value = self._values[key]
            if value.text() != text:
                value.setText(text)
                value.setAccessibleName(f"{self._names[key]}: {text}")

    def _skew(self, skew_s: float) -> str:
        # a Date header has whole seconds (RFC 9110 §5.6.7)
        return f"{skew_s:+.0f} s" if abs(skew_s) >= 1 else "under 1 s"

    def _add(self, key: str, name: str) -> None:
        row = QFrame()
        row.setProperty("countRow", True)
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 6, 0, 6)
        value = label("")
        value.setObjectName(f"{key}CountLabel")
        theme.set_mono(value, 12)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        inside.addWidget(label(name), 1)
        inside.addWidget(value)
        self.body.addWidget(row)
        self._values[key], self._names[key] = value, name
