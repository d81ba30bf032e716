"""Every door of a demo org, from its own routes, so that no new one is forgotten."""

from typing import Any

import pytest
from starlette.routing import Route

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID
from app.demo.asgi import DemoOrgApp, asgi
from app.demo.org import DemoOrg

_FILLED = {"{id}": DEMO_CLIENT_ID, "{step}": "activate"}


def doors(org: DemoOrg) -> list[tuple[str, str]]:
    """Return every path with every method it takes."""
    front = asgi(org)
    assert isinstance(front, DemoOrgApp)
    routes: list[Any] = front._inner.routes  # type: ignore[attr-defined]
    found = []
    for route in routes:
        assert isinstance(route, Route)
        found += [(method, _filled(route.path)) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def _filled(path: str) -> str:
    for name, value in _FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, f"give {path} something to stand for its parameters"
    return path


EVERY_DOOR = doors(DemoOrg(SystemClock()))
ANY_DOOR = pytest.mark.parametrize("door", EVERY_DOOR, ids="{0[0]} {0[1]}".format)
