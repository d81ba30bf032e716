"""Filter expressions of the management API: SCIM's (RFC 7644 §3.4.2.2) without value paths, as Okta has them."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from app.demo.dialect import printable
from app.demo.management.refusals import ManagementRefused

Test = Callable[[dict[str, Any]], bool]

_LONGEST = 2000
_DEEPEST = 20
_TOKEN = re.compile(r'\s*(?:(?P<paren>[()])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()"]+))')
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda actual, wanted: actual > wanted,
    "ge": lambda actual, wanted: actual >= wanted,
    "lt": lambda actual, wanted: actual < wanted,
    "le": lambda actual, wanted: actual <= wanted,
    "co": lambda actual, wanted: wanted in actual,
    "sw": lambda actual, wanted: actual.startswith(wanted),
    "ew": lambda actual, wanted: actual.endswith(wanted),
}
_OPERATORS = frozenset({"eq", "ne", "pr", *_ORDERED})
_EXPECTED = "eq,co,sw,pr,gt,ge,lt,le"  # Okta's list, which lacks some that it knows


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of the expression and where it begins."""

    text: str
    at: int


def read_filter(expression: str, fields: Collection[str]) -> Test:
    """Return the test an expression puts objects to; `fields` are the paths it may use, `target.id` for example.

    In a list, one entry that fits is enough. Raises ManagementRefused (E0000053, Okta's sentences where we know them).
    """
    return _Reader(expression, fields).read()


def values_at(found: Any, path: list[str]) -> Iterator[Any]:
    """Yield what lies at the path, in every entry of each list on the way."""
    if isinstance(found, list):
        for each in found:
            yield from values_at(each, path)
    elif not path:
        yield found
    elif isinstance(found, dict):
        yield from values_at(found.get(path[0]), path[1:])


class _Reader:
    """Reads one expression by recursive descent: `or` binds weaker than `and`."""

    def __init__(self, expression: str, fields: Collection[str]) -> None:
        self._expression = expression
        self._fields = {field.lower(): field for field in fields}
        self._depth = 0
        self._next = 0
        self._tokens: list[_Token] = []

    def read(self) -> Test:
        self._tokens = self._split()
        test = self._any()
        if self._peek() is not None:
            raise self._wrong("Expected 'and', 'or' or the end")
        return test

    def _split(self) -> list[_Token]:
        text = self._expression.rstrip()
        if len(text) > _LONGEST:
            raise _refusal(f"Invalid filter: It can have {_LONGEST} characters.")
        tokens: list[_Token] = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._wrong("Unterminated text", at)
            tokens.append(_Token(match[match.lastgroup or 0], match.start(match.lastgroup or 0)))
            at = match.end()
        return tokens

    def _any(self) -> Test:
        tests = [self._all()]
        while self._took("or"):
            tests.append(self._all())
        return lambda found: any(test(found) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._took("and"):
            tests.append(self._one())
        return lambda found: all(test(found) for test in tests)

    def _one(self) -> Test:
        if self._took("not"):
            test = self._one() if self._peek() == "(" else self._missing("'('")
            return lambda found: not test(found)
        if not self._took("("):
            return self._comparison()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong("Too many parentheses")
        test = self._any()
        if not self._took(")"):
            self._missing("')'")
        self._depth -= 1
        return test

    def _comparison(self) -> Test:
        name = self._take("an attribute")
        field = self._fields.get(name.text.lower())
        if field is None:
            raise _refusal(f"field is not valid: {printable(name.text)}")
        operator = self._take("an operator")
        kind = operator.text.lower()
        if kind not in _OPERATORS:
            shown = printable(operator.text)
            raise self._wrong(f"Unrecognized attribute operator '{shown}'", operator.at, f". Expected: {_EXPECTED}")
        return _test(field.split("."), kind, None if kind == "pr" else self._value())

    def _value(self) -> Any:
        token = self._take("a value")
        try:
            value = json.loads(token.text)
        except ValueError:
            raise self._wrong("Invalid value", token.at) from None
        return value

    def _peek(self) -> str | None:
        return self._tokens[self._next].text.lower() if self._next < len(self._tokens) else None

    def _took(self, text: str) -> bool:
        found = self._peek() == text
        self._next += found
        return found

    def _take(self, what: str) -> _Token:
        if self._next == len(self._tokens):
            raise self._wrong(f"Expected {what}")
        self._next += 1
        return self._tokens[self._next - 1]

    def _missing(self, what: str) -> Test:
        raise self._wrong(f"Expected {what}")

    def _wrong(self, what: str, at: int | None = None, more: str = "") -> ManagementRefused:
        if at is None:
            at = self._tokens[self._next].at if self._next < len(self._tokens) else len(self._expression)
        return _refusal(f"Invalid filter '{printable(self._expression)}': {what} at position {at}{more}")


def _test(path: list[str], kind: str, wanted: Any) -> Test:
    if kind == "ne":
        return lambda found: wanted not in values_at(found, path)
    if kind == "pr":
        return lambda found: any(value is not None for value in values_at(found, path))
    if kind == "eq":
        return lambda found: wanted in values_at(found, path)
    compare = _ORDERED[kind]
    return lambda found: any(
        isinstance(value, str) and isinstance(wanted, str) and compare(value, wanted)
        for value in values_at(found, path)
    )


def _refusal(summary: str) -> ManagementRefused:
    return ManagementRefused(400, "E0000053", summary)
