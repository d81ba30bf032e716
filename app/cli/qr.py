"""A QR code in text: two of its squares to a character, dark on light whatever the terminal's colours."""

import itertools

import segno

_DARK_ON_LIGHT, _PLAIN = "\x1b[30;107m", "\x1b[0m"
_QUIET = 2  # squares of margin; the standard's four cost lines, and cameras do with two
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def qr_lines(text: str, *, colours: bool) -> list[str]:
    """Return the lines of a QR code; without `colours` it is dark on light only where the terminal's text is dark."""
    rows = [list(row) for row in segno.make_qr(text, error="l").matrix_iter(border=_QUIET)]
    pairs = itertools.zip_longest(rows[::2], rows[1::2], fillvalue=[0] * len(rows[0]))
    lines = ["".join(_HALVES[bool(above), bool(below)] for above, below in zip(*pair, strict=True)) for pair in pairs]
    return [f"{_DARK_ON_LIGHT}{line}{_PLAIN}" for line in lines] if colours else lines
