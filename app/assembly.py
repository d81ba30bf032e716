"""The connections of this machine, with the demo org and the doctor where this installation has them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from app import settings
from app.clock import Clock
from app.connections import Connections, open_connections
from app.embedded import EmbeddedFactory, NothingEmbedded
from app.installed import has
from app.journal import Subscriber
from app.session.store import TokenStore
from app.session.system_browser import OpenBrowser, open_system_browser


@asynccontextmanager
async def open_assembly(
    *,
    clock: Clock | None = None,
    store: TokenStore | None = None,
    embedded: EmbeddedFactory | None = None,
    open_browser: OpenBrowser = open_system_browser,
) -> AsyncIterator[Connections]:
    """Open the assembly of every entry point; see `open_connections`. `embedded` is the demo org by default."""
    async with open_connections(
        clock=clock,
        store=store,
        embedded=embedded or _embedded(),
        subscribers=tuple(_subscribers(settings.data_dir())),
        open_browser=open_browser,
    ) as connections:
        yield connections


def _embedded() -> EmbeddedFactory:
    if not has("demo"):
        return lambda *_: NothingEmbedded()
    from app.demo.embedded import embedded_demo_org

    return embedded_demo_org


def _subscribers(folder: Path) -> Iterator[Subscriber]:
    if has("doctor"):
        from app.doctor.last_failure import FailureMemory

        yield FailureMemory(folder)
