"""One contestant's run: the real session against the real demo org, in simulated time, on the schedule."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from math import ceil
from typing import Any

import httpx

from app.active_connection import ActiveConnection, activate
from app.clock import Clock, OwnClock
from app.connection import DEMO_CONNECTION
from app.demo.addresses import PASSWORD, USERNAME
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.policy import Policy
from app.demo.system_log import LogEvent
from app.errors import LapseError
from app.events import Entry
from app.events.session import SessionEnded, SessionStarted
from app.journal import Journal
from app.lab.network import LabClient, LabNetwork, Traffic
from app.lab.report import StrategyResult
from app.lab.scenario import Contestant, Scenario
from app.lab.schedule import Schedule, ScheduledStep, StepKind, schedule_of
from app.lab.strategies import WAYS, Contestants, refresh_by_timer
from app.secret import Secret
from app.session.direct_sign_in import NoSecondFactor, direct_sign_in
from app.session.sign_in_result import journalled
from app.session.store import MemoryStore
from app.sim_loop import SimClock, SimLoop

SIGNS_IN_AGAIN_AFTER_S = 60.0
"""How long a user takes to sign in again after the first call that failed for lack of a session."""
_JOURNAL_KEEPS = 1000  # its numbers are taken as they come; what is kept serves to look causes up
_REUSE_DETECTED = "token.detect_reuse"


def compete(
    scenario: Scenario, contestant: Contestant, key: SigningKey, *, called: Callable[[], None] = lambda: None
) -> StrategyResult:
    """Return the result of one contestant's run; `called` is called after each API call.

    It blocks the calling thread. `key` is the org's signing key, shared by all runs because generating one is
    slow. Nothing of this machine's sessions, settings and demo org is read or written.
    """
    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(_compete(scenario, contestant, key, called))


async def _compete(
    scenario: Scenario, contestant: Contestant, key: SigningKey, called: Callable[[], None]
) -> StrategyResult:
    clock, schedule = SimClock(), schedule_of(scenario)
    org = _org_of(scenario, clock, key)
    network = LabNetwork(org, scenario, schedule, clock)
    async with LabClient(network) as http:
        run = _Run(scenario, WAYS[contestant], org, http, clock, called)
        await run.play(schedule)
    return run.outcome(contestant, network.traffic)


def _org_of(scenario: Scenario, clock: Clock, key: SigningKey) -> DemoOrg:
    policy = Policy(
        access_token_lifetime_s=scenario.access_token_lifetime_s,
        refresh_token_lifetime_s=scenario.refresh_token_lifetime_s,
        refresh_idle_s=scenario.refresh_idle_s,
    )
    org = DemoOrg(clock, policy, MemoryLedger(key))
    org.turn(rotation_type=scenario.rotation.upper(), grace_s=scenario.grace_s)
    return org


class _Run:
    """A user of one program that is restarted now and then, and what can be counted there."""

    def __init__(
        self,
        scenario: Scenario,
        way: Contestants,
        org: DemoOrg,
        http: httpx.AsyncClient,
        clock: SimClock,
        called: Callable[[], None],
    ) -> None:
        self._scenario = scenario
        self._way = way
        self._http = http
        self._clock = clock
        self._called = called
        self._connection = replace(
            DEMO_CONNECTION, issuer=org.issuer, api_url=org.api_url, leeway_s=scenario.leeway_s, embedded=False
        )
        self._store = MemoryStore()
        self._journal = Journal(clock, capacity=_JOURNAL_KEEPS)
        self._journal.subscribe(self._read)
        org.log.listeners.append(self._overhear)
        self._program = self._new_program()
        self._tasks = asyncio.TaskGroup()
        self._under_way: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Task[None] | None = None
        self._signing_in: asyncio.Task[None] | None = None
        self._is_signed_in = False
        self._added_s: list[float] = []
        self._failed_calls = 0
        self._sign_outs = 0
        self._families_killed = 0

    async def play(self, schedule: Schedule) -> None:
        """Sign in and run the schedule, to the end of its last call."""
        async with self._tasks:
            await self._sign_in()
            for step in schedule.steps():
                await self._until(step.at)
                await self._do(step)
            await self._quiet()
            _cancel(self._timer)
            _cancel(self._signing_in)
        await self._program.session.close()

    def outcome(self, contestant: Contestant, traffic: Traffic) -> StrategyResult:
        added_s = sorted(self._added_s)
        return StrategyResult(
            contestant=contestant,
            calls=len(added_s) + self._failed_calls,
            token_requests=traffic.token_requests,
            needless_refreshes=traffic.needless_refreshes,
            rejected_401=traffic.rejected_401,
            failed_calls=self._failed_calls,
            delay_p50_s=_percentile(added_s, 0.50),
            delay_p95_s=_percentile(added_s, 0.95),
            sign_outs=self._sign_outs,
            families_killed=self._families_killed,
            bytes=traffic.bytes,
        )

    async def _until(self, moment: float) -> None:
        # By the monotonic clock: epoch seconds as floats do not resolve microseconds.
        while (left_s := moment - self._clock.elapsed()) > 0:
            await asyncio.sleep(left_s)

    async def _do(self, step: ScheduledStep) -> None:
        if step.what is StepKind.CALL:
            self._begin(self._call())
            return
        await self._quiet()
        if step.what is StepKind.SLEEP:
            self._clock.sleep_machine(step.lasts_s)
        else:
            await self._restart()

    # --- the program --------------------------------------------------------------------------------------------------

    def _new_program(self) -> ActiveConnection:
        return activate(
            self._connection,
            self._http,
            OwnClock(self._clock, skew_s=self._scenario.skew_s),
            self._journal,
            self._store,
            lock_folder=None,
            strategy=self._way.strategy,
            flights=self._way.flights(),
        )

    async def _restart(self) -> None:
        await self._program.session.close()
        self._program = self._new_program()
        await self._program.session.restore()
        self._set_timer()
        if self._way.refreshes_at_start:
            self._begin(self._refresh())

    def _set_timer(self) -> None:
        _cancel(self._timer)
        if self._way.has_timer:
            self._timer = self._tasks.create_task(refresh_by_timer(self._program.session, self._clock))

    async def _refresh(self) -> None:
        with suppress(LapseError):
            await self._program.session.fresh_token(asked_by="Start", asked_for=True)

    async def _call(self) -> None:
        began = self._clock.elapsed()
        result = await self._program.calls.call("GET", self._connection.api_url)
        if result.worked:
            self._added_s.append(max(self._clock.elapsed() - began - result.duration_s, 0.0))
        else:
            self._failed_calls += 1
            self._notice()
        self._called()

    # --- the user -----------------------------------------------------------------------------------------------------

    def _notice(self) -> None:
        """Sign in again after a call has failed for lack of a session."""
        if self._program.session.tokens is None and (self._signing_in is None or self._signing_in.done()):
            self._signing_in = self._tasks.create_task(self._sign_in_again())

    async def _sign_in_again(self) -> None:
        while self._program.session.tokens is None:
            await asyncio.sleep(SIGNS_IN_AGAIN_AFTER_S)
            with suppress(LapseError):
                await self._sign_in()

    async def _sign_in(self) -> None:
        program = self._program
        signing_in = direct_sign_in(
            program.client,
            program.connection,
            program.journal,
            program.clock,
            username=USERNAME,
            password=Secret(PASSWORD),
            factors=NoSecondFactor(),
        )
        response, claims, attempt = await journalled(program.journal, signing_in)
        await program.session.begin(response, claims, cause=attempt, grant="password")
        if program is not self._program:  # restarted in the meantime
            await self._program.session.look_again()
        self._set_timer()

    # --- small parts --------------------------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _quiet(self) -> None:
        """Return once no request is in flight."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _read(self, entry: Entry) -> None:
        # Several refreshes may be refused for the same session where they are not in single flight.
        if isinstance(entry.event, SessionStarted):
            self._is_signed_in = True
        elif isinstance(entry.event, SessionEnded) and self._is_signed_in:
            self._is_signed_in = False
            self._sign_outs += 1

    def _overhear(self, event: LogEvent) -> None:
        self._families_killed += event.event_type.endswith(_REUSE_DETECTED)


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()


def _percentile(ordered: list[float], share: float) -> float:
    """Return the percentile by nearest rank, to the microsecond."""
    return round(ordered[max(ceil(share * len(ordered)) - 1, 0)], 6) if ordered else 0.0
