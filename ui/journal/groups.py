"""What an event is about, in the groups a person filters the journal by; no Qt in here."""

from enum import Enum

from app import events
from app.events import Event

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
    events.CallStarted: Group.CALLS,
    events.CallFinished: Group.CALLS,
    events.Decided: Group.DECISIONS,
    events.RefreshStarted: Group.REFRESHES,
    events.RefreshRetried: Group.REFRESHES,
    events.RefreshSucceeded: Group.REFRESHES,
    events.RefreshFailed: Group.REFRESHES,
    events.TokensReceived: Group.TOKENS,
    events.AccessTokenDropped: Group.TOKENS,
    events.TokenRevoked: Group.TOKENS,
    events.TokenExpired: Group.TOKENS,
    events.ReplayStarted: Group.TOKENS,
    events.ReplayAnswered: Group.TOKENS,
    events.Exchange: Group.EXCHANGES,
    events.DemoOrgStarted: Group.DEMO_ORG,
    events.DemoOrgFound: Group.DEMO_ORG,
    events.DemoOrgPortTaken: Group.DEMO_ORG,
    events.DemoOrgLedgerSetAside: Group.DEMO_ORG,
    events.DemoOrgReset: Group.DEMO_ORG,
    events.ControlRequested: Group.DEMO_ORG,
    events.DemoOrgTurned: Group.DEMO_ORG,
    events.FaultSwitched: Group.DEMO_ORG,
    events.TimeTravelled: Group.DEMO_ORG,
    events.ClockSkewed: Group.DEMO_ORG,
    events.NetworkCut: Group.DEMO_ORG,
    events.KeysRotated: Group.DEMO_ORG,
}


def group_of(event: Event) -> Group:
    """Return the group an event belongs to: whatever is in no other is about the session."""
    return _GROUPS.get(type(event), Group.SESSION)


def is_trouble(event: Event) -> bool:
    """Return whether an event tells of something that went wrong."""
    if isinstance(event, events.Exchange):
        return event.failure is not None or (event.status or 0) >= _REFUSED
    if isinstance(event, events.CallFinished):
        return event.status is None or event.status >= _REFUSED
    if isinstance(event, events.ReplayAnswered):
        return event.error is not None
    return isinstance(event, events.RefreshRetried | events.RefreshFailed | events.SessionEnded | events.StoreTroubled)
