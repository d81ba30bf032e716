"""The measures that outcomes are compared by, and the best of each; without Qt."""

from enum import StrEnum

from app.lab.report import Report, StrategyResult
from app.lab.scenario import Contestant


class Measure(StrEnum):
    """A number of an `Outcome`, by its field name; the smallest is the best."""

    TOKEN_REQUESTS = "token_requests"  # noqa: S105 - a name
    NEEDLESS = "needless_refreshes"
    REJECTED = "rejected_401"
    FAILED = "failed_calls"
    DELAY_P50 = "delay_p50_s"
    DELAY_P95 = "delay_p95_s"
    SIGN_OUTS = "sign_outs"
    FAMILIES = "families_killed"
    BYTES = "bytes"


CHARTED = tuple(each for each in Measure if each not in (Measure.DELAY_P50, Measure.FAMILIES))
"""Those the chart can show; the table has all."""


def value_of(outcome: StrategyResult, measure: Measure) -> float:
    """Return the outcome's number: a count, seconds or bytes."""
    return float(getattr(outcome, measure.value))


def best_of(report: Report, measure: Measure) -> frozenset[Contestant]:
    """Return which have the smallest number, none if all are equal."""
    values = {outcome.contestant: value_of(outcome, measure) for outcome in report.outcomes}
    if len(set(values.values())) < 2:  # noqa: PLR2004 - nothing to compare
        return frozenset()
    return frozenset(each for each, value in values.items() if value == min(values.values()))
