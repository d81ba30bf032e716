"""The groups of events that the journal can be filtered by; without Qt."""

from enum import Enum

from app.events import Event
from app.events.calls import CallFinished, CallStarted
from app.events.demo import (
    ClockSkewed,
    ControlRequested,
    DemoOrgFound,
    DemoOrgLedgerSetAside,
    DemoOrgPortTaken,
    DemoOrgReset,
    DemoOrgStarted,
    DemoOrgTurned,
    FaultSwitched,
    KeysRotated,
    NetworkCut,
    ReplayAnswered,
    ReplayStarted,
    TimeTravelled,
    TokenExpired,
    TokenRevoked,
)
from app.events.refresh import Decided, RefreshFailed, RefreshRetried, RefreshStarted, RefreshSucceeded
from app.events.session import SessionEnded, StoreTroubled
from app.events.tokens import AccessTokenDropped, TokensReceived
from app.events.wire import Exchange

_REFUSED = 400


class Group(Enum):
    """One of seven; every event is in exactly one."""

    CALLS = "calls"
    DECISIONS = "decisions"
    REFRESHES = "refreshes"
    TOKENS = "tokens"
    EXCHANGES = "exchanges"
    SESSION = "session"
    DEMO_ORG = "demo org"


_GROUPS: dict[type, Group] = {
    CallStarted: Group.CALLS,
    CallFinished: Group.CALLS,
    Decided: Group.DECISIONS,
    RefreshStarted: Group.REFRESHES,
    RefreshRetried: Group.REFRESHES,
    RefreshSucceeded: Group.REFRESHES,
    RefreshFailed: Group.REFRESHES,
    TokensReceived: Group.TOKENS,
    AccessTokenDropped: Group.TOKENS,
    TokenRevoked: Group.TOKENS,
    TokenExpired: Group.TOKENS,
    ReplayStarted: Group.TOKENS,
    ReplayAnswered: Group.TOKENS,
    Exchange: Group.EXCHANGES,
    DemoOrgStarted: Group.DEMO_ORG,
    DemoOrgFound: Group.DEMO_ORG,
    DemoOrgPortTaken: Group.DEMO_ORG,
    DemoOrgLedgerSetAside: Group.DEMO_ORG,
    DemoOrgReset: Group.DEMO_ORG,
    ControlRequested: Group.DEMO_ORG,
    DemoOrgTurned: Group.DEMO_ORG,
    FaultSwitched: Group.DEMO_ORG,
    TimeTravelled: Group.DEMO_ORG,
    ClockSkewed: Group.DEMO_ORG,
    NetworkCut: Group.DEMO_ORG,
    KeysRotated: Group.DEMO_ORG,
}


def group_of(event: Event) -> Group:
    """Return the event's group, the session's by default."""
    return _GROUPS.get(type(event), Group.SESSION)


def is_trouble(event: Event) -> bool:
    """Return whether an event reports a failure."""
    if isinstance(event, Exchange):
        return event.failure is not None or (event.status or 0) >= _REFUSED
    if isinstance(event, CallFinished):
        return event.status is None or event.status >= _REFUSED
    if isinstance(event, ReplayAnswered):
        return event.error is not None
    return isinstance(event, RefreshRetried | RefreshFailed | SessionEnded | StoreTroubled)
