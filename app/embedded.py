"""What an org that this program brings along must offer, so that connections can use it as they use any other."""

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
    # For types alone: it comes with all that the timeline draws.
    from app.lanes import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPolicy:
    """What this program knows of the org because it serves it: no other server tells its policy."""

    limits: "Limits"
    has_access_policy: bool
    user_is_assigned: bool


class Embedded(Protocol):
    """The org behind every connection that is marked `embedded`; some other process of this user may serve it."""

    @property
    def issuer(self) -> str:
        """Its issuer as far as that is known; "" before it was located."""

    @property
    def moved_s(self) -> float:
        """How many seconds its time was moved."""

    @property
    def policy(self) -> ServedPolicy | None:
        """Its policy as it is turned now; None unless this process serves it."""

    async def locate(self, connection: Connection) -> Connection:
        """Make sure it answers; return the connection with its issuer and API. Raises LapseError."""

    def transport(
        self, inner: httpx.AsyncBaseTransport, active: Callable[[], Sequence[ActiveConnection]], /
    ) -> httpx.AsyncBaseTransport:
        """Return a transport that looks after requests to it; `active` tells its connections whose clocks follow it."""

    def scribe_of(self, request: httpx.Request) -> JournalWriter | None:
        """Return who writes of a request, where that is to this org: it is told at the org's time."""

    async def api_token(self) -> Secret:
        """Return what opens its management API; raises LapseError."""

    def beside(self, journal: Journal, /) -> "Embedded":
        """Return it as a second process of this user sees it."""

    async def close(self) -> None:
        """Stop it, if this process serves it."""


EmbeddedFactory = Callable[[Path, Clock, Journal, Executor], Embedded]
"""Makes the embedded org of whoever uses this folder."""


class NothingEmbedded:
    """Stands where an installation brings no org along."""

    issuer = ""
    moved_s = 0.0
    policy: ServedPolicy | None = None

    async def locate(self, connection: Connection) -> Connection:
        """Say so."""
        raise BadInput(
            f"The connection {connection.name} is not part of this installation.",
            next_step="Add a connection to your own server, or name one with --issuer and --client-id.",
        )

    def transport(
        self, inner: httpx.AsyncBaseTransport, _active: Callable[[], Sequence[ActiveConnection]], /
    ) -> httpx.AsyncBaseTransport:
        """Return `inner`: no request is to it."""
        return inner

    def scribe_of(self, request: httpx.Request) -> JournalWriter | None:
        """Return None: no request is to it."""

    async def api_token(self) -> Secret:
        """Never asked for: nobody is connected to what cannot be located."""
        raise BadInput("No org is part of this installation.")

    def beside(self, _journal: Journal, /) -> "NothingEmbedded":
        """Return the same."""
        return self

    async def close(self) -> None:
        """Nothing runs."""
