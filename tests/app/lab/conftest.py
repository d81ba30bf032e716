"""Fixtures of the lab's tests: one signing key for all, as making one takes time, and contests that are run once."""

from collections.abc import Callable
from functools import cache

import pytest

from app.demo.ledger import SigningKey
from app.lab.contest import compete
from app.lab.report import StrategyResult
from app.lab.scenario import Contestant, Scenario

Ran = Callable[[Scenario, Contestant], StrategyResult]


@pytest.fixture(scope="session")
def ran(key: SigningKey) -> Ran:
    """Return what came of a contest; the same one is run once."""

    @cache
    def run(scenario: Scenario, contestant: Contestant) -> StrategyResult:
        return compete(scenario, contestant, key)

    return run
