"""The demo org embedded in this program: hosted, kept in time, configured and reset."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from app.active_connection import ActiveConnection
from app.clock import Clock
from app.connection import Connection
from app.connections import Connections
from app.demo.addresses import Addresses
from app.demo.embedded_transport import EmbeddedTransport
from app.demo.host import DemoHost, Host, Hosting, Role
from app.embedded import ServedPolicy
from app.errors import BadInput, LapseError
from app.events import Event
from app.events.demo import (
    DemoOrgFound,
    DemoOrgLedgerSetAside,
    DemoOrgPortTaken,
    DemoOrgReset,
    DemoOrgStarted,
    TimeTravelled,
)
from app.journal import Journal, JournalWriter
from app.secret import Secret
from app.session.executor import Executor

if TYPE_CHECKING:
    # For types alone: its server and its controls are heavy, and most commands need neither.
    from app.demo.controls import Controls
    from app.demo.drills import Drills
    from app.demo.org import DemoOrg
    from app.demo.policy import Policy


class EmbeddedDemoOrg:
    """The user's demo org; implements `app.embedded.Embedded`.

    `host` provides it, `journal` records its events, `worker` runs what blocks.
    """

    def __init__(self, host: Host, journal: Journal, worker: Executor) -> None:
        self.host = host
        self._journal = journal
        self._worker = worker
        self._active: Callable[[], Sequence[ActiveConnection]] = tuple
        self._transport: EmbeddedTransport | None = None

    # --- what connections ask of it -------------------------------------------------------------------------------

    @property
    def issuer(self) -> str:
        """Its issuer as far as that is known."""
        return "" if self.host.hosting is None else self.host.hosting.issuer

    @property
    def moved_s(self) -> float:
        return self.host.moved_s

    @property
    def policy(self) -> ServedPolicy | None:
        """Its current policy, if this process serves it."""
        return None if self.host.org is None else policy_of(self.host.org)

    async def locate(self, connection: Connection) -> Connection:
        """Start it, or find the one another Lapse runs."""
        hosting = await self._ensure()
        return replace(connection, issuer=hosting.issuer, api_url=f"{hosting.base_url}/api/me")

    def transport(
        self, inner: httpx.AsyncBaseTransport, active: Callable[[], Sequence[ActiveConnection]]
    ) -> httpx.AsyncBaseTransport:
        """Return a transport that restarts it if its server is gone, and follows its time."""
        self._active = active
        self._transport = EmbeddedTransport(
            inner, port=lambda: self.host.port, revive=self._revive, follow=self._follow
        )
        return self._transport

    def scribe_of(self, request: httpx.Request) -> JournalWriter | None:
        """Return the journal writer for requests to it, which are recorded in its time."""
        if self._transport is None or not self._transport.leads_to(request):
            return None
        return next((each.journal for each in self._active()), None)

    async def api_token(self) -> Secret:
        return Secret((await self.addresses()).api_token)

    def beside(self, journal: Journal) -> "EmbeddedDemoOrg":
        """Return it as a second Lapse process of this user sees it."""
        return EmbeddedDemoOrg(self.host.beside(), journal, self._worker)

    async def close(self) -> None:
        """Stop it, if this process serves it."""
        await self._worker.run(self.host.close)

    # --- what only a demo org can do ------------------------------------------------------------------------------

    async def addresses(self) -> Addresses:
        """Return its addresses and tokens; raises LapseError if it is not available."""
        return await self._worker.run(self.host.addresses)

    async def controls(self, chosen: ActiveConnection, http: httpx.AsyncClient) -> "Controls":
        from app.demo.control_client import ControlClient
        from app.demo.controls import Controls

        controller = ControlClient(http, await self.addresses())
        assert self._transport is not None
        return Controls(chosen.session, chosen.clock, chosen.journal, controller, self._transport, self.host.org)

    async def drills(self, chosen: ActiveConnection, http: httpx.AsyncClient) -> "Drills":
        from app.demo.control_client import ControlClient
        from app.demo.drills import Drills

        controller = ControlClient(http, await self.addresses())
        return Drills(chosen.session, chosen.client, chosen.journal, controller)

    async def forget_everything(self) -> None:
        """Make it forget every grant and change its key; time, clocks and network are right again afterwards."""
        await self._worker.run(self.host.reset)
        self._journal.append(DemoOrgReset())
        self._follow(0.0, None)  # it has forgotten its travels as well
        for each in self._active():
            each.clock.skew_s = 0.0
        if self._transport is not None:
            self._transport.is_cut = False

    # --- small parts ----------------------------------------------------------------------------------------------

    async def _ensure(self) -> Hosting:
        before = self.host.hosting
        hosting = await self._worker.run(self.host.ensure)
        if hosting != before:
            self._journal.append(_hosting_event(hosting))
            if hosting.set_aside is not None:
                self._journal.append(DemoOrgLedgerSetAside(hosting.set_aside.name))
        return hosting

    async def _revive(self) -> None:
        with suppress(LapseError):  # then the connection is refused again, and that error is reported
            await self._ensure()

    def _follow(self, moved_s: float, cause: int | None) -> bool:
        """Go along where its time was moved, by this Lapse or another: both clocks move together."""
        moved = False
        for each in self._active():
            travelled_s = moved_s - each.clock.travelled_s
            if travelled_s:
                each.clock.travelled_s = moved_s
                each.journal.append(TimeTravelled(travelled_s), cause=cause)
                moved = True
        return moved


def embedded_demo_org(
    folder: Path, clock: Clock, journal: Journal, worker: Executor, *, policy: "Policy | None" = None
) -> EmbeddedDemoOrg:
    """Return the demo org of `folder`, over HTTP on loopback; `policy` is that of a new one."""
    return EmbeddedDemoOrg(DemoHost(folder, clock, policy=policy), journal, worker)


def demo_of(connections: Connections) -> EmbeddedDemoOrg:
    """Return the demo org of these connections; raises BadInput without one."""
    if not isinstance(connections.embedded, EmbeddedDemoOrg):
        raise BadInput("There is no demo org here.")
    return connections.embedded


async def controls_of(connections: Connections) -> "Controls":
    """Return the controls of the demo org; raises BadInput if another connection is chosen."""
    if not connections.connection.embedded:
        raise BadInput("Only the demo org has controls.", next_step="Choose the demo org first.")
    return await demo_of(connections).controls(connections.chosen, connections.http)


async def drills_of(connections: Connections) -> "Drills":
    """Return the drills for the session at the demo org; raises BadInput for any other connection."""
    if not connections.connection.embedded:
        raise BadInput("Drills work at the demo org only.", next_step="Choose the demo org first.")
    return await demo_of(connections).drills(connections.chosen, connections.http)


async def reset_demo_org(connections: Connections) -> None:
    """Make the demo org forget every grant and change its key; its session here ends with it."""
    await demo_of(connections).forget_everything()
    await connections.connect(connections.settings.connection)
    connections.client.forget_keys()
    await connections.session.close()
    await connections.session.forget()


def policy_of(org: "DemoOrg") -> ServedPolicy:
    from app.lanes import Limits

    knobs = org.knobs()
    rotates = knobs["rotation_type"] == "ROTATE"
    return ServedPolicy(
        limits=Limits(
            grace_s=float(knobs["grace_s"]) if rotates else 0.0,
            idle_s=float(knobs["refresh_idle_s"]) or None,
            absolute_s=float(knobs["refresh_token_lifetime_s"]) or None,
        ),
        has_access_policy=knobs["has_access_policy"],
        user_is_assigned=knobs["user_is_assigned"],
    )


def _hosting_event(hosting: Hosting) -> Event:
    if hosting.role is Role.GUEST:
        return DemoOrgFound(hosting.issuer, hosting.port)
    if hosting.port != hosting.wanted_port:
        return DemoOrgPortTaken(hosting.wanted_port, hosting.port)
    return DemoOrgStarted(hosting.issuer, hosting.port)
