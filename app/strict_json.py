"""Strict JSON for protocol data: UTF-8 without BOM, no duplicate names, no NaN, bounded, one object at the top."""

import json
import math
from typing import Any, Never

DEEPEST = 32
"""How many levels of arrays and objects are read (RFC 8725 names no bound; ours is far above any token's)."""


class _NotStrict(ValueError):
    """Accepted by other JSON readers, but not by this one."""


def read_object(body: bytes, *, deepest: int = DEEPEST) -> dict[str, Any]:
    """Return the object in `body`; raise ValueError with a plain reason for anything else, however hostile."""
    try:
        text = body.decode("utf-8")
        found = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError:
        raise ValueError("it begins with a BOM" if body.startswith(b"\xef\xbb\xbf") else "it is not JSON") from None
    except _NotStrict:
        raise
    except ValueError:  # Python's own bound, whose message is about Python
        raise ValueError("it contains a number of thousands of digits") from None
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - one error type for every bad text
    if _is_deeper_than(found, deepest):
        raise ValueError("it is nested too deeply")
    if "\\ud" in text.lower():
        _check_surrogates(found)
    return found


def _refuse_constant(name: str) -> Never:
    raise _NotStrict(f"it contains {name}, which is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _NotStrict("it contains a number that is too large")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotStrict("a name occurs twice in it")
    return found


def _is_deeper_than(value: dict[str, Any] | list[Any], levels: int) -> bool:
    if levels == 0:
        return True
    inside = value.values() if isinstance(value, dict) else value
    return any(_is_deeper_than(each, levels - 1) for each in inside if isinstance(each, dict | list))


def _check_surrogates(found: dict[str, Any]) -> None:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it contains half a surrogate pair") from None
