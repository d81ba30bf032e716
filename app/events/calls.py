"""What the user or a program requested."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallStarted:
    """An API call was requested."""

    method: str
    url: str


@dataclass(frozen=True, slots=True)
class CallFinished:
    """An API call ended; `story` says how, `status` is None when it failed before a response."""

    story: str
    status: int | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class DoctorAsked:
    """The doctor was asked; what it looks at for that follows."""


CallEvent = CallStarted | CallFinished | DoctorAsked
