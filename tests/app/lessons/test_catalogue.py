"""The lessons as people read them: complete, short enough, in the product's words."""

import re

import pytest

from app.errors import BadInput
from app.lessons.catalogue import LESSONS, lesson_named
from app.lessons.lesson import Lesson, LessonStep

NAMES = [
    "grant",
    "lapse",
    "refresh",
    "rotation",
    "replay",
    "lost-answer",
    "storm",
    "offline",
    "skew",
    "the-end",
    "restart",
    "two-windows",
]
STEPS = [(lesson, step) for lesson in LESSONS for step in lesson.steps]
# Words of other programs for what has a name of its own here.
FOREIGN = re.compile(
    r"\b(expired access token|stale|timed out|log(ged)? ?(in|out)|login|logout|renew\w*|click the|chain|tree|sandbox|"
    r"mock server|profile|please|simply|just)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"[*`<>#]|\b_|_\b|\n|  ")


def every_text(step: LessonStep) -> dict[str, str]:
    return {"title": step.title, "read": step.read, "do": step.do, "see": step.see, "hint": step.hint}


def test_the_twelve_stand_in_the_order_they_build_on_each_other() -> None:
    assert [each.name for each in LESSONS] == NAMES


def test_a_lesson_is_found_by_its_name_and_others_are_told() -> None:
    assert lesson_named("storm").name == "storm"
    with pytest.raises(BadInput, match="There is no lesson 'strom'") as wrong:
        lesson_named("strom")
    assert all(name in wrong.value.next_step for name in NAMES)


def test_all_together_take_a_person_ten_to_fifteen_minutes() -> None:
    assert 10 <= sum(each.minutes for each in LESSONS) <= 15


@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_the_minutes_are_what_reading_and_doing_takes(lesson: Lesson) -> None:
    words = sum(len(f"{step.read} {step.do} {step.see}".split()) for step in lesson.steps)
    honest = words / 250 + len(lesson.steps) * 0.1  # 250 words a minute, and 6 s for the clicks of a step
    assert abs(lesson.minutes - honest) <= 0.4, f"{words} words: {honest:.1f} min"


@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_a_lesson_is_a_few_steps_and_says_what_it_teaches(lesson: Lesson) -> None:
    assert 3 <= len(lesson.steps) <= 5
    assert 30 <= len(lesson.teaches) <= 120
    assert 8 <= len(lesson.title) <= 50
    assert lesson.teaches.endswith(".")
    assert len({step.title for step in lesson.steps}) == len(lesson.steps)


@pytest.mark.parametrize(("lesson", "step"), STEPS, ids=[f"{lesson.name}: {step.title}" for lesson, step in STEPS])
def test_every_text_is_there_plain_and_short(lesson: Lesson, step: LessonStep) -> None:
    for name, text in every_text(step).items():
        least, most = {"title": (4, 34), "read": (60, 260), "do": (14, 150), "see": (30, 200), "hint": (24, 150)}[name]
        assert least <= len(text) <= most, (name, len(text))
        assert not MARKUP.search(text), name
        assert name == "title" or text.endswith((".", "!")), name
        assert not FOREIGN.search(text), (name, FOREIGN.search(text))
    assert 1 <= len(re.findall(r"[.!?:](?= |$)", step.read)) <= 4, "read is one to three sentences"


def test_those_that_need_a_keyring_and_those_that_sign_out_say_so() -> None:
    assert {each.name for each in LESSONS if each.needs_keyring} == {"restart", "two-windows"}
    assert {each.name for each in LESSONS if each.begins_signed_out} == {"grant"}
