"""The kinds of sign-in are named in their own modules and their registries; everybody else asks the record."""

import ast
from pathlib import Path

import pytest

from app.cli.sign_in_prompts import _PROMPTS
from app.session.kinds import KINDS, kind_names
from ui.session.kinds import FORMS

_ROOT = Path(__file__).parents[2]
_THEIR_OWN = ("app/session/kinds/", "ui/session/kinds/", "app/cli/sign_in_prompts.py")
# Who plays a user has to sign in by some kind, and does it by password because no browser is needed for that.
_PLAYS_A_USER = "app/lessons/player.py"
_MODULES = {f"app.session.kinds.{name}" for name in kind_names()} | {
    f"ui.session.kinds.{name}" for name in kind_names()
}
_RECORDS = {name.upper() for name in kind_names()}


def _names_a_kind(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=module, names=names):
            is_registry = module in ("app.session.kinds", "ui.session.kinds")
            return module in _MODULES or (
                is_registry and any(each.name in (*_RECORDS, *kind_names()) for each in names)
            )
        case ast.Import(names=names):
            return any(each.name in _MODULES for each in names)
        case ast.Attribute(value=ast.Name(id="kinds"), attr=attr):
            return attr in _RECORDS
        case ast.Compare(left=left, comparators=others):
            return any(map(_is_a_name, (left, *others)))
        case ast.MatchValue(value=value):
            return _is_a_name(value)
        case ast.keyword(arg="sign_in" | "kind", value=value):
            return _is_a_name(value)
    return False


def _is_a_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in kind_names()


def _naming(code: str) -> list[int]:
    return [getattr(node, "lineno", 0) for node in ast.walk(ast.parse(code)) if _names_a_kind(node)]


def test_nobody_else_names_a_kind() -> None:
    found = []
    for file in (file for folder in ("app", "ui") for file in sorted((_ROOT / folder).rglob("*.py"))):
        path = file.relative_to(_ROOT).as_posix()
        if not path.startswith((*_THEIR_OWN, _PLAYS_A_USER)):
            found += [f"{path}:{line}" for line in _naming(file.read_text(encoding="utf-8"))]
    assert not found, found


@pytest.mark.parametrize(
    "code",
    [
        "from app.session.kinds.device import DEVICE",
        "from app.session.kinds import BROWSER",
        "from app.session.kinds import device",
        "import ui.session.kinds.password",
        "form = kinds.PASSWORD",
        "if connection.sign_in == 'device': show()",
        "if 'browser' != kind: show()",
        "match kind:\n  case 'password': ask()",
        "Connection(name='n', sign_in='device')",
    ],
)
def test_the_rule_can_fail(code: str) -> None:
    assert len(_naming(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "from app.session.kinds import KINDS, kind_named",
        "from app.session.kinds.kind import SignInKind",
        "form.get('password')",
        "kinds.kind_named(connection.sign_in).words.noun",
    ],
)
def test_the_rule_lets_whoever_asks_the_record_pass(code: str) -> None:
    assert not _naming(code)


def test_every_kind_has_its_prompt_and_its_form() -> None:
    assert set(_PROMPTS) == set(kind_names())
    assert tuple(each.kind for each in FORMS) == KINDS


def test_every_flow_journals_the_name_of_its_kind() -> None:
    found = [
        node.args[3].value
        for file in (_ROOT / "app/session").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "SignInStarted"
        if isinstance(node.args[3], ast.Constant)
    ]
    assert sorted(map(str, found)) == sorted(kind_names())
