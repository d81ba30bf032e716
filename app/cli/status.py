"""The command that says who is signed in, and what the next call would do."""

import argparse

from app.cli.connected import add_connection_flags, connected
from app.cli.output import DONE, NOT_SIGNED_IN, say
from app.decision import Reason, Verdict
from app.decision.words import because, consequence
from app.errors import StoreUnread
from app.session.states import Ended, SignedIn, SignedOut, Unread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)


async def run(args: argparse.Namespace) -> int:
    """Say who is signed in, where the session is kept, and what the next call would do; sends nothing."""
    async with connected(args) as connections:
        decision = connections.session.decide("lapse status")
        state = connections.session.state
        signed_in = isinstance(state, SignedIn)
        name = state.tokens.display_name if isinstance(state, SignedIn) else None
        found = {
            "signed_in": signed_in,
            "name": name,
            "issuer": connections.connection.issuer,
            "client_id": connections.connection.client_id,
            "kept_in": connections.session.place.value if signed_in else None,
            "verdict": decision.verdict.value,
            "reason": decision.reason.value,
            "expires_at": decision.expires_at,
            "remaining_s": decision.remaining_s,
        }
        if isinstance(state, Unread):
            raise StoreUnread(state.reason.trouble)
        who = f"Signed in as {name}, kept in {connections.session.place.value}." if signed_in else _nobody(state)
        say(args, found, f"{connections.connection.issuer}\n{who}\n{because(decision)} {consequence(decision)}")
        if decision.verdict is not Verdict.SIGN_IN or decision.reason is Reason.SEEMS_DEAD:
            return DONE
        return DONE if isinstance(state, Ended) else NOT_SIGNED_IN


def _nobody(state: object) -> str:
    damaged = state.damaged if isinstance(state, SignedOut) else None
    return "Not signed in." if damaged is None else f"Not signed in. {damaged.what} It was set aside."
