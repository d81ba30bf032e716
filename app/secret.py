"""Text that never prints: tokens, codes, passwords."""

import hashlib
import hmac
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any, Never, TypeVar

from app.json_masking import json_places
from app.protocol_words import PROTOCOL_WORDS
from app.spellings import Spelling, SpellingIndex, View, in_standard_base64, places_of, spellings_of, views

_T = TypeVar("_T")
MASK = "●●●"
"""The mask of a secret, followed by its fingerprint and length."""


class Secret:
    """A secret string; only `reveal()` gives the value, where the user asked for it or a server needs it.

    Equality takes constant time; printing, formatting and pickling never show the value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    @property
    def fingerprint(self) -> str:
        """Four hex digits of the SHA-256: enough to tell generations apart, far too little to find a token by."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:4]

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"<Secret, {len(self._value)} chars>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> Never:
        raise TypeError("a Secret cannot be pickled or copied out of the process")


def masked(value: str) -> str:
    """Return the mask of a secret: `●●● 9f2c · 812 chars`."""
    return f"{MASK} {Secret(value).fingerprint} · {len(value)} chars" if value else ""


@dataclass(frozen=True, slots=True, order=True)
class MaskedSpan:
    """A span of a text that is to be masked, and its value once its escapes are undone.

    `is_quoted` means that the mask must be, `is_sure` that the value is a secret wherever else it occurs; `name` is its
    name without `_` and `-`, if it has one.
    """

    start: int
    end: int
    value: str
    is_quoted: bool = False
    is_sure: bool = True
    name: str = ""


def with_masks(text: str, spans: Iterable[MaskedSpan]) -> str:
    """Return `text` with a mask in place of each span, and nothing else changed; overlapping spans get one mask."""
    parts: list[str] = []
    at = 0
    for span in _united(text, spans):
        mask = masked(span.value)
        parts += text[at : span.start], f'"{mask}"' if span.is_quoted else mask
        at = span.end
    return "".join((*parts, text[at:])) if parts else text


def _united(text: str, spans: Iterable[MaskedSpan]) -> Iterator[MaskedSpan]:
    last: MaskedSpan | None = None
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if last is None or span.start >= last.end:
            if last is not None:
                yield last
            last = span
        elif span.end > last.end:
            last = MaskedSpan(last.start, span.end, text[last.start : span.end], last.is_quoted)
    if last is not None:
        yield last


def fitted(text: str, spans: Iterable[MaskedSpan], *, is_json: bool = False) -> list[MaskedSpan]:
    """Return the spans such that JSON stays JSON with masks in their places; for any other text unchanged.

    A bare number gets a mask in quotes, and one that is partly hidden is hidden whole.
    """
    found = list(spans)
    places = json_places(text, is_json=is_json) if found else None
    if places is None:
        return found
    return [
        replace(span, start=place.start, end=place.end, is_quoted=place.is_bare)
        for span in found
        if not span.is_quoted
        for place in places.fit(span.start, span.end)
    ] + [span for span in found if span.is_quoted]


def masks_in(text: str) -> list[tuple[int, int]]:
    """Return the spans of masks in a text: they contain no secret, and are not masked again."""
    if _MASK_AS_BYTES not in text and MASK not in text:
        return []
    return [match.span() for match in _A_MASK.finditer(text)]


_MOST = 256
_SHORTEST = 4
_LONGEST_WORD = 15
_BEGINNING = 6  # the length of a secret's prefix that shows that a text is cut within it
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 256, 1000
_MASK_AS_BYTES = MASK.encode().decode("latin-1")
_A_MASK = re.compile(
    "|".join(rf"{mask} [0-9a-f]{{4}} {dot} [0-9]+ chars" for mask, dot in ((MASK, "·"), (_MASK_AS_BYTES, "Â·")))
)


