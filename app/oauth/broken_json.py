"""Reads single members out of a body that is not whole JSON: truncated, malformed, or XML.

Every pattern is linear in the length of the text: no character is scanned twice from different starts.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

_NAME = r"(access[_-]?token|refresh[_-]?token|id[_-]?token|errors?|error[_-]?code)"
_GAP = r"\s{0,20}"
_QUOTED = re.compile(
    rf""""{_NAME}"{_GAP}:{_GAP}("(?:[^"\\]|\\.)*+"|-?[0-9]{{1,30}}(?=[\s,}}]))""", re.IGNORECASE | re.ASCII
)
# As Python and JavaScript print an object; the quotes of name and value need not be the same there.
_SINGLE = re.compile(
    rf"""(?:'{_NAME}'{_GAP}:{_GAP}|"{_NAME}"{_GAP}:{_GAP}(?='))(?:'((?:[^'\\]|\\.)*+)'|"((?:[^"\\]|\\.)*+)")""",
    re.IGNORECASE | re.ASCII,
)
_ELEMENT = re.compile(
    rf"<(?:[A-Za-z0-9_.-]{{1,40}}:)?{_NAME}(?:\s[^<>]{{0,200}})?>{_GAP}(?:<!\[CDATA\[([^\]<]*+)\]\]>|([^<]*+)){_GAP}</",
    re.IGNORECASE | re.ASCII,
)
_ESCAPED = re.compile(r"\\(['\"\\/])")


def pieces_in(text: str) -> dict[str, Any]:
    """Return the complete members that hold tokens or an error, in whatever notation.

    Of several with one name the last counts, as in JSON; what is written as JSON counts before what is not.
    """
    members: dict[str, Any] = {}
    for name, value in (*_elements(text), *_single_quoted(text), *_as_json(text)):
        if value not in (None, ""):
            members[name] = value
    return members


def _as_json(text: str) -> Iterator[tuple[str, Any]]:
    for name, value in _QUOTED.findall(text):
        try:
            yield name, json.loads(value, strict=False)
        except ValueError:  # not a valid escape
            continue


def _single_quoted(text: str) -> Iterator[tuple[str, str]]:
    for match in _SINGLE.finditer(text):
        name, other_name, single, double = match.groups()
        yield name or other_name, _ESCAPED.sub(r"\1", single if single is not None else double)


def _elements(text: str) -> Iterator[tuple[str, str]]:
    for name, verbatim, escaped in _ELEMENT.findall(text):
        try:
            yield name, (verbatim or html.unescape(escaped)).strip()
        except ValueError:  # a reference to a character whose number has thousands of digits
            continue
