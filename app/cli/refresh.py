"""The command that refreshes now."""

import argparse
from typing import Any

from app.cli.connected import add_connection_flags, connected, keep
from app.cli.output import say
from app.connections import Connections
from app.decision.words import because
from app.session.states import Fresh
from app.text import duration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)


async def run(args: argparse.Namespace) -> int:
    """Refresh now, even if the access token is still valid, and print the result."""
    async with connected(args) as connections:
        fresh = await connections.session.fresh_token(asked_by="lapse refresh", asked_for=True)
        say(args, _refreshed_json(connections, fresh), _refreshed_text(connections, fresh))
        return await keep(connections)


def _refreshed_json(connections: Connections, fresh: Fresh) -> dict[str, Any]:
    tokens = connections.session.tokens
    return {
        "access": fresh.access.name,
        "refresh": None if tokens is None or tokens.refresh is None else tokens.refresh.name,
        "refreshed_s": fresh.refreshed_s,
        "expires_at": None if tokens is None else tokens.expires_at,
        "id_token_flaw": None if tokens is None or tokens.id_flaw is None else tokens.id_flaw.rule,
    }


def _refreshed_text(connections: Connections, fresh: Fresh) -> str:
    decision = connections.session.decide("lapse refresh")
    return f"Refreshed in {duration(fresh.refreshed_s or 0.0)}: {fresh.access.name}. {because(decision)}"
