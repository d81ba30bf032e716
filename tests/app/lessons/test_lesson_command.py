"""`lapse lesson`: played in simulated time, told step by step, and nothing of this machine is touched."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.__main__ import main
from app.lessons import catalogue
from app.lessons.catalogue import LESSONS, lesson_named
from app.lessons.player import Player

Captured = pytest.CaptureFixture[str]


def test_a_lesson_is_told_step_by_step_with_what_it_brought_about(capsys: Captured) -> None:
    assert main(["lesson", "refresh"]) == 0
    told = capsys.readouterr().out
    lesson = lesson_named("refresh")
    assert told.startswith(f"{lesson.title}\n")
    assert told.count("✓     passed") == len(lesson.steps)
    lines = told.splitlines()
    call = next(line for line in lines if "Call API: GET" in line)
    token = next(line for line in lines if "/v1/token → 200" in line)
    assert len(token) - len(token.lstrip()) > len(call) - len(call.lstrip())


def test_what_is_told_twice_is_told_once_and_counted(capsys: Captured) -> None:
    assert main(["lesson", "storm"]) == 0
    told = capsys.readouterr().out
    assert "… and 49 more, word for word the same." in told
    assert "… and 48 more, word for word the same." in told
    assert len(told.splitlines()) < 100


def test_json_is_one_object_a_step(capsys: Captured) -> None:
    assert main(["lesson", "lapse", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    lesson = lesson_named("lapse")
    assert [each["title"] for each in found] == [step.title for step in lesson.steps]
    assert [(each["lesson"], each["step"], each["passed"]) for each in found] == [
        ("lapse", 1, True),
        ("lapse", 2, True),
        ("lapse", 3, True),
    ]
    causes = {each["seq"]: each["cause"] for each in found[2]["journal"]}
    assert None in causes.values()
    assert all(cause in causes for cause in causes.values() if cause is not None)


def test_two_runs_tell_the_same(capsys: Captured) -> None:
    assert main(["lesson", "rotation"]) == 0
    first = capsys.readouterr().out
    assert main(["lesson", "rotation"]) == 0
    assert capsys.readouterr().out == first


def test_the_list_names_every_lesson(capsys: Captured) -> None:
    assert main(["lesson", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [each.name for each in LESSONS]
    assert all(each.title in line for each, line in zip(LESSONS, lines, strict=True))
    assert main(["lesson", "--list", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["name"], each["minutes"]) for each in found] == [(each.name, each.minutes) for each in LESSONS]


@pytest.mark.parametrize("args", [["nonsense"], []])
def test_an_unknown_lesson_gets_the_list(capsys: Captured, args: list[str]) -> None:
    assert main(["lesson", *args]) == 2
    said = capsys.readouterr().err
    assert all(each.name in said for each in LESSONS)


def test_a_step_that_is_not_passed_is_named_with_what_was_seen(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = lesson_named("lapse")
    never = replace(lesson.steps[1], check=lambda _seen: False)
    broken = replace(lesson, steps=(lesson.steps[0], never, lesson.steps[2]))
    monkeypatch.setattr(catalogue, "LESSONS", (broken,))
    assert main(["lesson", "lapse", "--json"]) == 1
    captured = capsys.readouterr()
    first, error = map(json.loads, captured.out.splitlines())
    assert (first["step"], first["passed"]) == (1, True)
    assert "“Let it lapse, and wait”" in error["error"][0]
    assert "Both clocks were moved forward by 1 min." in captured.err


def test_an_act_that_fails_is_told_as_the_step_it_belongs_to(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = lesson_named("replay")
    too_early = replace(lesson, steps=(replace(lesson.steps[1], play=Player.replay),))
    monkeypatch.setattr(catalogue, "LESSONS", (too_early,))
    assert main(["lesson", "replay"]) == 1
    said = capsys.readouterr().err
    assert "“After the grace period”" in said
    assert "There is no older refresh token to replay." in said


def test_nothing_of_this_machine_is_touched(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, lapse_home: Path
) -> None:
    def nobody(*_: object) -> None:
        raise AssertionError("a lesson must not come here")

    monkeypatch.setattr("app.settings.load", nobody)
    monkeypatch.setattr("app.settings.save", nobody)
    monkeypatch.setattr("keyring.get_keyring", nobody)
    monkeypatch.setattr("app.demo.host.DemoHost.ensure", nobody)
    monkeypatch.setattr("socket.socket.connect", nobody)
    for lesson in ("the-end", "restart", "two-windows"):
        assert main(["lesson", lesson]) == 0
    assert not lapse_home.exists()
