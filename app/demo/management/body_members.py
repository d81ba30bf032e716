"""JSON objects as the management API reads them: bounded, and every member of the type it must have."""

import json
from typing import Any

from starlette.requests import Request

from app.demo.forms import read_body
from app.demo.management.refusals import invalid_value, malformed, wrong_media_type

_DEEPEST = 20

Found = dict[str, Any]
Shape = type | tuple[str, ...] | dict[str, Any]
"""What a member may be: a type, one of some texts, or an object with members of these shapes."""


async def read_object(request: Request) -> Found:
    """Return the JSON object in the body of at most 64 KiB; raises ManagementRefused or Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise wrong_media_type()
    body = await read_body(request)
    try:
        found = json.loads(body)
        # what cannot be written again (NaN, 1e999, half a surrogate pair) must not come in
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed() from None
    if not isinstance(found, dict) or _depth(found) > _DEEPEST:
        raise malformed()
    return found


def text(found: Found, name: str) -> str | None:
    """Return a text, None when there is none (null counts as none); raises ManagementRefused for another type."""
    value: str | None = _of_type(str, found, name)
    return value


def flag(found: Found, name: str) -> bool | None:
    """Return true or false; see `text`."""
    value: bool | None = _of_type(bool, found, name)
    return value


def whole(found: Found, name: str) -> int | None:
    """Return a whole number; see `text`."""
    value: int | None = _of_type(int, found, name)
    return value


def texts(found: Found, name: str) -> list[str] | None:
    """Return a list of texts; see `text`."""
    value: list[str] | None = _of_type(list, found, name)
    if value is not None and not all(isinstance(each, str) for each in value):
        raise malformed()
    return value


def part(found: Found, name: str) -> Found | None:
    """Return an object; see `text`."""
    value: Found | None = _of_type(dict, found, name)
    return value


def one_of(found: Found, name: str, choices: tuple[str, ...]) -> str | None:
    """Return one of `choices`; see `text`."""
    value = text(found, name)
    if value is not None and value not in choices:
        raise invalid_value(name)
    return value


def kept(found: Found, shape: dict[str, Any]) -> Found:
    """Return the non-null members of `found` that `shape` names; raises ManagementRefused for others."""
    return {name: _fitting(found, name, each) for name, each in shape.items() if found.get(name) is not None}


def merged(*layers: Found) -> Found:
    """Merge objects; of two values the later wins."""
    result: Found = {}
    for layer in layers:
        for name, value in layer.items():
            before = result.get(name)
            if isinstance(before, dict) and isinstance(value, dict):
                result[name] = merged(before, value)
            else:
                result[name] = value
    return result


def _fitting(found: Found, name: str, shape: Shape) -> Any:
    if isinstance(shape, tuple):
        return one_of(found, name, shape)
    if isinstance(shape, dict):
        return kept(_of_type(dict, found, name) or {}, shape)
    return _of_type(shape, found, name)


def _of_type(kind: type[Any], found: Found, name: str) -> Any:
    value = found.get(name)
    if value is not None and type(value) is not kind:  # bool is a subclass of int, so isinstance would accept true as 1
        raise malformed()
    return value


def _depth(found: object) -> int:
    """Return the nesting depth of lists and objects; iterative, as deep input would exhaust the stack."""
    depth, level = 0, [found]
    while level:
        depth += 1
        nested = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [each for values in nested for each in values]
    return depth
