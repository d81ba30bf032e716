"""Questions at a terminal, or read from a pipe: secrets are not echoed, and Ctrl-C ends a question at once."""

import getpass
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.errors import BadInput
from app.secret import Secret
from app.streams import text_of

_LONGEST_LINE = 4096


def ask_secret(prompt: str) -> Secret:
    """Return one line: hidden at a terminal, else read from standard input.

    Raises BadInput when standard input has ended.
    """
    if not sys.stdin.isatty():
        return Secret(_line(prompt))
    with _interruptible():
        try:
            return Secret(_understood(getpass.getpass(prompt), prompt))
        except EOFError:
            raise _ended(prompt) from None
        except UnicodeDecodeError:
            raise _not_understood(prompt) from None


def ask(prompt: str) -> str:
    """Return one line without the spaces around it; the prompt goes to standard error. Raises BadInput as above."""
    with _interruptible():  # before the prompt appears, as Ctrl-C may come right away
        print(prompt, end="", file=sys.stderr, flush=True)
        return _line(prompt).strip()


def is_terminal() -> bool:
    """Return whether there is a user to ask."""
    return sys.stdin.isatty()


def _line(prompt: str) -> str:
    try:
        line = sys.stdin.readline(_LONGEST_LINE)
    except OSError:
        line = ""
    if not line:
        raise _ended(prompt)
    return _understood(line.rstrip("\r\n"), prompt)


def _understood(line: str, prompt: str) -> str:
    try:
        return text_of(line)
    except UnicodeError:
        raise _not_understood(prompt) from None


def _not_understood(prompt: str) -> BadInput:
    return BadInput(f"What was given is not UTF-8: {prompt.rstrip(': ')}.", next_step="Write it in UTF-8.")


def _ended(prompt: str) -> BadInput:
    return BadInput(
        f"Nothing was given for: {prompt.rstrip(': ')}.",
        next_step="Type it at a terminal, or give it on standard input, a line each.",
    )


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end a question at once: the event loop, which usually handles it, is blocked by the prompt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
