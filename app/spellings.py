"""How a text may be written inside another: escapes undone with a mapping back, base64 and hex."""

import base64
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from app.protocol_words import is_part_of_one

_DEEPEST = 3
_MOST_VIEWS = 13  # every two escapes inside each other, and the third where few kinds are mixed

# Each begins with its sign, so that the regex engine jumps from one to the next.
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
# JSON's (RFC 8259 §7), and those of programming languages' string literals; a surrogate pair is one character.
_BACKSLASH = re.compile(
    r"""\\(?:["'\\/bfnrt&](?:\\["'\\/bfnrt&])*|u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|"""
    r"""u(?![dD][89abAB])[0-9A-Fa-f]{4}(?:\\u(?![dD][89abAB])[0-9A-Fa-f]{4})*|u[0-9A-Fa-f]{4}|"""
    r"""x[0-9A-Fa-f]{2}(?:\\x[0-9A-Fa-f]{2})*|U[0-9A-Fa-f]{8}|[0-7]{3})"""
)
# ASCII in UTF-16 that was decoded as something else
_WIDE = re.compile(r"(?:[^\x00]\x00){4,}|(?:\x00[^\x00]){4,}")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORD_BELOW = 8  # a shorter one may be part of anything
_ENCODED_FROM = 6  # a shorter one proves nothing once it is encoded
_JOINTS, _LONGEST_JOINT = "_-", 4
_IN_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")
_TO_STANDARD = ("-", "+"), ("_", "/")


