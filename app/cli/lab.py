"""The command that compares refresh strategies on one seeded schedule, in simulated time."""

import argparse
import json
import sys
from pathlib import Path

from app.cli.output import DONE
from app.errors import BadInput
from app.lab.report import RunProgress
from app.lab.scenario import Pattern, RotationMode, Scenario, Weather


async def run(args: argparse.Namespace) -> int:
    """Run the lab; progress goes to standard error if it is a terminal."""
    from app.lab.export import as_plain, to_csv, to_table
    from app.lab.run import run_lab

    scenario = _scenario(args)
    report = await run_lab(scenario, progress=_show if sys.stderr.isatty() else lambda _: None)
    print(json.dumps(as_plain(report)) if args.json else to_table(report))
    if args.csv is not None:  # after the report is printed: the file may not be writable
        _write(Path(args.csv), to_csv(report))
    return DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    usual = Scenario()
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same report")
    parser.add_argument("--calls", type=int, metavar="N", help=f"number of API calls (default: {usual.calls})")
    parser.add_argument(
        "--pattern", choices=[each.value for each in Pattern], help=f"when they are made (default: {usual.pattern})"
    )
    parser.add_argument(
        "--weather",
        choices=[each.value for each in Weather],
        help=f"what the network does (default: {usual.weather})",
    )
    parser.add_argument(
        "--access-token-lifetime", type=int, metavar="S", help=f"seconds (default: {usual.access_token_lifetime_s})"
    )
    parser.add_argument("--refresh-token-lifetime", type=int, metavar="S", help="seconds from the sign-in; 0: no limit")
    parser.add_argument("--idle", type=int, metavar="S", help="seconds a refresh token may stay unused; 0: no limit")
    parser.add_argument(
        "--rotation", choices=[each.value for each in RotationMode], help="whether a refresh replaces the refresh token"
    )
    parser.add_argument("--grace", type=int, metavar="S", help="seconds a replaced refresh token stays valid, 0 to 60")
    parser.add_argument("--skew", type=float, metavar="S", help="seconds the client's clock is ahead of the server's")
    parser.add_argument("--leeway", type=float, metavar="S", help="seconds before its end a token counts as lapsed")
    parser.add_argument("--csv", metavar="FILE", help="also write the report to this file")


def _scenario(args: argparse.Namespace) -> Scenario:
    asked = {
        "seed": args.seed,
        "calls": args.calls,
        "pattern": args.pattern,
        "weather": args.weather,
        "access_token_lifetime_s": args.access_token_lifetime,
        "refresh_token_lifetime_s": args.refresh_token_lifetime,
        "refresh_idle_s": args.idle,
        "rotation": args.rotation,
        "grace_s": args.grace,
        "skew_s": args.skew,
        "leeway_s": args.leeway,
    }
    return Scenario.from_plain(
        {**Scenario().plain(), **{name: value for name, value in asked.items() if value is not None}}
    )


def _show(progress: RunProgress) -> None:
    print(f"\r{progress.done * 100 // progress.of:3} %", end="", file=sys.stderr, flush=True)
    if progress.done == progress.of:
        print("\r     \r", end="", file=sys.stderr, flush=True)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as failed:
        raise BadInput(f"{path} cannot be written: {failed.strerror}.", next_step="Choose another file.") from None
