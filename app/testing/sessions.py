"""One session in simulated time, over real httpx, at a demo org in this process: a test's whole world."""

from pathlib import Path
from typing import Self

import httpx

from app.connection import DEFAULT_SCOPES, DEMO_CLIENT_ID
from app.demo.org import ADA, DemoOrg, User
from app.demo.transport import OrgTransport
from app.errors import StoreFailed
from app.events import Entry
from app.journal import Journal
from app.oauth.client import OAuthClient
from app.session.calls import ApiCaller
from app.session.session import Session
from app.session.states import SignedIn
from app.session.store import MemoryStore, TokenStore
from app.session.tokens import TokenSet
from app.sim_loop import SimClock
from app.testing.network import FaultyNetwork
from app.testing.orgs import demo_org
from app.testing.people import Person
from app.wire.recorder import RecordingTransport

KEY = "demo"
"""The session's key in the store."""
_LEEWAY_S = 1.0


class WatchedStore(MemoryStore):
    """A store that keeps what was written, in order, and fails to write while `broken`."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.broken = False

    async def save(self, key: str, text: str) -> None:
        if self.broken:
            raise StoreFailed("The keyring is broken.")
        self.written.append(text)
        await super().save(key, text)


class World:
    """A person's session and all that it touches; every attribute may be turned, replaced or asked while it runs.

    It is smaller than `app.simulation`, which is the whole program: here is one session, and nothing chose it.
    `network.faults` are for what happens on the way, `org.faults` and `turn` for what the server does, and `told` has
    every event since the beginning. Use it on a `SimLoop`::

        async with World(SimClock()) as world:
            await world.sign_in()
            world.clock.jump(31)  # the access token has expired
            world.network.faults.append(lost_after_commit)
            await world.session.fresh_token()
            assert world.network.token_requests() == 2
    """

    def __init__(
        self, clock: SimClock, org: DemoOrg | None = None, *, way: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.clock = clock
        self.org = org or demo_org(clock)
        self.network = FaultyNetwork(way or OrgTransport(self.org))
        self.journal = Journal(clock)
        self.http = httpx.AsyncClient(transport=RecordingTransport(self.network, self.journal, clock), trust_env=False)
        self.client = OAuthClient(self.http, clock, issuer=self.org.issuer, client_id=DEMO_CLIENT_ID)
        self.store = WatchedStore()
        self.lock_folder: Path | None = None
        self.use(self.second_session())
        self.told: list[Entry] = []
        self.journal.subscribe(self.told.append)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the session and the network; sessions beside it are their makers' to close."""
        await self.session.close()
        await self.http.aclose()

    def use(self, session: Session) -> None:
        """Put another session into the person's hands; the one before it stays open."""
        self.session = session
        self.calls = ApiCaller(self.http, session, self.journal, self.clock)

    def second_session(self, store: TokenStore | None = None) -> Session:
        """Return a session as another process has it: over the same store, and not restored yet."""
        return Session(
            self.client,
            store or self.store,
            self.journal,
            self.clock,
            key=KEY,
            leeway_s=_LEEWAY_S,
            lock_folder=self.lock_folder,
        )

    async def restart(self) -> bool:
        """Close the session and begin again from the store, as after a crash; returns whether there was one."""
        await self.session.close()
        self.use(self.second_session())
        return await self.session.restore()

    @property
    def tokens(self) -> TokenSet:
        """The tokens held; somebody must be signed in."""
        state = self.session.state
        assert isinstance(state, SignedIn), f"nobody is signed in: {state}"
        return state.tokens

    async def sign_in(self, scopes: str = DEFAULT_SCOPES, *, user: User = ADA) -> None:
        """Sign a user in, and forget the requests that took."""
        await Person(self.org, self.http, user).sign_in(self.session, self.client, scopes)
        self.network.requests.clear()

    def turn(self, **knobs: object) -> None:
        """Turn the org's knobs (see `DemoOrg.knobs`)."""
        self.org.turn(**knobs)

    def names(self) -> list[str]:
        """Return the name of each event since the beginning."""
        return [type(entry.event).__name__ for entry in self.told]
