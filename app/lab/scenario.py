"""What the lab is asked to try out: a schedule of calls, a server's policy and a network, all from one seed."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from app.errors import BadInput


class Pattern(StrEnum):
    """How calls are spread over time."""

    BURST = "burst"  # many at the same moment, then long nothing
    STEADY = "steady"  # one after another, evenly but for some jitter
    OFFICE_DAY = "office-day"  # page loads of several calls at once, from morning to evening, with a lunch break
    OVERNIGHT = "overnight"  # an afternoon, the machine asleep at night, and the morning after


class Weather(StrEnum):
    """What the network is like; it changes with time, so that every strategy meets the same."""

    GOOD = "good"
    OUTAGES = "outages"  # now and then nothing gets through for some minutes
    LOST_ANSWERS = "lost-answers"  # now and then token responses get lost on their way back
    BUSY = "busy"  # now and then the token endpoint returns 503


class RotationMode(StrEnum):
    """What the server does with a used refresh token."""

    ROTATE = "rotate"
    STATIC = "static"


class Contestant(StrEnum):
    """A strategy to keep an access token fresh: four of them, and ours again without single flight."""

    ON_DEMAND = "on-demand"
    TIMER = "timer"
    EVERY_CALL = "every-call"
    ON_401 = "on-401"
    NO_SINGLE_FLIGHT = "no-single-flight"


_DAY_S = 24 * 3600
BOUNDS: dict[str, tuple[float, float]] = {
    "seed": (0, 2**32 - 1),
    "calls": (1, 20_000),
    "access_token_lifetime_s": (10, _DAY_S),
    "refresh_token_lifetime_s": (0, 365 * _DAY_S),
    "refresh_idle_s": (0, 365 * _DAY_S),
    "grace_s": (0, 60),
    # With more skew, ID tokens are refused at the sign-in for every strategy (app.oauth.verify).
    "skew_s": (-240, 240),
    "leeway_s": (0, 3600),
}
"""The least and the most each number of a scenario may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that a run depends on; the same scenario gives the same report. Times are in seconds.

    `skew_s` is how far the client's wall is ahead of the server's. A lifetime or idle limit of 0 is none. Raises
    BadInput for what is out of range.
    """

    seed: int = 1
    calls: int = 2000
    pattern: Pattern = Pattern.OFFICE_DAY
    weather: Weather = Weather.GOOD
    access_token_lifetime_s: int = 300
    refresh_token_lifetime_s: int = 0
    refresh_idle_s: int = 0
    rotation: RotationMode = RotationMode.ROTATE
    grace_s: int = 30
    skew_s: float = 0.0
    leeway_s: float = 1.0

    def __post_init__(self) -> None:
        for name, (least, most) in BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                what = name.removesuffix("_s").replace("_", " ")
                raise BadInput(f"The {what} must lie between {least} and {most}{' s' if name.endswith('_s') else ''}.")

    @property
    def rotates(self) -> bool:
        return self.rotation is RotationMode.ROTATE

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, found: dict[str, Any]) -> "Scenario":
        """Return the scenario that `plain` wrote; raises TypeError, ValueError, KeyError or BadInput."""
        enums = {
            "pattern": Pattern(found["pattern"]),
            "weather": Weather(found["weather"]),
            "rotation": RotationMode(found["rotation"]),
        }
        return cls(**{**found, **enums})
