"""A report made by hand for tests: five strategies, one of them far off, one signed out."""

from typing import Any

from app.lab.report import Report, StrategyResult
from app.lab.scenario import Contestant, Scenario

NOTHING = {
    "calls": 300,
    "token_requests": 24,
    "needless_refreshes": 0,
    "rejected_401": 0,
    "failed_calls": 0,
    "delay_p50_s": 0.0,
    "delay_p95_s": 0.12,
    "sign_outs": 0,
    "families_killed": 0,
    "bytes": 480_000,
}


def outcome(contestant: Contestant, **more: Any) -> StrategyResult:
    return StrategyResult(contestant=contestant, **{**NOTHING, **more})


def report(least: int = 23, **scenario: Any) -> Report:
    return Report(
        scenario=Scenario(**scenario),
        least_refreshes=least,
        outcomes=(
            outcome(Contestant.ON_DEMAND),
            outcome(Contestant.TIMER, token_requests=96, needless_refreshes=70, delay_p95_s=0.0),
            outcome(Contestant.EVERY_CALL, token_requests=2000, needless_refreshes=1976, bytes=2_500_000),
            outcome(Contestant.ON_401, rejected_401=41),
            outcome(Contestant.NO_SINGLE_FLIGHT, token_requests=110, sign_outs=3, families_killed=2, failed_calls=9),
        ),
    )
