"""The results of a lab run: the same numbers for every strategy, and the theoretical minimum."""

from dataclasses import asdict, dataclass
from typing import Any

from app.lab.scenario import Contestant, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyResult:
    """The costs and results of one strategy.

    - `calls`: API calls made, those that failed included.
    - `token_requests`: requests to the token endpoint that carry a refresh token, retries and those the network did not
      carry included; sign-ins are not.
    - `needless_refreshes`: refreshes that could have been left out, each for itself: every call that the API took with
      the access token they brought was made while it would still have taken the one before. So also where it took none.
    - `rejected_401`: 401 responses of the API.
    - `failed_calls`: calls that ended without a 2xx.
    - `delay_p50_s`, `delay_p95_s`: of the calls that worked, how long they took beyond their last exchange with the
      API: what refreshing, waiting for another caller's refresh, and an attempt answered 401 added. Nearest rank; 0 if
      none worked.
    - `sign_outs`: sessions ended by a refusal of the token endpoint; the user signs in again a minute after the first
      call that fails for it.
    - `families_killed`: families that the server ended because a refresh token came again after its grace period.
    - `bytes`: octets of all requests that arrived and all responses that came back, written as HTTP/1.1: first line,
      headers and body, with every endpoint.
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

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, found: dict[str, Any]) -> "StrategyResult":
        """Return the outcome that `plain` wrote; raises TypeError, ValueError or KeyError."""
        return cls(**{**found, "contestant": Contestant(found["contestant"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcomes of one scenario in the order of `Contestant`; `least_refreshes` is the theoretical minimum."""

    scenario: Scenario
    least_refreshes: int
    outcomes: tuple[StrategyResult, ...]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is: calls done of all, over all strategies."""

    done: int
    of: int
