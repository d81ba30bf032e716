"""A scenario refuses what makes no sense, and goes through JSON unchanged."""

import json
import math

import pytest

from app.errors import BadInput
from app.lab.report import StrategyResult
from app.lab.scenario import BOUNDS, Contestant, Pattern, RotationMode, Scenario, Weather


@pytest.mark.parametrize("name", BOUNDS)
def test_every_number_has_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    for good in (least, most):
        Scenario(**{name: good})
    for bad in (least - 1, most + 1, math.nan):
        with pytest.raises(BadInput) as caught:
            Scenario(**{name: bad})
        assert f"must lie between {least} and {most}" in caught.value.what


def test_it_goes_through_json_unchanged() -> None:
    scenario = Scenario(
        seed=7, pattern=Pattern.BURST, weather=Weather.BUSY, rotation=RotationMode.STATIC, skew_s=-3.5, leeway_s=2
    )
    assert Scenario.from_plain(json.loads(json.dumps(scenario.plain()))) == scenario


def test_an_outcome_goes_through_json_unchanged() -> None:
    outcome = StrategyResult(
        contestant=Contestant.TIMER,
        calls=1,
        token_requests=2,
        needless_refreshes=3,
        rejected_401=4,
        failed_calls=5,
        delay_p50_s=0.1,
        delay_p95_s=0.2,
        sign_outs=6,
        families_killed=7,
        bytes=8,
    )
    assert StrategyResult.from_plain(json.loads(json.dumps(outcome.plain()))) == outcome
