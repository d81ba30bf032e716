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
# What our sentences and lessons are drawn with; everything else is spelled as Python would.
_STAND_INS = {
    "→": "->", "←": "<-", "×": "x", "…": "...", "⋯": "...", "●": "*", "·": ".", "•": "*", "✓": "v", "─": "-",
    "├": "|", "│": "|", "└": "`", "–": "-", "—": "-", "“": '"', "”": '"', "\u2018": "'", "’": "'", "§": "section ",
    "≥": ">=", "≤": "<=", "≠": "!=", "±": "+/-", "\u00a0": " ", "\ufffd": "?", "█": "#", "▀": "#", "▄": "#",
}  # fmt: skip
_OCTET = 0xDC00  # where Python puts the octets of what it could not decode (PEP 383)


class Unwritten(OSError):
    """Standard output or error cannot take what is printed: it is full, or nobody reads it any longer."""

    @property
    def is_nobody_there(self) -> bool:
        """Whether the reader has gone away, and so misses nothing."""
        return self.errno in (errno.EPIPE, errno.ESHUTDOWN, errno.EIO)


def prepare() -> None:
    """Make the standard streams fit to be used by all of Lapse.

    What cannot be printed is replaced by a stand-in; what cannot be decoded is read as `text_of` understands it.
    """
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors=_READABLE)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")


def take_over() -> None:
    """Prepare the standard streams of a process that is ours alone.

    A stream that was closed before we began is nothing rather than None, and no socket gets its number. What output
    cannot take is Unwritten from then on, wherever it is printed, and so no fault of the part that prints.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process
        elif mode == "w":
            setattr(sys, name, _telling(stream))
    prepare()


class _Told(io.FileIO):
    """A file that says of itself that it could not be written."""

    def write(self, octets: "Buffer") -> int:
        try:
            return super().write(octets)
        except OSError as failed:
            raise Unwritten(failed.errno, failed.strerror) from None


def _telling(stream: TextIO) -> TextIO:
    raw = getattr(getattr(stream, "buffer", None), "raw", getattr(stream, "buffer", None))
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(raw, io.FileIO):
        return stream  # a console of Windows, or somebody else's idea of an output
    return io.TextIOWrapper(
        io.BufferedWriter(_Told(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def can_show(text: str, stream: TextIO) -> bool:
    """Return whether a stream has all of these letters."""
    try:
        text.encode(stream.encoding or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


def text_of(found: str) -> str:
    """Return a text from the command line or standard input in which octets that were not understood are UTF-8.

    Under `LC_ALL=C` that is most that is not ASCII. Raises UnicodeError for octets that are no UTF-8 either.
    """
    return found.encode("utf-8", "surrogateescape").decode("utf-8")


def nearest_text(found: str) -> str:
    """Return as `text_of`, with a replacement character for octets that are no UTF-8."""
    return found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def flush() -> Unwritten | None:
    """Write what is still held back; return why standard output or error could not take it, and forget it then."""
    unwritten: Unwritten | None = None
    for output in (sys.stderr, sys.stdout):
        try:
            output.flush()
        except OSError as why:
            unwritten = Unwritten(why.errno, why.strerror)
            _discard(output)
        except ValueError:  # somebody closed it
            continue
    return unwritten


def _discard(output: TextIO) -> None:
    # Python tries once more when it ends, and would complain then; so what is held back goes where it always fits.
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
        return parts[0]  # José is better read as Jose than with a number in it
    code = ord(letter)
    if _OCTET < code <= _OCTET + 0xFF:
        return f"\\x{code - _OCTET:02x}"
    return letter.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(_READABLE, _readable)
