"""The Lessons tab: the list or the current lesson; with a real server, how to get to the demo org."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ui.lessons.facts import LessonRow
from ui.lessons.footer import LessonActions
from ui.lessons.lesson_page import LessonPage
from ui.lessons.list_page import ListPage
from ui.shell.commands import Commands
from ui.widgets.labels import label


class _Page(IntEnum):
    LIST = 0
    LESSON = 1
    ELSEWHERE = 2


class LessonsPanel(QWidget):
    """The list, or the lesson opened; hint, Show me, reset and leave are commands of the window.

    `lesson_requested` carries a lesson's name; `start_requested` begins or continues the lesson shown,
    `cancel_requested` stops the program.
    """

    lesson_requested = Signal(str)
    start_requested = Signal()
    cancel_requested = Signal()
    next_requested = Signal()
    demo_org_requested = Signal()

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lessonsPanel")
        self._of = 0
        self._is_elsewhere = False
        self._has_lesson = False
        self.list = ListPage()
        self.list.lesson_requested.connect(self.lesson_requested)
        self.lesson = LessonPage(commands)
        footer = self.lesson.footer
        footer.start_requested.connect(self.start_requested)
        footer.cancel_requested.connect(self.cancel_requested)
        footer.next_requested.connect(self.next_requested)
        self._pages = QStackedWidget()
        for page in (self.list, self.lesson, self._elsewhere()):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.addWidget(self._pages)

    def show_elsewhere(self, *, is_elsewhere: bool) -> None:
        """Say that lessons need the demo org, or show them."""
        self._is_elsewhere = is_elsewhere
        self._show_page()

    def show_list(self, rows: Sequence[LessonRow], came_from: str = "") -> None:
        """Show every lesson; the focus, if here, goes to the lesson just left."""
        had_focus = self._has_focus()
        self._of = len(rows)
        self.list.show_rows(rows)
        self._has_lesson = False
        self._show_page()
        if had_focus and came_from:
            self.list.focus(came_from)

    def show_start(self, row: LessonRow, why_not: str) -> None:
        """Show a lesson that is not running; `why_not` says why it cannot be started."""
        begun = row.place is not None
        self._show_lesson(row, -1 if row.place is None else row.place)
        footer = self.lesson.footer
        again = "Go on" if begun else "Start again"
        footer.allow_start(again if begun or row.is_done else "Start", why_not)
        footer.offer(LessonActions.START, why_not)

    def show_step(self, row: LessonRow, place: int, note: str = "") -> None:
        """Show a running lesson at a step (from 0)."""
        self._show_lesson(row, place)
        self.lesson.footer.offer(LessonActions.HELP, note)

    def show_done(self, row: LessonRow, *, has_next: bool) -> None:
        """Show a lesson whose last step was just passed."""
        self._show_lesson(row, len(row.lesson.steps))
        footer = self.lesson.footer
        footer.next_button.setText("Next lesson" if has_next else "All lessons")
        footer.offer(LessonActions.NEXT, "", row.lesson.teaches)

    def show_preparing(self) -> None:
        self.lesson.footer.offer(LessonActions.CANCEL, "Preparing the demo org and the session…")

    def show_playing(self) -> None:
        """Show that the program does the current step."""
        self.lesson.footer.offer(LessonActions.CANCEL, "The program does this step, here in this session…")

    def take_focus(self) -> None:
        """Focus the first control to use."""
        if self._pages.currentIndex() == _Page.ELSEWHERE:
            self.choose_button.setFocus()
        elif self._has_lesson:
            self.lesson.footer.take_focus()
        else:
            self.list.take_focus()

    def show_hint(self) -> str:
        return self.lesson.show_hint()

    def _show_lesson(self, row: LessonRow, place: int) -> None:
        had_focus = self._has_focus() and not self._has_lesson
        self.lesson.show_lesson(row, self._of, place)
        self._has_lesson = True
        self._show_page()
        if had_focus:
            self.lesson.footer.take_focus()

    def _show_page(self) -> None:
        here = _Page.LESSON if self._has_lesson else _Page.LIST
        self._pages.setCurrentIndex(_Page.ELSEWHERE if self._is_elsewhere else here)

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _elsewhere(self) -> QWidget:
        page = QWidget()
        page.setObjectName("lessonsElsewhere")
        text = label(
            (
                "Lessons are for the demo org: they move its time and make it fail on purpose, which no real server"
                " should suffer. Your progress is kept."
            ),
            wrap=True,
        )
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.choose_button = QPushButton("Choose the demo org")
        self.choose_button.setObjectName("lessonsChooseDemoButton")
        self.choose_button.setProperty("primary", True)
        self.choose_button.clicked.connect(self.demo_org_requested)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(text)
        layout.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        return page
