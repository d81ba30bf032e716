"""`lapse call`: calls a URL with a valid access token, once or several times concurrently."""

import argparse
import json
import re
import sys
from typing import Any

from app.cli.connected import add_connection_flags, connected, keep
from app.cli.output import complain
from app.cli.repeated_secrets import without_secrets
from app.errors import BadInput
from app.session.calls import CallResult, exit_code, summary

_MOST_CALLS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_connection_flags(parser)
    parser.add_argument("url", metavar="URL")
    parser.add_argument("-n", type=int, default=1, metavar="N", help=f"concurrent calls, at most {_MOST_CALLS}")
    parser.add_argument("-X", "--method", type=_method, default="GET", metavar="METHOD", help="default: GET")


async def run(args: argparse.Namespace) -> int:
    """Call a URL with a valid access token, once or several times concurrently."""
    if not 1 <= args.n <= _MOST_CALLS:
        raise BadInput(f"-n must lie between 1 and {_MOST_CALLS}.")
    async with connected(args) as connections:
        results = without_secrets(await connections.call_api_many(args.method.upper(), args.url, args.n), connections)
        if args.json:
            for result in results:
                print(json.dumps(_result_json(result)))
        else:
            _print_results(results)
        kept = await keep(connections)
        return exit_code(results) or kept


def _print_results(results: list[CallResult]) -> None:
    print(summary(results), file=sys.stderr)
    for result in results[:1]:
        if result.response is not None and result.response.body:
            sys.stdout.buffer.write(result.response.body)
            sys.stdout.buffer.write(b"" if result.response.body.endswith(b"\n") else b"\n")
            sys.stdout.buffer.flush()
    for error in {str(result.error): result.error for result in results if result.error is not None}.values():
        complain(error)


def _result_json(result: CallResult) -> dict[str, Any]:
    return {
        "method": result.method,
        "url": result.url,
        "status": result.status,
        "duration_s": round(result.duration_s, 4),
        "refreshed": any(fresh.refreshed_s is not None and not fresh.joined for fresh in result.steps),
        "story": result.story(),
        "error": None if result.error is None else list(result.error.lines()),
        "body": None if result.response is None else result.response.body.decode("utf-8", "replace"),
    }


def _method(text: str) -> str:
    """Return an HTTP method; raises for what is no token of RFC 9110 §9.1."""
    if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}", text) is None:
        raise argparse.ArgumentTypeError("not an HTTP method")
    return text
