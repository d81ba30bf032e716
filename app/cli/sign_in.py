"""The command that signs in, by whichever kind its flags ask for."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from app.cli.connected import add_connection_flags, connected
from app.cli.output import DONE, complain, say
from app.cli.sign_in_prompts import prompt_for
from app.connection import DEFAULT_SCOPES, Connection
from app.session import kinds
from app.session.kinds.kind import Flag
from app.session.states import SignedIn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)
    parser.add_argument("--scope", metavar="S", help=f"scopes to ask for (default: {DEFAULT_SCOPES})")
    parser.add_argument("--redirect-uri", metavar="URI", help="default: http://127.0.0.1:<free port>/callback")
    choice = parser.add_mutually_exclusive_group()
    for kind in kinds.KINDS:
        _add(choice.add_argument, kind.flag)
    for flag in (flag for kind in kinds.KINDS for flag in kind.more_flags):
        _add(parser.add_argument, flag)


def _add(add: Callable[..., object], flag: Flag) -> None:
    if flag.metavar or flag.choices:
        add(flag.name, metavar=flag.metavar or None, choices=flag.choices or None, help=flag.help)
    else:
        add(flag.name, action="store_true", default=None, help=flag.help)


async def run(args: argparse.Namespace) -> int:
    """Sign in; prompts go to standard error, because standard output may be piped."""
    async with connected(args, partial(_with_flags, args)) as connections:
        kind = kinds.kind_named(connections.connection.sign_in)
        await connections.sign_in(kind, prompt_for(kind, args))
        if connections.settings.connection != connections.connection:
            connections.remember_connection(connections.connection)
        state = connections.session.state
        assert isinstance(state, SignedIn)
        found = {"signed_in": True, "name": state.tokens.display_name, "kept_in": connections.session.place.value}
        say(args, found, f"Signed in as {state.tokens.display_name}. Kept in {connections.session.place.value}.")
        if connections.session.store_trouble is not None:
            complain(connections.session.store_trouble)
    return DONE


def _with_flags(args: argparse.Namespace, connection: Connection) -> Connection:
    return replace(
        connection,
        scopes=args.scope or connection.scopes,
        redirect_uris=(args.redirect_uri,) if args.redirect_uri else connection.redirect_uris,
        sign_in=_kind_asked(args) or connection.sign_in,
    )


def _kind_asked(args: argparse.Namespace) -> str:
    """Return the name of the kind whose flag was given, "" without one."""
    given = (
        each.name for each in kinds.KINDS if getattr(args, each.flag.name.strip("-").replace("-", "_")) is not None
    )
    return next(given, "")
