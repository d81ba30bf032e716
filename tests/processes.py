"""Programs that tests start: each has ended, and its pipes are closed, before anybody else's test begins."""

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE_S


@contextmanager
def running(command: Sequence[str | Path], **options: object) -> Iterator["subprocess.Popen[str]"]:
    """Start `command` and yield it; at the end of the block it is killed if it has not ended, whatever has failed."""
    with ended(subprocess.Popen(command, text=True, encoding="utf-8", **options)) as process:  # type: ignore[call-overload]
        yield process


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """Yield `process`; at the end of the block it is killed if it has not ended, whatever has failed."""
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def not_for_ever(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Kill `process` when the block takes longer than any test waits: what reads from it comes to an end then."""
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
