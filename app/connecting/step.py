"""What came of one step of trying a connection."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of one step; UNKNOWN where nobody can tell without signing in."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what, with which outcome, in words, and what to do about it."""

    name: str
    outcome: Outcome
    words: str
    cure: str = ""
