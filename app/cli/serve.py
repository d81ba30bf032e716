"""The command that runs a demo org until it is stopped."""

import argparse
import asyncio
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.cli.output import DONE, say
from app.clock import SystemClock
from app.errors import BadInput

if TYPE_CHECKING:
    from app.demo.org import DemoOrg


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port (default: any free one)")
    parser.add_argument(
        "--preset", metavar="NAME", help="a known server's refresh token behaviour; single flags override it"
    )
    parser.add_argument("--access-token-lifetime", type=int, metavar="S", help="seconds (default: 30)")
    parser.add_argument("--refresh-token-lifetime", type=int, metavar="S", help="seconds from the sign-in; 0: no limit")
    parser.add_argument("--idle", type=int, metavar="S", help="seconds a refresh token may stay unused; 0: no limit")
    parser.add_argument("--rotation", choices=["rotate", "static"], help="whether a refresh replaces the refresh token")
    parser.add_argument("--grace", type=int, metavar="S", help="seconds a replaced refresh token stays valid, 0 to 60")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="FAULT", help="for example 503=5@token*2; repeatable"
    )
    parser.add_argument(
        "--scenario", metavar="NAME", help="the faults of an OpenID conformance module, invalid-iss for example"
    )
    parser.add_argument("--base-url", metavar="URL", help="external URL, behind a TLS proxy for example")


async def run(args: argparse.Namespace) -> int:
    """Run a separate demo org until Ctrl-C or SIGTERM; prints one ready line."""
    from app.demo.addresses import Addresses
    from app.demo.standalone import run_standalone
    from app.demo.system_log import LogEvent
    from app.demo.words import logged

    def ready(line: Addresses) -> None:
        found = asdict(line)
        text = "\n".join(f"{name.replace('_', ' '):<12} {value}" for name, value in found.items())
        say(args, found, f"{text}\nStop with Ctrl-C.")
        sys.stdout.flush()

    def log(event: LogEvent) -> None:
        moment = datetime.fromtimestamp(event.at, UTC).strftime("%H:%M:%S")
        print(f"{moment} {logged(event)}", file=sys.stderr, flush=True)

    if not 0 <= args.port < 1 << 16:
        raise BadInput("--port must lie between 1 and 65535.")
    org = _asked_for_org(args)
    # Ctrl-C and SIGTERM cancel the command (see __main__), and with it this wait.
    await run_standalone(org, args.port, ready=ready, log=log, stop=asyncio.Event(), base_url=args.base_url)
    return DONE


def _asked_for_org(args: argparse.Namespace) -> "DemoOrg":
    from app.demo.faults import Fault
    from app.demo.org import DemoOrg
    from app.demo.scenarios import scenario_named

    org = DemoOrg(SystemClock())
    if args.preset is not None:
        org.choose_preset(args.preset)
    wanted = {
        "access_token_lifetime_s": args.access_token_lifetime,
        "refresh_token_lifetime_s": args.refresh_token_lifetime,
        "refresh_idle_s": args.idle,
        "rotation_type": None if args.rotation is None else args.rotation.upper(),
        "grace_s": args.grace,
    }
    org.turn(**{name: value for name, value in wanted.items() if value is not None})
    if args.scenario is not None:
        org.play(scenario_named(args.scenario))
    org.faults.switch_on(Fault.parse(text) for text in args.fault)
    return org
