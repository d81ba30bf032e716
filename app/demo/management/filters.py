"""Filter expressions of the management API, as far as Okta's examples for its log go: `eq`, `sw`, `co`, `and`."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from app.demo.dialect import printable
from app.demo.management.refusals import ManagementRefused

Test = Callable[[dict[str, Any]], bool]

_LONGEST = 2000
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s"]+)')
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda actual, wanted: actual == wanted,
    "sw": lambda actual, wanted: actual.startswith(wanted),
    "co": lambda actual, wanted: wanted in actual,
}
_EXPECTED = "eq,co,sw,pr,gt,ge,lt,le"  # Okta's list, though this org knows three of them


def read_filter(expression: str, fields: Collection[str]) -> Test:
    """Return an expression as a predicate on objects; `fields` are the paths it may use, `target.id` for example.

    In a list, one matching entry is enough. Raises ManagementRefused (E0000053, Okta's sentences where we know them).
    """
    known, tokens = {field.lower(): field for field in fields}, _Tokens(expression)
    tests = [_comparison(tokens, known)]
    while tokens.are_left():
        tokens.take_and()
        tests.append(_comparison(tokens, known))
    return lambda found: all(test(found) for test in tests)


def values_at(found: Any, path: list[str]) -> Iterator[Any]:
    """Yield what lies at the path, in every entry of each list on the way."""
    if isinstance(found, list):
        for each in found:
            yield from values_at(each, path)
    elif not path:
        yield found
    elif isinstance(found, dict):
        yield from values_at(found.get(path[0]), path[1:])


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of the expression and its position."""

    text: str
    at: int


class _Tokens:
    """The pieces of an expression, taken one after the other."""

    def __init__(self, expression: str) -> None:
        if len(expression.rstrip()) > _LONGEST:
            raise _refusal(f"Invalid filter: It can have {_LONGEST} characters.")
        self._expression = expression
        self._left = list(self._split(expression.rstrip()))

    def are_left(self) -> bool:
        return bool(self._left)

    def take(self, what: str) -> _Token:
        if not self._left:
            raise self.wrong(f"Expected {what}", len(self._expression))
        return self._left.pop(0)

    def take_and(self) -> None:
        token = self.take("'and'")
        if token.text.lower() != "and":
            raise self.wrong("Expected 'and' or the end", token.at)

    def wrong(self, what: str, at: int, more: str = "") -> ManagementRefused:
        return _refusal(f"Invalid filter '{printable(self._expression)}': {what} at position {at}{more}")

    def _split(self, text: str) -> Iterator[_Token]:
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self.wrong("Unterminated text", at)
            yield _Token(match[1], match.start(1))
            at = match.end()


def _comparison(tokens: _Tokens, fields: dict[str, str]) -> Test:
    name = tokens.take("an attribute")
    if name.text.lower() not in fields:
        raise _refusal(f"field is not valid: {printable(name.text)}")
    path, operator = fields[name.text.lower()].split("."), tokens.take("an operator")
    compare = _OPERATORS.get(operator.text.lower())
    if compare is None:
        shown = printable(operator.text)
        raise tokens.wrong(f"Unrecognized attribute operator '{shown}'", operator.at, f". Expected: {_EXPECTED}")
    wanted = _text(tokens)
    return lambda found: any(isinstance(value, str) and compare(value, wanted) for value in values_at(found, path))


def _text(tokens: _Tokens) -> str:
    token = tokens.take("a value")
    try:
        return str(json.loads(token.text if token.text.startswith('"') else ""))
    except ValueError:
        raise tokens.wrong("Invalid value", token.at) from None


def _refusal(summary: str) -> ManagementRefused:
    return ManagementRefused(400, "E0000053", summary)
