"""Stories for the preview: the real session against the real demo org, in simulated time, so pictures never lie."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import httpx

from app.clock import OwnClock
from app.connection import DEFAULT_SCOPES, DEMO_CLIENT_ID, DEMO_NAME, Connection
from app.controls import Controls, OrgState
from app.decision import Decision
from app.demo.addresses import addresses_of
from app.demo.controller import Controller
from app.demo.faults import Fault
from app.demo.host import DEFAULT_PORT
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import ADA, DemoOrg
from app.demo.policy import Policy
from app.demo.transport import OrgTransport
from app.demo.way import DemoOrgWay
from app.doctor.doctor import diagnose
from app.doctor.evidence import case_of
from app.doctor.orgside import ask_org
from app.doctor.records import Finding, Known
from app.errors import LapseError
from app.events import TimeTravelled
from app.inspection.desk import Desk
from app.inspection.inspector import Inspection
from app.journal import Journal
from app.lanes import Limits
from app.oauth.client import OAuthClient
from app.oauth.grants import authorization_url
from app.oauth.pkce import Pkce
from app.okta.change import App
from app.okta.management import Management
from app.secret import Secret
from app.session.calls import ApiCaller, CallResult, summary
from app.session.generations import Generation
from app.session.session import Session
from app.session.store import MemoryStore
from app.session.tokens import TokenSet
from app.simloop import SimClock, SimLoop
from app.trouble import Trouble
from app.wire.details import Details
from app.wire.recorder import RecordingTransport
from app.workbench import limits_of

BEGAN = 1_790_085_783.0
"""14:03:03 UTC: when every story begins, in epoch seconds."""
_DELAYS = 2
_REDIRECT_URI = "http://127.0.0.1:49320/callback"


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
    told: str
    skew_s: float | None
    limits: Limits
    trouble: LapseError | None
    result: CallResult | None
    findings: tuple[Finding, ...] = ()
    app: App | None = None
    org: OrgState = field(default_factory=OrgState)


class Stage:
    """A person, a session and a demo org whose answers take as long as real ones do."""

    def __init__(self, key: SigningKey) -> None:
        machine = SimClock(BEGAN)
        self.clock = OwnClock(machine)
        self.org = DemoOrg(machine, Policy(access_token_lifetime_s=30), ledger=MemoryLedger(key))
        self.org.faults.switch_on([Fault.parse("delay=0.039@token"), Fault.parse("delay=0.012@api")])
        self.journal, self.details = Journal(self.clock), Details()
        way = DemoOrgWay(OrgTransport(self.org), port=lambda: DEFAULT_PORT, revive=_nobody, follow=self._follow)
        recorder = RecordingTransport(way, self.journal, self.clock, self.details)
        self.http = httpx.AsyncClient(transport=recorder)
        self.client = OAuthClient(self.http, self.clock, issuer=self.org.issuer, client_id=DEMO_CLIENT_ID)
        self.session = Session(
            self.client, MemoryStore(), self.journal, self.clock, key="preview", leeway_s=1.0, lock_folder=None
        )
        self.calls = ApiCaller(self.http, self.session, self.journal, self.clock)
        addresses = addresses_of(self.org.issuer_base, self.org.ledger.identity)
        self.addresses = addresses
        self.findings: tuple[Finding, ...] = ()
        self.app: App | None = None
        controller = Controller(self.http, addresses)
        self.trouble = Trouble(self.session, self.client, self.journal, controller)
        self.controls = Controls(self.session, self.clock, self.journal, controller, way, self.org)
        self.told = ""
        self.failure: LapseError | None = None
        self.result: CallResult | None = None

    async def at(self, seconds: float) -> None:
        """Wait until so many seconds after the beginning."""
        await self.clock.sleep_until(BEGAN + seconds)

    async def sign_in(self) -> None:
        """Sign Ada in as a browser would."""
        pkce = Pkce.new()
        metadata = await self.client.metadata()
        url = authorization_url(
            metadata,
            client_id=DEMO_CLIENT_ID,
            redirect_uri=_REDIRECT_URI,
            scopes=DEFAULT_SCOPES,
            state="state",
            nonce="nonce",
            pkce=pkce,
        )
        form = {"username": ADA.login, "password": ADA.password, "action": "sign-in"}
        async with httpx.AsyncClient(transport=OrgTransport(self.org)) as browser:
            page = await browser.post(url, data=form)
        code = Secret(parse_qs(urlsplit(page.headers["location"]).query)["code"][0])
        answer = await self.client.exchange_code(code=code, redirect_uri=_REDIRECT_URI, pkce=pkce, cause=None)
        assert answer.id_token is not None
        claims = await self.client.verify_id_token(
            answer.id_token, access_token=answer.access_token, nonce="nonce", cause=None
        )
        await self.session.begin(answer, claims, cause=None)

    async def call(self, times: int = 1) -> None:
        """Call the API, so many times at once."""
        url = f"{self.org.issuer_base}/api/me"
        results = await asyncio.gather(*(self.calls.call("GET", url) for _ in range(times)))
        self.told, self.result = summary(list(results)), results[-1]
        self.failure = next((each.error for each in results if each.error is not None), None)

    async def ask_doctor(self) -> None:
        """Have the doctor look, at the org's side of things too."""
        token, origin = Secret(self.addresses.api_token), self.addresses.org_url
        since = self.clock.now()
        told = await ask_org(self.http, org_url=origin, api_token=token, client_id=DEMO_CLIENT_ID, since=since)
        known = Known(limits=limits_of(self.org), registered=told.registered, server_log=told.server_log)
        case = case_of(
            self.connection, journal=self.journal, session=self.session, clock=self.clock, environ={}, known=known
        )
        self.findings = diagnose(case)
        self.app = await Management(self.http, self.clock, org_url=origin, token=token).read_app(DEMO_CLIENT_ID)

    @property
    def connection(self) -> Connection:
        """The connection that is played."""
        return Connection(name=DEMO_NAME, issuer=self.org.issuer, client_id=DEMO_CLIENT_ID)

    def story(self) -> Story:
        """Return how things stand."""
        desk = Desk(self.http, self.client, self.session, self.clock)
        return Story(
            now=self.clock.now(),
            journal=self.journal,
            details=self.details,
            tokens=self.session.tokens,
            generations=tuple(self.session.generations),
            inspections=desk.held(),
            decision=self.session.decide("Call API"),
            told=self.told,
            skew_s=self.session.skew_s,
            limits=limits_of(self.org),
            trouble=self.failure,
            result=self.result,
            findings=self.findings,
            app=self.app,
            org=self._turned(),
        )

    def _turned(self) -> OrgState:
        found = self.controls.look()
        assert found is not None
        # what makes every story's answers take their time is none of its trouble
        return replace(found, faults=found.faults[_DELAYS:])

    def _follow(self, moved_s: float, cause: int | None) -> None:
        if moved_s != self.clock.travelled_s:
            travelled = TimeTravelled(moved_s - self.clock.travelled_s)
            self.clock.travelled_s = moved_s
            self.journal.append(travelled, cause=cause)


async def _nobody() -> None:
    """Begin nothing anew: the org of a story is always there."""


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
    stage.org.turn(leeway_s=0)
    await lapsed(stage)
    await stage.trouble.replay()
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
        stage = Stage(key)
        await acts(stage)
        found = stage.story()
        await stage.session.close()
        await stage.http.aclose()
        return found

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(played())
