"""The assembly: connect, sign in, restart, a second Lapse, and the demo org that comes back."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from app import settings
from app.assembly import open_assembly
from app.clock import SystemClock
from app.connection import Connection
from app.connections import Connections, open_connections
from app.decision import Reason
from app.demo.embedded import controls_of, demo_of, reset_demo_org
from app.demo.host import DemoHost
from app.errors import BadInput, SignInFailed
from app.events import Event
from app.events.session import StorePlace
from app.lanes import Limits
from app.session.kinds import kind_names
from app.session.kinds.browser import BROWSER
from app.session.states import SignedIn, SignedOut
from app.session.store import MemoryStore
from tests.e2e.scripted_browser import sign_in
from tests.ports import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the demo org serves real HTTP on a thread


def scripted(url: str, told: Callable[[bool], None]) -> None:
    threading.Thread(target=sign_in, args=(url,), daemon=True).start()


def declining(url: str, told: Callable[[bool], None]) -> None:
    threading.Thread(target=sign_in, args=(url,), kwargs={"action": "cancel"}, daemon=True).start()


@pytest.fixture(autouse=True)
def own_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the demo org prefer a port nobody else uses now."""
    port = free_port()
    monkeypatch.setattr(DemoHost.__init__, "__defaults__", (None, port))
    return port


@asynccontextmanager
async def bench(store: MemoryStore | None = None, **more: object) -> AsyncIterator[Connections]:
    more.setdefault("open_browser", scripted)
    async with open_assembly(store=store or MemoryStore(), **more) as opened:  # type: ignore[arg-type]
        await opened.connect()
        yield opened


def break_settings(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Path(folder, "settings.json").write_text("{")


def names(opened: Connections) -> list[str]:
    return [type(entry.event).__name__ for entry in opened.journal]


async def test_sign_in_lapse_call_one_refresh() -> None:
    async with bench() as opened:
        shown: list[str] = []
        await opened.sign_in(BROWSER, lambda waiting: shown.append(waiting.url))
        assert shown[0].startswith(opened.connection.issuer)
        org = demo_of(opened).host.org
        assert org is not None
        before = org.counters["token"]
        opened.clock.jump(31)
        results = await opened.call_api_many("GET", opened.connection.api_url, 20)
        assert [result.status for result in results] == [200] * 20
        assert org.counters["token"] - before == 1


async def test_a_restart_finds_the_session_the_org_and_the_grants() -> None:
    store = MemoryStore()
    store.place = StorePlace.KEYRING
    async with bench(store) as opened:
        await opened.sign_in(BROWSER, lambda _: None)
        first = opened.connection
    async with bench(store) as opened:
        assert opened.connection == first
        assert "Exchange" not in names(opened)
        assert isinstance(opened.session.state, SignedIn)
        assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked
        assert demo_of(opened).host.org is not None
        assert demo_of(opened).host.org.counters["token"] == 0
        opened.clock.jump(31)
        assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked
        assert demo_of(opened).host.org.counters["token"] == 1


async def test_a_second_lapse_uses_the_org_of_the_first_and_takes_over_when_it_goes() -> None:
    store = MemoryStore()
    async with bench(store) as first:
        await first.sign_in(BROWSER, lambda _: None)
        async with open_assembly(store=store) as second:
            await second.connect()
            assert second.connection == first.connection
            assert "DemoOrgFound" in names(second)
            assert (await second.chosen.calls.call("GET", second.connection.api_url)).worked
            await first.close()
            assert (await second.chosen.calls.call("GET", second.connection.api_url)).worked
            assert names(second)[-4:].count("DemoOrgStarted") == 1


async def test_time_that_was_travelled_is_found_by_the_next_start_and_by_a_guest() -> None:
    store = MemoryStore()
    store.place = StorePlace.KEYRING
    async with bench(store) as opened:
        await opened.sign_in(BROWSER, lambda _: None)
        await (await controls_of(opened)).travel(3600)
    async with bench(store) as opened:
        assert opened.clock.now() - SystemClock().now() == pytest.approx(3600, abs=5)
        decision = opened.session.decide("me")
        assert decision.reason is Reason.LAPSED
        assert decision.remaining_s == pytest.approx(30 - 3600, abs=5)
        async with bench(store) as guest:
            assert demo_of(guest).host.org is None
            assert guest.clock.now() - opened.clock.now() == pytest.approx(0, abs=1)
            assert (await guest.chosen.calls.call("GET", guest.connection.api_url)).worked
            await (await controls_of(guest)).travel(-3600)
            assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).status is not None
            assert opened.clock.now() - SystemClock().now() == pytest.approx(0, abs=1)
        assert names(opened).count("DemoOrgStarted") == 1


