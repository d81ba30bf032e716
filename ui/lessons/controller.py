"""Connects the lessons: started, checked against the journal, played on request, and remembered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.errors import LapseError, StepFailed
from app.errors.reasons import Standing
from app.events.session import StorePlace
from app.lessons.catalogue import LESSONS
from app.lessons.player import Player
from app.lessons.progress import LessonProgress, progress_of, saved_progress
from app.lessons.run import LessonRun
from ui.lessons.facts import LessonRow
from ui.lessons.panel import LessonsPanel
from ui.shell.commands import LessonPossible
from ui.shell.controller import Controller
from ui.shell.session_model import SessionModel
from ui.shell.shell import Shell
from ui.shell.tasks import ask_yes_no

if TYPE_CHECKING:
    from app.lessons.lesson import Lesson

_TASK = "lesson"
_CONTROLS = "demoPanel"


class LessonsController(Controller):
    """At most one lesson is shown, and only that one can be running.

    Journal entries count once the demo org's connection is known, one by one, and only those after the lesson's
    preparation.
    """

    def __init__(self, panel: LessonsPanel, shell: Shell, model: SessionModel) -> None:
        super().__init__(shell, model)
        self._panel = panel
        self._progress: LessonProgress = progress_of(self._connections.settings.window)
        self._open: Lesson | None = None
        self._run: LessonRun | None = None
        self._show_work: Callable[[], None] | None = None  # while the program works for the lesson shown
        self._taken = 0  # the newest journal entry passed to the run
        self._connect()
        self._panel.show_list(self._rows())

    def restore(self) -> None:
        """Reopen the lesson that was open when the window closed; only this run's entries pass its step."""
        name = self._progress.current
        lesson = next((each for each in LESSONS if each.name == name), None)
        if lesson is not None and name in self._progress.places:
            self._open, self._run = lesson, LessonRun(lesson, self._progress.places[name])
            self._show()
            if self._is_demo:
                self._shell.open_side(self._panel)

    def _show_connection(self) -> None:
        """Show the lessons at the demo org, elsewhere how to get there; nothing is played on a real server."""
        if not self._is_demo:
            self.cancel()
        self._panel.show_elsewhere(is_elsewhere=not self._is_demo)
        self._show_possible()

    def _show_possible(self) -> None:
        lesson, run = self._open, self._run
        self._shell.side.keep(self._in_use())
        if lesson is not None and run is None and self._show_work is None:
            self._panel.show_start(self._row(lesson), self._why_not(lesson))
        self._shell.commands.show_lesson_possible(
            LessonPossible(
                is_demo=self._is_demo,
                is_open=lesson is not None,
                is_begun=run is not None or (lesson is not None and lesson.name in self._progress.places),
                has_step=run is not None and not run.is_over,
                is_busy=self._show_work is not None,
            )
        )

    def _in_use(self) -> frozenset[str]:
        """Return the panels that the running lesson needs: its own, and the demo org's if a step uses it."""
        if self._run is None:
            return frozenset()
        return frozenset({self._panel.objectName()} if self._run.is_over else {self._panel.objectName(), _CONTROLS})

    @property
    def _is_demo(self) -> bool:
        return self._model.connection.embedded

    def cancel(self) -> None:
        """Stop the program's work for a lesson."""
        self._tasks.cancel(_TASK)

    def _added(self) -> None:
        """Check the new journal entries."""
        run = self._run
        if run is None or not self._connections.is_connected or not self._connections.connection.embedded:
            return
        place, belongs = run.place, ("", self._connections.connection.key)
        journal = self._connections.journal
        first, self._taken = self._taken + 1, journal.newest
        for seq in range(first, journal.newest + 1):
            entry = journal.entry(seq)
            if entry is not None and entry.connection in belongs:
                run.take(entry)
        if run.place != place:
            self._passed(run)

    # --- requests ---------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        commands, panel, model = self._shell.commands, self._panel, self._model
        model.ready_changed.connect(self._show_connection)
        model.session_changed.connect(self._show_possible)
        model.appended.connect(self._added)
        commands.lessons.triggered.connect(self._on_lessons)
        commands.lesson_hint.triggered.connect(self._on_hint)
        commands.show_me.triggered.connect(self._on_show_me)
        commands.reset_lesson.triggered.connect(self._on_reset)
        commands.leave_lesson.triggered.connect(self._on_leave)
        panel.lesson_requested.connect(self._on_lesson_requested)
        panel.start_requested.connect(self._on_start)
        panel.cancel_requested.connect(self.cancel)
        panel.next_requested.connect(self._on_next)
        panel.demo_org_requested.connect(self._on_demo_org)

    def _on_lessons(self) -> None:
        self._shell.open_side(self._panel)
        self._panel.take_focus()

    def _on_lesson_requested(self, name: str) -> None:
        self._open, self._run = next(each for each in LESSONS if each.name == name), None
        self._show_possible()

    def _on_start(self) -> None:
        lesson = self._open
        if lesson is None or self._why_not(lesson):
            return
        if lesson.name in self._progress.places:
            self._begin(lesson, self._progress.places[lesson.name])
        else:
            self._tasks.start(_TASK, self._prepare, lesson)

    def _on_hint(self) -> None:
        self._shell.open_side(self._panel)
        self._shell.announce(self._panel.show_hint())

    def _on_show_me(self) -> None:
        if self._run is not None:
            self._tasks.start(_TASK, self._show_me, self._run)

    def _on_reset(self) -> None:
        if self._open is not None:
            self._tasks.start(_TASK, self._reset, self._open)

    def _on_leave(self) -> None:
        self.cancel()
        left, self._open, self._run = self._open, None, None
        self._remember(LessonProgress.left)
        self._panel.show_list(self._rows(), left.name if left is not None else "")
        self._show_possible()

    def _on_next(self) -> None:
        following = self._following()
        if following is None:
            self._on_leave()
        else:
            self._on_lesson_requested(following.name)

    def _on_demo_org(self) -> None:
        self._model.choose_demo()

    # --- tasks ----------------------------------------------------------------------------------------------------

    async def _reset(self, lesson: "Lesson") -> None:
        if lesson.begins_signed_out and self._connections.session.tokens is not None and not await self._may_sign_out():
            return
        await self._prepare(lesson)

    async def _prepare(self, lesson: "Lesson") -> None:
        """Set everything up for the lesson; events on the way do not count."""
        self._run = None
        self._remember(lambda progress: progress.forgotten(lesson.name))
        self._show_possible()
        with self._at_work(self._panel.show_preparing):
            await lesson.prepare(Player(self._connections))
            if self._open is lesson:
                self._begin(lesson, 0)

    async def _show_me(self, run: LessonRun) -> None:
        """Do what the step asks for, as a user would; the journal decides whether that passes it."""
        step = run.step
        if step is None:
            return
        with self._at_work(self._panel.show_playing):
            await step.play(Player(self._connections))
            self._added()
        if run.step is step:
            is_signed_in = self._connections.session.tokens is not None
            raise StepFailed(
                f"The step “{step.title}” was played, and what it waits for did not happen.",
                standing=Standing.STILL_SIGNED_IN if is_signed_in else Standing.SIGNED_OUT,
            )

    @contextmanager
    def _at_work(self, show: Callable[[], None]) -> Iterator[None]:
        """Show that the program works, and the state after it, however it ended."""
        self._shell.hide_error()
        # A pending sign-in would replace the session that the lesson uses.
        self._model.end_sign_in("The sign-in was cancelled: the program is at work for the lesson.")
        self._show_work = show
        self._show()
        try:
            yield
        finally:
            self._show_work = None
            self._show()
            self._model.refresh()

    async def _may_sign_out(self) -> bool:
        return await ask_yes_no(
            self._shell.window,
            "resetLessonDialog",
            title="Reset the lesson",
            question="Sign out and restart the lesson?",
            consequence="This lesson begins signed out. The session at the demo org ends.",
            yes="Reset",
        )

    # --- progress -----------------------------------------------------------------------------------------

    def _begin(self, lesson: "Lesson", place: int) -> None:
        self._run = LessonRun(lesson, place)
        self._taken = self._connections.journal.newest
        self._remember(lambda progress: progress.at(lesson.name, place))
        self._show()

    def _passed(self, run: LessonRun) -> None:
        lesson, passed, step = run.lesson, run.lesson.steps[run.place - 1], run.step
        if step is None:
            self._remember(lambda progress: progress.finished(lesson.name))
            said = f"Lesson done: {lesson.title}."
            more = lesson.teaches
        else:
            self._remember(lambda progress: progress.at(lesson.name, run.place))
            said = f"✓ Step passed: {passed.title}. Next: {step.title}."
            more = passed.see
        self._show()
        if self._panel.isVisible():
            self._shell.announce(f"{said} {more}")
        else:  # the next action may be in another tab of the same column
            self._shell.toast(said, "good")

    def _show(self) -> None:
        run = self._run
        if run is not None and run.is_over:
            self._panel.show_done(self._row(run.lesson), has_next=self._following() is not None)
        elif run is not None:
            self._panel.show_step(self._row(run.lesson), run.place)
        if self._open is not None and self._show_work is not None:
            self._show_work()
        self._show_possible()

    def _following(self) -> "Lesson | None":
        if self._open is None:
            return None
        place = LESSONS.index(self._open) + 1
        return LESSONS[place] if place < len(LESSONS) else None

    def _why_not(self, lesson: "Lesson") -> str:
        if not self._connections.is_connected:
            return "The connection is not ready yet."
        if lesson.needs_keyring and self._connections.session.place is not StorePlace.KEYRING:
            trouble = self._connections.session.store_trouble
            reason = trouble.what if trouble is not None else "No keyring is used."
            return f"This lesson needs a keyring to keep the session in. {reason}"
        return ""

    def _rows(self) -> tuple[LessonRow, ...]:
        return tuple(self._row(each) for each in LESSONS)

    def _row(self, lesson: "Lesson") -> LessonRow:
        name = lesson.name
        return LessonRow(
            lesson=lesson,
            number=LESSONS.index(lesson) + 1,
            place=self._progress.places.get(name),
            is_done=name in self._progress.done,
        )

    def _remember(self, change: Callable[[LessonProgress], LessonProgress]) -> None:
        """Save one change, merged with what another window may have saved meanwhile."""
        before, self._progress = self._progress, change(self._progress)
        if self._progress == before:
            return
        try:
            self._connections.remember_window(change(saved_progress()).kept())
        except LapseError as error:
            self._shell.show_error(error)
