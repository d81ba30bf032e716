"""Where a mask may stand in JSON (RFC 8259), so that JSON stays JSON."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\r\n]*")
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|[^\s"\[\]{}:,]+', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_LONGEST_ESCAPE, _NEAR = 6, 50
# numbers are kept as text, because very long ones would be refused
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


@dataclass(frozen=True, slots=True)
class MaskPlace:
    """A span to mask; one that `is_bare` is a number or the like, whose mask needs quotes."""

    start: int
    end: int
    is_bare: bool = False


class JsonPlaces:
    """The values and names of a JSON text, to fit masks into."""

    def __init__(self, text: str) -> None:
        self._text = text
        # of a string, the span between its quotes
        self._values = [
            MaskPlace(*match.span(1)) if match[1] is not None else MaskPlace(*match.span(), is_bare=True)
            for match in _VALUE.finditer(text)
        ]
        self._starts = [each.start for each in self._values]

    def fit(self, start: int, end: int) -> Iterator[MaskPlace]:
        """Yield the masks that hide a span: within one string, or in place of each value it touches."""
        touched = list(self._touched(start, end))
        if len(touched) == 1 and not touched[0].is_bare and touched[0].start <= start and end <= touched[0].end:
            yield MaskPlace(*self._whole_escapes(touched[0], start, end))
        else:
            yield from touched

    def _touched(self, start: int, end: int) -> Iterator[MaskPlace]:
        for at in range(max(bisect_right(self._starts, start) - 1, 0), len(self._values)):
            value = self._values[at]
            if value.start >= end:
                return
            if value.end > start:
                yield value

    def _whole_escapes(self, value: MaskPlace, start: int, end: int) -> tuple[int, int]:
        """Return the span with the escapes at its ends in full: a lone backslash would escape what follows."""
        return self._escape_around(value, start)[0], self._escape_around(value, end)[1]

    def _escape_around(self, value: MaskPlace, at: int) -> tuple[int, int]:
        """Return the span of the escape on both sides of `at`; `at` itself where there is none."""
        for start in range(max(at - _LONGEST_ESCAPE + 1, value.start), at):
            match = _ESCAPE.match(self._text, start, value.end)
            if match is not None and match.end() > at and self._begins_escape(value, start):
                return match.span()
        return at, at

    def _begins_escape(self, value: MaskPlace, at: int) -> bool:
        before = self._text[value.start : at] if at - value.start < _NEAR else self._text[at - _NEAR : at]
        if len(before) == _NEAR and not before.strip("\\"):
            before = self._text[value.start : at]  # so many backslashes that all of them must be counted
        return (len(before) - len(before.rstrip("\\"))) % 2 == 0


def json_places(text: str, *, is_json: bool = False) -> JsonPlaces | None:
    """Return the places of a JSON text, also of concatenated values; None for any other text.

    A lone number or string counts only where the text is declared as JSON: a header and a sentence may be one too.
    """
    if not is_json and text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return None
    return JsonPlaces(text) if text and _is_json(text) else None


def _is_json(text: str) -> bool:
    at = _after_space(text, 0)
    try:
        while at < len(text):
            _, at = _DECODER.raw_decode(text, at)
            at = _after_space(text, at)
    except (ValueError, RecursionError):
        return False
    return True


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
