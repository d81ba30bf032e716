"""The lesson shown: what it teaches, its steps, and its actions."""

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.lessons.facts import LessonRow, StepState, minutes_of, state_of
from ui.lessons.footer import Footer
from ui.lessons.step_card import StepCard
from ui.shell.commands import Commands
from ui.text import breakable
from ui.widgets.buttons import ActionButton
from ui.widgets.labels import label
from ui.widgets.scrolling import scrolling

_AROUND = 6


class LessonPage(QWidget):
    """Shows one lesson at one of its steps; its actions are in the `footer`."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: LessonRow | None = None
        self._place: int | None = None
        self.steps: tuple[StepCard, ...] = ()
        self.leave_button = ActionButton(commands.leave_lesson, "leaveLessonButton", "Leave")
        self.reset_button = ActionButton(commands.reset_lesson, "resetLessonButton", "Reset")
        for button in (self.leave_button, self.reset_button):
            button.setProperty("quiet", True)
        self._where = label(role="muted", wrap=True)
        self._where.setObjectName("lessonWhereLabel")
        self._title = label(role="title", wrap=True)
        self._title.setObjectName("lessonTitleLabel")
        self._teaches = label(wrap=True)
        self._teaches.setObjectName("lessonTeachesLabel")
        self.note = label(role="muted", wrap=True)
        self.note.setObjectName("lessonNoteLabel")
        self.footer = Footer(commands)
        self._into_sight = QTimer(self)
        self._into_sight.setObjectName("lessonIntoSightTimer")
        self._into_sight.setSingleShot(True)
        self._into_sight.setInterval(0)  # after the layout, in a posted event
        self._into_sight.timeout.connect(self._bring_into_sight)
        self._lay_out()

    def show_lesson(self, row: LessonRow, of: int, place: int) -> None:
        """Show a lesson, one `of` all, at a step (from 0); -1 is before the start, the number of steps is done."""
        if self._row is None or self._row.lesson is not row.lesson:
            self._show_other(row)
        elif place == self._place:
            return
        self._row, self._place = row, place
        self._where.setText(self._place_in_all(row, of, place))
        for number, card in enumerate(self.steps):
            state = state_of(number, place)
            if card.state is not state:
                card.show_state(state)
        self.note.setVisible(place < 0)
        self._teaches.setVisible(place < len(self.steps))  # the footer shows it then, as the result
        self._into_sight.start()

    def show_hint(self) -> str:
        """Show the current step's hint, and return it; "" if there is none."""
        current = self.current
        if current is None:
            return ""
        hint = current.show_hint()
        self._into_sight.start()
        return hint

    @property
    def current(self) -> StepCard | None:
        return next((card for card in self.steps if card.state is StepState.CURRENT), None)

    def _place_in_all(self, row: LessonRow, of: int, place: int) -> str:
        if 0 <= place < len(row.lesson.steps):
            return f"Lesson {row.number} of {of} · step {place + 1} of {len(row.lesson.steps)}"
        return f"Lesson {row.number} of {of} · {minutes_of(row.lesson.minutes)} min"

    def _show_other(self, row: LessonRow) -> None:
        for card in self.steps:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._title.setText(breakable(row.lesson.title))
        self._teaches.setText(breakable(row.lesson.teaches))
        self.note.setText(self._beginning(row))
        self.steps = tuple(StepCard(step, number) for number, step in enumerate(row.lesson.steps, 1))
        for place, card in enumerate(self.steps):
            self._list.insertWidget(self._list.count() - 1, card)
            card.setProperty("place", place)
        self._order()

    def _beginning(self, row: LessonRow) -> str:
        if row.lesson.begins_signed_out:
            return "This lesson begins signed out: the demo org's current user is signed out first."
        return "To begin, the demo org's settings are reset, its current user is signed out, and Ada signs in."

    def _order(self) -> None:
        """Let Tab go through the steps before the footer, which was created first."""
        footer = self.footer
        buttons = (footer.start_button, footer.hint_button, footer.show_me_button, footer.cancel_button)
        for one, other in pairwise((self.reset_button, *self.steps, *buttons, footer.next_button)):
            QWidget.setTabOrder(one, other)

    def _bring_into_sight(self) -> None:
        """Scroll to the current step with its hint; before the first step, to the top."""
        bar = self._scroll.verticalScrollBar()
        passed = [card for card in self.steps if card.state is StepState.PASSED]
        target = self.current or (passed[-1] if passed else None)
        if target is None:
            bar.setValue(0)
        elif target.height() > self._scroll.viewport().height() and not target.has_hint:
            bar.setValue(target.y())
        else:
            self._scroll.ensureWidgetVisible(target.hint if target.has_hint else target, 0, theme.px(_AROUND))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.leave_button)
        head.addStretch(1)
        head.addWidget(self.reset_button)
        content = QWidget()
        content.setObjectName("lessonSteps")
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(8)
        for each in (self._where, self._title, self._teaches, self.note):
            each.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._list.addWidget(each)
        self._list.addStretch(1)
        self._scroll = scrolling("lessonScroll", content)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # texts wrap
        self._scroll.verticalScrollBar().rangeChanged.connect(self._bring_into_sight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.footer)
