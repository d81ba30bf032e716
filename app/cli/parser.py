"""The parser of all commands, and how one of them is run: a command's file is read only where it is asked for."""

import argparse
import json
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

from app import VERSION
from app.cli.output import complain, said_of_error
from app.errors import BadInput, LapseError
from app.installed import has
from app.streams import text_of

_PATHS = frozenset({"jwks", "csv"})
# The exit codes common to all commands; see `app.ending`.
_ANY_TIME = " · 70 a fault of Lapse's own · 130 stopped"
_EXIT_CODES = (
    "exit codes: 0 done · 1 refused, the session has ended · 2 usage, or the API did not answer 2xx · "
    "3 failed, the session is kept · 4 not signed in"
)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command: its name, what it does in one line, and the package of `app` that it needs.

    Its file, named after it, has `add_arguments(parser)` and `async def run(args)`, which returns the exit code.
    """

    name: str
    summary: str
    needs: str

    @property
    def file(self) -> str:
        """Its module in this package."""
        return self.name.replace("-", "_")

    @property
    def is_installed(self) -> bool:
        """Whether it is part of this installation."""
        return has(f"cli.{self.file}") and has(self.needs)


COMMANDS = (
    CommandSpec("sign-in", "sign in through the browser, on another device, or by password", "session"),
    CommandSpec("token", "print one valid access token and nothing else", "session"),
    CommandSpec("refresh", "refresh now, even if the access token is still valid", "session"),
    CommandSpec("call", "call a URL with a valid access token", "session"),
    CommandSpec("inspect", "decode and verify a token, rule by rule", "inspection"),
    CommandSpec("status", "say who is signed in and what the next call would do", "session"),
    CommandSpec("doctor", "say why there is no refresh token, or why it is refused", "doctor"),
    CommandSpec("sign-out", "revoke the refresh token and forget the session", "session"),
    CommandSpec("grant", "turn an Okta app's Refresh Token grant on", "okta"),
    CommandSpec("lesson", "play a lesson in simulated time, step by step", "lessons"),
    CommandSpec("serve", "run a demo org until stopped", "demo"),
    CommandSpec("lab", "compare refresh strategies on one seeded schedule of calls, in simulated time", "lab"),
)


def build_parser(words: Container[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands, with the flags of those named in `words` (default: all)."""
    parser = argparse.ArgumentParser(
        prog="lapse",
        description="Without a command Lapse opens its window. The commands do the same without one.",
        epilog=_EXIT_CODES + _ANY_TIME,
    )
    parser.add_argument("--version", action="version", version=f"lapse {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each in COMMANDS:
        if each.is_installed:
            description = f"{each.summary[0].upper()}{each.summary[1:]}."
            found = commands.add_parser(each.name, help=each.summary, description=description, epilog=_EXIT_CODES)
            if words is None or each.name in words:
                _add_arguments(found, each)
    return parser


def _add_arguments(parser: argparse.ArgumentParser, command: CommandSpec) -> None:
    module = import_module(f"app.cli.{command.file}")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    # A command may name the event loop it needs, and its own exit codes.
    parser.set_defaults(run=module.run, loop_factory=None)
    module.add_arguments(parser)
    parser.epilog = f"{parser.epilog}{_ANY_TIME}"


async def run(args: argparse.Namespace) -> int:
    """Run the chosen command; every LapseError becomes its three lines and its exit code."""
    try:
        _check_texts(args)
        return int(await args.run(args))
    except LapseError as error:
        with suppress(OSError):  # standard error may be closed; the exit code reports it too
            if args.json:
                print(json.dumps(said_of_error(error)))
            complain(error)
        return error.exit_code


def _check_texts(args: argparse.Namespace) -> None:
    """Put right the texts that were not understood on their way here; raises BadInput for those that are no text."""
    for name, value in vars(args).items():
        if name in _PATHS:  # names of files may be any octets
            continue
        try:
            if isinstance(value, str):
                setattr(args, name, text_of(value))
            elif isinstance(value, list):
                setattr(args, name, [text_of(each) for each in value])
        except UnicodeError:
            raise BadInput(f"What was given for {name.replace('_', '-')} is not UTF-8.") from None
