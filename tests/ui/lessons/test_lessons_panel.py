"""The Lessons tab: the list, a lesson at each of its steps, what is offered and why not, by mouse, keyboard and ear."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.lessons.lesson import Lesson, LessonStep
from app.lessons.player import Player
from ui import theme
from ui.lessons.facts import LessonRow, LessonStanding, StepState, minutes_of, state_of
from ui.lessons.panel import LessonsPanel
from ui.shell.commands import Commands, LessonPossible

HTML = "<b>bold</b> access_token_lifetime_s"
UNDER_WAY = LessonPossible(is_demo=True, is_open=True, is_begun=True, has_step=True)


async def nothing(_player: Player) -> None:
    raise AssertionError("a panel plays nothing")


def lesson(name: str = "grant", *, text: str = "why", begins_signed_out: bool = False) -> Lesson:
    steps = tuple(
        LessonStep(
            title=f"Step {number} {text}",
            read=f"Read {number} {text}",
            do=f"Do {number} {text}",
            see=f"See {number} {text}",
            hint=f"Hint {number} {text}",
            check=lambda _seen: False,
            play=nothing,
        )
        for number in (1, 2, 3)
    )
    return Lesson(
        name=name,
        title=f"Title of {name} {text}",
        teaches=f"Teaches {text}.",
        minutes=1.2,
        prepare=nothing,
        steps=steps,
        begins_signed_out=begins_signed_out,
    )


GRANT, LAPSE, STORM = lesson("grant"), lesson("lapse"), lesson("storm", begins_signed_out=True)
ROWS = (
    LessonRow(lesson=GRANT, number=1, is_done=True),
    LessonRow(lesson=LAPSE, number=2, place=1),
    LessonRow(lesson=STORM, number=3),
)


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    return Commands(window)


@pytest.fixture
def panel(qtbot: QtBot, commands: Commands) -> LessonsPanel:
    found = LessonsPanel(commands)
    qtbot.addWidget(found)
    found.resize(285, 640)
    found.show()
    found.show_list(ROWS)
    return found


def seen(top: QWidget) -> list[str]:
    return [each.text() for each in top.findChildren(QLabel) if each.isVisible()]


def shown_buttons(top: QWidget) -> list[str]:
    return [each.text() for each in top.findChildren(QAbstractButton) if each.isVisible() and each.text()]


def test_the_list_says_how_far_one_has_come(panel: LessonsPanel) -> None:
    assert panel.list.rows["grant"].accessibleDescription() == "Done, 1 min. Teaches why."
    assert panel.list.rows["lapse"].accessibleDescription() == "Step 2 of 3, 1 min. Teaches why."
    assert panel.list.rows["storm"].accessibleDescription() == "Not begun, 1 min. Teaches why."
    assert seen(panel.list.rows["lapse"]) == ["2. Title of lapse why", "◐ Step 2 of 3", "1 min"]
    assert "3 lessons, 3.5 minutes in all, 1 done" in seen(panel)[0]


def test_a_lesson_is_opened_by_mouse_and_by_enter(qtbot: QtBot, panel: LessonsPanel) -> None:
    with qtbot.waitSignal(panel.lesson_requested) as asked:
        qtbot.mouseClick(panel.list.rows["storm"], Qt.MouseButton.LeftButton)
    assert asked.args == ["storm"]
    with qtbot.waitSignal(panel.lesson_requested) as asked:
        panel.list.rows["lapse"].setFocus()
        qtbot.keyClick(panel.list.rows["lapse"], Qt.Key.Key_Space)
    assert asked.args == ["lapse"]


def test_every_standing_has_a_shape_of_its_own() -> None:
    assert len({each.shape for each in LessonStanding}) == len(LessonStanding)
    assert len({each.mark for each in StepState}) == len(StepState)
    assert [each.standing for each in ROWS] == [LessonStanding.DONE, LessonStanding.BEGUN, LessonStanding.NOT_BEGUN]


def test_before_it_begins_a_lesson_says_what_it_does_to_the_session(qtbot: QtBot, panel: LessonsPanel) -> None:
    panel.show_start(ROWS[2], "")
    assert any("begins signed out" in text for text in seen(panel))
    assert [card.state for card in panel.lesson.steps] == [StepState.AHEAD] * 3
    with qtbot.waitSignal(panel.start_requested):
        qtbot.mouseClick(panel.lesson.footer.start_button, Qt.MouseButton.LeftButton)
    panel.show_start(LessonRow(lesson=GRANT, number=1), "")
    assert not any("begins signed out" in text for text in seen(panel))


def test_why_a_lesson_cannot_begin_is_said_beside_the_button(panel: LessonsPanel) -> None:
    panel.show_start(ROWS[2], "This lesson needs a keyring.")
    button = panel.lesson.footer.start_button
    assert not button.isEnabled()
    assert button.toolTip() == button.accessibleDescription() == "This lesson needs a keyring."
    assert "This lesson needs a keyring." in seen(panel)


@pytest.mark.parametrize(
    ("row", "word"),
    [(ROWS[2], "Start"), (ROWS[1], "Go on"), (ROWS[0], "Start again")],
    ids=["new", "begun", "done"],
)
def test_the_button_says_what_it_begins(panel: LessonsPanel, row: LessonRow, word: str) -> None:
    panel.show_start(row, "")
    assert panel.lesson.footer.start_button.text() == word


def test_one_step_is_open_those_before_say_what_is_seen_and_those_after_their_titles(panel: LessonsPanel) -> None:
    panel.show_step(ROWS[1], 1)
    first, second, third = panel.lesson.steps
    assert seen(first) == ["✓", "Step 1 why", "SEE", "See 1 why"]
    assert seen(second) == ["▶", "Step 2 why", "READ", "Read 2 why", "DO", "Do 2 why"]
    assert seen(third) == ["○", "Step 3 why"]
    assert first.accessibleName() == "Step 1, passed: Step 1 why"
    assert second.accessibleDescription() == "Read 2 why Do 2 why"
    panel.show_step(ROWS[1], 2)
    assert seen(second) == ["✓", "Step 2 why", "SEE", "See 2 why"]
    assert seen(third)[2:] == ["READ", "Read 3 why", "DO", "Do 3 why"]


def test_the_hint_is_shown_on_request_and_gone_with_the_step(panel: LessonsPanel) -> None:
    panel.show_step(ROWS[1], 0)
    assert panel.show_hint() == "Hint 1 why"
    assert "Hint: Hint 1 why" in seen(panel)
    panel.show_step(ROWS[1], 0)  # nothing has changed: it stays
    assert panel.lesson.steps[0].has_hint
    panel.show_step(ROWS[1], 1)
    assert not any("Hint" in text for text in seen(panel))
    panel.show_done(ROWS[1], has_next=True)
    assert panel.show_hint() == ""


def test_what_is_offered_at_each_time(qtbot: QtBot, panel: LessonsPanel, commands: Commands) -> None:
    commands.show_lesson_possible(UNDER_WAY)
    panel.show_step(ROWS[1], 1)
    assert shown_buttons(panel.lesson) == ["Leave", "Reset", "Hint", "Show me"]
    panel.show_playing()
    assert shown_buttons(panel.lesson.footer) == ["Cancel"]
    assert panel.lesson.footer.progress.isVisible()
    with qtbot.waitSignal(panel.cancel_requested):
        qtbot.mouseClick(panel.lesson.footer.cancel_button, Qt.MouseButton.LeftButton)
    panel.show_done(ROWS[1], has_next=True)
    assert shown_buttons(panel.lesson.footer) == ["Next lesson"]
    assert seen(panel.lesson).count("Teaches why.") == 1
    assert seen(panel.lesson.footer) == ["✓ Done. Now you know:", "Teaches why."]
    with qtbot.waitSignal(panel.next_requested):
        qtbot.mouseClick(panel.lesson.footer.next_button, Qt.MouseButton.LeftButton)
    panel.show_done(ROWS[1], has_next=False)
    assert shown_buttons(panel.lesson.footer) == ["All lessons"]


def test_the_commands_are_the_buttons(qtbot: QtBot, panel: LessonsPanel, commands: Commands) -> None:
    panel.show_step(ROWS[1], 1)
    commands.show_lesson_possible(UNDER_WAY)
    footer, page = panel.lesson.footer, panel.lesson
    for button, action in (
        (footer.hint_button, commands.lesson_hint),
        (footer.show_me_button, commands.show_me),
        (page.reset_button, commands.reset_lesson),
        (page.leave_button, commands.leave_lesson),
    ):
        with qtbot.waitSignal(action.triggered):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_focus_stays_where_the_person_is(qtbot: QtBot, panel: LessonsPanel, commands: Commands) -> None:
    commands.show_lesson_possible(UNDER_WAY)
    panel.activateWindow()
    panel.list.rows["lapse"].setFocus()
    qtbot.waitUntil(panel.list.rows["lapse"].hasFocus)
    footer = panel.lesson.footer
    panel.show_start(ROWS[1], "")
    assert QApplication.focusWidget() is footer.start_button
    panel.show_preparing()
    assert QApplication.focusWidget() is footer.cancel_button
    panel.show_step(ROWS[1], 0)
    assert QApplication.focusWidget() is footer.hint_button
    footer.show_me_button.setFocus()
    panel.show_step(ROWS[1], 1)
    assert QApplication.focusWidget() is footer.show_me_button
    panel.show_done(ROWS[1], has_next=True)
    assert QApplication.focusWidget() is footer.next_button
    panel.show_list(ROWS, "lapse")
    assert QApplication.focusWidget() is panel.list.rows["lapse"]
    panel.take_focus()
    assert QApplication.focusWidget() is panel.list.rows["lapse"]  # the first that is not done


def test_elsewhere_it_offers_the_demo_org_and_keeps_what_is_open(qtbot: QtBot, panel: LessonsPanel) -> None:
    panel.show_step(ROWS[1], 1)
    panel.show_elsewhere(is_elsewhere=True)
    assert shown_buttons(panel) == ["Choose the demo org"]
    assert "Lessons are for the demo org" in seen(panel)[0]
    panel.take_focus()
    with qtbot.waitSignal(panel.demo_org_requested):
        qtbot.mouseClick(panel.choose_button, Qt.MouseButton.LeftButton)
    panel.show_elsewhere(is_elsewhere=False)
    assert "Step 2 why" in seen(panel)


def test_tab_goes_down_the_lesson(qtbot: QtBot, panel: LessonsPanel, commands: Commands) -> None:
    commands.show_lesson_possible(UNDER_WAY)
    panel.show_start(ROWS[2], "")
    panel.show_step(ROWS[1], 1)  # another lesson: its steps came into being after the buttons below them
    qtbot.waitUntil(panel.lesson.steps[2].isVisible)
    panel.activateWindow()
    panel.lesson.leave_button.setFocus()
    qtbot.waitUntil(panel.lesson.leave_button.hasFocus)
    walked = []
    for _ in range(7):
        walked.append(QApplication.focusWidget().objectName())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    steps = [f"lessonStepCard{number}" for number in (1, 2, 3)]
    assert walked == ["leaveLessonButton", "resetLessonButton", *steps, "lessonHintButton", "showMeButton"]


@pytest.mark.parametrize("kind", [QAbstractButton, QLabel])
def test_everything_has_a_name(panel: LessonsPanel, kind: type) -> None:
    panel.show_step(ROWS[1], 1)
    for each in panel.findChildren(kind):
        if each.isVisible():
            interface = QAccessible.queryAccessibleInterface(each)
            assert interface.text(QAccessible.Text.Name), each.objectName()
            assert kind is QLabel or each.objectName()


def test_nothing_is_markup_and_long_words_may_break(panel: LessonsPanel) -> None:
    row = LessonRow(lesson=lesson(text=HTML), number=1, place=0)
    panel.show_step(row, 0)
    assert {each.textFormat() for each in panel.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    assert any("access_\u200btoken" in text for text in seen(panel))
    assert "access_token_lifetime_s" in panel.lesson.steps[0].accessibleDescription()


@pytest.fixture(params=[1.0, theme.PRESENTER_ZOOM, 2.0])
def zoom(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[float]:
    theme.apply(qapp, "light", request.param)
    yield request.param
    theme.apply(qapp, "light")


def test_a_narrow_column_is_wide_enough(qtbot: QtBot, zoom: float, panel: LessonsPanel) -> None:
    wide = theme.px(256)
    long = LessonRow(lesson=lesson(text="a very long sentence of access_token_lifetime_s " * 6), number=12, place=1)
    panel.show_step(long, 1)
    panel.show_hint()
    assert panel.minimumSizeHint().width() <= wide
    panel.resize(wide, 600)
    for name in ("lessonScroll", "lessonsScroll"):
        scroll = panel.findChild(QScrollArea, name)
        qtbot.waitUntil(lambda scroll=scroll: scroll.widget().width() <= scroll.viewport().width())


def test_the_open_step_is_in_sight(qtbot: QtBot, panel: LessonsPanel) -> None:
    long = LessonRow(lesson=lesson(text="many words that fill the narrow column up " * 8), number=1, place=0)
    scroll = panel.findChild(QScrollArea, "lessonScroll")
    for place in (0, 1, 2):
        panel.show_step(long, place)
        card = panel.lesson.steps[place]
        qtbot.waitUntil(
            lambda card=card: 0 <= card.mapTo(scroll.viewport(), card.rect().topLeft()).y() < scroll.viewport().height()
        )


def test_the_open_step_stays_in_sight_where_the_column_gets_narrower(qtbot: QtBot, panel: LessonsPanel) -> None:
    panel.resize(640, 300)
    panel.show_step(LessonRow(lesson=lesson(text="many words that wrap " * 12), number=1, place=2), 2)
    scroll, card = panel.findChild(QScrollArea, "lessonScroll"), panel.lesson.steps[2]

    def top() -> int:
        return card.mapTo(scroll.viewport(), card.rect().topLeft()).y()

    qtbot.waitUntil(lambda: card.isVisible() and 0 <= top() < scroll.viewport().height() // 2)
    before = card.y()
    panel.resize(256, 300)
    qtbot.waitUntil(lambda: card.y() > before + 300)
    qtbot.waitUntil(lambda: 0 <= top() < scroll.viewport().height() // 2)


@pytest.mark.parametrize(("minutes", "words"), [(1.0, "1"), (1.2, "1"), (1.25, "1"), (1.4, "1.5"), (12.75, "13")])
def test_minutes_are_told_in_halves(minutes: float, words: str) -> None:
    assert minutes_of(minutes) == words


def test_steps_are_passed_open_or_ahead() -> None:
    assert [state_of(step, 1) for step in range(3)] == [StepState.PASSED, StepState.CURRENT, StepState.AHEAD]
    assert {state_of(step, 3) for step in range(3)} == {StepState.PASSED}
    assert {state_of(step, -1) for step in range(3)} == {StepState.AHEAD}