async def test_a_real_servers_time_stays_the_machines_while_the_demo_org_travels() -> None:
    async with bench() as opened:
        await (await controls_of(opened)).travel(3600)
        await opened.connect(Connection(name="Okta", issuer="https://example.okta.com", client_id="c"))
        assert opened.clock.now() - SystemClock().now() == pytest.approx(0, abs=1)
        with pytest.raises(BadInput, match="Only the demo org has controls"):
            await controls_of(opened)


async def test_a_cut_network_fails_calls_and_signs_nobody_out() -> None:
    async with bench() as opened:
        await opened.sign_in(BROWSER, lambda _: None)
        controls = await controls_of(opened)
        await controls.cut_network(cut=True)
        assert (await controls.read()).is_cut
        assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).status is None
        await controls.turn(access_token_lifetime_s=60)  # what turns the org gets through
        await controls.make_as_new()
        assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked
        state = await controls.read()
        assert (state.is_cut, state.knobs["access_token_lifetime_s"]) == (False, 30)


async def test_a_declined_sign_in_changes_nothing() -> None:
    async with bench(open_browser=declining) as opened:
        with pytest.raises(SignInFailed, match="declined"):
            await opened.sign_in(BROWSER, lambda _: None)
        assert isinstance(opened.session.state, SignedOut)
        assert names(opened)[-1] == "SignInFinished"


async def test_resetting_the_demo_org_ends_its_sessions() -> None:
    async with bench() as opened:
        await opened.sign_in(BROWSER, lambda _: None)
        await reset_demo_org(opened)
        assert isinstance(opened.session.state, SignedOut)
        await opened.sign_in(BROWSER, lambda _: None)
        assert (await opened.chosen.calls.call("GET", opened.connection.api_url)).worked


async def test_the_demo_org_may_be_reset_twice_within_a_minute() -> None:
    async with bench() as opened:
        for _ in range(3):
            await opened.sign_in(BROWSER, lambda _: None)
            await reset_demo_org(opened)
        await opened.sign_in(BROWSER, lambda _: None)
        assert isinstance(opened.session.state, SignedIn)


async def test_a_ledger_that_cannot_be_read_is_set_aside_and_said_so() -> None:
    async with bench() as opened:
        ledger = settings.data_dir() / "demo-org" / "ledger.json"
    ledger.write_text("{")
    async with bench() as opened:
        assert "DemoOrgLedgerSetAside" in names(opened)
        await opened.sign_in(BROWSER, lambda _: None)


async def test_another_connection_can_be_taken_up_and_left() -> None:
    async with bench() as opened:
        await opened.sign_in(BROWSER, lambda _: None)
        other = Connection(name="Other", issuer="https://as.example/x", client_id="c")
        await opened.connect(other)
        assert isinstance(opened.session.state, SignedOut)
        with pytest.raises(BadInput):
            await opened.connect(Connection(name="Bad", issuer="nonsense", client_id="c"))
        assert opened.connection.name == "Other"
        await opened.connect()
        assert isinstance(opened.session.state, SignedIn)


