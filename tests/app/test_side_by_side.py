"""Several connections, each with a session of its own, which goes on while another is chosen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.assembly import open_assembly
from app.connection import Connection
from app.connections import Connections
from app.errors import BadInput
from app.events.session import SessionStarted, SignOutFinished, StorePlace
from app.events.wire import Exchange
from app.session.kinds import kind_names
from app.session.kinds.browser import BROWSER
from app.session.store import MemoryStore
from app.settings import config_dir, load
from tests.app.test_connections import bench, scripted

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the demo org serves real HTTP on a thread


@pytest.fixture
async def two() -> AsyncIterator[tuple[Connections, Connection, Connection]]:
    """Connections with the demo org, and a second connection to the same client, which is chosen."""
    async with bench() as opened:
        first = opened.settings.connection
        second = replace(opened.connection, name="Twin", embedded=False, number=1)
        opened.remember_connection(second)
        await opened.connect(opened.settings.connection)
        yield opened, first, opened.settings.connection


async def test_each_connection_keeps_its_session(two: tuple[Connections, Connection, Connection]) -> None:
    opened, first, second = two
    await opened.sign_in(BROWSER, lambda _: None)
    twin = opened.session
    await opened.connect(first)
    assert opened.session.tokens is None
    assert (opened.standing(first.name), opened.standing("Twin"), opened.standing("Other")) == (False, True, None)
    await opened.connect(second)
    assert opened.session is twin
    assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked


async def test_what_one_does_is_journalled_as_its_own(two: tuple[Connections, Connection, Connection]) -> None:
    opened, first, _ = two
    await opened.sign_in(BROWSER, lambda _: None)
    key = opened.connection.key
    await opened.connect(first)
    await opened.sign_in(BROWSER, lambda _: None)
    started = [entry for entry in opened.journal if isinstance(entry.event, SessionStarted)]
    assert [entry.connection for entry in started] == [key, opened.connection.key]
    assert all(entry.connection for entry in opened.journal if isinstance(entry.event, Exchange) and entry.cause)


async def test_a_changed_connection_keeps_the_session(two: tuple[Connections, Connection, Connection]) -> None:
    opened, _, second = two
    await opened.sign_in(BROWSER, lambda _: None)
    await opened.connect(replace(second, leeway_s=7.0, api_url=second.api_url.replace("/me", "/orders")))
    assert opened.session.tokens is not None
    assert opened.session.leeway_s == 7.0
    assert opened.connection.api_url.endswith("/orders")


async def test_a_removed_connection_is_signed_out(two: tuple[Connections, Connection, Connection]) -> None:
    opened, first, second = two
    await opened.sign_in(BROWSER, lambda _: None)
    await opened.connect(first)
    await opened.remove_connection("Twin")
    assert [type(entry.event) for entry in opened.journal if entry.connection == second.key][-1] is SignOutFinished
    assert [each.name for each in load(config_dir(), kind_names()).connections] == [first.name]
    assert opened.standing("Twin") is None
    with pytest.raises(BadInput, match="cannot be removed"):
        await opened.remove_connection(first.name)
    await opened.connect(second)
    assert opened.session.tokens is None


async def test_what_another_process_did_meanwhile_is_taken_over_when_it_is_chosen_again() -> None:
    store = MemoryStore()
    store.place = StorePlace.KEYRING
    async with bench(store) as mine, open_assembly(store=store, open_browser=scripted) as other:
        await other.connect()
        await other.sign_in(BROWSER, lambda _: None)
        await mine.connect()
        assert mine.session.tokens is not None
        other.clock.jump(31)
        await other.chosen.calls.call("GET", other.connection.api_url)
        await mine.connect()
        assert other.session.tokens is not None
        assert mine.session.tokens.number == other.session.tokens.number == 2
        await other.sign_out()
        await mine.connect()
        assert mine.session.tokens is None


async def test_a_sign_in_belongs_to_the_connection_it_was_begun_for(
    two: tuple[Connections, Connection, Connection],
) -> None:
    opened, first, _ = two
    twin, waits = opened.session, asyncio.Event()
    opened.open_browser = lambda _url, _told: waits.set()
    urls: list[str] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(opened.sign_in(BROWSER, lambda waiting: urls.append(waiting.url)))
        await waits.wait()
        await opened.connect(first)
        scripted(urls[0], lambda _: None)
    assert twin.tokens is not None
    assert opened.session.tokens is None
