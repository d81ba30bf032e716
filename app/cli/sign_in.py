"""The command that signs in, by whichever kind its flags ask for."""

import argparse
from dataclasses import replace
from functools import partial

from app.cli.connected import add_connection_flags, connected
from app.cli.output import DONE, complain, say
from app.cli.signing_in import FACTORS, kind_asked, sign_in_by_kind
from app.connection import DEFAULT_SCOPES, Connection
from app.session.states import SignedIn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its flags."""
    add_connection_flags(parser)
    parser.add_argument("--scope", metavar="S", help=f"scopes to ask for (default: {DEFAULT_SCOPES})")
    parser.add_argument("--redirect-uri", metavar="URI", help="default: http://127.0.0.1:<free port>/callback")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--browser", action="store_true", help="through the browser, as unless said before")
    kind.add_argument("--device", action="store_true", help="on any device: a code, a link and a QR code are shown")
    kind.add_argument(
        "--username", metavar="NAME", help="by password, which is asked for or read from standard input, a line each"
    )
    parser.add_argument("--factor", choices=list(FACTORS), help="the second factor after a password; asked unless said")


async def run(args: argparse.Namespace) -> int:
    """Sign in; what to do goes to standard error, because people pipe standard output."""
    async with connected(args, partial(_with_flags, args)) as connections:
        await sign_in_by_kind(args, connections)
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
        sign_in=kind_asked(args, connection),
    )
