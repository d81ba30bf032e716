"""Sign-ins under way: browser sessions, consents, codes of other devices and second factors; gone with the process."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.demo.ledger import hashed

_TICKET_LIFETIME_S = 300
_MOST = 1000
_MOST_WRONG_CODES = 10
_WRONG_CODES_FOR_S = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A user signed in at the org with a browser; `auth_time` in epoch seconds, `amr` as in RFC 8176."""

    user_id: str
    auth_time: float
    amr: tuple[str, ...] = ("pwd",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A browser between two pages of a sign-in, valid for that `purpose` until `expires_at` (epoch seconds)."""

    session: BrowserSession
    purpose: str
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """A sign-in that waits for the user: which server issued its handle, and until when it is valid (epoch seconds).

    It is kept after its end and use, so that the System Log can name the cause.
    """

    client_id: str
    issuer: str
    expires_at: float
    is_spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFactor(PendingSignIn):
    """A correct password that a second factor must follow; known by its `mfa_token`."""

    user_id: str


class PushResult(StrEnum):
    """The result of a question on the user's phone."""

    NONE = "none"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfBand(PendingSignIn):
    """A question on the user's phone, known by its `oob_code`, on the phone by its `id`.

    `number` is the one of `choices` which the application shows (number challenge); `code` is what an SMS or a call
    said; `mfa_token` is the hash of the first factor's, None where this is the first.
    """

    id: str
    user_id: str
    channel: str
    mfa_token: str | None = None
    number: str | None = None
    choices: tuple[str, ...] = ()
    code: str | None = None
    response: PushResult = PushResult.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSignIn(PendingSignIn):
    """A device that waits for its user to enter `user_code` in a browser, known by its `device_code` (RFC 8628).

    `session` is who allowed it; `interval_s` is the least time between two polls, and grows.
    """

    user_code: str
    scopes: tuple[str, ...]
    interval_s: float
    polled_at: float | None = None
    session: BrowserSession | None = None
    is_denied: bool = False

    def waits(self, now: float) -> bool:
        """Return whether the user can still answer."""
        return not self.is_spent and not self.is_denied and self.session is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedRequest(PendingSignIn):
    """An authorization request that an application has pushed, known by its `request_uri` (RFC 9126 §2.2)."""

    parameters: dict[str, str]


@dataclass(slots=True)
class Pending:
    """What the org remembers between two requests of one sign-in.

    `sessions` go by the hash of their cookie, `tickets` by the hash of a hidden field, what applications were handed by
    the hash of it; `consents` are the (user id, application id) pairs given, `used_codes` the (user id, time step)
    pairs of one-time codes, `wrong_codes` when a wrong device code was entered. Each keeps its newest thousand.
    """

    sessions: dict[str, BrowserSession] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    consents: set[tuple[str, str]] = field(default_factory=set)
    first_factors: dict[str, FirstFactor] = field(default_factory=dict)
    out_of_band: dict[str, OutOfBand] = field(default_factory=dict)
    devices: dict[str, DeviceSignIn] = field(default_factory=dict)
    pushed: dict[str, PushedRequest] = field(default_factory=dict)
    used_codes: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=_MOST))
    wrong_codes: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_WRONG_CODES))

    def keep_sessions(self, since: float) -> None:
        """Forget the sessions that began before `since` (epoch seconds), and the oldest where there are too many."""
        live = {name: each for name, each in self.sessions.items() if each.auth_time > since}
        self.sessions = dict(list(live.items())[-_MOST:])

    def new_ticket(self, session: BrowserSession, now: float, purpose: str = "consent") -> str:
        """Return a ticket for the next page of this sign-in; valid once, for five minutes from `now` (epoch s).

        It is bound to a `purpose`: a ticket after the password must not complete a sign-in without the second factor.
        """
        ticket = new_handle()
        kept = Ticket(session=session, purpose=purpose, expires_at=now + _TICKET_LIFETIME_S)
        keep(self.tickets, hashed(ticket), kept)
        return ticket

    def take_ticket(self, ticket: str, now: float, purpose: str = "consent") -> BrowserSession | None:
        """Return whose ticket this is, once, only for its purpose and only before its end."""
        held = self.tickets.pop(hashed(ticket), None)
        if held is None or held.purpose != purpose or now >= held.expires_at:
            return None
        return held.session

    def device_of(self, user_code: str, now: float) -> tuple[str, DeviceSignIn] | None:
        """Return the waiting device with this user code, and its key in the store."""
        return next(
            (each for each in self.devices.items() if each[1].user_code == user_code and each[1].waits(now)), None
        )

    def has_too_many_wrong_codes(self, now: float) -> bool:
        """Return whether ten wrong device codes were entered in the last minute (RFC 8628 §5.1)."""
        recent = [at for at in self.wrong_codes if 0 <= now - at < _WRONG_CODES_FOR_S]
        return len(recent) >= _MOST_WRONG_CODES


def new_handle() -> str:
    return secrets.token_urlsafe(24)


def keep(store: dict[str, T], name: str, thing: T) -> None:
    """Put `thing` into `store`; of more than a thousand entries the oldest is dropped."""
    store[name] = thing
    if len(store) > _MOST:
        del store[next(iter(store))]
