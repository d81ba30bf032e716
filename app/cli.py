"""The headless commands: what the window does, for terminals and scripts."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.clock import SystemClock
from app.decision import Verdict
from app.errors import BadInput, LapseError
from app.session.calls import CallResult, exit_code, summary
from app.session.session import Ended, SignedIn
from app.session.sign_in import Waiting
from app.settings import DEFAULT_SCOPES, Connection
from app.workbench import Workbench, open_workbench

if TYPE_CHECKING:
    from app.demo.org import DemoOrg

DONE, USAGE, NOT_SIGNED_IN = 0, 2, 4
_EXIT_CODES = (
    "exit codes: 0 done · 1 refused, the session has ended · 2 usage · 3 transient, still signed in · 4 not signed in"
)
_MOST_CALLS = 100


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands and flags."""
    parser = argparse.ArgumentParser(
        prog="lapse",
        description="Without a command Lapse opens its window. The commands do the same without one.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version="lapse 0.1.0")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add(commands, "sign-in", "sign in through the browser", sign_in, connection=True, more=_sign_in_flags)
    _add(commands, "token", "print one valid access token and nothing else", token, connection=True)
    _add(commands, "call", "call a URL with a valid access token", call, connection=True, more=_call_flags)
    _add(commands, "status", "say who is signed in and what the next call would do", status, connection=True)
    _add(commands, "sign-out", "revoke the refresh token and forget the session", sign_out, connection=True)
    _add(commands, "serve", "run a demo org until stopped", serve, connection=False, more=_serve_flags)
    return parser


def _add(commands: Any, name: str, text: str, run: Any, *, connection: bool, more: Any = None) -> None:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=_EXIT_CODES)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    if connection:
        parser.add_argument("--issuer", metavar="URL", help="the issuer; by default the connection last used")
        parser.add_argument("--client-id", metavar="ID", help="the client ID registered there")
    if more is not None:
        more(parser)
    parser.set_defaults(run=run)


def _sign_in_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scope", metavar="S", help=f"scopes to ask for (default: {DEFAULT_SCOPES})")
    parser.add_argument("--redirect-uri", metavar="URI", help="default: http://127.0.0.1:<free port>/callback")


def _call_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL")
    parser.add_argument("-n", type=int, default=1, metavar="N", help=f"so many calls at once, up to {_MOST_CALLS}")
    parser.add_argument("-X", "--method", default="GET", metavar="METHOD", help="GET unless said")


def _serve_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, metavar="N", help="a free port unless said")
    parser.add_argument(
        "--preset", metavar="NAME", help="a known server's way with refresh tokens; single flags go on top"
    )
    parser.add_argument("--access-token-lifetime", type=int, metavar="S", help="seconds, 30 unless said")
    parser.add_argument("--refresh-token-lifetime", type=int, metavar="S", help="seconds from the sign-in; 0: no limit")
    parser.add_argument("--idle", type=int, metavar="S", help="seconds a refresh token may lie unused; 0: no limit")
    parser.add_argument("--rotation", choices=["rotate", "static"], help="whether a refresh replaces the refresh token")
    parser.add_argument("--grace", type=int, metavar="S", help="seconds a replaced refresh token stays good, 0 to 60")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="FAULT", help="for example 503=5@token*2; repeatable"
    )
    parser.add_argument(
        "--scenario", metavar="NAME", help="the faults of an OpenID conformance module, invalid-iss for example"
    )
    parser.add_argument("--base-url", metavar="URL", help="where others reach it, if a TLS proxy stands in front")


async def sign_in(args: argparse.Namespace) -> int:
    """Sign in; the URL goes to standard error, because people pipe standard output."""

    def show(waiting: Waiting) -> None:
        print(f"Opening the browser. If it does not open, use this URL:\n{waiting.url}", file=sys.stderr)

    async with _connected(args) as bench:
        await bench.sign_in(show)
        if bench.settings.connection != bench.connection:
            bench.remember_connection(bench.connection)
        state = bench.session.state
        assert isinstance(state, SignedIn)
        found = {"signed_in": True, "name": state.tokens.display_name, "kept_in": bench.session.place.value}
        _say(args, found, f"Signed in as {state.tokens.display_name}. Kept in {bench.session.place.value}.")
        if bench.session.store_trouble is not None:
            _complain(bench.session.store_trouble)
    return DONE


async def token(args: argparse.Namespace) -> int:
    """Print one valid access token; refreshes only if it has lapsed."""
    async with _connected(args) as bench:
        fresh = await bench.session.fresh_token(asked_by="lapse token")
        state = bench.session.state
        assert isinstance(state, SignedIn)
        # The one place where a token value is printed: a person asked for exactly that.
        value = fresh.access.value.reveal()
        _say(args, {"access_token": value, "expires_at": state.tokens.expires_at}, value)
    return DONE


async def call(args: argparse.Namespace) -> int:
    """Call a URL with a valid access token, once or many times at once."""
    if not 1 <= args.n <= _MOST_CALLS:
        raise BadInput(f"-n must lie between 1 and {_MOST_CALLS}.")
    async with _connected(args) as bench:
        results = await bench.call_api_many(args.method.upper(), args.url, args.n)
    if args.json:
        for result in results:
            print(json.dumps(_result_json(result)))
    else:
        _print_results(results)
    return exit_code(results)


