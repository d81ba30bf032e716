"""JSON as a client may trust it: UTF-8, no duplicate names, no NaN, one object at the top."""

import json
from typing import Any, Never


def read_object(body: bytes) -> dict[str, Any]:
    """Return the object in `body`; raise ValueError with a plain reason for anything else, however hostile."""
    try:
        text = body.decode("utf-8")
        found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError:
        raise ValueError("it is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - one error type for every bad text
    return found


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"it contains {name}, which is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found
