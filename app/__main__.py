"""The headless entry point: parses the command, runs it on its loop, and stops cleanly on Ctrl-C and the like."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app import streams
from app.ending import STOPPED, as_process, ended, stopping_signals, tell_of_loop

if TYPE_CHECKING:
    import argparse
    import asyncio

_JSON = "--json"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    streams.prepare()
    # argparse accepts abbreviated flags, too, and an error may come before it has parsed them
    as_json = any(_JSON.startswith(each) for each in arguments if len(each) > len("--"))
    return ended(lambda: _main(arguments), as_json=as_json)


def _main(arguments: list[str]) -> int:
    import asyncio  # imported here, where an unexpected error is reported

    from app.cli import build_parser

    args = build_parser(arguments).parse_args(arguments)
    try:
        with asyncio.Runner(loop_factory=args.loop_factory) as runner:
            return runner.run(_until_stopped(args))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 0 if args.command == "serve" else STOPPED


async def _until_stopped(args: "argparse.Namespace") -> int:
    import asyncio

    from app.cli import run

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(tell_of_loop)
    task = asyncio.current_task()
    assert task is not None
    _stop_on_signals(loop, task)
    return await run(args)


def _stop_on_signals(loop: "asyncio.AbstractEventLoop", task: "asyncio.Task[int]") -> None:
    """Cancel the task at the first signal only: later ones would interrupt the clean-up.

    The clean-up is bounded, and may be storing a refresh token whose predecessor is dead already. Wrappers that pass
    Ctrl-C on send it a second time, and closing a terminal sends SIGHUP after it.
    """

    def stop() -> None:
        if not stopped:
            stopped.append(True)
            task.cancel()

    stopped: list[bool] = []
    for number in stopping_signals():
        if sys.platform == "win32":  # Windows' loops know no signals, but wake up for Python's own
            import signal

            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
        else:
            loop.add_signal_handler(number, stop)


if __name__ == "__main__":
    sys.exit(as_process(main))