class View:
    """A text, or the same with some of its escapes undone, with the mapping back to the original places."""

    def __init__(self, text: str, outer: "View | None" = None, escapes: "_Escapes | None" = None) -> None:
        self.text = text
        self._outer = outer
        self._escapes = escapes

    @property
    def is_raw(self) -> bool:
        """Whether it is the original text."""
        return self._outer is None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of these characters in the original text; `start` must lie before `end`."""
        if self._outer is None:
            return start, end
        first, last = self._origin(start)[0], sum(self._origin(end - 1))
        return self._outer.back(first, last)

    def is_changed(self, start: int, end: int) -> bool:
        """Return whether an escape was undone among these characters."""
        if self._outer is None:
            return True
        starts, _, widths = self._stretches
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, max(end - 1, start))
        return any(width != 1 for width in widths[max(first, 0) : last])

    @cached_property
    def _stretches(self) -> tuple[list[int], list[int], list[int]]:
        """For each stretch: its start here, its start in the original, and the original length of each character."""
        assert self._outer is not None
        assert self._escapes is not None
        starts, origins, widths, moved, at = [], [], [], 0, 0
        for match in self._escapes.pattern.finditer(self._outer.text):
            start, end = match.span()
            length = len(self._escapes.undone(match))
            if length == end - start:
                continue
            if start > at:
                starts.append(at - moved)
                origins.append(at)
                widths.append(1)
            starts.append(start - moved)
            origins.append(start)
            widths.append((end - start) // length)
            moved += end - start - length
            at = end
        starts.append(at - moved)
        origins.append(at)
        widths.append(1)
        return starts, origins, widths

    def _origin(self, at: int) -> tuple[int, int]:
        starts, origins, widths = self._stretches
        place = max(bisect_right(starts, at) - 1, 0)
        return origins[place] + (at - starts[place]) * widths[place], widths[place]


def views(text: str) -> Iterator[View]:
    """Yield the text, and it with its percent, backslash and HTML escapes undone, also nested ones."""
    found = [View(text)]
    level = found
    yield found[0]
    for _ in range(_DEEPEST):
        level = [inner for view in level for inner in _inner(view)]
        for each in level[: _MOST_VIEWS - len(found)]:
            found.append(each)
            yield each


def in_standard_base64(text: str) -> str:
    """Return the text with base64url's two letters replaced by base64's, character by character (RFC 4648 §5)."""
    for url, standard in _TO_STANDARD:
        text = text.replace(url, standard)
    return text


def _base64_cores(value: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield the base64 of `value` in any surroundings: the three ways it may be aligned to groups of three.

    Each is the letters that encode nothing but the value, with 1 where the letter before or after encodes some of it
    too.
    """
    for shift in range(3):
        bits = (shift + len(value)) * 8
        first, end = -(-shift * 8 // 6), bits // 6
        written = base64.b64encode(bytes(shift) + value).decode("ascii")
        yield written[first:end], int(shift > 0), int(bits % 6 > 0)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way a value may be written: `text` is searched, with `before` and `after` more letters belonging to it.

    `plain` is the value where it must match letter by letter; it `is_word` where only a whole word counts.
    """

    text: str
    value: str
    plain: str = ""
    is_word: bool = False
    before: int = 0
    after: int = 0


class SpellingIndex:
    """Finds spellings in a text at a cost that hardly depends on how many there are.

    Looking at `gram` letters in every `stride` finds each spelling of at least `gram + stride - 1` letters.
    """

    def __init__(self, gram: int, stride: int) -> None:
        self._gram, self._stride = gram, stride
        self._known: dict[str, list[Spelling]] = {}

    @property
    def shortest(self) -> int:
        """The length of the shortest spelling that it finds."""
        return self._gram + self._stride - 1

    def add(self, spelling: Spelling) -> None:
        """Add a spelling."""
        for at in range(self._stride):
            known = self._known.setdefault(spelling.text[at : at + self._gram], [])
            if not known or known[-1] is not spelling:
                known.append(spelling)

    def find(self, text: str) -> Iterator[tuple[int, Spelling]]:
        """Yield the starts of spellings in `text`, in no order."""
        known, gram = self._known, self._gram
        if not known:
            return
        places = range(0, len(text) - gram + 1, self._stride)
        ends: dict[str, int] = {}
        for at in [each for each in places if text[each : each + gram] in known]:
            found = text[at : at + gram]
            for spelling in known[found]:
                if at < ends.get(spelling.text, 0):
                    continue
                for start in self._starts(text, at, found, spelling.text):
                    ends[spelling.text] = start + len(spelling.text)
                    yield start, spelling

    def _starts(self, text: str, at: int, found: str, wanted: str) -> Iterator[int]:
        offset = wanted.find(found)
        while 0 <= offset < self._stride:
            if offset <= at and text.startswith(wanted, at - offset):
                yield at - offset
                return
            offset = wanted.find(found, offset + 1)


def spellings_of(value: str) -> Iterator[Spelling]:
    """Yield every spelling of a value to search for in `in_standard_base64` texts; the plain one first."""
    raw = value.encode("utf-8", "surrogatepass")
    is_word = len(value) < _WORD_BELOW or is_part_of_one(value)
    for plain in dict.fromkeys((value, raw.decode("latin-1"))):
        text = plain if is_word else in_standard_base64(plain)
        yield Spelling(text, value, plain, is_word)
    for digits in dict.fromkeys((raw.hex(), raw.hex().upper())):
        yield Spelling(digits, value)
    if len(value) >= _ENCODED_FROM:
        for core, before, after in _base64_cores(raw):
            yield Spelling(core, value, before=before, after=after)


def places_of(text: str, start: int, spelling: Spelling) -> Iterator[tuple[int, int]]:
    """Yield the span of a spelling found at `start`, if it stands for its value."""
    end = start + len(spelling.text)
    if spelling.plain:
        is_it = text.startswith(spelling.plain, start) and not (
            spelling.is_word and _is_inside_a_word(text, start, end)
        )
        if is_it:
            yield start, end
        return
    before = spelling.before and _IN_BASE64.match(text, start - 1) is not None
    after = spelling.after and _IN_BASE64.match(text, end) is not None
    yield start - before, end + after


def _is_inside_a_word(text: str, start: int, end: int) -> bool:
    """Return whether a word continues beside it; `_` and `-` join words: `invalid` is no word in `invalid_grant`.

    Numbers are joined only to numbers, as in a date: `x-482913` is a code after a name.
    """
    before, after = text[max(start - _LONGEST_JOINT, 0) : start], text[end : end + _LONGEST_JOINT]
    if before[-1:].isalnum() or after[:1].isalnum():
        return True
    joined = (
        before.rstrip(_JOINTS)[-1:] if before.endswith(("_", "-")) else "",
        after.lstrip(_JOINTS)[:1] if after.startswith(("_", "-")) else "",
    )
    is_number = text[start:end].isdigit()
    return any(each.isdigit() if is_number else each.isalnum() for each in joined)


def _inner(view: View) -> Iterator[View]:
    for escapes in _ESCAPES:
        if escapes.sign in view.text:
            text = escapes.pattern.sub(escapes.undone, view.text)
            if len(text) != len(view.text):
                yield View(text, view, escapes)


@dataclass(frozen=True, slots=True)
class _Escapes:
    """One kind of escape: its common sign, the regex of a run of them, and what undoes it."""

    sign: str
    pattern: re.Pattern[str]
    undo: Callable[[str], str]

    def undone(self, match: re.Match[str]) -> str:
        """Return the decoded run, and the run itself where its characters are not all equally long."""
        run = match[0]
        known = _SINGLE.get(run)
        if known is not None:
            return known
        plain = self.undo(run)
        return plain if plain and len(run) % len(plain) == 0 else run


def _from_percent(run: str) -> str:
    return bytes.fromhex(run.replace("%", "")).decode("latin-1")


def _from_backslash(run: str) -> str:
    kind = run[1]
    if kind == "u":
        units = bytes.fromhex(run.replace("\\u", ""))
        return units.decode("utf-16-be", "surrogatepass")
    if kind == "x":
        return bytes.fromhex(run.replace("\\x", "")).decode("latin-1")
    if kind == "U":
        point = int(run[2:], 16)
        return chr(point) if point <= 0x10FFFF else run  # noqa: PLR2004 - the last there is
    if kind in "01234567":
        return chr(int(run[1:], 8))
    return "".join(_SHORT.get(each, each) for each in run[1::2])


_ESCAPES = (
    _Escapes("%", _PERCENT, _from_percent),
    _Escapes("\\", _BACKSLASH, _from_backslash),
    _Escapes("&", _ENTITY, html.unescape),
    _Escapes("\0", _WIDE, lambda run: run.replace("\0", "")),
)
# the common escapes, precomputed
_SINGLE = {
    **{f"\\{each}": _SHORT.get(each, each) for each in "\"'\\/bfnrt&"},
    **{f"%{point:02{kind}}": chr(point) for point in range(256) for kind in "xX"},
}
