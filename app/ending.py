"""How a process of ours ends: by an honest exit code, after one sentence about whatever nobody foresaw; no traceback.

0 to 4 are what a command found out (see `lapse --help`). 70 is a fault of Lapse's own (EX_SOFTWARE of sysexits.h) and
nothing else; 130 is what shells call ended by Ctrl-C, and stands for SIGTERM and SIGHUP as well.
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
    """A fault of Lapse's own; it is told by type and place, because the text of a stranger may hold a token."""

    exit_code = OUR_FAULT
    next_step = f"Try again; if it keeps happening, report it. With {_SHOW_TRACEBACK}=1 Lapse prints where it happened."

    def __init__(self, failure: BaseException) -> None:
        kind, place = _kind_and_place(failure)
        super().__init__(
            f"Lapse itself has failed: {kind} in {place}. This is a fault of its own, not of yours or the server's.",
            standing=Standing.UNCHANGED,
        )

    def lines(self) -> tuple[str, str, str]:
        """Return the three lines; nothing but a refusal by the server ends a session, whatever fails here."""
        return self.what, "Your session was not ended by it; what was stored of it is still there.", self.next_step


def ended(run: Callable[[], int], *, as_json: bool = False) -> int:
    """Run a front door to its end and return the exit code.

    What nobody foresaw gets its sentence, as an object on standard output where `as_json`. A reader who has gone away
    costs nothing but what he did not read; a disk that is full is told.
    """
    unwritten: Unwritten | None = None
    try:
        code = run()
    except KeyboardInterrupt:
        code = STOPPED
    except SystemExit:  # argparse has said what it had to
        if code := _told_unwritten(streams.flush()):
            return code
        raise
    except Unwritten as failure:
        unwritten, code = failure, 0
    except BaseException as failure:  # noqa: BLE001 - here ends whatever nobody foresaw
        code = tell(failure, as_json=as_json)
    left = streams.flush()
    return _told_unwritten(unwritten or left) or code


def tell(failure: BaseException, *, as_json: bool = False) -> int:
    """Say in a sentence that something unforeseen has failed; return the exit code of that."""
    trouble = Unforeseen(failure)
    with suppress(OSError, ValueError):  # nobody may be there to read it
        if os.environ.get(_SHOW_TRACEBACK):
            traceback.print_exception(failure, file=sys.stderr)
        if as_json:
            import json

            print(json.dumps({"error": list(trouble.lines()), "raw": None}))
        print("\n".join(trouble.lines()), file=sys.stderr, flush=True)
    return OUR_FAULT


def tell_of_loop(_: object, context: dict[str, Any]) -> None:
    """Say what failed in a task or callback that nobody awaits: an event loop's exception handler."""
    failure = context.get("exception")
    tell(failure if isinstance(failure, BaseException) else RuntimeError(str(context.get("message"))))


def as_process(main: Callable[[], int]) -> int:
    """Run `main` as all there is of a process: stopped at any moment without a word, and nothing of it unforeseen."""
    stop_quietly()
    sys.excepthook = _hook
    threading.excepthook = lambda args: None if args.exc_value is None else _hook(None, args.exc_value, None)
    sys.unraisablehook = lambda args: None if args.exc_value is None else _hook(None, args.exc_value, None)
    streams.take_over()
    try:
        return ended(main)
    finally:
        stop_quietly()  # a loop that is closed leaves Python's own ways with signals behind


def stop_quietly() -> None:
    """Let Ctrl-C and its like end the process at once, as long as no loop listens: nothing is begun that could be lost.

    SIGHUP stays ignored where it is: that is what nohup is for.
    """
    if threading.current_thread() is threading.main_thread():
        for number in stopping_signals():
            signal.signal(number, _stop)


def stopping_signals() -> tuple[signal.Signals, ...]:
    """Return the signals by which a person, a service manager or a terminal that goes away stops a program."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
    found = (getattr(signal, name) for name in names if hasattr(signal, name))
    return tuple(each for each in found if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN)


def _stop(*_: object) -> None:
    os._exit(STOPPED)


def _hook(_: type[BaseException] | None, failure: BaseException, __: TracebackType | None) -> None:
    tell(failure)


def _told_unwritten(failed: Unwritten | None) -> int:
    """Say why output could not be written, unless its reader has gone; return the exit code of that, 0 of none."""
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
    return type(failure).__name__, place or "a part that cannot be told"
