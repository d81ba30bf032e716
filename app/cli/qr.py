"""A QR code as text: two modules per character, dark on light in any terminal colours."""

import itertools

import segno

_DARK_ON_LIGHT, _PLAIN = "\x1b[30;107m", "\x1b[0m"
_QUIET = 2  # squares of margin; the standard's four cost lines, and cameras do with two
BLOCKS = "▀▄█"
"""The letters a terminal must have for two squares to a character."""

_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def qr_lines(text: str, *, colours: bool, blocks: bool = True) -> list[str]:
    """Return the lines of a QR code; without `colours` it is dark on light only where the terminal's text is dark.

    Without `blocks`, for terminals that lack the letters, it takes twice the room.
    """
    rows = [list(row) for row in segno.make_qr(text, error="l").matrix_iter(border=_QUIET)]
    lines = _halved(rows) if blocks else ["".join("##" if dark else "  " for dark in row) for row in rows]
    return [f"{_DARK_ON_LIGHT}{line}{_PLAIN}" for line in lines] if colours else lines


def _halved(rows: list[list[int]]) -> list[str]:
    pairs = itertools.zip_longest(rows[::2], rows[1::2], fillvalue=[0] * len(rows[0]))
    return ["".join(_HALVES[bool(above), bool(below)] for above, below in zip(*pair, strict=True)) for pair in pairs]
