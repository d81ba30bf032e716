"""Our own records read back from JSON, member by member and each by its type, with plain reasons for what is wrong."""

import math
from collections.abc import Callable, Collection
from enum import Enum
from typing import Any, TypeVar

from app.strict_json import read_object

Member = TypeVar("Member")
Kind = TypeVar("Kind", bound=Enum)
_ABSENT: Any = object()
# Our own records may contain a server's response, which may be as deep as responses are read.
_DEEPEST = 48
# Times within the years 1 to 9999, Python's range.
_CALENDARS_BEGINNING, _CALENDARS_END = -50e9, 240e9


class Damaged(ValueError):
    """A record is not valid; the text says in a few words what is wrong, and quotes nothing of it."""


class Record:
    """One object; its methods return a member of the type they name, or raise Damaged.

    `default` is for an optional member. `where` names the object in error messages.
    """

    def __init__(self, found: object, where: str = "it") -> None:
        if not isinstance(found, dict):
            raise Damaged(f"{where} is no object")
        self._found: dict[str, Any] = found
        self._where = where

    @classmethod
    def of(cls, text: bytes) -> "Record":
        try:
            return cls(read_object(text, deepest=_DEEPEST))
        except Damaged:
            raise
        except ValueError as why:
            raise Damaged(str(why)) from None

    def only(self, names: Collection[str]) -> "Record":
        """Return the record itself; raises Damaged where it has other members than these."""
        if unknown := sorted(name for name in self._found if name not in names):
            shown = unknown[0] if unknown[0].isidentifier() and unknown[0].isascii() else "a member"
            raise Damaged(f"{self._where} has {shown[:40]}, which is not known here")
        return self

    def text(self, name: str, default: str = _ABSENT) -> str:
        return str(self._checked(name, default, "text", lambda found: isinstance(found, str)))

    def flag(self, name: str, default: bool = _ABSENT) -> bool:  # noqa: FBT001 - what the member is when it is absent
        return bool(self._checked(name, default, "true or false", lambda found: isinstance(found, bool)))

    def number(self, name: str, default: float = _ABSENT) -> float:
        return float(self._checked(name, default, "number", is_number))

    def moment(self, name: str) -> float:
        """Return a time in epoch seconds within the calendar, or a duration no longer than that."""
        return float(self._checked(name, _ABSENT, "moment", is_moment))

    def whole(self, name: str, default: int = _ABSENT, *, least: int = 0, most: int = 1 << 53) -> int:
        """Return a whole number from `least` to `most`."""
        return int(self._checked(name, default, "whole number", lambda found: is_whole(found, least, most)))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._checked(name, _ABSENT, "list of texts", _are_texts))

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a list of pairs of texts."""
        found = self._checked(name, _ABSENT, "list of pairs of texts", _are_pairs)
        return tuple((first, second) for first, second in found)

    def choice(self, name: str, kind: type[Kind], default: Kind = _ABSENT) -> Kind:
        """Return one of the values of `kind`."""
        if name not in self._found and default is not _ABSENT:
            return default
        return kind(self.one_of(name, [each.value for each in kind]))

    def one_of(self, name: str, choices: Collection[str]) -> str:
        """Return a text that is one of `choices`."""
        if (found := self.text(name)) not in choices:
            raise Damaged(f"{self._named(name)} is none of {', '.join(choices)}")
        return found

    def member(self, name: str, kind: type[Kind]) -> Kind:
        """Return the member of the enum `kind` with this name."""
        if (found := self.text(name)) not in kind.__members__:
            raise Damaged(f"{self._named(name)} is none of {', '.join(kind.__members__)}")
        return kind[found]

    def row(self, name: str, *columns: Callable[[Any], bool]) -> list[Any]:
        """Return a list of as many items as there are `columns`, each of which must accept its own."""
        return list(self._checked(name, _ABSENT, "row of what it should hold", lambda found: _fits(found, columns)))

    def members(self) -> dict[str, Any]:
        """Return everything in it as it was read."""
        return dict(self._found)

    def object(self, name: str) -> dict[str, Any]:
        """Return an object with any content."""
        return dict(self._checked(name, _ABSENT, "object", lambda found: isinstance(found, dict)))

    def texts_by_name(self, name: str) -> dict[str, str]:
        """Return an object whose members are texts."""
        return dict(self._checked(name, _ABSENT, "object of texts", _is_object_of_texts))

    def records(self, name: str) -> "tuple[Record, ...]":
        """Return a list of objects."""
        found = self._checked(name, _ABSENT, "list", lambda found: isinstance(found, list))
        return tuple(Record(each, f"{name}[{place}]") for place, each in enumerate(found))

    def nullable(self, name: str, read: Callable[[str], Member]) -> Member | None:
        """Return what `read` makes of a member, None where it is null."""
        return None if name in self._found and self._found[name] is None else read(name)

    def record(self, name: str) -> "Record":
        """Return the object within."""
        return Record(self.object(name), name)

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def _checked(self, name: str, default: Any, kind: str, is_it: Callable[[Any], bool]) -> Any:
        if name not in self._found:
            if default is _ABSENT:
                raise Damaged(f"{self._named(name)} is missing")
            return default
        if not is_it(self._found[name]):
            raise Damaged(f"{self._named(name)} is not {_with_article(kind)}")
        return self._found[name]

    def _named(self, name: str) -> str:
        return name if self._where == "it" else f"{name} of {self._where}"


def is_number(found: object) -> bool:
    """Return whether it is a finite number that a float can hold."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    try:
        return math.isfinite(float(found))
    except OverflowError:
        return False


def is_moment(found: Any) -> bool:
    """Return whether it is a number of seconds from 1970, before or after, that the calendar covers."""
    return is_number(found) and _CALENDARS_BEGINNING < found < _CALENDARS_END


def is_whole(found: object, least: int = 0, most: int = 1 << 53) -> bool:
    """Return whether it is a whole number within these bounds."""
    return isinstance(found, int) and not isinstance(found, bool) and least <= found <= most


def _are_texts(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


def _are_pairs(found: object) -> bool:
    return isinstance(found, list) and all(_are_texts(each) and len(each) == 2 for each in found)  # noqa: PLR2004


def _fits(found: object, columns: Collection[Callable[[Any], bool]]) -> bool:
    if not isinstance(found, list) or len(found) != len(columns):
        return False
    return all(fits(each) for fits, each in zip(columns, found, strict=True))


def _is_object_of_texts(found: object) -> bool:
    return isinstance(found, dict) and _are_texts(list(found.values()))


def _with_article(kind: str) -> str:
    if kind.startswith(("true", "text")):
        return kind
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
