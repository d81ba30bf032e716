"""Records as they come back from a disk that others write to: one member of them replaced by anything."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

_HERE = "\ufffc"
# As text, because half of it is nothing that a JSON writer would write.
_ODD = (
    *("null", "true", "0", "1", "-1", "1.5", "1e308", "-1e308", "1e400", "NaN", "-Infinity", "9" * 400, "9" * 4000),
    *("9" * 5000, '""', '"x"', '"\\ud800"', '"\\u0000"', '"1e400"', '"²"', f'"{"x" * 10_000}"', '"https://["'),
    *("[]", "{}", "[[]]", "[1]", '["a"]', '["a", "b"]', '[["a"]]', '[{"a": 1}]', '{"a": 1}', '{"a": "b"}', "[null]"),
    *("[0, 1, 2]", '[-1, "x"]', '[1e400, 0, "x"]', "[" * 30 + "]" * 30, "[" * 200 + "]" * 200, "[" * 100_000),
    *('{"a":' * 100_000, "]", ""),
)


def odd_texts(record: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return texts in which some member of a good record is odd or missing, or everything is."""
    places = [place for place in _places(record) if place]
    changed = st.builds(_replaced, st.just(record), st.sampled_from(places), st.sampled_from(_ODD))
    without = st.builds(_without, st.just(record), st.sampled_from([each for each in places if len(each) == 1]))
    return changed | without | st.sampled_from(_ODD)


def _places(found: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, value in inside:
        yield from _places(value, (*place, name))


def _replaced(record: dict[str, Any], place: tuple[Any, ...], odd: str) -> str:
    copy = json.loads(json.dumps(record))
    within = copy
    for name in place[:-1]:
        within = within[name]
    within[place[-1]] = _HERE
    return json.dumps(copy, ensure_ascii=False).replace(f'"{_HERE}"', odd)


def _without(record: dict[str, Any], place: tuple[Any, ...]) -> str:
    return json.dumps({name: value for name, value in record.items() if name != place[0]})
