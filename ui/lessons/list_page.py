"""The list of lessons: number, title, minutes and progress."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.lessons.facts import LessonRow, minutes_of
from ui.lessons.row_button import RowButton
from ui.widgets.labels import label
from ui.widgets.scrolling import scrolling


class ListPage(QWidget):
    """Shows every lesson; `lesson_requested` carries the name of one to open."""

    lesson_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, RowButton] = {}
        self._sum = label(role="muted", wrap=True)
        self._sum.setObjectName("lessonsSumLabel")
        content = QWidget()
        content.setObjectName("lessonsList")
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(6)
        self._list.addStretch(1)
        self._scroll = scrolling("lessonsScroll", content)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # texts wrap
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._sum)
        layout.addWidget(self._scroll, 1)

    def show_rows(self, rows: Sequence[LessonRow]) -> None:
        """Show these lessons and their total time; they are the same every time, in the same order."""
        for row in rows:
            if row.lesson.name in self.rows:
                self.rows[row.lesson.name].show_row(row)
            else:
                self._add(row)
        minutes = minutes_of(sum(row.lesson.minutes for row in rows))
        done = sum(row.is_done for row in rows)
        counts = f"{len(rows)} lessons, {minutes} minutes in all, {done} done."
        self._sum.setText(f"{counts} They need no internet and no browser.")

    def focus(self, name: str) -> None:
        """Focus a lesson, and scroll to it."""
        row = self.rows[name]
        row.setFocus()
        self._scroll.ensureWidgetVisible(row)

    def take_focus(self) -> None:
        """Focus the first lesson that is not done, the first of all if every one is."""
        rows = list(self.rows.values())
        found = next((each for each in rows if not each.is_done), rows[0] if rows else None)
        if found is not None:
            self.focus(found.name)

    def _add(self, row: LessonRow) -> None:
        button = RowButton(row)
        button.lesson_requested.connect(self.lesson_requested)
        self.rows[button.name] = button
        self._list.insertWidget(self._list.count() - 1, button)
