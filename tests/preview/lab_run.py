"""A small run of the lab for the preview: the real session against the real demo org, so pictures never lie."""

from functools import cache

from app.lab.contest import compete
from app.lab.minimum import least_refreshes
from app.lab.report import Report
from app.lab.scenario import Contestant, Scenario
from app.lab.schedule import schedule_of
from tests.preview.tokens import signing_key

SCENARIO = Scenario(calls=300, access_token_lifetime_s=900, grace_s=0)
"""Few calls, so that it takes about two seconds; without a grace period, so that single flight shows what it is for."""


@cache
def report() -> Report:
    """Return what comes of the scenario."""
    return Report(
        scenario=SCENARIO,
        least_refreshes=least_refreshes(schedule_of(SCENARIO).calls, SCENARIO.access_token_lifetime_s),
        outcomes=tuple(compete(SCENARIO, each, signing_key()) for each in Contestant),
    )
