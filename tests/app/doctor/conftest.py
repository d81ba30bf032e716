"""A session at the real demo org, and the doctor called to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import httpx
import pytest

from app.connection import DEFAULT_SCOPES, DEMO_CLIENT_ID, Connection
from app.demo.embedded import policy_of
from app.demo.faults import Fault
from app.doctor.diagnose import diagnose
from app.doctor.evidence import case_of
from app.doctor.okta_org import ask_org
from app.doctor.records import Case, Certainty, Finding, Known, ServerCheck
from app.doctor.server_check import check_server
from app.errors import LapseError
from app.lanes import Limits
from app.secret import Secret
from app.session.session import Session
from app.sim_loop import SimClock
from app.testing.sessions import World

LAPSED_S = 31.0


@dataclass
class Ward:
    """A world and what its doctor is told; `told` is the diagnosis."""

    world: World
    scopes: str = DEFAULT_SCOPES
    known: Known = field(default_factory=Known)
    environ: dict[str, str] = field(default_factory=dict)
    issuer: str = ""

    async def sign_in(self, scopes: str = DEFAULT_SCOPES) -> None:
        self.scopes = scopes
        await self.world.sign_in(scopes)

    async def refresh(self, session: Session | None = None) -> None:
        """Let the access token lapse and ask for another, whatever comes of it."""
        self.world.clock.jump(LAPSED_S)
        with suppress(LapseError):
            await (session or self.world.session).fresh_token()

    def strike(self, *faults: str) -> None:
        self.world.org.faults.switch_on(map(Fault.parse, faults))

    async def read_org(self) -> None:
        """Give the doctor the org's API token."""
        org = self.world.org
        found = await ask_org(
            self.world.http,
            org_url=org.issuer_base,
            api_token=Secret(org.api_token),
            client_id=DEMO_CLIENT_ID,
            since=self.world.clock.now(),
        )
        self.known = replace(self.known, registered=found.registered, server_log=found.server_log)

    def tell_limits(self, limits: Limits | None = None) -> None:
        self.known = replace(self.known, limits=limits or policy_of(self.world.org).limits)

    async def look(self, http: httpx.AsyncClient | None = None, issuer: str = "") -> ServerCheck:
        """Look at the org, or at another issuer, whose case it is from then on."""
        self.issuer = issuer or self.world.org.issuer
        found = await check_server(http or self.world.http, self.issuer, self.world.clock)
        self.known = replace(self.known, look=found)
        return found

    def case(self, session: Session | None = None) -> Case:
        world = self.world
        return case_of(
            Connection(
                name="Demo", issuer=self.issuer or world.org.issuer, client_id=DEMO_CLIENT_ID, scopes=self.scopes
            ),
            journal=world.journal,
            session=session or world.session,
            clock=world.clock,
            environ=self.environ,
            known=self.known,
        )

    def diagnose(self, session: Session | None = None) -> tuple[Finding, ...]:
        return diagnose(self.case(session))

    def expect(self, rule: str, certainty: Certainty, session: Session | None = None) -> Finding:
        """Return the first finding, which must be this one; each finding must be whole."""
        findings = self.diagnose(session)
        told = [(each.rule, each.certainty.value, each.weight) for each in findings]
        assert told, "nothing was found"
        assert (findings[0].rule, findings[0].certainty) == (rule, certainty), told
        for each in findings:
            assert each.what.endswith(".")
            assert each.source
            assert each.cure
            assert each.evidence
        return findings[0]


@pytest.fixture
async def ward(clock: SimClock) -> AsyncIterator[Ward]:
    async with World(clock) as world:
        yield Ward(world)


@pytest.fixture
def evidence() -> Callable[[Finding], str]:
    """Return all evidence of a finding as one text."""
    return lambda finding: "\n".join(each.text for each in finding.evidence)