def _print_results(results: list[CallResult]) -> None:
    print(summary(results), file=sys.stderr)
    for result in results[:1]:
        if result.answer is not None and result.answer.body:
            sys.stdout.buffer.write(result.answer.body)
            sys.stdout.buffer.write(b"" if result.answer.body.endswith(b"\n") else b"\n")
            sys.stdout.buffer.flush()
    for error in {str(result.error): result.error for result in results if result.error is not None}.values():
        _complain(error)


def _result_json(result: CallResult) -> dict[str, Any]:
    return {
        "method": result.method,
        "url": result.url,
        "status": result.status,
        "duration_s": round(result.duration_s, 4),
        "refreshed": any(fresh.refreshed_s is not None and not fresh.joined for fresh in result.steps),
        "story": result.story(),
        "error": None if result.error is None else list(result.error.lines()),
        "body": None if result.answer is None else result.answer.body.decode("utf-8", "replace"),
    }


async def status(args: argparse.Namespace) -> int:
    """Say who is signed in, where the session is kept, and what the next call would do; sends nothing."""
    async with _connected(args) as bench:
        decision = bench.session.decide("lapse status")
        state = bench.session.state
        signed_in = isinstance(state, SignedIn)
        name = state.tokens.display_name if isinstance(state, SignedIn) else None
        found = {
            "signed_in": signed_in,
            "name": name,
            "issuer": bench.connection.issuer,
            "client_id": bench.connection.client_id,
            "kept_in": bench.session.place.value if signed_in else None,
            "verdict": decision.verdict.value,
            "reason": decision.reason.value,
            "expires_at": decision.expires_at,
            "remaining_s": decision.remaining_s,
        }
        who = f"Signed in as {name}, kept in {bench.session.place.value}." if signed_in else "Not signed in."
        _say(args, found, f"{bench.connection.issuer}\n{who}\n{decision.because()} {decision.consequence()}")
        return NOT_SIGNED_IN if decision.verdict is Verdict.SIGN_IN and not isinstance(state, Ended) else DONE


async def sign_out(args: argparse.Namespace) -> int:
    """Revoke the refresh token and forget the session, whatever the server says."""
    async with _connected(args) as bench:
        if not isinstance(bench.session.state, SignedIn):
            _say(args, {"signed_out": False, "revoked": False}, "Nobody was signed in.")
            return NOT_SIGNED_IN
        trouble = await bench.sign_out()
        told = "The server revoked the refresh token." if trouble is None else f"Not revoked at the server: {trouble}."
        _say(args, {"signed_out": True, "revoked": trouble is None}, f"Signed out here. {told}")
    return DONE


async def serve(args: argparse.Namespace) -> int:
    """Run a demo org of its own until Ctrl-C or SIGTERM; prints one ready line."""
    from app.demo.addresses import Addresses
    from app.demo.standalone import run_standalone
    from app.demo.systemlog import LogEvent

    def ready(line: Addresses) -> None:
        found = asdict(line)
        text = "\n".join(f"{name.replace('_', ' '):<12} {value}" for name, value in found.items())
        _say(args, found, f"{text}\nStop with Ctrl-C.")
        sys.stdout.flush()

    def log(event: LogEvent) -> None:
        moment = datetime.fromtimestamp(event.at, UTC).strftime("%H:%M:%S")
        print(f"{moment} {event.sentence()}", file=sys.stderr, flush=True)

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
        "leeway_s": args.grace,
    }
    org.turn(**{name: value for name, value in wanted.items() if value is not None})
    if args.scenario is not None:
        org.play(scenario_named(args.scenario))
    org.faults.switch_on(Fault.parse(text) for text in args.fault)
    return org


@asynccontextmanager
async def _connected(args: argparse.Namespace) -> AsyncIterator[Workbench]:
    async with open_workbench() as bench:
        bench.journal.subscribe(_Waiting())
        await bench.connect(_chosen(args, bench))
        yield bench


class _Waiting:
    """Tells on standard error that the keyring keeps us waiting."""

    def __call__(self, entry: Any) -> None:
        from app.events import KeyringAwaited

        if isinstance(entry.event, KeyringAwaited):
            print(entry.sentence(), file=sys.stderr)


def _chosen(args: argparse.Namespace, bench: Workbench) -> Connection:
    if args.issuer is None:
        if args.client_id is not None:
            raise BadInput("--client-id needs --issuer.")
        return _with_flags(bench.settings.connection, args)
    for known in bench.settings.connections:
        if known.issuer == args.issuer and args.client_id in (None, known.client_id):
            return _with_flags(known, args)
    if args.client_id is None:
        raise BadInput("--issuer needs --client-id.", next_step="Give the client ID registered at that issuer.")
    name = args.issuer.split("://")[-1]
    return _with_flags(Connection(name=name, issuer=args.issuer, client_id=args.client_id), args)


def _with_flags(connection: Connection, args: argparse.Namespace) -> Connection:
    flags = {"scopes": getattr(args, "scope", None), "redirect_uri": getattr(args, "redirect_uri", None)}
    return replace(connection, **{name: value for name, value in flags.items() if value is not None})


def _say(args: argparse.Namespace, found: dict[str, Any], text: str) -> None:
    print(json.dumps(found) if args.json else text)


def _complain(error: LapseError) -> None:
    print("\n".join(line for line in error.lines() if line), file=sys.stderr)
    if error.raw:
        print(f"The server said: {error.raw}", file=sys.stderr)


async def run(args: argparse.Namespace) -> int:
    """Run the chosen command; every LapseError becomes its three lines and its exit code."""
    try:
        return int(await args.run(args))
    except LapseError as error:
        if args.json:
            print(json.dumps({"error": list(error.lines()), "raw": error.raw}))
        _complain(error)
        return error.exit_code
