"""What can be shown of any text that may be a token: leniently, part by part, trusting nothing."""

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.base64url import from_base64url

LONGEST = 1024 * 1024
"""The longest text looked into, in characters."""

_JWS_PARTS, _JWE_PARTS = 3, 5
_SHOWN_TEXT = 20_000
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_FROM_BASE64 = str.maketrans("+/", "-_")
_NAMES = ("header", "payload", "signature")


class TextForm(StrEnum):
    """The form of a text."""

    JWT = "JWT"
    JWE = "encrypted JWT (JWE)"
    DAMAGED = "damaged JWT"
    OPAQUE = "opaque"
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class TokenPart:
    """One part between the dots; `content` is its JSON object if it is one, `text` what can be shown of it anyway."""

    name: str
    length: int
    content: dict[str, Any] | None = field(repr=False)
    text: str = field(repr=False)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TokenReading:
    """What can be read of a text; `remark` is the sentence for its form."""

    form: TextForm
    length: int
    remark: str
    parts: tuple[TokenPart, ...] = ()

    @property
    def header(self) -> dict[str, Any] | None:
        return self.parts[0].content if self.parts else None

    @property
    def claims(self) -> dict[str, Any] | None:
        return self.parts[1].content if self.form in (TextForm.JWT, TextForm.DAMAGED) and len(self.parts) > 1 else None


def read(token: str) -> TokenReading:
    """Return what can be shown of a text; never raises."""
    if len(token) > LONGEST:
        return TokenReading(TextForm.TOO_LONG, len(token), f"With {len(token)} characters it is too long to read.")
    parts = token.split(".")
    if len(parts) == _JWE_PARTS and (head := _part("header", parts[0])).content is not None:
        remark = "It is encrypted: only its recipient can read it."
        return TokenReading(TextForm.JWE, len(token), remark, (head,))
    shown = tuple(_part(name, part) for name, part in zip(_NAMES, parts, strict=False))
    if not shown or (shown[0].content is None and (len(shown) < 2 or shown[1].content is None)):  # noqa: PLR2004
        return TokenReading(TextForm.OPAQUE, len(token), "Only the server knows its content and whether it is valid.")
    if len(parts) == _JWS_PARTS and not any(part.problem for part in shown):
        return TokenReading(TextForm.JWT, len(token), "Shown as written; nothing in it is verified.", shown)
    problems = [f"the {part.name} {part.problem}" for part in shown if part.problem]
    if len(parts) != _JWS_PARTS:
        problems.append(f"it has {len(parts)} parts instead of 3")
    return TokenReading(TextForm.DAMAGED, len(token), f"It is damaged: {', '.join(problems)}.", shown)


def _part(name: str, part: str) -> TokenPart:
    bare = part.translate(_FROM_BASE64).rstrip("=")
    try:
        if not _ALPHABET.fullmatch(bare):
            raise ValueError(part[:1])  # noqa: TRY301 - one way out below
        octets = from_base64url(bare)
    except ValueError:
        return TokenPart(name, len(part), None, part[:_SHOWN_TEXT], "is not base64url")
    if name == "signature":
        return TokenPart(name, len(part), None, octets.hex(" "), "" if octets else "is missing")
    return _content(name, part, octets)


def _content(name: str, part: str, octets: bytes) -> TokenPart:
    text = octets.decode("utf-8", "replace")
    try:
        found = json.loads(octets)
    except RecursionError:
        return TokenPart(name, len(part), None, text[:_SHOWN_TEXT], "is nested too deeply to be shown")
    except ValueError:
        return TokenPart(name, len(part), None, text[:_SHOWN_TEXT], "is not JSON")
    if not isinstance(found, dict):
        return TokenPart(name, len(part), None, text[:_SHOWN_TEXT], "is not a JSON object")
    return TokenPart(name, len(part), found, pretty(found))


def pretty(value: object) -> str:
    """Return a value as indented JSON, cut to a readable length."""
    try:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "(nested too deeply to be shown)"
    shown = "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text[:_SHOWN_TEXT])
    return shown if len(text) <= _SHOWN_TEXT else f"{shown}\n… {len(text) - _SHOWN_TEXT} more characters"
