"""The README tells no tales: its commands, flags, files and pictures exist."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from app.cli import build_parser

_ROOT = Path(__file__).parents[2]
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```\w*\n(.*?)^```", _README, re.MULTILINE | re.DOTALL)
_INLINE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", _README, flags=re.MULTILINE | re.DOTALL))
_LAPSE = re.compile(r"(?:^|\$\(|&& |; )lapse(?= |\)|$)([^)|;&]*)", re.MULTILINE)


def _commands() -> list[str]:
    return [found.strip() for code in (*_BLOCKS, *_INLINE) for found in _LAPSE.findall(code)]


def _subparsers() -> dict[str, argparse.ArgumentParser]:
    [action] = [each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


def test_there_are_exactly_two_set_up_commands_of_one_line() -> None:
    set_up = [block for block in _BLOCKS if "pip " in block]
    assert set_up == ["pip install . && lapse\n", 'pip install -e ".[test]" && pytest\n']


def test_every_command_is_mentioned() -> None:
    assert set(_subparsers()) <= {command.split()[0] for command in _commands() if command}


@pytest.mark.parametrize("command", sorted(set(filter(None, _commands()))))
def test_every_command_and_flag_exists(command: str) -> None:
    words = shlex.split(command.replace("[", " ").replace("]", " "), comments=True)
    if words[0].startswith("-"):
        known = {flag for action in build_parser()._actions for flag in action.option_strings}
    else:
        assert words[0] in _subparsers(), f"`lapse {command}`: there is no command {words[0]}"
        known = set(_subparsers()[words[0]]._option_string_actions)
    assert {word for word in words if word.startswith("-") and word != "-"} <= known


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:\]\(|src(?:set)?=\")([^)\"#:]+)[)\"]", _README))))
def test_every_file_it_points_to_exists(target: str) -> None:
    assert (_ROOT / target).is_file()
