"""One signs in by every kind, always for the connection it was begun for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from app.connection import Connection
from app.connections import Connections
from app.demo.embedded import demo_of
from app.demo.one_time_code import current_code
from app.demo.org import ADA, GRACE
from app.errors import SignInFailed
from app.errors.reasons import SignInEnded
from app.events.sign_in import SignInFinished
from app.secret import Secret
from app.session.device_sign_in import DeviceWaiting
from app.session.direct_sign_in import Factor, PushWaiting
from app.session.kinds.browser import BROWSER
from app.session.kinds.device import DEVICE
from app.session.kinds.password import PASSWORD, PasswordPrompt
from tests.app.demo.test_demo_authorize import Fields
from tests.app.test_connections import bench, own_port  # noqa: F401 - a fixture
from tests.app.test_side_by_side import two  # noqa: F401 - a fixture

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the demo org serves real HTTP on a thread


@pytest.fixture
async def opened() -> AsyncIterator[Connections]:
    async with bench() as found:
        org = demo_of(found).host.org
        assert org is not None
        org.turn(poll_interval_s=1)
        yield found


class Grace:
    """Types the code her phone shows, once she may."""

    def __init__(self, opened: Connections) -> None:
        self._opened = opened
        self.asked = asyncio.Event()
        self.may = asyncio.Event()

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        return Factor.ONE_TIME_CODE

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        self.asked.set()
        await self.may.wait()
        org = demo_of(self._opened).host.org
        assert org is not None
        return Secret(current_code(org, GRACE).code)

    def show_push(self, push: PushWaiting) -> None:
        raise AssertionError("no push was chosen")


async def allow(waiting: DeviceWaiting) -> None:
    async with httpx.AsyncClient(trust_env=False) as phone:
        form = {"user_code": waiting.user_code, "action": "sign-in", "username": "ada", "password": ADA.password}
        ticket = Fields((await phone.post(waiting.verification_uri, data=form)).text).inputs["ticket"]["value"]
        allowed = {"user_code": waiting.user_code, "action": "allow", "ticket": ticket or ""}
        assert (await phone.post(waiting.verification_uri, data=allowed)).is_success


async def test_on_another_device(opened: Connections) -> None:
    errands: list[asyncio.Future[None]] = []

    def show(waiting: DeviceWaiting) -> None:
        errands.append(asyncio.ensure_future(allow(waiting)))  # noqa: TID251 - somebody else

    await opened.sign_in(DEVICE, show)
    await errands[0]
    assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked


async def test_by_password_and_one_time_code(opened: Connections) -> None:
    grace = Grace(opened)
    grace.may.set()
    await opened.sign_in(PASSWORD, PasswordPrompt(username="grace", password=Secret(GRACE.password), factors=grace))
    assert opened.session.tokens is not None
    assert opened.session.tokens.display_name == "Grace Hopper"
    assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked


async def test_one_that_fails_is_journalled_with_what_the_server_said(opened: Connections) -> None:
    with pytest.raises(SignInFailed):
        await opened.sign_in(
            PASSWORD, PasswordPrompt(username="grace", password=Secret("wrong"), factors=Grace(opened))
        )
    last = list(opened.journal)[-1]
    assert last.event == SignInFinished(
        "The server did not accept the username and password.",
        SignInEnded.REFUSED,
        "invalid_grant",
        "The credentials provided were invalid.",
    )
    assert last.connection == opened.connection.key


async def test_a_password_sign_in_belongs_to_the_connection_it_was_begun_for(
    two: tuple[Connections, Connection, Connection],  # noqa: F811 - a fixture
) -> None:
    opened, first, _ = two
    twin, grace = opened.session, Grace(opened)
    async with asyncio.TaskGroup() as group:
        group.create_task(
            opened.sign_in(PASSWORD, PasswordPrompt(username="grace", password=Secret(GRACE.password), factors=grace))
        )
        await grace.asked.wait()
        await opened.connect(first)
        grace.may.set()
    assert twin.tokens is not None
    assert opened.session.tokens is None


async def test_a_device_sign_in_belongs_to_the_connection_it_was_begun_for(
    two: tuple[Connections, Connection, Connection],  # noqa: F811 - a fixture
) -> None:
    opened, first, _ = two
    assert demo_of(opened).host.org is not None
    demo_of(opened).host.org.turn(poll_interval_s=1)
    twin, shown = opened.session, asyncio.Queue[DeviceWaiting]()
    async with asyncio.TaskGroup() as group:
        group.create_task(opened.sign_in(DEVICE, shown.put_nowait))
        waiting = await shown.get()
        await opened.connect(first)
        await allow(waiting)
    assert twin.tokens is not None
    assert opened.session.tokens is None


async def test_refreshes_name_the_api_of_the_connection_also_in_the_next_run(opened: Connections) -> None:
    other = replace(opened.connection, name="Orders", embedded=False, number=1, resource="https://api.example/")
    await opened.connect(other)
    assert opened.client.resource == "https://api.example/"
    await opened.connect(replace(other, resource="https://another.example/"))
    # what is held was granted for the first: until the next sign-in it is refreshed for that
    assert opened.client.resource == "https://api.example/"
    await opened.sign_in(BROWSER, lambda _: None)
    assert opened.client.resource == "https://another.example/"
