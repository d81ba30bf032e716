"""A lesson in the list: one wide button with number, title and how far one has come."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.lessons.facts import Row, Standing, minutes_of
from ui.text import breakable
from ui.widgets.labels import Pill, label

_TOP = Qt.AlignmentFlag.AlignTop


class RowButton(QPushButton):
    """Opens its lesson; `lesson_wanted` carries the lesson's name."""

    lesson_wanted = Signal(str)

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = row.lesson.name
        self.setObjectName(f"lesson-{self.name}Button")
        self.setProperty("lessonRow", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._number = label(f"{row.number}", role="muted")
        self._title = label(breakable(row.lesson.title), role="title", wrap=True)
        self._title.setAlignment(_TOP)
        self._pill = Pill()
        self._minutes = label(role="muted")
        self._lay_out()
        self.clicked.connect(self._want)
        self.show_row(row)

    def show_row(self, row: Row) -> None:
        """Show how far one has come."""
        self.is_done = row.is_done
        word = self._word(row)
        minutes = self.tr("{0} min").format(minutes_of(row.lesson.minutes))
        self._pill.show_state(f"{row.standing.shape} {word}", row.standing.tone)
        self._minutes.setText(minutes)
        self.setAccessibleName(f"{row.number}. {row.lesson.title}")
        self.setAccessibleDescription(f"{word}, {minutes}. {row.lesson.teaches}")
        self.setToolTip(self.tr("Opens the lesson"))

    def sizeHint(self) -> QSize:
        """Return the room the texts inside would like."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least the texts inside need; their height follows from the width."""
        return self._row.minimumSize()

    def _word(self, row: Row) -> str:
        if row.standing is Standing.BEGUN:
            assert row.place is not None
            return self.tr("Step {0} of {1}").format(row.place + 1, len(row.lesson.steps))
        return self.tr("Done") if row.standing is Standing.DONE else self.tr("Not begun")

    def _want(self) -> None:
        self.lesson_wanted.emit(self.name)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._pill)
        below.addWidget(self._minutes)
        below.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(5)
        words.addWidget(self._title)
        words.addLayout(below)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(10, 9, 10, 9)
        row.setSpacing(8)
        row.addWidget(self._number, 0, _TOP)
        row.addLayout(words, 1)
        for each in (self._number, self._title, self._pill, self._minutes):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