async def test_broken_settings_are_an_error_before_anything_starts() -> None:
    break_settings(settings.config_dir())
    with pytest.raises(BadInput, match="cannot be read"):
        async with open_assembly(store=MemoryStore()):
            pass


async def test_closing_frees_the_port_at_once() -> None:
    async with bench() as opened:
        port = demo_of(opened).host.port
        await opened.chosen.calls.call("GET", opened.connection.api_url)  # leaves a connection open
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.get(f"http://127.0.0.1:{port}/")


async def test_the_journal_of_a_whole_run_has_a_sentence_for_everything() -> None:
    async with bench() as opened:
        await opened.sign_in(BROWSER, lambda _: None)
        opened.clock.jump(31)
        await opened.chosen.calls.call("GET", opened.connection.api_url)
        await opened.session.drop_access_token()
        await opened.sign_out()
        sentences = [entry.sentence() for entry in opened.journal]
        assert all(text and text[0].isupper() for text in sentences)
        assert all(isinstance(entry.event, Event) for entry in opened.journal)
        assert "eyJ" not in "".join(sentences)


async def test_limits_are_known_of_a_demo_org_of_our_own_and_of_no_other_server() -> None:
    async with bench() as opened:
        org = demo_of(opened).host.org
        assert org is not None
        org.turn(grace_s=10, refresh_idle_s=60, refresh_token_lifetime_s=0)
        assert opened.limits() == Limits(grace_s=10.0, idle_s=60.0, absolute_s=None)
        org.turn(rotation_type="STATIC")
        assert opened.limits().grace_s == 0.0
        await opened.connect(Connection(name="Okta", issuer="https://example.okta.com", client_id="c"))
        assert opened.limits() == Limits()


async def test_what_one_window_keeps_is_not_lost_to_another() -> None:
    async with open_assembly(store=MemoryStore()) as one, open_assembly(store=MemoryStore()) as other:
        one.remember_window({"zoom": "1.00", "lesson": "grant"})
        other.remember_window({"zoom": "2.00"})
        assert settings.load(settings.config_dir(), kind_names()).window == {"zoom": "2.00", "lesson": "grant"}


async def test_what_another_lapse_has_saved_meanwhile_stays() -> None:
    async with bench() as one, bench() as other:
        okta = Connection(name="Okta", issuer="https://example.okta.com", client_id="c")
        other.remember_connection(okta)
        other.remember_scheme("dark")
        other.remember_window({"zoom": "1.50"})
        one.remember_window({"presenter": "on"})
        saved = settings.load(settings.config_dir(), kind_names())
        assert (saved.scheme, saved.window) == ("dark", {"zoom": "1.50", "presenter": "on"})
        assert okta in saved.connections
        assert one.settings == saved
        await one.remove_connection("Okta")
        assert okta not in settings.load(settings.config_dir(), kind_names()).connections
        with pytest.raises(BadInput, match="cannot be removed"):
            await one.remove_connection("Demo org")


async def test_settings_that_cannot_be_read_are_not_written_over() -> None:
    async with bench() as opened:
        break_settings(settings.config_dir())
        with pytest.raises(BadInput):
            opened.remember_scheme("dark")
        assert (settings.config_dir() / "settings.json").read_text() == "{"


async def test_without_an_embedded_org_only_real_connections_are_offered() -> None:
    mine = Connection(name="Mine", issuer="https://id.example", client_id="c")
    async with open_connections(store=MemoryStore()) as opened:
        with pytest.raises(BadInput, match="Demo org is not part of this installation"):
            await opened.connect()
        assert not opened.is_connected
        opened.remember_connection(mine)
        assert opened.settings.connections == (mine,)
        await opened.connect()
        assert (opened.connection, opened.limits()) == (mine, Limits())
    assert [each.name for each in settings.load(settings.config_dir(), kind_names()).connections] == [
        "Demo org",
        "Mine",
    ]
