"""The parser of all commands and flags, and how one of them is run."""

import argparse
import json
import re
from contextlib import suppress
from typing import Any

from app import VERSION
from app.cli import doctor, inspect, lab, lesson, okta, serve, session
from app.cli.output import complain, said_of_error
from app.cli.signing_in import FACTORS
from app.connection import DEFAULT_SCOPES
from app.errors import BadInput, LapseError
from app.simloop import SimLoop
from app.streams import text_of

_PATHS = frozenset({"jwks", "csv"})
# What every command may end with besides its own codes; see `app.ending`.
_ANY_TIME = " · 70 a fault of Lapse's own · 130 stopped"
_EXIT_CODES = (
    "exit codes: 0 done · 1 refused, the session has ended · 2 usage, or the API did not answer 2xx · "
    "3 failed, the session is kept · 4 not signed in"
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands and flags."""
    parser = argparse.ArgumentParser(
        prog="lapse",
        description="Without a command Lapse opens its window. The commands do the same without one.",
        epilog=_EXIT_CODES + _ANY_TIME,
    )
    parser.add_argument("--version", action="version", version=f"lapse {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add(
        commands,
        "sign-in",
        "sign in through the browser, on another device, or by password",
        session.sign_in,
        connection=True,
        more=_sign_in_flags,
    )
    _add(commands, "token", "print one valid access token and nothing else", session.token, connection=True)
    _add(
        commands,
        "refresh",
        "refresh now, whatever the access token is still good for",
        session.refresh,
        connection=True,
    )
    _add(commands, "call", "call a URL with a valid access token", session.call, connection=True, more=_call_flags)
    _add(
        commands,
        "inspect",
        "decode and verify a token, rule by rule",
        inspect.inspect,
        connection=False,
        more=_inspect_flags,
    )
    _add(commands, "status", "say who is signed in and what the next call would do", session.status, connection=True)
    _add(
        commands,
        "doctor",
        "say why there is no refresh token, or why it is refused",
        doctor.doctor,
        connection=True,
        more=_doctor_flags,
    )
    _add(
        commands,
        "sign-out",
        "revoke the refresh token and forget the session",
        session.sign_out,
        connection=True,
        more=_sign_out_flags,
    )
    _add(commands, "grant", "turn an Okta app's Refresh Token grant on", okta.grant, connection=True, more=okta.flags)
    _add(
        commands,
        "lesson",
        "play a lesson in simulated time, step by step",
        lesson.lesson,
        connection=False,
        more=lesson.flags,
        loop_factory=SimLoop,
    )
    _add(commands, "serve", "run a demo org until stopped", serve.serve, connection=False, more=_serve_flags)
    _add(
        commands,
        "lab",
        "compare refresh strategies on one seeded schedule of calls, in simulated time",
        lab.lab,
        connection=False,
        more=lab.flags,
    )
    return parser


def _add(
    commands: Any, name: str, text: str, run: Any, *, connection: bool, more: Any = None, loop_factory: Any = None
) -> None:
    """Add a command; `loop_factory` makes the loop it must be run on, asyncio's own unless said."""
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=_EXIT_CODES)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    if connection:
        parser.add_argument("--issuer", metavar="URL", help="the issuer; by default the connection last used")
        parser.add_argument("--client-id", metavar="ID", help="the client ID registered there")
    if more is not None:
        more(parser)
    parser.epilog = f"{parser.epilog}{_ANY_TIME}"
    parser.set_defaults(run=run, loop_factory=loop_factory)


def _sign_in_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scope", metavar="S", help=f"scopes to ask for (default: {DEFAULT_SCOPES})")
    parser.add_argument("--redirect-uri", metavar="URI", help="default: http://127.0.0.1:<free port>/callback")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--browser", action="store_true", help="through the browser, as unless said before")
    kind.add_argument("--device", action="store_true", help="on any device: a code, a link and a QR code are shown")
    kind.add_argument(
        "--username", metavar="NAME", help="by password, which is asked for or read from standard input, a line each"
    )
    parser.add_argument("--factor", choices=list(FACTORS), help="the second factor after a password; asked unless said")


def _sign_out_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-browser", action="store_true", help="leave the browser's session at the server as it is")


def _inspect_flags(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "exit codes: 0 valid · 1 not valid, or its signature could not be checked · 2 not a token"
    parser.add_argument(
        "token", nargs="?", metavar="TOKEN", help="a token, or - to read it; the session's own unless said"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--issuer", metavar="URL", help="verify with the keys of this issuer")
    source.add_argument("--jwks", metavar="FILE", help="verify with the keys in this file: JWK Set, JWK or PEM")
    source.add_argument("--offline", action="store_true", help="send nothing; no signature is checked then")
    parser.add_argument("--at", metavar="TIME", help="as if it were then: epoch seconds or ISO 8601")
    parser.add_argument("--audience", metavar="A", help="whom the token should be for")


def _doctor_flags(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "exit codes: 0 nothing found · 1 something sure or likely · 2 usage · 3 could not look"
    parser.add_argument("--offline", action="store_true", help="send nothing; judge by what is known here")


def _call_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL")
    parser.add_argument(
        "-n", type=int, default=1, metavar="N", help=f"so many calls at once, up to {session.MOST_CALLS}"
    )
    parser.add_argument("-X", "--method", type=_method, default="GET", metavar="METHOD", help="GET unless said")


def _method(text: str) -> str:
    """Return an HTTP method; anything else (RFC 9110 §9.1) could not be sent."""
    if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}", text) is None:
        raise argparse.ArgumentTypeError("not an HTTP method")
    return text


def _serve_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, metavar="N", help="a free port unless said")
    parser.add_argument(
        "--preset", metavar="NAME", help="a known server's way with refresh tokens; single flags go on top"
    )
    parser.add_argument("--access-token-lifetime", type=int, metavar="S", help="seconds, 30 unless said")
    parser.add_argument("--refresh-token-lifetime", type=int, metavar="S", help="seconds from the sign-in; 0: no limit")
    parser.add_argument("--idle", type=int, metavar="S", help="seconds a refresh token may lie unused; 0: no limit")
    parser.add_argument("--rotation", choices=["rotate", "static"], help="whether a refresh replaces the refresh token")
    parser.add_argument("--grace", type=int, metavar="S", help="seconds a replaced refresh token stays good, 0 to 60")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="FAULT", help="for example 503=5@token*2; repeatable"
    )
    parser.add_argument(
        "--scenario", metavar="NAME", help="the faults of an OpenID conformance module, invalid-iss for example"
    )
    parser.add_argument("--base-url", metavar="URL", help="where others reach it, if a TLS proxy stands in front")


async def run(args: argparse.Namespace) -> int:
    """Run the chosen command; every LapseError becomes its three lines and its exit code."""
    try:
        _check_texts(args)
        return int(await args.run(args))
    except LapseError as error:
        with suppress(OSError):  # nobody may be there to read it; the exit code tells it all the same
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
