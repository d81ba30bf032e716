"""Stories for the preview: the real session against the real demo org, in simulated time, so pictures never lie."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import httpx

from app.connection import DEMO_CLIENT_ID
from app.connections import Connections
from app.decision import Decision
from app.demo.controls import Controls, OrgState
from app.demo.drills import Drills
from app.demo.embedded import controls_of, drills_of
from app.demo.ledger import SigningKey
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.doctor.examination import diagnosis_of
from app.doctor.records import Finding
from app.errors import LapseError
from app.inspection.inspector import Inspection
from app.journal import Journal
from app.lanes import Limits
from app.okta.change import App
from app.okta.management import ManagementClient
from app.secret import Secret
from app.session.calls import CallResult, summary
from app.session.generations import Generation
from app.session.tokens import TokenSet
from app.sim_loop import SimClock, SimLoop
from app.simulation import open_simulation
from app.testing.orgs import demo_org
from app.testing.people import Person
from app.wire.details import Details

BEGAN = 1_790_085_783.0
"""14:03:03 UTC: when every story begins, in epoch seconds."""
ANSWERS_TAKE = ("delay=0.039@token", "delay=0.012@api")
"""How long a demo org takes to answer, as faults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How things stand at `now` (epoch seconds), and everything that led to it."""

    now: float
    journal: Journal
    details: Details
    tokens: TokenSet | None
    generations: tuple[Generation, ...]
    inspections: tuple[Inspection, ...]
    decision: Decision
    skew_s: float | None
    limits: Limits
    told: str = ""
    trouble: LapseError | None = None
    result: CallResult | None = None
    findings: tuple[Finding, ...] = ()
    app: App | None = None
    org: OrgState = field(default_factory=OrgState)


class Stage:
    """A person in simulated time, on a demo org whose responses take as long as real ones do."""

    def __init__(self, bench: Connections, org: DemoOrg, controls: Controls, drills: Drills) -> None:
        self.bench = bench
        self.org = org
        self.controls = controls
        self.drills = drills
        self._findings: tuple[Finding, ...] = ()
        self._app: App | None = None
        self._told = ""
        self._failure: LapseError | None = None
        self._result: CallResult | None = None

    async def at(self, seconds: float) -> None:
        """Wait until so many seconds after the beginning."""
        clock = self.bench.clock
        await clock.sleep_until(BEGAN + seconds)

    async def sign_in(self) -> None:
        """Sign Ada in as a browser would."""
        async with httpx.AsyncClient(transport=OrgTransport(self.org)) as browser:
            await Person(self.org, browser).sign_in(self.bench.session, self.bench.client)

    async def call(self, times: int = 1) -> None:
        """Call the API, so many times at once."""
        results = await self.bench.call_api_many("GET", self.bench.connection.api_url, times)
        self._told, self._result = summary(results), results[-1]
        self._failure = next((each.error for each in results if each.error is not None), None)

    async def ask_doctor(self) -> None:
        """Have the doctor look, at the org's side of things too, and read the app as the grant's dialog does."""
        bench, addresses = self.bench, self.org.addresses
        self._findings = (await diagnosis_of(bench)).findings
        token = Secret(addresses.api_token)
        management = ManagementClient(bench.http, bench.clock, org_url=addresses.org_url, token=token)
        self._app = await management.read_app(DEMO_CLIENT_ID)

    def story(self) -> Story:
        """Return how things stand."""
        return replace(
            story_of(self.bench),
            told=self._told,
            trouble=self._failure,
            result=self._result,
            findings=self._findings,
            app=self._app,
            org=self._turned(),
        )

    def _turned(self) -> OrgState:
        found = self.controls.look()
        assert found is not None
        # what makes every story's responses take their time is none of its trouble
        return replace(found, faults=found.faults[len(ANSWERS_TAKE) :])


def story_of(bench: Connections) -> Story:
    """Return how things stand."""
    session = bench.session
    return Story(
        now=bench.clock.now(),
        journal=bench.journal,
        details=bench.details,
        tokens=session.tokens,
        generations=tuple(session.generations),
        inspections=bench.inspector.held(),
        decision=session.decide("Call API"),
        skew_s=session.skew_s,
        limits=bench.limits(),
    )


async def signed_in(stage: Stage) -> None:
    """Just signed in, one call made."""
    await stage.at(3)
    await stage.sign_in()
    await stage.at(9)
    await stage.call()
    await stage.at(13)


async def lapsed(stage: Stage) -> None:
    """Two refreshes on the way to the API; the third token lapsed three seconds ago."""
    await stage.at(3)
    await stage.sign_in()
    for moment in (9, 17, 28, 38, 51, 62, 87, 100):
        await stage.at(moment)
        await stage.call()
    await stage.at(120)


async def refreshed(stage: Stage) -> None:
    """The same, and a call that refreshed on its way."""
    await lapsed(stage)
    await stage.call()
    await stage.at(121)


async def storm(stage: Stage) -> None:
    """The same, and fifty calls at once: one refresh."""
    await lapsed(stage)
    await stage.call(50)
    await stage.at(121)


async def failed(stage: Stage) -> None:
    """The same, and a call while the network is down."""
    await lapsed(stage)
    await stage.controls.cut_network(cut=True)
    await stage.call()
    await stage.at(160)


async def replayed(stage: Stage) -> None:
    """An old refresh token is replayed outside its grace period: the family dies, and the session with it."""
    stage.org.turn(grace_s=0)
    await lapsed(stage)
    await stage.drills.replay()
    await stage.at(123)


async def turned(stage: Stage) -> None:
    """One is signed in, time has travelled past a lapse, and the demo org makes trouble on purpose."""
    await stage.at(3)
    await stage.sign_in()
    for moment in (9, 17, 28, 38, 51):
        await stage.at(moment)
        await stage.call()
    await stage.controls.travel(60)
    await stage.at(114)
    await stage.controls.switch_on("503@token*3")
    await stage.controls.switch_on("refuse=mfa_required@token.password")
    await stage.call()
    await stage.controls.skew_server(90)
    await stage.at(124)


async def without_grant(stage: Stage) -> None:
    """The app may not use the Refresh Token grant, so that a sign-in brings no refresh token; the doctor says so."""
    stage.org.turn(refresh_grant_enabled=False)
    await signed_in(stage)
    await stage.ask_doctor()


def play(acts: Callable[[Stage], Awaitable[None]], key: SigningKey) -> Story:
    """Play a story to its end in simulated time; `key` is what its tokens are signed with."""

    async def played() -> Story:
        clock = SimClock(BEGAN)
        org = demo_org(clock, key=key, faults=ANSWERS_TAKE)
        async with open_simulation(clock, org) as bench:
            stage = Stage(bench, org, await controls_of(bench), await drills_of(bench))
            await acts(stage)
            return stage.story()

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(played())
