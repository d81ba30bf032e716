"""Rules no linter knows: no nested event loops, no waiting in tests, sentences on modules."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
# Files of ui/ in which a nested loop is right, with the reason: no task runs there that it could break into.
_MAY_NEST: dict[str, str] = {"ui/boot.py": "the first loop of all runs until the first paint; no task exists yet"}


def _files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((_ROOT / folder).rglob("*.py"))


def _complaints(source: str, rule: Callable[[ast.Call], bool]) -> list[int]:
    """Return the lines with a call that breaks the rule."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and rule(node)]


def _found(rule: Callable[[ast.Call], bool], *folders: str, but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(_ROOT)}:{line}"
        for path in _files(*folders)
        if str(path.relative_to(_ROOT)) not in but
        for line in _complaints(path.read_text(encoding="utf-8"), rule)
    ]


def _nests(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("exec", "exec_", "processEvents")


def _waits(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("time.sleep", "sleep", "qtbot.wait", "QTest.qWait", "QTest.qSleep")


def _has_a_limit_of_its_own(call: ast.Call) -> bool:
    limits = [each.value for each in call.keywords if each.arg == "timeout"]
    return any(isinstance(each, ast.Constant) and each.value is not None for each in limits)


def _measures_haste(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("time.perf_counter", "perf_counter", "time.monotonic", "monotonic", "time.time")


def test_no_nested_event_loops() -> None:
    found = _found(_nests, "ui", but=tuple(_MAY_NEST))
    assert not found, f"a nested loop breaks into running tasks; open() the dialog and await its `finished`: {found}"


def test_no_test_waits() -> None:
    found = _found(_waits, "tests")
    assert not found, f"tests never wait; move the clock, or wait for a signal or a line of output: {found}"


def _found_in_tests(rule: Callable[[ast.Call], bool]) -> list[str]:
    return [each for each in _found(rule, "tests") if not each.startswith("tests/bench/")]


def test_no_test_gives_up_early() -> None:
    found = _found_in_tests(_has_a_limit_of_its_own)
    assert not found, f"a busy machine takes its time; the limit of all waits is in tests/patience.py: {found}"


def test_no_test_measures_how_fast_this_machine_is_today() -> None:
    found = _found_in_tests(_measures_haste)
    assert not found, f"count what is done, or ask whether it was done; tests/bench is for seconds: {found}"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (_nests, "dialog.exec()", "dialog.open()"),
        (_nests, "app.processEvents()", "exec(code)"),
        (_waits, "time.sleep(1)", "clock.sleep(1)"),
        (_waits, "qtbot.wait(50)", "qtbot.waitUntil(done)"),
        (_has_a_limit_of_its_own, "process.wait(timeout=5)", "process.wait(timeout=PATIENCE_S)"),
        (_measures_haste, "time.perf_counter()", "clock.now()"),
    ],
)
def test_the_rules_can_fail(rule: Callable[[ast.Call], bool], bad: str, good: str) -> None:
    assert _complaints(bad, rule) == [1]
    assert _complaints(good, rule) == []


@pytest.mark.parametrize("path", list(_files("app", "ui", "resources", "tests")), ids=lambda path: path.name)
def test_every_module_says_in_one_sentence_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    where = path.relative_to(_ROOT)
    assert docstring, f"{where} has no docstring"
    first = docstring.split("\n\n")[0]
    assert first.endswith((".", ":")), f"the docstring of {where} does not begin with a whole sentence"
    assert not re.search(r"[.!?]\s+[A-Z]", first), f"the docstring of {where} begins with more than one sentence"
