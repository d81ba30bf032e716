"""Fixtures of the Qt-free tests: the simulated loop."""

from typing import Any

import pytest

from app.simloop import SimClock, SimLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": SimLoop}


@pytest.fixture
def clock() -> SimClock:
    return SimClock()
