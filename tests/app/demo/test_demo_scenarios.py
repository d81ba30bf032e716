"""Every conformance scenario, played to Lapse's own client over real HTTP: on where it may, stop where it must."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from app.assembly import open_assembly
from app.clock import SystemClock
from app.connection import Connection
from app.connections import Connections
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.pending import Pending
from app.demo.scenarios import SCENARIOS, ConformanceModule, Expectation, RequiredBy, scenario_named
from app.demo.serve import ServedOrg
from app.errors import BadInput, DiscoveryFailed, LapseError, SignInFailed
from app.events import Entry
from app.events.sign_in import RedirectIgnored
from app.session.kinds.browser import BROWSER
from app.session.states import SignedIn
from app.session.store import MemoryStore
from tests.e2e.scripted_browser import sign_in

pytestmark = pytest.mark.anyio

LAPSE_S = 31  # access tokens live 30 s here
_REJECTED = {name: each for name, each in SCENARIOS.items() if each.expects is Expectation.REJECT}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # real HTTP, and a browser on a thread


@pytest.fixture(scope="module")
def shared(key: SigningKey) -> Iterator[ServedOrg]:
    served = ServedOrg(DemoOrg(SystemClock(), ledger=MemoryLedger(key)))
    served.start()
    yield served
    served.stop()


@pytest.fixture
def served(shared: ServedOrg, key: SigningKey) -> ServedOrg:
    shared.org.faults.clear()
    shared.org.counters.clear()
    shared.org.set_time(moved_s=0)
    shared.org.pending = Pending()
    shared.org.ledger._keys = [key]
    return shared


def browse(url: str, told: object) -> None:
    def visit() -> None:
        with suppress(httpx.HTTPError):  # the listener may hang up on what it ignores
            sign_in(url)

    threading.Thread(target=visit, daemon=True).start()


@asynccontextmanager
async def bench(served: ServedOrg, scopes: str = "openid profile offline_access") -> AsyncIterator[Connections]:
    async with open_assembly(store=MemoryStore(), open_browser=browse) as opened:
        await opened.connect(
            Connection(name="s", issuer=served.issuer, client_id=served.org.application.id, scopes=scopes)
        )
        yield opened


async def signed_in(opened: Connections) -> None:
    await opened.sign_in(BROWSER, lambda _: None)
    assert isinstance(opened.session.state, SignedIn)


@pytest.mark.parametrize("name", [name for name, each in SCENARIOS.items() if each.expects is not Expectation.REJECT])
async def test_lapse_completes_what_is_good(served: ServedOrg, name: str) -> None:
    served.org.play(scenario_named(name))
    async with bench(served) as opened:
        if SCENARIOS[name].expects is Expectation.EITHER:
            with suppress(SignInFailed):
                await signed_in(opened)
            return
        await signed_in(opened)
        statuses = [(await opened.chosen.calls.call("GET", served.api_url)).status]
        if name == "fapi2-refresh-token":  # an API that refuses a fresh token too gets another when a person asks
            await opened.session.fresh_token(asked_for=True)
            statuses.append((await opened.chosen.calls.call("GET", served.api_url)).status)
        assert statuses[-1] == 200
        before = served.org.counters["token"]
        opened.clock.jump(LAPSE_S)
        served.org.set_time(moved_s=LAPSE_S)
        assert (await opened.chosen.calls.call("GET", served.api_url)).status == 200
        assert served.org.counters["token"] == before + 1


@pytest.mark.parametrize("name", [name for name, each in _REJECTED.items() if each.stage is RequiredBy.DISCOVERY])
async def test_lapse_stops_before_the_browser(served: ServedOrg, name: str) -> None:
    served.org.play(scenario_named(name))
    async with bench(served) as opened:
        with pytest.raises(DiscoveryFailed):
            await opened.sign_in(BROWSER, lambda _: None)
    assert served.org.counters["authorize"] == 0


@pytest.mark.parametrize("name", [name for name, each in _REJECTED.items() if each.stage is RequiredBy.REDIRECT])
async def test_lapse_sends_no_code_on(served: ServedOrg, name: str) -> None:
    served.org.play(scenario_named(name))
    async with bench(served) as opened:
        with suppress(LapseError, TimeoutError):
            async with asyncio.timeout(None) as waiting:
                opened.journal.subscribe(lambda entry: _stop_waiting(entry, waiting))
                await opened.sign_in(BROWSER, lambda _: None)
        assert not isinstance(opened.session.state, SignedIn)
    assert served.org.counters["sign_in"] == 1
    assert served.org.counters["token"] == 0


def _stop_waiting(entry: Entry, waiting: asyncio.Timeout) -> None:
    if isinstance(entry.event, RedirectIgnored):
        waiting.reschedule(0)


@pytest.mark.parametrize("name", [name for name, each in _REJECTED.items() if each.stage is RequiredBy.SIGN_IN])
async def test_lapse_refuses_the_id_token_and_uses_nothing_of_it(served: ServedOrg, name: str) -> None:
    served.org.play(scenario_named(name))
    async with bench(served) as opened:
        with pytest.raises(SignInFailed):
            await opened.sign_in(BROWSER, lambda _: None)
        assert not isinstance(opened.session.state, SignedIn)
    assert served.org.counters["token"] == 1
    assert served.org.counters["userinfo"] == served.org.counters["api"] == 0


@pytest.mark.parametrize("name", [name for name, each in _REJECTED.items() if each.stage is RequiredBy.USERINFO])
async def test_lapse_does_not_believe_userinfo(served: ServedOrg, name: str) -> None:
    scopes = "openid email offline_access"  # without `profile` only userinfo could tell the name
    async with bench(served, scopes) as opened:
        served.org.play(scenario_named(name))
        await signed_in(opened)
        assert isinstance(opened.session.state, SignedIn)
        assert "email_verified" not in opened.session.state.tokens.id_claims
    assert served.org.counters["userinfo"] == 1


@pytest.mark.parametrize("name", [name for name, each in _REJECTED.items() if each.stage is RequiredBy.REFRESH])
async def test_lapse_uses_nothing_of_a_refresh_for_somebody_else(served: ServedOrg, name: str) -> None:
    served.org.play(scenario_named(name))
    async with bench(served) as opened:
        await signed_in(opened)
        opened.clock.jump(LAPSE_S)
        result = await opened.chosen.calls.call("GET", served.api_url)
        assert result.error is not None
    assert served.org.counters["token"] == 2
    assert served.org.counters["api"] == 0


def test_every_scenario_says_where_it_comes_from() -> None:
    for scenario in SCENARIOS.values():
        assert scenario.source
        assert scenario.plays.endswith(".")
    assert isinstance(SCENARIOS["test"], ConformanceModule)


def test_a_scenario_goes_by_the_suites_name_too() -> None:
    assert scenario_named("oidcc-client-test-invalid-iss") is SCENARIOS["invalid-iss"]
    with pytest.raises(BadInput, match="no scenario 'nonsense'"):
        scenario_named("nonsense")
