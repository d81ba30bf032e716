"""The command that decodes and verifies a token; its exit code is the verdict."""

import argparse
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.assembly import open_assembly
from app.cli.output import DONE
from app.clock import SystemClock
from app.connection import Connection
from app.errors import BadInput, NotSignedIn
from app.secret import KnownSecrets
from app.streams import nearest_text
from app.urls import check_url

if TYPE_CHECKING:
    from app.inspection.inspector import Inspection
    from app.oauth.key_set import KeySet
    from app.oauth.metadata import ServerMetadata

_MOST_READ = 2 * 1024 * 1024
_NOT_VALID, _NO_TOKEN = 1, 2
_STANDARD_INPUT = "-"
_EPOCH = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "exit codes: 0 valid · 1 not valid, or its signature could not be checked · 2 not a token"
    parser.add_argument(
        "token", nargs="?", metavar="TOKEN", help="a token, or - to read it; default: those of the session"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--issuer", metavar="URL", help="verify with the keys of this issuer")
    source.add_argument("--jwks", metavar="FILE", help="verify with the keys in this file: JWK Set, JWK or PEM")
    source.add_argument("--offline", action="store_true", help="send nothing; no signature is checked then")
    parser.add_argument("--at", metavar="TIME", help="as if it were then: epoch seconds or ISO 8601")
    parser.add_argument("--audience", metavar="A", help="whom the token should be for")


async def run(args: argparse.Namespace) -> int:
    """Inspect a token given, read from standard input, or those of the session; the exit code is the verdict."""
    from app.inspection.report import as_json, as_lines

    now = _moment(args.at)
    secrets = KnownSecrets()
    if args.token is None:
        inspections, secrets = await _inspect_session(args, now)
    else:
        inspections = await _inspect_given(args, now)
    for inspection in inspections:
        if args.json:
            print(secrets.clean(json.dumps(as_json(inspection))))
        else:
            end = "\n\n" if inspection is not inspections[-1] else "\n"
            print(secrets.clean("\n".join(as_lines(inspection, now))), end=end)
    return _verdict_code(inspections)


async def _inspect_session(args: argparse.Namespace, now: float) -> "tuple[tuple[Inspection, ...], KnownSecrets]":
    """Return the inspections of the session's tokens, and the secrets their claims might repeat."""
    if args.issuer is not None or args.jwks is not None:
        raise BadInput("--issuer and --jwks go with a token.", next_step="Give a token, or - to read it.")
    async with open_assembly() as connections:
        await connections.connect()
        if not args.offline and connections.session.tokens is not None:
            await connections.inspector.fetch_keys()
        inspections = connections.inspector.held(now=now, audience=args.audience)
        if not inspections:
            raise NotSignedIn("There is no session whose tokens could be inspected.")
        return inspections, connections.secrets


async def _inspect_given(args: argparse.Namespace, now: float) -> "tuple[Inspection, ...]":
    from app.inspection.inspector import Against, inspect_text
    from app.inspection.keys import read_pasted_keys
    from app.inspection.pasted_text import access_token_among, find_tokens

    found = find_tokens(_read_input() if args.token == _STANDARD_INPUT else args.token)
    if not found:
        raise BadInput("There is no token to inspect.", next_step="Give a token, or - to read it.")
    metadata, keys = None, None
    if args.jwks is not None:
        keys = read_pasted_keys(_read_file(args.jwks), args.jwks)
    elif not args.offline:
        metadata, keys = await _keys_for(args.issuer, found[0].token.reveal())
    against = Against(
        now=now, keys=keys, metadata=metadata, audience=args.audience, access_token=access_token_among(found)
    )
    return tuple(inspect_text(each.token, each.label, against) for each in found)


async def _keys_for(issuer: str | None, token: str) -> "tuple[ServerMetadata | None, KeySet | None]":
    """Return the keys of the given issuer, or of the active connection if the token is from its issuer."""
    from app.inspection.reading import read

    async with open_assembly() as connections:
        try:
            await connections.connect()
        except BadInput:  # the demo org may have no folder to be in, which is no matter of this token's
            if issuer is None:
                return None, None
            await connections.connect(Connection(name=issuer, issuer=issuer, client_id="inspect"))
        named = (read(token).claims or {}).get("iss")
        if issuer is None and named != connections.connection.issuer:
            return None, None
        return await connections.inspector.keys_of(check_url(issuer or connections.connection.issuer, "The issuer"))


def _read_input() -> str:
    try:
        return nearest_text(sys.stdin.read(_MOST_READ))
    except OSError as failed:
        raise BadInput(f"Standard input cannot be read: {failed.strerror}.") from None


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")[: _MOST_READ + 1]
    except OSError as failed:
        raise BadInput(f"The file {path} cannot be read: {failed.strerror}.", next_step="Check its name.") from None


def _moment(text: str | None) -> float:
    if text is None:
        return SystemClock().now()
    try:
        return float(text) if _EPOCH.fullmatch(text) else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise BadInput(
            f"{text!r} is not a time.", next_step="Write epoch seconds, or ISO 8601: 2026-09-22T14:03:10Z."
        ) from None


def _verdict_code(inspections: "tuple[Inspection, ...]") -> int:
    from app.inspection.inspector import Conclusion

    found = [each.conclusion for each in inspections if each.conclusion is not Conclusion.OPAQUE]
    if not found:
        return _NO_TOKEN
    return DONE if all(each is Conclusion.VALID for each in found) else _NOT_VALID
