"""The assembly in simulated time: real session, real demo org, real httpx between them, and nothing to wait for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import Clock
from app.demo.inprocess import InProcessHost
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.events.session import StorePlace
from app.journal import Journal
from app.session.store import MemoryStore
from app.session.worker import OnTheSpot
from app.settings import Settings
from app.workbench import Workbench


class SimulatedKeyring(MemoryStore):
    """Stands in for the OS keyring: several Lapses of one simulation share it, and nothing of it outlives that."""

    place = StorePlace.KEYRING


def no_browser(_url: str, told: Callable[[bool], None]) -> None:
    """Say that there is no browser: a sign-in through one takes real time."""
    told(False)  # noqa: FBT003 - a callback's one argument


@asynccontextmanager
async def open_simulation(clock: Clock, org: DemoOrg) -> AsyncIterator[Workbench]:
    """Open the assembly on `org`, connected to it, on a running `SimLoop`; leaving closes everything.

    `org` tells time by the same clock. Settings and keyring of the machine are neither read nor written.
    """
    with TemporaryDirectory(prefix="lapse-simulation-") as folder:
        bench = Workbench(
            clock=clock,
            journal=Journal(clock),
            folder=Path(folder),
            found=Settings(),
            host=InProcessHost(org),
            store=SimulatedKeyring(),
            open_browser=no_browser,
            network=lambda: OrgTransport(org),
            worker=OnTheSpot(),
        )
        try:
            await bench.connect()
            yield bench
        finally:
            await bench.close()
