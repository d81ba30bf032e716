"""`lapse grant`: turns on an app's Refresh Token grant: shows the change, asks, applies it and reads it back."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from app.cli.asking import ask, ask_secret, is_terminal
from app.cli.connected import add_connection_flags, connected
from app.cli.output import DONE, say
from app.errors import BadInput
from app.okta.words import NOTES

if TYPE_CHECKING:
    from app.connections import Connections
    from app.okta.applying import Applied
    from app.okta.change import FieldChange, GrantChange
    from app.okta.management import ManagementClient

_NOT_MADE = 1
_TITLES = {
    "GRANT_TYPES": "Grant types",
    "ROTATION": "Rotation",
    "GRACE": "Grace period, s",
    "REDIRECT_URIS": "Redirect URIs",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)
    parser.epilog = (
        "exit codes: 0 the grant is on · 1 refused, declined or not confirmed · 2 usage · 3 transient. "
        "The API token is asked for, or read from standard input; it is never an argument."
    )
    parser.add_argument("--rotation", choices=["rotate", "static"], help="default: as it is now, else rotate")
    parser.add_argument("--grace", type=int, metavar="S", help="grace period for rotation, 0 to 60 s (default: 30)")
    parser.add_argument("--add-redirect-uri", metavar="URI", help="also register this sign-in redirect URI")
    parser.add_argument("--yes", action="store_true", help="make the change without asking")


async def run(args: argparse.Namespace) -> int:
    """Turn on the Refresh Token grant of the connection's app; 0 once the change is confirmed by reading it back."""
    from app.okta.applying import apply
    from app.okta.change import plan, wanted_for

    async with connected(args) as connections:
        management = await _management(connections)
        app = await management.read_app(connections.connection.client_id)
        wanted = wanted_for(
            app,
            rotation_type=args.rotation and args.rotation.upper(),
            grace_s=args.grace,
            redirect_uri=args.add_redirect_uri,
        )
        change = plan(app, wanted)
        if not args.json:
            print("\n".join(_change_lines(change, management.org_url)))
        if change.is_needed and not change.problems and not _agreed(args):
            say(args, _found(change, None), "Nothing was changed.")
            return _NOT_MADE
        done = await apply(management, change)
        say(args, _found(change, done), "\n".join(_done_lines(change, done)))
    return DONE


async def _management(connections: "Connections") -> "ManagementClient":
    from app.okta.addresses import org_url
    from app.okta.management import ManagementClient

    origin = org_url(connections.connection.issuer)
    if connections.connection.embedded:
        token = await connections.embedded.api_token()
    else:
        token = ask_secret(f"API token for {origin} (it is not shown, and not kept): ")
    return ManagementClient(connections.http, connections.clock, org_url=origin, token=token)


def _agreed(args: argparse.Namespace) -> bool:
    if args.yes:
        return True
    if not is_terminal():
        raise BadInput("There is no terminal to confirm at.", next_step="Nothing was changed. Use --yes to change it.")
    return ask("Make this change? [y/N] ").lower() in ("y", "yes")


def _change_lines(change: "GrantChange", origin: str) -> Iterator[str]:
    yield f"{change.label} ({change.client_id}) at {origin}"
    for each in change.fields:
        if each.is_change:
            yield from _marked(each)
    if not change.is_needed:
        yield "  nothing to change: it is as wanted"
    yield from (f"  note: {NOTES[note]}" for note in change.notes)
    yield from (f"  Okta would refuse it: {problem.sentence()}" for problem in change.problems)


def _marked(change: "FieldChange") -> Iterator[str]:
    yield f"  {_TITLES[change.field.name]}"
    yield from (f"    - {each}" for each in change.removed)
    yield from (f"    + {each}" for each in change.added)


def _done_lines(change: "GrantChange", done: "Applied") -> Iterator[str]:
    if change.is_needed:
        yield "Made, read back and confirmed. The next sign-in brings a refresh token if it asks for offline_access."
    else:
        yield "The Refresh Token grant is on."
    if done.others:
        yield f"These also differ from what was sent: {', '.join(done.others)}."


def _found(change: "GrantChange", done: "Applied | None") -> dict[str, Any]:
    return {
        "app_id": change.app_id,
        "client_id": change.client_id,
        "label": change.label,
        "changes": [
            {"field": each.field.value, "before": list(each.before), "after": list(each.after)}
            for each in change.fields
            if each.is_change
        ],
        "notes": [NOTES[note] for note in change.notes],
        "applied": done is not None and change.is_needed,
        "confirmed": done is not None,
        "others": list(done.others) if done is not None else [],
    }
