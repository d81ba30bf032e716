"""What a person or a program asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A person or program asked for an API call."""

    method: str
    url: str


@dataclass(frozen=True, slots=True)
class CallFinished:
    """An API call ended; `story` tells how, `status` is None when it failed before a response."""

    story: str
    status: int | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class DoctorAsked:
    """Somebody asked the doctor; what it looks at for that follows."""


CallEvent = CallStarted | CallFinished | DoctorAsked
