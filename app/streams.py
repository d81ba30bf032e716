"""Standard input and output as they are found: closed, full, or in an encoding that lacks what we print."""

import codecs
import errno
import io
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

_READABLE = "lapse.readable"
# The symbols of our sentences and lessons; everything else is escaped as Python would.
_STAND_INS = {
    "→": "->", "←": "<-", "×": "x", "…": "...", "⋯": "...", "●": "*", "·": ".", "•": "*", "✓": "v", "─": "-",
    "├": "|", "│": "|", "└": "`", "–": "-", "—": "-", "“": '"', "”": '"', "\u2018": "'", "’": "'", "§": "section ",
    "≥": ">=", "≤": "<=", "≠": "!=", "±": "+/-", "\u00a0": " ", "\ufffd": "?", "█": "#", "▀": "#", "▄": "#",
}  # fmt: skip
_OCTET = 0xDC00  # where Python puts the bytes of what it could not decode (PEP 383)


class Unwritten(OSError):
    """Standard output or error cannot be written: it is full, or its reader has gone."""

    @property
    def is_nobody_there(self) -> bool:
        """Whether the reader has gone away, and so misses nothing."""
        return self.errno in (errno.EPIPE, errno.ESHUTDOWN, errno.EIO)


def prepare() -> None:
    """Make the standard streams fit for all of Lapse.

    What cannot be printed is replaced; what cannot be decoded is read as `text_of` does.
    """
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors=_READABLE)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")


def take_over() -> None:
    """Prepare the standard streams of a process of our own.

    A stream that was closed at the start becomes devnull instead of None, so that no socket gets its number. From then
    on a failed write raises Unwritten, wherever it happens, and is not blamed on the part that prints.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process
        elif mode == "w":
            setattr(sys, name, _checked(stream))
    prepare()


class _CheckedFile(io.FileIO):
    """A file whose failed writes raise Unwritten."""

    def write(self, octets: "Buffer") -> int:
        try:
            return super().write(octets)
        except OSError as failed:
            raise Unwritten(failed.errno, failed.strerror) from None


def _checked(stream: TextIO) -> TextIO:
    raw = getattr(getattr(stream, "buffer", None), "raw", getattr(stream, "buffer", None))
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(raw, io.FileIO):
        return stream  # a Windows console, or another kind of output
    return io.TextIOWrapper(
        io.BufferedWriter(_CheckedFile(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def can_show(text: str, stream: TextIO) -> bool:
    """Return whether a stream can encode all of these characters."""
    try:
        text.encode(stream.encoding or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


def text_of(found: str) -> str:
    """Return a text from the command line or standard input, with its undecoded bytes read as UTF-8.

    Under `LC_ALL=C` that is almost everything outside ASCII. Raises UnicodeError for bytes that are not UTF-8 either.
    """
    return found.encode("utf-8", "surrogateescape").decode("utf-8")


def nearest_text(found: str) -> str:
    """Return as `text_of`, with a replacement character for bytes that are not UTF-8."""
    return found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def flush() -> Unwritten | None:
    """Flush; return why standard output or error could not be written, and discard the rest then."""
    unwritten: Unwritten | None = None
    for output in (sys.stderr, sys.stdout):
        try:
            output.flush()
        except OSError as why:
            unwritten = Unwritten(why.errno, why.strerror)
            _discard(output)
        except ValueError:  # it was closed
            continue
    return unwritten


def _discard(output: TextIO) -> None:
    # Python flushes once more at exit, and would complain then; so the rest is sent to devnull.
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, output.fileno())
        os.close(nothing)
        output.flush()
    except (OSError, ValueError):
        return


def _readable(failed: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(failed, UnicodeEncodeError):
        raise failed
    return "".join(map(_stand_in, failed.object[failed.start : failed.end])), failed.end


def _stand_in(letter: str) -> str:
    if letter in _STAND_INS:
        return _STAND_INS[letter]
    parts = unicodedata.normalize("NFD", letter)
    if parts[0].isascii() and all(map(unicodedata.combining, parts[1:])):
        return parts[0]  # José reads better as Jose than with a number in it
    code = ord(letter)
    if _OCTET < code <= _OCTET + 0xFF:
        return f"\\x{code - _OCTET:02x}"
    return letter.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(_READABLE, _readable)
