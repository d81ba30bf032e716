"""The System Log: the org's events, with the true cause of each refusal, which clients do not get."""

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count

from app.refusal_cause import RefusalCause

_KEPT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The request during which an event happened; `transaction` is what its response says in `X-Okta-Request-Id`."""

    transaction: str = ""
    address: str = ""
    user_agent: str = ""
    path: str = ""


CIRCUMSTANCES: ContextVar[Circumstances] = ContextVar("circumstances", default=Circumstances())  # noqa: B039
"""Those of the request being answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One event; `reason` is Okta's own name of the refusal, `cause` a sentence of ours. No token values.

    `refusal_cause` is the machine-readable cause of a refused token. `at` is the org's time in epoch
    seconds; `event_type` is in Okta's vocabulary (Okta fact §2.9); `family` is the id of the refresh token's family,
    `oar…`.
    """

    number: int
    uuid: str
    at: float
    event_type: str
    succeeded: bool
    reason: str = ""
    cause: str = ""
    refusal_cause: RefusalCause | None = None
    endpoint: str = ""
    grant: str = ""
    client_id: str = ""
    user_id: str = ""
    family: str = ""
    scopes: tuple[str, ...] = ()
    during: Circumstances = Circumstances()


class SystemLog:
    """The last 2000 events, oldest first; `listeners` are called with each."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._events: deque[LogEvent] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self.listeners: list[Callable[[LogEvent], None]] = []

    def __iter__(self) -> Iterator[LogEvent]:
        return iter(tuple(self._events))

    def add(self, event_type: str, *, succeeded: bool = True, **about: object) -> LogEvent:
        """Append an event that happened now; `about` are further fields of `LogEvent`."""
        event = LogEvent(
            number=next(self._numbers),
            uuid=f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-11f1-{secrets.token_hex(2)}-{secrets.token_hex(6)}",
            at=self._now(),
            event_type=event_type,
            succeeded=succeeded,
            during=CIRCUMSTANCES.get(),
            **about,  # type: ignore[arg-type]
        )
        self._events.append(event)
        for listener in self.listeners:
            listener(event)
        return event

    def clear(self) -> None:
        self._events.clear()
