"""The headless front door: parses the command, runs it on its loop, and stops cleanly on Ctrl-C and SIGTERM."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from app.cli import build_parser, run

_STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
    try:
        with asyncio.Runner(loop_factory=args.loop_factory) as runner:
            return runner.run(_until_stopped(args))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 0 if args.command == "serve" else _STOPPED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


async def _until_stopped(args: argparse.Namespace) -> int:
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
    return await run(args)


if __name__ == "__main__":
    sys.exit(main())
