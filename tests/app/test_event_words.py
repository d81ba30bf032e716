"""Every event has a sentence, whatever its enums and its fields that may be absent hold."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_type_hints

import pytest

from app.events import Entry, Event
from app.events.session import Undone
from app.events.words import sentence, undone

_PLAIN: dict[Any, Any] = {str: "x", int: 1, float: 1.0, bool: True}


def _values(kind: Any) -> list[Any]:
    """Return what a field of this type may hold, so far as sentences tell it apart."""
    if isinstance(kind, UnionType):
        return [value for each in get_args(kind) for value in _values(each)]
    if kind is type(None):
        return [None]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return [_made(kind)]
    return [(), ("x",)] if str(kind) == "tuple[str, ...]" else [()] if "tuple" in str(kind) else [_PLAIN[kind]]


def _made(kind: type) -> Any:
    hints = get_type_hints(kind)
    return kind(**{each.name: _values(hints[each.name])[0] for each in fields(kind)})


def _varied(kind: type) -> Iterator[Any]:
    event, hints = _made(kind), get_type_hints(kind)
    yield event
    for each in fields(kind):
        for value in (*_values(hints[each.name]), *([False] if hints[each.name] is bool else [])):
            yield replace(event, **{each.name: value})


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_has_a_sentence(kind: type) -> None:
    for event in _varied(kind):
        said = Entry(1, 0.0, None, event).sentence()
        assert said, event
        assert said == sentence(event)
    assert not hasattr(kind, "sentence"), "the sentences are made in app/events/words.py"


def test_every_part_of_a_sign_out_says_why_it_is_not_done() -> None:
    assert all(undone(each, error="It failed.", waited_s=20) for each in Undone)
    assert undone(Undone.FAILED, error="It failed.") == "It failed"
    assert undone(None) == ""
