"""Text for durations, counts and servers' words, the same in window, command line and journal."""

import re

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86400
_SHOW_MS_BELOW_S = 1.0
_UNITS_S = {"ms": 0.001, "s": 1, "": 1, "min": _MINUTE_S, "h": _HOUR_S, "d": _DAY_S}
_PART = r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?"


def duration(seconds: float) -> str:
    """Return `seconds` in words of at most two units: `41 ms`, `3 s`, `4 min 12 s`, `6 h 59 min`, `7 d`."""
    seconds = abs(seconds)
    if 0 < seconds < _SHOW_MS_BELOW_S:
        return f"{max(1, round(seconds * 1000))} ms"
    whole = int(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    for unit_s, unit, rest_s, rest in (
        (_DAY_S, "d", _HOUR_S, "h"),
        (_HOUR_S, "h", _MINUTE_S, "min"),
        (_MINUTE_S, "min", 1, "s"),
    ):
        if whole >= unit_s:
            left = whole % unit_s // rest_s
            return f"{whole // unit_s} {unit} {left} {rest}" if left else f"{whole // unit_s} {unit}"
    raise AssertionError("unreachable: whole seconds below a minute were handled")


def seconds(value: float) -> str:
    """Return seconds with at most one decimal: `1.5 s`, `30 s`."""
    return f"{value:.1f}".rstrip("0").rstrip(".") + " s"


def count(number: int, noun: str) -> str:
    """Return `1 request`, `2 requests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def one_line(text: str, *, longest: int = 500) -> str:
    """Return text from outside as data that may stand in any sentence, label, title or terminal.

    One line of at most `longest` characters: unprintable ones (control characters, ESC, C1, line ends, bidirectional
    controls, half surrogates) become a space, and runs of spaces become one.
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in text[: 4 * longest]).split())
    return line if len(line) <= longest and len(text) <= 4 * longest else line[: longest - 1].rstrip() + "…"


def unstopped(sentence: str) -> str:
    """Return a sentence without its full stop, for use within another."""
    return sentence.removesuffix(".")


def seconds_in(text: str) -> float | None:
    """Return the seconds of a text as `duration` writes them, None for one that cannot be read.

    It may have a sign, and a number alone is in seconds: `90`, `5 min`, `-1 h 30 min`.
    """
    match = re.fullmatch(rf"\s*([+-]?)\s*((?:{_PART}\s*)+)", text, re.ASCII)
    if match is None:
        return None
    parts = re.findall(_PART, match[2])
    if len(parts) > 1 and not all(unit for _, unit in parts):
        return None
    whole = sum(float(number) * _UNITS_S[unit] for number, unit in parts)
    return -whole if match[1] == "-" else whole
