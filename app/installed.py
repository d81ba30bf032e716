"""Which packages of `app` this installation has: any of them may be left out, with what stands above it."""

from functools import cache
from importlib.util import find_spec


@cache
def has(*packages: str) -> bool:
    """Return whether all of these are there: `demo`, `doctor`, `lab`, `lessons`, `session`."""
    return all(_is_there(f"app.{each}") for each in packages)


def _is_there(name: str) -> bool:
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:  # its parent is left out
        return False
    return spec is not None and spec.origin is not None  # a folder left empty is a package to Python, too
