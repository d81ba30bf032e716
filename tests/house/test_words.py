"""Facts below, words above: sentences are made in one place a room, and nobody reads one to learn a fact."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

Rule = Callable[[ast.AST], bool]

_ROOT = Path(__file__).parents[2]
# What holds sentences for people, of our own making. (`description` is not among them: it is a server's.)
_SENTENCES = frozenset({"because", "cause", "cure", "headline", "next_step", "sentence", "story", "what", "words"})
_READ_BY = frozenset(
    """
    endswith find index partition removeprefix removesuffix rfind rpartition rsplit rstrip split splitlines startswith
    strip
    """.split()  # noqa: SIM905 - names
)
_SEARCHED_BY = frozenset({"findall", "finditer", "fullmatch", "match", "search", "sub"})


def _reads_a_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            return any(map(_is_one, node.comparators))
        sides = [each for each in (node.left, *node.comparators) if _is_one(each)]
        # an entry's `cause` is a number
        return isinstance(node.ops[0], ast.Eq | ast.NotEq) and any(".cause" not in ast.unparse(each) for each in sides)
    if isinstance(node, ast.Subscript):
        return _is_one(node.value)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr in _SEARCHED_BY:
        return any(map(_is_one, node.args))
    return node.func.attr in _READ_BY and _is_one(node.func.value)


def _is_one(node: ast.AST) -> bool:
    found = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Call) and isinstance(found, ast.Name):
        return found.id in _SENTENCES
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
    for code in (
        '"idle" in line.cause',
        '"x" not in step.words',
        'each.sentence().startswith("A")',
        'sentence(entry.event).partition(": ")',
        'trouble.what.rstrip(".")',
        "failure.what == ended.what",
        "failure.what[0]",
        're.search("issuer", error.what)',
        "_PATTERN.match(error.next_step)",
    ):
        assert _breaks(_reads_a_sentence, code), code
    for code in (
        "cause in causes",
        'line.description.startswith("x")',
        "words.said(line.cause)",
        "unstopped(trouble.what)",
        "step.what is What.CALL",
        "failure.reason is ended.reason",
    ):
        assert not _breaks(_reads_a_sentence, code), code


def test_the_demo_org_says_its_causes_in_one_place() -> None:
    found = [each for each in _found("app/demo", _says_why_in_place) if "/management/" not in each]
    assert not found, f"give it a Cause, or a sentence of app.demo.words: {found}"
    for code in ('raise Refused(ROW, "Because.")', 'BearerRefused(ROW, f"It is {x}.")'):
        assert _breaks(_says_why_in_place, code)
    for code in ("Refused(ROW, words.BECAUSE)", "Refused(ROW)", "Refused(ROW, Cause(kind=IDLE))"):
        assert not _breaks(_says_why_in_place, code)