class KnownSecrets:
    """The secrets that this program holds or has just received, to mask exactly these in anything shown or stored.

    The newest 256 of our own and as many that servers sent; one that is in hand returns by being added again.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._own: dict[str, None] = {}
        self._received: dict[str, None] = {}
        self._public: dict[str, None] = {}
        self._indexed: set[str] = set()
        self._start_anew()
        self.add(*secrets)

    def __repr__(self) -> str:
        return f"<KnownSecrets, {len(self)} of them>"

    def __len__(self) -> int:
        return len(self._own.keys() | self._received.keys())

    def add(self, *secrets: Secret | None) -> None:
        """Add these as our own, so that no server can crowd them out."""
        for secret in secrets:
            if secret:
                self._take(self._own, secret.reveal())

    def add_values(self, *values: str) -> None:
        """Add values that are sent in our name."""
        for value in values:
            self._take(self._own, value)

    def receive(self, *values: str) -> None:
        """Add what a server sent; its plain words do not count as secrets."""
        for value in values:
            if value not in self._public and not _is_a_word(value):
                self._take(self._received, value)

    def publish(self, value: str) -> None:
        """Never treat this as a secret, whatever name a server gives it: a client ID, for instance."""
        if value in self._public:
            return
        if len(self._public) >= _MOST:
            self._public.clear()
        self._public[value] = None
        if value in self._received:
            del self._received[value]
            self._respell()

    def clean(self, text: str, *, is_cut: bool = False) -> str:
        """Return `text` with every known secret masked, however it is encoded there.

        Where it `is_cut`, the beginning of a secret at its end is masked too. Masks stay as they are.
        """
        if not self._indexed or not text:
            return text
        if len(text) > _LONGEST_REMEMBERED or is_cut:
            return with_masks(text, self.spans(text, is_cut=is_cut))
        cleaned = self._remembered.get(text)
        if cleaned is None:
            cleaned = with_masks(text, self.spans(text))
            if len(self._remembered) >= _MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[text] = cleaned
        return cleaned

    def clean_record(self, record: _T) -> _T:
        """Return a frozen record with every known secret masked in its texts, nested records included."""
        texts: list[str] = []
        _gather(record, texts)
        whole = "\n".join(texts)
        return record if self.clean(whole) == whole else _changed(record, self.clean)

    def clean_bytes(self, raw: bytes, *, is_json: bool = False) -> bytes:
        """Return `raw` with our own secrets masked, and every other byte as it was.

        What servers sent is left in it: it is their response to the user who asked.
        """
        if not self._own:
            return raw
        text = raw.decode("latin-1")
        parts: list[bytes] = []
        at = 0
        spans = [span for span in self._spans(text) if span.value in self._own]
        for span in _united(text, fitted(text, spans, is_json=is_json)):
            mask = masked(span.value)
            parts += raw[at : span.start], (f'"{mask}"' if span.is_quoted else mask).encode()
            at = span.end
        return b"".join((*parts, raw[at:])) if parts else raw

    def spans(self, text: str, *, is_cut: bool = False) -> list[MaskedSpan]:
        """Return the spans of known secrets in `text`, such that JSON stays JSON."""
        return fitted(text, self._spans(text, is_cut=is_cut))

    def _spans(self, text: str, *, is_cut: bool = False) -> list[MaskedSpan]:
        if not self._indexed:
            return []
        found = [span for view in views(text) for span in self.spans_in(view, is_cut=is_cut)]
        if self._has_spaces and "+" in text:  # as in forms
            found += [span for view in views(text.replace("+", " ")) for span in self.spans_in(view)]
        return found

    def spans_in(self, view: View, *, is_cut: bool = False) -> Iterator[MaskedSpan]:
        """Yield the spans of known secrets in one view of a text, as places in the original text."""
        text = view.text
        masks = masks_in(text)
        for start, end, value in (*self._found(text), *(self._begun(text) if is_cut else ())):
            if not _overlaps(masks, start, end):
                yield MaskedSpan(*view.back(start, end), value)

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        for start, spelling in self._met(text):
            for place in places_of(text, start, spelling):
                yield *place, spelling.value

    def _met(self, text: str) -> Iterator[tuple[int, Spelling]]:
        standard = in_standard_base64(text)
        for index in self._indices:
            yield from index.find(standard)
        for spelling in self._few:
            start = text.find(spelling.text)
            while start >= 0:
                yield start, spelling
                start = text.find(spelling.text, start + len(spelling.text))

    def _begun(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield the prefix of a secret at the end of a text."""
        for value in self._indexed:
            start = text.find(value[:_BEGINNING], max(len(text) - len(value) + 1, 0))
            while start >= 0:
                if value.startswith(text[start:]):
                    yield start, len(text), text[start:]
                    break
                start = text.find(value[:_BEGINNING], start + 1)

    def _take(self, ring: dict[str, None], value: str) -> None:
        if value in ring:
            del ring[value]  # to its end
            ring[value] = None
            return
        if len(value) < _SHORTEST or value.lower() in PROTOCOL_WORDS or not any(map(str.isalnum, value)):
            return
        ring[value] = None
        if len(ring) > _MOST:
            for oldest in list(ring)[: _MOST // 8]:
                del ring[oldest]
            self._respell()
        else:
            self._spell(value)

    def _respell(self) -> None:
        self._start_anew()
        for each in (*self._own, *self._received):
            self._spell(each)

    def _start_anew(self) -> None:
        self._indexed = set()
        self._has_spaces = False
        self._indices = (SpellingIndex(8, 16), SpellingIndex(4, 5))
        self._few: list[Spelling] = []
        self._remembered: dict[str, str] = {}

    def _spell(self, value: str) -> None:
        if value in self._indexed:
            return
        self._indexed.add(value)
        self._remembered.clear()
        self._has_spaces = self._has_spaces or " " in value
        for spelling in spellings_of(value):
            index = next((each for each in self._indices if len(spelling.text) >= each.shortest), None)
            if index is None:
                self._few.append(spelling)
            else:
                index.add(spelling)


@lru_cache(maxsize=256)
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


def _gather(value: Any, texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, Mapping):
        for each in value.items():
            _gather(each, texts)
    elif isinstance(value, list | tuple):
        for item in value:
            _gather(item, texts)
    else:
        for name in _fields(value.__class__):
            _gather(getattr(value, name), texts)


def _changed(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else clean(value)
    if isinstance(value, Mapping):
        return {_changed(name, clean): _changed(each, clean) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_changed(each, clean) for each in value)
    names = _fields(value.__class__)
    return replace(value, **{name: _changed(getattr(value, name), clean) for name in names}) if names else value


def _is_a_word(value: str) -> bool:
    """Return whether it may as well be ordinary words: `expired`, `Already used`, `not_found`."""
    letters = value.replace("_", "").replace("-", "").replace(" ", "")
    return len(value) <= _LONGEST_WORD and letters.isalpha() and letters[1:].islower()


def _overlaps(stretches: list[tuple[int, int]], start: int, end: int) -> bool:
    place = bisect_right(stretches, (start, sys.maxsize))
    return any(first < end and start < last for first, last in stretches[max(place - 1, 0) : place + 1])
