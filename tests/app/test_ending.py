"""How a process ends: one sentence about whatever nobody foresaw, its own exit code, and never a traceback."""

import asyncio
import json
from collections.abc import Callable

import pytest

from app import ending
from app.__main__ import main
from app.ending import OUR_FAULT, Unforeseen
from app.errors import LapseError, OAuthError, Refusal

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln"


def deep(n: int) -> int:
    return deep(n + 1) + 1


def raising(failure: BaseException) -> Callable[[], int]:
    def run() -> int:
        raise failure

    return run


@pytest.mark.parametrize(
    "failure",
    [
        ValueError(TOKEN),
        MemoryError(),
        OSError(5, TOKEN),
        KeyError(TOKEN),
        UnicodeDecodeError("utf-8", TOKEN.encode(), 0, 1, TOKEN),
        AssertionError(),
        ExceptionGroup(TOKEN, [ExceptionGroup(TOKEN, [RuntimeError(TOKEN)])]),
        GeneratorExit(),
    ],
)
def test_whatever_fails_unforeseen_is_told_without_its_text(
    capsys: pytest.CaptureFixture[str], failure: BaseException
) -> None:
    assert ending.ended(raising(failure), as_json=True) == OUR_FAULT
    out, err = capsys.readouterr()
    assert err.splitlines() == json.loads(out)["error"]
    assert "Lapse itself" in err
    assert "LAPSE_TRACEBACK=1" in err
    assert "Traceback" not in err + out
    assert TOKEN not in err + out


def test_of_a_group_the_first_is_named() -> None:
    within = ExceptionGroup("", [KeyError(), ValueError()])
    assert "KeyError" in Unforeseen(ExceptionGroup("", [within])).what


def test_recursion_is_no_exception(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending.ended(lambda: deep(0)) == OUR_FAULT
    assert "RecursionError" in capsys.readouterr().err


def test_who_wants_the_traceback_gets_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPSE_TRACEBACK", "1")
    assert ending.ended(raising(ValueError("x"))) == OUR_FAULT
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "where", ["app.connections.settings.load", "app.cli.parser._check_texts", "app.cli.build_parser"]
)
def test_a_fault_in_a_command_is_told_and_means_nothing_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError(TOKEN)

    monkeypatch.setattr(where, fail)
    assert main(["status", "--json"]) == OUR_FAULT
    out, err = capsys.readouterr()
    assert len(json.loads(out)["error"]) == 3
    assert "ZeroDivisionError" in err
    assert "in app." in err
    assert TOKEN not in out + err


def test_no_error_of_ours_has_that_code() -> None:
    kinds = [LapseError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {kind.exit_code for kind in kinds if kind is not Unforeseen} <= {1, 2, 3, 4}
    assert Refusal(code="invalid_grant").exit_code != OUR_FAULT != OAuthError("x", "", status=400).exit_code


def test_what_fails_in_a_task_nobody_awaits_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(ending.tell_of_loop)
        loop.call_soon({}.__getitem__, "x")
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(run())
    err = capsys.readouterr().err
    assert "KeyError" in err
    assert "Traceback" not in err
