"""Every lesson, played to its end."""

import pytest

from app.connections import Connections
from app.lessons.catalogue import LESSONS
from app.lessons.lesson import Lesson
from app.lessons.play import play

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("lesson", LESSONS, ids=[each.name for each in LESSONS])
async def test_every_lesson_is_passed_step_by_step(bench: Connections, lesson: Lesson) -> None:
    passed = [played.step async for played in play(lesson, bench)]
    assert passed == list(lesson.steps)
