"""A lesson in the list: one wide button with number, title and progress."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.lessons.facts import LessonRow, LessonStanding, minutes_of
from ui.text import breakable
from ui.widgets.labels import Pill, label


class RowButton(QPushButton):
    """Opens its lesson; `lesson_requested` carries the lesson's name."""

    lesson_requested = Signal(str)

    def __init__(self, row: LessonRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = row.lesson.name
        self.setObjectName(f"lesson-{self.name}Button")
        self.setProperty("lessonRow", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._title = label(f"{row.number}. {breakable(row.lesson.title)}", role="title", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pill = Pill()
        self._minutes = label(role="muted")
        self._lay_out()
        self.clicked.connect(self._want)
        self.show_row(row)

    def show_row(self, row: LessonRow) -> None:
        self.is_done = row.is_done
        word = self._word(row)
        minutes = f"{minutes_of(row.lesson.minutes)} min"
        self._pill.show_state(f"{row.standing.shape} {word}", row.standing.tone)
        self._minutes.setText(minutes)
        self.setAccessibleName(f"{row.number}. {row.lesson.title}")
        self.setAccessibleDescription(f"{word}, {minutes}. {row.lesson.teaches}")
        self.setToolTip("Opens the lesson")

    def sizeHint(self) -> QSize:
        """QPushButton measures only its own text, not the labels inside it."""
        return self._words.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._words.minimumSize()

    def _word(self, row: LessonRow) -> str:
        if row.standing is LessonStanding.BEGUN:
            assert row.place is not None
            return f"Step {row.place + 1} of {len(row.lesson.steps)}"
        return "Done" if row.standing is LessonStanding.DONE else "Not begun"

    def _want(self) -> None:
        self.lesson_requested.emit(self.name)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._pill)
        below.addWidget(self._minutes)
        below.addStretch(1)
        self._words = words = QVBoxLayout(self)
        words.setContentsMargins(11, 9, 11, 9)
        words.setSpacing(5)
        words.addWidget(self._title)
        words.addLayout(below)
        for each in (self._title, self._pill, self._minutes):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
