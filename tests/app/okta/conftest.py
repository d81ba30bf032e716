"""The management API of the real demo org, in process, through the recording client."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from app.connection import DEMO_CLIENT_ID
from app.demo.asgi import asgi
from app.demo.org import DemoOrg
from app.events import Entry
from app.journal import Journal
from app.okta.change import App, GrantChange, WantedChange, plan
from app.okta.management import ManagementClient
from app.secret import Secret
from app.sim_loop import SimClock
from app.wire.details import Details
from app.wire.recorder import RecordingTransport
from tests.app.demo.administrator import Administrator, without_refresh

Answering = Callable[[httpx.Request], httpx.Response | Exception | None]


class Way(httpx.AsyncBaseTransport):
    """The way to the org; `before` and `instead` are asked one request each, in turn, None meaning nothing."""

    def __init__(self, org: DemoOrg) -> None:
        self._inner = httpx.ASGITransport(app=asgi(org))
        self.requests: list[httpx.Request] = []
        self.instead: list[Answering | None] = []
        self.after: list[Answering | None] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self._next(self.instead, request)
        if found is None:
            answer = await self._inner.handle_async_request(request)
            found = self._next(self.after, request) or answer
        if isinstance(found, Exception):
            raise found
        return found

    @staticmethod
    def _next(turns: list[Answering | None], request: httpx.Request) -> httpx.Response | Exception | None:
        turn = turns.pop(0) if turns else None
        return None if turn is None else turn(request)

    def methods(self) -> list[str]:
        return [each.method for each in self.requests]


@dataclass
class Office:
    """Where an admin sits: the org, the way there, and what was recorded."""

    clock: SimClock
    org: DemoOrg
    way: Way
    details: Details
    management: ManagementClient
    admin: Administrator
    told: list[Entry] = field(default_factory=list)

    async def app(self) -> App:
        return await self.management.read_app(DEMO_CLIENT_ID)

    async def without_grant(self) -> App:
        """Return the app after its Refresh Token grant was taken away."""
        answer = await self.admin.changed(without_refresh)
        assert answer.status_code == 200, answer.text
        return await self.app()

    async def planned(self, wanted: WantedChange | None = None) -> GrantChange:
        """Take the grant away, and return the change that brings it back; what was sent is forgotten."""
        change = plan(await self.without_grant(), wanted or WantedChange())
        self.way.requests.clear()
        return change


@pytest.fixture
def org(clock: SimClock) -> DemoOrg:
    return DemoOrg(clock)


@pytest.fixture
async def office(clock: SimClock, org: DemoOrg) -> AsyncIterator[Office]:
    journal, details, way = Journal(clock), Details(), Way(org)
    recording = RecordingTransport(way, journal, clock, details)
    async with (
        httpx.AsyncClient(transport=recording) as http,
        httpx.AsyncClient(transport=httpx.ASGITransport(asgi(org)), base_url=org.issuer_base) as others,
    ):
        management = ManagementClient(http, clock, org_url=org.issuer_base, token=Secret(org.api_token))
        found = Office(clock, org, way, details, management, Administrator(org, others))
        journal.subscribe(found.told.append)
        yield found
