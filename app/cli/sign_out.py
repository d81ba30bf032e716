"""The command that signs out."""

import argparse

from app.cli.connected import add_connection_flags, connected
from app.cli.output import DONE, NOT_SIGNED_IN, say
from app.connections import Connections
from app.errors import StoreUnread
from app.session.sign_out import PartResult
from app.session.states import SignedIn, Unread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)
    parser.add_argument("--no-browser", action="store_true", help="leave the browser's session at the server as it is")


async def run(args: argparse.Namespace) -> int:
    """Revoke, forget the session even if that fails, end the browser's session; print the result of each."""
    async with connected(args) as connections:
        if isinstance(connections.session.state, Unread):
            raise StoreUnread(connections.session.state.reason.trouble)
        if not isinstance(connections.session.state, SignedIn):
            await connections.session.clear_set_aside()
            say(args, {"signed_out": False, "revoked": False}, "No user was signed in.")
            return NOT_SIGNED_IN
        how = await connections.sign_out(leave_browser=_why_no_browser(args, connections))
        found = {
            "signed_out": True,
            "revoked": how.revoked is PartResult.DONE,
            "revocation": how.revoked.value,
            "browser": how.browser.value,
            "forgotten": how.forgotten.value,
            "told": list(how.lines()),
        }
        say(args, found, "\n".join(how.lines()))
    return DONE


def _why_no_browser(args: argparse.Namespace, connections: Connections) -> str:
    if args.no_browser:
        return "--no-browser was given"
    # the in-process org is gone when this command ends, and with it the browser's session there
    serves = connections.connection.embedded and connections.embedded.policy is not None
    return "the demo org of this command ends with it" if serves else ""
