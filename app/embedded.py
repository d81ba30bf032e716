"""What an org that comes with this program must offer, so that connections can use it like any other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx

from app.active_connection import ActiveConnection
from app.clock import Clock
from app.connection import Connection
from app.errors import BadInput
from app.journal import Journal, JournalWriter
from app.secret import Secret
from app.session.executor import Executor

if TYPE_CHECKING:
    # For types alone: it imports everything that the timeline draws.
    from app.lanes import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPolicy:
    """The policy of an org that this process serves: no other server states its policy."""

    limits: "Limits"
    has_access_policy: bool
    user_is_assigned: bool


class Embedded(Protocol):
    """The org behind every connection that is marked `embedded`; another process of this user may serve it."""

    @property
    def issuer(self) -> str:
        """Its issuer as far as that is known; "" before it was located."""

    @property
    def moved_s(self) -> float:
        """How many seconds its time was moved."""

    @property
    def policy(self) -> ServedPolicy | None:
        """Its current policy; None unless this process serves it."""

    async def locate(self, connection: Connection) -> Connection:
        """Make sure it responds; return the connection with its issuer and API. Raises LapseError."""

    def transport(
        self, inner: httpx.AsyncBaseTransport, active: Callable[[], Sequence[ActiveConnection]], /
    ) -> httpx.AsyncBaseTransport:
        """Return a transport for requests to it; `active` returns its connections, whose clocks follow it."""

    def scribe_of(self, request: httpx.Request) -> JournalWriter | None:
        """Return the journal writer of a request to this org, which has the org's time; None for other requests."""

    async def api_token(self) -> Secret:
        """Return the token of its management API; raises LapseError."""

    def beside(self, journal: Journal, /) -> "Embedded":
        """Return it as a second process of this user sees it."""

    async def close(self) -> None:
        """Stop it, if this process serves it."""


EmbeddedFactory = Callable[[Path, Clock, Journal, Executor], Embedded]
"""Makes the embedded org for a data folder."""


class NothingEmbedded:
    """For an installation without an embedded org."""

    issuer = ""
    moved_s = 0.0
    policy: ServedPolicy | None = None

    async def locate(self, connection: Connection) -> Connection:
        """Raise LapseError."""
        raise BadInput(
            f"The connection {connection.name} is not part of this installation.",
            next_step="Add a connection to your own server, or name one with --issuer and --client-id.",
        )

    def transport(
        self, inner: httpx.AsyncBaseTransport, _active: Callable[[], Sequence[ActiveConnection]], /
    ) -> httpx.AsyncBaseTransport:
        """Return `inner`: no request is to it."""
        return inner

    def scribe_of(self, request: httpx.Request) -> JournalWriter | None: ...

    async def api_token(self) -> Secret:
        """Raise LapseError; never called, because such a connection cannot be located."""
        raise BadInput("No org is part of this installation.")

    def beside(self, _journal: Journal, /) -> "NothingEmbedded":
        return self

    async def close(self) -> None: ...
