"""Rules no linter knows: no nested event loops, no waiting in tests, sentences on modules."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_FOLDERS = ("app", "ui", "resources", "tests")


def _nests(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("exec", "exec_", "processEvents")


def _waits(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("time.sleep", "sleep", "qtbot.wait", "QTest.qWait", "QTest.qSleep")


def _has_a_limit_of_its_own(call: ast.Call) -> bool:
    limits = [each.value for each in call.keywords if each.arg == "timeout"]
    return any(isinstance(each, ast.Constant) and each.value is not None for each in limits)


def _measures_haste(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("time.perf_counter", "perf_counter", "time.monotonic", "monotonic", "time.time")


@dataclass(frozen=True, slots=True)
class Rule:
    """What no call may be: in files that begin with `where`, but for those that begin with one of `but`."""

    breaks: Callable[[ast.Call], bool]
    why: str
    where: str
    but: tuple[str, ...] = ()

    def is_for(self, path: str) -> bool:
        return path.startswith(self.where) and not path.startswith(self.but or ("/",))


RULES = (
    Rule(
        _nests,
        "a nested loop breaks into running tasks; open() the dialog and await its `finished`",
        "ui/",
        ("ui/boot.py",),  # the first loop of all runs until the first paint; no task exists yet
    ),
    Rule(_waits, "tests never wait; move the clock, or wait for a signal or a line of output", "tests/"),
    Rule(
        _has_a_limit_of_its_own,
        "a busy machine takes its time; the limit of all waits is in tests/patience.py",
        "tests/",
        ("tests/bench/",),
    ),
    Rule(
        _measures_haste,
        "count what is done, or ask whether it was done; tests/bench is for seconds",
        "tests/",
        ("tests/bench/",),
    ),
)


def _complaints(tree: ast.Module, rules: tuple[Rule, ...]) -> Iterator[tuple[int, str]]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if rules else []
    yield from ((call.lineno, rule.why) for rule in rules for call in calls if rule.breaks(call))
    yield from ((1, fault) for fault in _faults_of(ast.get_docstring(tree)))


def _faults_of(docstring: str | None) -> Iterator[str]:
    if not docstring:
        yield "a module says in one sentence what it is for, and this one has no docstring"
        return
    first = docstring.split("\n\n")[0]
    if not first.endswith((".", ":")):
        yield "the docstring does not begin with a whole sentence"
    if re.search(r"[.!?]\s+[A-Z]", first):
        yield "the docstring begins with more than one sentence"


def test_every_file_keeps_the_rules() -> None:
    found = []
    for file in (file for folder in _FOLDERS for file in sorted((_ROOT / folder).rglob("*.py"))):
        path = file.relative_to(_ROOT).as_posix()
        rules = tuple(rule for rule in RULES if rule.is_for(path))
        tree = ast.parse(file.read_text(encoding="utf-8"))  # once for all of them
        found += [f"{path}:{line}: {why}" for line, why in _complaints(tree, rules)]
    assert not found, "\n".join(("", *found))


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
    one = (Rule(rule, "why", ""),)
    assert list(_complaints(ast.parse(f"'A module.'\n{bad}"), one)) == [(2, "why")]
    assert not list(_complaints(ast.parse(f"'A module.'\n{good}"), one))


@pytest.mark.parametrize("docstring", [None, "", "No end", "One sentence. And another.", "One. Two.\n\nMore."])
def test_the_rule_for_docstrings_can_fail(docstring: str | None) -> None:
    assert len(list(_faults_of(docstring))) == 1
    assert not list(_faults_of("What it is for: e.g. this, by RFC 6749.\n\nMore. And more"))


def test_every_rule_looks_somewhere() -> None:
    paths = [file.relative_to(_ROOT).as_posix() for folder in _FOLDERS for file in (_ROOT / folder).rglob("*.py")]
    for rule in RULES:
        assert sum(map(rule.is_for, paths)) > 50
        assert all(any(path.startswith(each) for path in paths) for each in rule.but), rule.why
