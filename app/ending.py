"""How a process of ours ends: with an honest exit code, and one sentence on an unforeseen error; no traceback.

0 to 4 are a command's results (see `lapse --help`). 70 is a fault of Lapse's own (EX_SOFTWARE of sysexits.h) and
nothing else; 130 is what shells use for Ctrl-C, here for SIGTERM and SIGHUP as well.
"""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from app import streams
from app.errors import LapseError
from app.errors.reasons import Standing
from app.streams import Unwritten

OUR_FAULT, STOPPED = 70, 130
_UNWRITTEN = 2
_SHOW_TRACEBACK = "LAPSE_TRACEBACK"
_OURS = ("app", "ui", "resources")


class Unforeseen(LapseError):
    """A fault of Lapse's own; reported by type and place, because a foreign exception's text may contain a token."""

    exit_code = OUR_FAULT
    next_step = f"Try again; if it keeps happening, report it. With {_SHOW_TRACEBACK}=1 Lapse prints where it happened."

    def __init__(self, failure: BaseException) -> None:
        kind, place = _kind_and_place(failure)
        super().__init__(
            f"Lapse itself has failed: {kind} in {place}. This is a fault of its own, not of yours or the server's.",
            standing=Standing.UNCHANGED,
        )

    def lines(self) -> tuple[str, str, str]:
        """Return the three lines; only a refusal by the server ends a session, whatever fails here."""
        return self.what, "Your session was not ended by it; what was stored of it is still there.", self.next_step


def ended(run: Callable[[], int], *, as_json: bool = False) -> int:
    """Run an entry point to its end and return the exit code.

    An unforeseen error gets its sentence, as an object on standard output where `as_json`. A reader who has gone away
    is no failure; a full disk is reported.
    """
    unwritten: Unwritten | None = None
    try:
        code = run()
    except KeyboardInterrupt:
        code = STOPPED
    except SystemExit:  # argparse has printed its message
        if code := _told_unwritten(streams.flush()):
            return code
        raise
    except Unwritten as failure:
        unwritten, code = failure, 0
    except BaseException as failure:  # noqa: BLE001 - the last resort for unforeseen errors
        code = tell(failure, as_json=as_json)
    left = streams.flush()
    return _told_unwritten(unwritten or left) or code


def tell(failure: BaseException, *, as_json: bool = False) -> int:
    """Report an unforeseen error in a sentence; return its exit code."""
    error = Unforeseen(failure)
    with suppress(OSError, ValueError):  # the stream may have no reader
        if os.environ.get(_SHOW_TRACEBACK):
            traceback.print_exception(failure, file=sys.stderr)
        if as_json:
            import json

            print(json.dumps({"error": list(error.lines()), "raw": None}))
        print("\n".join(error.lines()), file=sys.stderr, flush=True)
    return OUR_FAULT


def tell_of_loop(_: object, context: dict[str, Any]) -> None:
    """Report what failed in a task or callback that was never awaited: an event loop's exception handler."""
    failure = context.get("exception")
    tell(failure if isinstance(failure, BaseException) else RuntimeError(str(context.get("message"))))


def as_process(main: Callable[[], int]) -> int:
    """Run `main` as a whole process: stopped at any time without a message, unforeseen errors reported."""
    stop_quietly()
    sys.excepthook = _hook
    threading.excepthook = lambda args: None if args.exc_value is None else _hook(None, args.exc_value, None)
    sys.unraisablehook = lambda args: None if args.exc_value is None else _hook(None, args.exc_value, None)
    streams.take_over()
    try:
        return ended(main)
    finally:
        stop_quietly()  # a closed loop leaves Python's own signal handlers behind


def stop_quietly() -> None:
    """Let Ctrl-C and the like end the process at once, as long as no loop listens: nothing can be lost yet.

    SIGHUP stays ignored where it is: that is what nohup is for.
    """
    if threading.current_thread() is threading.main_thread():
        for number in stopping_signals():
            signal.signal(number, _stop)


def stopping_signals() -> tuple[signal.Signals, ...]:
    """Return the signals by which a user, a service manager or a closing terminal stops a program."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
    found = (getattr(signal, name) for name in names if hasattr(signal, name))
    return tuple(each for each in found if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN)


def _stop(*_: object) -> None:
    os._exit(STOPPED)


def _hook(_: type[BaseException] | None, failure: BaseException, __: TracebackType | None) -> None:
    tell(failure)


def _told_unwritten(failed: Unwritten | None) -> int:
    """Report why output could not be written, unless its reader has gone; return the exit code, 0 for none."""
    if failed is None or failed.is_nobody_there:
        return 0
    with suppress(OSError, ValueError):
        print(f"The output could not be written: {failed.strerror or failed}.", file=sys.stderr, flush=True)
    return _UNWRITTEN


def _kind_and_place(failure: BaseException) -> tuple[str, str]:
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    place, step = "", failure.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in _OURS:
            place = f"{module}, line {step.tb_lineno}"
        step = step.tb_next
    return type(failure).__name__, place or "an unknown place"
