"""Fixtures of the Qt-free tests: the simulated loop."""

from typing import TYPE_CHECKING, Any

import pytest

from app.sim_loop import SimClock, SimLoop

if TYPE_CHECKING:
    from app.session.store import MemoryStore


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": SimLoop}


@pytest.fixture
def clock() -> SimClock:
    return SimClock()


@pytest.fixture
def shared_store(monkeypatch: pytest.MonkeyPatch) -> "MemoryStore":
    """A store that every Lapse of the test shares, and a port of the demo org's own."""
    from app.demo.host import DemoHost
    from app.session.store import MemoryStore
    from tests.ports import free_port

    found = MemoryStore()
    monkeypatch.setattr(DemoHost.__init__, "__defaults__", (None, free_port()))
    monkeypatch.setattr("app.connections.KeyringStore", lambda _awaited: found)
    return found
