"""What the commands on a session share: the connection their flags name, opened, and new tokens kept at the end."""

import argparse
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.assembly import open_assembly
from app.cli.output import DONE, complain
from app.connection import Connection
from app.connections import Connections
from app.errors import BadInput, LapseError, StoreFailed
from app.events import Entry
from app.events.session import KeyringAwaited
from app.events.tokens import IdTokenRefused


def add_connection_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--issuer", metavar="URL", help="the issuer (default: the connection last used)")
    parser.add_argument("--client-id", metavar="ID", help="the client ID registered there")


@asynccontextmanager
async def connected(
    args: argparse.Namespace, adapt: Callable[[Connection], Connection] = lambda named: named
) -> AsyncIterator[Connections]:
    """Open the connections and choose the one the flags name, or the one last used, changed by `adapt`."""
    async with open_assembly() as connections:
        connections.journal.subscribe(_notice)
        if connections.folder_trouble is not None:
            complain(connections.folder_trouble)
        await connections.connect(adapt(_named(args, connections)))
        try:
            yield connections
        except LapseError:
            await keep(connections)
            raise


async def keep(connections: Connections) -> int:
    """Return 0, or 3 with a message when the new tokens could not be stored.

    The tokens are lost when this process ends, so storing is tried once more.
    """
    trouble = await connections.session.keep_again()
    if trouble is None:
        return DONE
    error = _not_kept(trouble)
    complain(error)
    return error.exit_code


def _not_kept(trouble: StoreFailed) -> LapseError:
    return StoreFailed(
        f"The new tokens could not be stored: {trouble.what}",
        state=trouble.state,
        next_step=f"{trouble.state.value}, then run this again. The refresh token that is stored may be used up: "
        "if the next refresh is refused, sign in again.",
    )


def _notice(entry: Entry) -> None:
    """Report on standard error what happens besides: waiting for the keyring, an ID token that failed its checks."""
    if isinstance(entry.event, KeyringAwaited | IdTokenRefused):
        print(entry.sentence(), file=sys.stderr)


def _named(args: argparse.Namespace, connections: Connections) -> Connection:
    if args.issuer is None:
        if args.client_id is not None:
            raise BadInput("--client-id needs --issuer.")
        return connections.settings.connection
    for known in connections.settings.connections:
        if known.issuer == args.issuer and args.client_id in (None, known.client_id):
            return known
    if args.client_id is None:
        raise BadInput("--issuer needs --client-id.", next_step="Give the client ID registered at that issuer.")
    name = connections.settings.free_name(args.issuer.split("://")[-1])
    return Connection(name=name, issuer=args.issuer, client_id=args.client_id)
