"""A call can end before anything was decided: no step is passed by it, and none breaks."""

import httpx
import pytest

from app.connections import Connections
from app.lessons.catalogue import LESSONS
from app.lessons.player import Player
from app.lessons.run import LessonRun

pytestmark = pytest.mark.anyio


def unusable(url: str) -> httpx.URL:
    raise httpx.InvalidURL(f"{url} is one that a newer httpx will not send")


async def test_a_call_without_a_decision_passes_no_step_and_breaks_none(
    bench: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Player(bench).start_over()
    runs = [LessonRun(lesson, place) for lesson in LESSONS for place in range(len(lesson.steps))]
    before = [run.place for run in runs]
    for run in runs:
        bench.journal.subscribe(run.take)
    monkeypatch.setattr("app.session.calls._parsed", unusable)
    results = await bench.call_api_many("GET", "https://api.example/", 2)
    assert [result.steps for result in results] == [(), ()]
    assert [run.place for run in runs] == before
