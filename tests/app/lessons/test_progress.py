"""How far one has come in the lessons: kept as text, read again, and nothing broken by what cannot be read."""

import pytest

from app import settings
from app.errors import BadInput
from app.lessons.progress import LessonProgress, progress_of, saved_progress
from app.settings import Settings


def test_a_lesson_is_begun_left_taken_up_and_done() -> None:
    begun = LessonProgress().at("grant", 0).at("grant", 2)
    assert (begun.current, begun.places, begun.done) == ("grant", {"grant": 2}, frozenset())
    left = begun.left()
    assert (left.current, left.places) == ("", {"grant": 2})
    done = left.at("grant", 3).finished("grant")
    assert (done.current, done.places, done.done) == ("", {}, {"grant"})


def test_beginning_anew_forgets_the_place_and_not_that_it_was_done() -> None:
    again = LessonProgress().finished("grant").at("grant", 1).forgotten("grant")
    assert (again.current, again.places, again.done) == ("", {}, {"grant"})


def test_one_lesson_does_not_touch_another() -> None:
    both = LessonProgress().at("grant", 1).at("lapse", 2)
    assert (both.current, both.places) == ("lapse", {"grant": 1, "lapse": 2})
    assert both.finished("lapse").places == {"grant": 1}


@pytest.mark.parametrize(
    "progress",
    [
        LessonProgress(),
        LessonProgress().at("grant", 0),
        LessonProgress().finished("two-windows").at("lost-answer", 2).at("skew", 1).left(),
    ],
)
def test_what_is_kept_is_read_again(progress: LessonProgress) -> None:
    assert progress_of(progress.kept()) == progress


def test_what_cannot_be_read_is_as_if_it_had_never_been() -> None:
    kept = {"lessons-places": "grant=two lapse=1 =3 x", "lessons-done": "  ", "lesson": "lapse"}
    assert progress_of(kept) == LessonProgress().at("lapse", 1)
    assert progress_of({}) == LessonProgress()


def test_what_is_saved_is_read_anew_each_time() -> None:
    assert saved_progress() == LessonProgress()
    for progress in (LessonProgress().at("grant", 1), LessonProgress().finished("grant")):
        settings.save(Settings(window=progress.kept()), settings.config_dir())
        assert saved_progress() == progress
    (settings.config_dir() / "settings.json").write_text("{")
    with pytest.raises(BadInput):
        saved_progress()
