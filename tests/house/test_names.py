"""Names: a public class name means one thing in the whole tree."""

import ast
from collections import defaultdict
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def _public_classes(source: str) -> list[str]:
    body = ast.parse(source).body
    return [each.name for each in body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")]


def _defined_twice(sources: dict[str, str]) -> dict[str, list[str]]:
    """Return the files that define each public class name which more than one file defines."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for file, source in sources.items():
        for name in _public_classes(source):
            files[name].append(file)
    return {name: where for name, where in files.items() if len(where) > 1}


def test_a_public_class_name_means_one_thing() -> None:
    paths = [path for room in ("app", "ui") for path in (_ROOT / room).rglob("*.py")]
    twice = _defined_twice({str(path.relative_to(_ROOT)): path.read_text(encoding="utf-8") for path in paths})
    assert not twice, f"who reads one of these names cannot know which is meant: {twice}"


def test_the_rule_can_fail() -> None:
    assert _defined_twice({"a.py": "class Row: ...\nclass _Own: ...", "b.py": "class Row: ...\nclass _Own: ..."}) == {
        "Row": ["a.py", "b.py"]
    }
