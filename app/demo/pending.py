"""Sign-ins under way: browser sessions, consents, codes of other devices and second factors; gone with the process."""

import secrets
from dataclasses import dataclass, field

from app.demo.ledger import hashed

_TICKET_LIFETIME_S = 300
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """Somebody signed in at the org with a browser; `auth_time` in epoch seconds, `amr` as in RFC 8176."""

    user_id: str
    auth_time: float
    amr: tuple[str, ...] = ("pwd",)


@dataclass(slots=True)
class Pending:
    """What the org remembers between two requests of one sign-in.

    `sessions` go by the hash of their cookie, `tickets` (a browser that has shown a password and is asked something
    more) by the hash of a hidden field, with their end; `consents` are the (user id, application id) pairs given.
    """

    sessions: dict[str, BrowserSession] = field(default_factory=dict)
    tickets: dict[str, tuple[BrowserSession, float]] = field(default_factory=dict)
    consents: set[tuple[str, str]] = field(default_factory=set)

    def keep_sessions(self, since: float) -> None:
        """Forget the sessions that began before `since` (epoch seconds), and the oldest where there are too many."""
        live = {name: each for name, each in self.sessions.items() if each.auth_time > since}
        self.sessions = dict(list(live.items())[-_MOST:])

    def new_ticket(self, session: BrowserSession, now: float) -> str:
        """Return a ticket for the next page of this sign-in; good once, and for five minutes from `now` (epoch s)."""
        ticket = secrets.token_urlsafe(24)
        self.tickets[hashed(ticket)] = (session, now + _TICKET_LIFETIME_S)
        self.tickets = dict(list(self.tickets.items())[-_MOST:])
        return ticket

    def take_ticket(self, ticket: str, now: float) -> BrowserSession | None:
        """Return whose ticket this is, once, and only before its end."""
        held = self.tickets.pop(hashed(ticket), None)
        return held[0] if held is not None and now < held[1] else None
