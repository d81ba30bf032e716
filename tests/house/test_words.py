"""Facts below, words above: sentences are made in one place a room, and nobody reads one to learn a fact."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

Rule = Callable[[ast.AST], bool]

_ROOT = Path(__file__).parents[2]
# What holds sentences for people, of our own making. (`description` is not among them: it is a server's.)
_SENTENCES = frozenset({"cause", "words", "cure", "sentence"})
_READ_BY = frozenset({"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split"})


def _reads_a_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(isinstance(each, ast.In | ast.NotIn) for each in node.ops) and any(map(_is_one, node.comparators))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _READ_BY
        and _is_one(node.func.value)
    )


def _is_one(node: ast.AST) -> bool:
    found = node.func if isinstance(node, ast.Call) else node
    return isinstance(found, ast.Attribute) and found.attr in _SENTENCES


def _says_why_in_place(node: ast.AST) -> bool:
    """Return whether the demo org refuses with a cause written where it refuses."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Refused")):
        return False
    texts = (each for each in node.args[1:2] if isinstance(each, ast.JoinedStr | ast.Constant))
    return any(not isinstance(each, ast.Constant) or isinstance(each.value, str) for each in texts)


def _found(folder: str, rule: Rule) -> Iterator[str]:
    for path in sorted((_ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lines = (node.lineno for node in ast.walk(tree) if isinstance(node, ast.expr) and rule(node))
        yield from (f"{path.relative_to(_ROOT)}:{line}" for line in lines)


def _breaks(rule: Rule, code: str) -> bool:
    return any(rule(node) for node in ast.walk(ast.parse(code)))


def test_nobody_reads_a_sentence() -> None:
    found = [*_found("app", _reads_a_sentence), *_found("ui", _reads_a_sentence)]
    assert not found, f"let the record carry an enum or a field: {found}"
    for code in ('"idle" in line.cause', '"x" not in step.words', 'each.sentence().startswith("A")'):
        assert _breaks(_reads_a_sentence, code)
    for code in ("cause in causes", 'line.description.startswith("x")', "words.said(line.cause)"):
        assert not _breaks(_reads_a_sentence, code)


def test_the_demo_org_says_its_causes_in_one_place() -> None:
    found = [each for each in _found("app/demo", _says_why_in_place) if "/management/" not in each]
    assert not found, f"give it a Cause, or a sentence of app.demo.words: {found}"
    for code in ('raise Refused(ROW, "Because.")', 'BearerRefused(ROW, f"It is {x}.")'):
        assert _breaks(_says_why_in_place, code)
    for code in ("Refused(ROW, words.BECAUSE)", "Refused(ROW)", "Refused(ROW, Cause(kind=IDLE))"):
        assert not _breaks(_says_why_in_place, code)
