"""Which packages of `app` this installation has: any may be left out, with those that depend on it."""

from functools import cache
from importlib.util import find_spec

_STANDS_ON = {
    "session": ("oauth",),
    "inspection": ("session",),
    "okta": ("session",),
    "doctor": ("inspection", "okta"),
    "lessons": ("demo", "doctor"),
    "lab": ("demo", "session"),
}


@cache
def has(package: str) -> bool:
    """Return whether a package and its dependencies are there."""
    return _is_there(f"app.{package}") and all(map(has, _STANDS_ON.get(package, ())))


def _is_there(name: str) -> bool:
    spec = find_spec(name)
    return spec is not None and spec.origin is not None  # an empty folder is a (namespace) package to Python, too
