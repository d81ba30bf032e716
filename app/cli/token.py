"""The command that prints one valid access token."""

import argparse

from app.cli.connected import add_connection_flags, connected, keep
from app.cli.output import say
from app.session.states import SignedIn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)


async def run(args: argparse.Namespace) -> int:
    """Print one valid access token; refreshes only if it has lapsed."""
    async with connected(args) as connections:
        fresh = await connections.session.fresh_token(asked_by="lapse token")
        state = connections.session.state
        assert isinstance(state, SignedIn)
        # The one place where a token value is printed: a user asked for exactly that.
        value = fresh.access.value.reveal()
        say(args, {"access_token": value, "expires_at": state.tokens.expires_at}, value)
        return await keep(connections)
