"""What pyproject.toml promises: the PySide6 cap with its reason, one version, tools that match their rules."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from app import VERSION
from app.cli import build_parser

_ROOT = Path(__file__).parents[2]
_TEXT = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
_PROJECT = tomllib.loads(_TEXT)["project"]


def test_pyside_is_capped_and_says_why() -> None:
    [pyside] = [each for each in _PROJECT["dependencies"] if each.startswith("PySide6")]
    assert pyside == "PySide6-Essentials>=6.9,<6.12"
    reason = re.search(r"# (.+)\n\s*\"PySide6-Essentials", _TEXT)
    assert reason is not None
    assert "6.12.0" in reason[1]


def test_pyside_is_inside_the_cap() -> None:
    major, minor = (int(part) for part in version("PySide6-Essentials").split(".")[:2])
    assert (6, 9) <= (major, minor) < (6, 12)


@pytest.mark.parametrize("dependency", _PROJECT["dependencies"])
def test_every_dependency_has_bounds(dependency: str) -> None:
    assert ">=" in dependency
    assert "<" in dependency


def test_the_version_is_said_once_and_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--version"])
    assert capsys.readouterr().out.split() == ["lapse", VERSION]
    told = tomllib.loads(_TEXT)["tool"]["hatch"]["version"]
    found = re.search(told["pattern"], (_ROOT / told["path"]).read_text(encoding="utf-8"))
    assert (_PROJECT["dynamic"], found and found["version"]) == (["version"], VERSION)
