"""The assembly in simulated time: a session, a restart, a second Lapse, and time that both sides travel through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from app.connections import Connections
from app.decision import Reason, Verdict
from app.demo.addresses import PASSWORD, USERNAME
from app.demo.controls import Controls, FaultState
from app.demo.embedded import controls_of, demo_of, reset_demo_org
from app.demo.faults import Fault
from app.demo.org import DemoOrg
from app.demo.transport import OrgTransport
from app.doctor.examination import diagnosis_of
from app.errors import BadInput, Hiccup
from app.events.calls import CallStarted
from app.events.demo import ControlRequested, DemoOrgTurned, TimeTravelled
from app.events.refresh import RefreshRetried, RefreshSucceeded
from app.events.session import SessionAdopted, SessionGone
from app.events.wire import Exchange
from app.lanes import Lane, MarkKind, lanes_of
from app.secret import Secret
from app.session.direct_sign_in import NoSecondFactor
from app.session.kinds.password import PASSWORD as BY_PASSWORD
from app.session.kinds.password import PasswordPrompt
from app.session.session import Session
from app.session.sign_out import revoke_and_forget
from app.sim_loop import SimClock
from app.simulation import open_simulation
from tests.names import AT

pytestmark = pytest.mark.anyio


async def sign_in(bench: Connections) -> None:
    await bench.sign_in(
        BY_PASSWORD, PasswordPrompt(username=USERNAME, password=Secret(PASSWORD), factors=NoSecondFactor())
    )


@pytest.fixture
def org(clock: SimClock) -> DemoOrg:
    return DemoOrg(clock)


@pytest.fixture
async def bench(clock: SimClock, org: DemoOrg) -> AsyncIterator[Connections]:
    async with open_simulation(clock, org) as opened:
        await sign_in(opened)
        yield opened


def told(bench: Connections, kind: type) -> list[str]:
    return [entry.sentence() for entry in bench.journal if isinstance(entry.event, kind)]


async def call(bench: Connections) -> int | None:
    return (await bench.chosen.calls.call("GET", bench.connection.api_url)).status


async def test_a_call_refreshes_once_both_clocks_have_travelled_past_the_lapse(bench: Connections) -> None:
    controls = await controls_of(bench)
    assert await controls.travel_to_lapse()
    assert not await controls.travel_to_lapse()  # it has lapsed already
    assert bench.session.decide("me").reason is Reason.LAPSED
    assert demo_of(bench).host.org is not None
    assert demo_of(bench).host.org.clock.now() == bench.clock.now()
    assert await call(bench) == 200
    assert bench.session.tokens is not None
    assert bench.session.tokens.number == 2
    assert bench.session.skew_s is not None
    assert abs(bench.session.skew_s) < 1


async def test_the_machine_does_not_travel_with_them(bench: Connections, clock: SimClock) -> None:
    before = clock.now()
    await (await controls_of(bench)).travel(3600)
    assert clock.now() == before
    assert bench.clock.now() == before + 3600
    assert told(bench, TimeTravelled) == ["Both clocks were moved forward by 1 h."]


async def test_every_entry_of_the_connection_is_told_by_its_own_time(bench: Connections, clock: SimClock) -> None:
    await (await controls_of(bench)).travel(60)
    await call(bench)
    newest = list(bench.journal)[-1]
    assert newest.at == clock.now() + 60
    exchange = next(each.event for each in reversed(list(bench.journal)) if isinstance(each.event, Exchange))
    assert exchange.started_at == clock.now() + 60


async def test_a_restart_finds_the_session_without_a_request_and_the_time_it_was_left_at(bench: Connections) -> None:
    await (await controls_of(bench)).travel(10)
    before = len(told(bench, Exchange))
    was = bench.session
    await bench.restart()
    assert bench.session is not was
    assert len(told(bench, Exchange)) == before
    assert bench.session.tokens is not None
    assert round(bench.session.decide("me").remaining_s or 0) == 20


async def test_during_a_restart_what_was_there_can_still_be_looked_at(
    bench: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, seen, restore = bench.session, [], Session.restore

    async def restored(session: Session) -> bool:
        seen.append(bench.session is was and bench.session.tokens is not None)
        return await restore(session)

    monkeypatch.setattr(Session, "restore", restored)
    await bench.restart()
    assert seen == [True]


async def test_a_restart_that_is_cancelled_leaves_everything_as_it_was(bench: Connections) -> None:
    was = bench.chosen
    waiting = asyncio.Event()

    async def stuck(_key: str) -> str | None:  # as a keyring that asks for its password
        waiting.set()
        await asyncio.Event().wait()
        return None

    bench.store.load = stuck  # type: ignore[method-assign]
    async with asyncio.TaskGroup() as group:
        task = group.create_task(bench.restart())
        await waiting.wait()
        task.cancel()
    assert bench.chosen is was
    await (await controls_of(bench)).travel(60)
    assert demo_of(bench).host.org is not None
    assert bench.clock.now() == demo_of(bench).host.org.clock.now()


async def test_a_reset_takes_everybody_back_in_time_at_once(bench: Connections, clock: SimClock) -> None:
    await (await controls_of(bench)).travel(60)
    await reset_demo_org(bench)
    assert bench.clock.now() == clock.now()


async def test_a_second_lapse_refreshes_and_the_first_takes_over_what_it_got(bench: Connections, org: DemoOrg) -> None:
    await (await controls_of(bench)).travel_to_lapse()
    requests = org.counters["token"]
    async with bench.beside() as other:
        assert other.clock.now() == bench.clock.now()
        assert await call(other) == 200
    assert await call(bench) == 200
    assert org.counters["token"] - requests == 1
    assert told(bench, SessionAdopted) == ["Another Lapse has refreshed this session; its generation 2 was taken over."]


async def test_a_takeover_stands_under_the_call_that_needed_it(bench: Connections) -> None:
    await (await controls_of(bench)).travel_to_lapse()
    async with bench.beside() as other:
        await call(other)
    await call(bench)
    (adopted,) = [each for each in bench.journal if isinstance(each.event, SessionAdopted)]
    assert isinstance(bench.journal.chain(adopted.seq)[0].event, CallStarted)
    async with bench.beside() as other:
        await revoke_and_forget(other.session, other.client, other.chosen.journal)
    assert await call(bench) is None
    (gone,) = [each for each in bench.journal if isinstance(each.event, SessionGone)]
    assert isinstance(bench.journal.chain(gone.seq)[0].event, CallStarted)


async def test_another_lapse_goes_along_when_one_travels(bench: Connections) -> None:
    async with bench.beside() as other:
        await (await controls_of(bench)).travel(45)
        assert other.clock.now() == bench.clock.now() - 45
        assert await call(other) in (200, 401)
        assert other.clock.now() == bench.clock.now()
        assert told(other, TimeTravelled) == ["Both clocks were moved forward by 45 s."]


async def test_nothing_takes_as_long_as_one_has_travelled(bench: Connections) -> None:
    async with bench.beside() as other:
        await (await controls_of(bench)).travel(3600)
        result = await other.chosen.calls.call(
            "GET", other.connection.api_url
        )  # its first responses tell of the travel
        assert result.duration_s < 1
        await other.session.fresh_token(asked_for=True)
        await reset_demo_org(bench)
        exchanges = [each.event for each in (*bench.journal, *other.journal) if isinstance(each.event, Exchange)]
        assert all(0 <= each.duration_s < 1 for each in exchanges)
        assert all("1 h" not in each for each in told(other, RefreshSucceeded))


async def test_a_travel_during_a_slow_refresh_is_not_waited_for(bench: Connections, clock: SimClock) -> None:
    controls = await controls_of(bench)
    await controls.switch_on("delay=3@token.refresh*1")
    async with asyncio.TaskGroup() as group:
        refreshing = group.create_task(bench.session.fresh_token(asked_for=True))
        await clock.sleep_until(clock.now() + 1)
        await controls.travel(60)
    assert refreshing.result().refreshed_s is not None
    assert (refreshing.result().refreshed_s or 60) < 4


async def test_a_lost_response_is_asked_for_again_although_another_lapse_has_travelled(
    bench: Connections, org: DemoOrg
) -> None:
    async with bench.beside() as other:
        await (await controls_of(bench)).travel(60)
        await (await controls_of(bench)).switch_on("close-after@token.refresh*1")
        await other.session.fresh_token(asked_for=True)
        assert other.session.tokens is not None
        assert len(told(other, RefreshRetried)) == 1


async def test_a_response_from_before_a_travel_does_not_take_us_back(
    bench: Connections, clock: SimClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry = OrgTransport.handle_async_request

    async def late(self: OrgTransport, request: httpx.Request) -> httpx.Response:
        response = await carry(self, request)
        if request.url.path == "/api/me":
            await clock.sleep_until(clock.now() + 0.5)
        return response

    monkeypatch.setattr(OrgTransport, "handle_async_request", late)
    async with asyncio.TaskGroup() as group:
        group.create_task(call(bench))
        await clock.sleep_until(clock.now() + 0.1)
        await (await controls_of(bench)).travel(60)
    assert bench.clock.now() == clock.now() + 60
    assert len(told(bench, TimeTravelled)) == 1


async def test_every_exchange_with_the_org_is_told_at_its_time(bench: Connections) -> None:
    await (await controls_of(bench)).travel(3600)
    seq = bench.journal.newest
    await diagnosis_of(bench)
    told_of = [each for each in bench.journal if each.seq > seq and isinstance(each.event, Exchange)]
    assert len(told_of) > 2
    assert {each.at for each in told_of} == {bench.clock.now()}
    assert {each.connection for each in told_of} == {bench.connection.key}


async def test_a_pause_outlasts_no_travel_back(bench: Connections) -> None:
    controls = await controls_of(bench)
    await controls.travel(7200)
    await controls.switch_on("503=60@token*1")
    with pytest.raises(Hiccup):
        await bench.session.fresh_token(asked_for=True)
    await controls.travel(-7200)
    assert (await bench.session.fresh_token(asked_for=True)).access.name == AT(2)


async def test_a_reset_makes_everything_right_that_was_wrong_here(bench: Connections) -> None:
    controls = await controls_of(bench)
    await controls.cut_network(cut=True)
    await controls.skew_client(-600)
    await reset_demo_org(bench)
    await sign_in(bench)
    state = await (await controls_of(bench)).read()
    assert (state.is_cut, state.client_skew_s) == (False, 0.0)


async def test_a_reset_brings_everybody_back_to_the_machines_time(bench: Connections, clock: SimClock) -> None:
    await (await controls_of(bench)).travel(3600)
    await reset_demo_org(bench)
    assert bench.session.tokens is None
    await sign_in(bench)
    assert bench.clock.now() == clock.now()


@pytest.mark.parametrize(
    ("whose", "skew_s"), [("server", 90.0), ("server", -90.0), ("client", 90.0), ("client", -90.0)]
)
async def test_each_clock_can_be_wrong_alone_and_costs_no_refresh(
    bench: Connections, whose: str, skew_s: float
) -> None:
    controls = await controls_of(bench)
    await (controls.skew_server if whose == "server" else controls.skew_client)(skew_s)
    assert bench.session.decide("me").verdict is Verdict.USE
    await bench.session.fresh_token(asked_for=True)
    assert bench.session.skew_s is not None
    assert round(bench.session.skew_s) == (skew_s if whose == "server" else -skew_s)
    state = await controls.read()
    assert (state.server_skew_s, state.client_skew_s) == ((skew_s, 0.0) if whose == "server" else (0.0, skew_s))


@pytest.mark.parametrize("skew_s", [90.0, -90.0])
async def test_a_clock_set_wrong_changes_nothing_of_what_is_left(bench: Connections, skew_s: float) -> None:
    assert bench.session.token_time() == bench.clock.now()
    before = bench.session.token_time()
    await (await controls_of(bench)).skew_client(skew_s)
    assert bench.session.token_time() == before
    tokens = bench.session.tokens
    assert tokens is not None
    assert tokens.expires_at is not None
    assert tokens.expires_at - bench.session.token_time() == bench.session.decide("me").remaining_s


Act = Callable[[Controls], Awaitable[object]]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda c: c.turn(access_token_lifetime_s=75), "Demo org: access_token_lifetime_s is 75."),
        (lambda c: c.turn(refresh_grant_enabled=False), "Demo org: refresh_grant_enabled is off."),
        (lambda c: c.switch_on("503@token*2"), "The fault 503@token*2 was switched on in the demo org."),
        (lambda c: c.travel(-5), "Both clocks were moved back by 5 s."),
        (lambda c: c.skew_server(90), "The demo org's clock is 1 min 30 s ahead now."),
        (lambda c: c.rotate_keys(), "The demo org signs with a new key; the old one is still published."),
        (
            lambda c: c.choose_preset("access-75s"),
            "The demo org follows the preset access-75s: access_token_lifetime_s is 75.",
        ),
    ],
)
async def test_every_act_goes_through_the_control_api_and_stands_under_who_asked(
    bench: Connections, act: Act, sentence: str
) -> None:
    await act(await controls_of(bench))
    asked = next(entry for entry in bench.journal if isinstance(entry.event, ControlRequested))
    led = [entry for entry in bench.journal if entry.cause == asked.seq]
    assert sentence in [entry.sentence() for entry in led]
    urls = [entry.event.url for entry in led if isinstance(entry.event, Exchange)]
    assert urls
    assert all("/demo/control" in url for url in urls)


async def test_faults_are_counted_and_switched_off(bench: Connections) -> None:
    controls = await controls_of(bench)
    await controls.switch_on("503@api*2")
    assert await call(bench) == 503
    (fault,) = (await controls.read()).faults
    assert fault == FaultState(1, "503@api*2", 1, is_over=False)
    await controls.switch_off(fault)
    assert await call(bench) == 200
    assert (await controls.read()).faults == ()


async def test_a_fault_takes_the_place_of_the_newest_like_it_and_no_other(bench: Connections) -> None:
    controls = await controls_of(bench)
    for fault in ("503@api*1", "503@api", "503@api+2", "503@token"):
        await controls.switch_on(fault)
    await controls.switch(Fault.parse("503@api*5"), on=True)
    assert [each.fault for each in (await controls.read()).faults] == [
        "503@api*1",
        "503@api+2",
        "503@token",
        "503@api*5",
    ]
    for _ in range(3):  # the last one finds none any more, and nothing to say against that
        await controls.switch(Fault.parse("503@api"), on=False)
    assert [each.fault for each in (await controls.read()).faults] == ["503@api+2", "503@token"]


async def test_a_guest_reads_how_the_org_is_turned_over_http(bench: Connections) -> None:
    controls = await controls_of(bench)
    here = await controls.read()
    controls._org = None  # as where another process serves it
    assert await controls.read() == here


async def test_what_the_org_refuses_is_told_and_changes_nothing(bench: Connections) -> None:
    controls = await controls_of(bench)
    before = await controls.read()
    with pytest.raises(BadInput, match="access_token_lifetime_s must lie between"):
        await controls.turn(access_token_lifetime_s=0)
    assert await controls.read() == before
    assert told(bench, DemoOrgTurned) == []


async def test_nobody_can_jump_to_the_lapse_of_nothing(bench: Connections) -> None:
    await bench.session.drop_access_token()
    with pytest.raises(BadInput, match="no access token with a known expiry"):
        await (await controls_of(bench)).travel_to_lapse()


async def test_what_a_call_would_need_later_is_thought_through_and_nothing_is_told(bench: Connections) -> None:
    entries, left_s = len(bench.journal), bench.session.decide("What if").remaining_s
    assert left_s is not None
    assert bench.session.decide("What if", in_s=10).verdict is Verdict.USE
    later = bench.session.decide("What if", in_s=90)
    assert (later.verdict, later.reason) == (Verdict.REFRESH, Reason.LAPSED)
    assert later.remaining_s == pytest.approx(left_s - 90)
    assert later.at == bench.clock.now() + 90
    assert bench.session.decide("What if").remaining_s == left_s
    assert len(bench.journal) == entries


async def test_to_look_costs_nothing_and_is_for_whoever_serves_the_org(bench: Connections) -> None:
    controls = await controls_of(bench)
    entries = len(bench.journal)
    assert controls.look() == await controls.read()
    assert len(bench.journal) == entries
    controls._org = None  # as where another process serves it
    assert controls.look() is None


@pytest.mark.parametrize(("seconds", "note"), [(3600.0, "+1 h"), (-3600.0, "-1 h")])
async def test_a_travel_is_a_mark_on_the_lanes_where_one_arrives(bench: Connections, seconds: float, note: str) -> None:
    await call(bench)
    await (await controls_of(bench)).travel(seconds)
    await call(bench)
    lanes = lanes_of(bench.journal)
    (mark,) = [mark for mark in lanes.marks if mark.kind is MarkKind.TRAVEL]
    assert (mark.note, mark.lane) == (note, Lane.CALLS)
    assert mark.at == pytest.approx(bench.clock.now(), abs=1)
    assert "Both clocks were moved" in mark.text
    assert lanes.track(Lane.CALLS).nearest(mark.at) is not None
