"""The assembly in simulated time: real session, real demo org, real httpx between them, and no waiting."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import Clock
from app.connections import Connections
from app.demo.embedded import EmbeddedDemoOrg
from app.demo.in_process import InProcessHost
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.events.session import StorePlace
from app.journal import Journal
from app.session.executor import InlineExecutor
from app.session.store import MemoryStore
from app.settings import Settings


class SimulatedKeyring(MemoryStore):
    """Replaces the OS keyring: several Lapses of one simulation share it, and it ends with the simulation."""

    place = StorePlace.KEYRING


def no_browser(_url: str, on_opened: Callable[[bool], None]) -> None:
    """Report that there is no browser: a sign-in through one takes real time."""
    on_opened(False)  # noqa: FBT003 - a callback's one argument


@asynccontextmanager
async def open_simulation(clock: Clock, org: DemoOrg) -> AsyncIterator[Connections]:
    """Open connections with `org` embedded and chosen, on a running `SimLoop`; leaving closes everything.

    `org` must use the same clock. Settings and keyring of the machine are neither read nor written.
    """
    with TemporaryDirectory(prefix="lapse-simulation-") as folder:
        journal, worker = Journal(clock), InlineExecutor()
        connections = Connections(
            clock=clock,
            journal=journal,
            folder=Path(folder),
            found=Settings(),
            embedded=EmbeddedDemoOrg(InProcessHost(org), journal, worker),
            store=SimulatedKeyring(),
            open_browser=no_browser,
            network=lambda: OrgTransport(org),
            worker=worker,
        )
        try:
            await connections.connect()
            yield connections
        finally:
            await connections.close()
