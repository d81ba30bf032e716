"""What came of a run in the lab: the same numbers for every strategy, and the least any could have needed."""

from dataclasses import dataclass

from app.lab.scenario import Contestant, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one strategy cost and got on the schedule; delays are seconds that refreshing added to a call.

    `needless_refreshes` are those whose access token before would still have been accepted, or that brought a token no
    call ever used. `failed_calls` ended without a 2xx. `bytes` are all octets of request and response bodies and
    headers, with the token endpoint's and the API's.
    """

    contestant: Contestant
    calls: int
    token_requests: int
    needless_refreshes: int
    rejected_401: int
    failed_calls: int
    delay_p50_s: float
    delay_p95_s: float
    sign_outs: int
    families_killed: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcomes of one scenario in the order of `Contestant`; `least_refreshes` is the theoretical minimum."""

    scenario: Scenario
    least_refreshes: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: calls done of all, over all strategies."""

    done: int
    of: int
