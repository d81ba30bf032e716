"""Runs a scenario: every contestant in simulated time, shared among worker processes so that no window ever waits."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import app
from app.errors import LabFailed
from app.lab.minimum import least_refreshes
from app.lab.report import Report, RunProgress, StrategyResult
from app.lab.scenario import Contestant, Scenario
from app.lab.schedule import schedule_of

# The longest first, so that at the end no worker runs alone for long.
_BY_LENGTH = (
    Contestant.EVERY_CALL,
    Contestant.NO_SINGLE_FLIGHT,
    Contestant.ON_401,
    Contestant.TIMER,
    Contestant.ON_DEMAND,
)
_COMMAND = ("-P", "-m", "app.lab.worker")  # -P: do not import another `app` from the working folder


async def run_lab(scenario: Scenario, *, progress: Callable[[RunProgress], None] = lambda _: None) -> Report:
    """Return the report of a scenario; `progress` is called with the progress, on the caller's loop.

    The same scenario gives the same report. It runs in worker processes, one per core, which a cancellation
    stops. Raises LabFailed if one of them fails. Nothing of this machine's sessions, settings and demo org is
    read or written.
    """
    waiting = list(_BY_LENGTH)
    tally = _Tally(scenario.calls * len(waiting), progress)
    try:
        async with asyncio.TaskGroup() as group:
            shares = [group.create_task(_share(scenario, waiting, tally)) for _ in range(_cores(len(waiting)))]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    found = {outcome.contestant: outcome for share in shares for outcome in share.result()}
    return Report(
        scenario=scenario,
        least_refreshes=least_refreshes(schedule_of(scenario).calls, scenario.access_token_lifetime_s),
        outcomes=tuple(found[contestant] for contestant in Contestant),
    )


class _Tally:
    def __init__(self, of: int, progress: Callable[[RunProgress], None]) -> None:
        self._done, self._of = 0, of
        self._progress = progress

    def add(self, calls: int) -> None:
        self._done += calls
        self._progress(RunProgress(self._done, self._of))


async def _share(scenario: Scenario, waiting: list[Contestant], tally: _Tally) -> list[StrategyResult]:
    """Run waiting contestants on one worker."""
    outcomes: list[StrategyResult] = []
    async with _worker(scenario) as process:
        while waiting:
            _ask(process, waiting.pop(0).value)
            outcomes.append(await _outcome(process, tally))
    return outcomes


async def _outcome(process: Process, tally: _Tally) -> StrategyResult:
    assert process.stdout is not None
    async for line in process.stdout:
        message = json.loads(line)
        if "outcome" in message:
            return StrategyResult.from_plain(message["outcome"])
        tally.add(int(message["done"]))
    raise LabFailed(await _last_words(process))


async def _last_words(process: Process) -> str:
    assert process.stderr is not None
    said = (await process.stderr.read()).decode(errors="replace").strip()
    return said.splitlines()[-1] if said else f"exit code {await process.wait()}"


@asynccontextmanager
async def _worker(scenario: Scenario) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *_COMMAND,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is handled here, not by the worker
    )
    assert process.stdin is not None
    try:
        _ask(process, scenario.plain())
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()
        await _end_of(process)


async def _end_of(process: Process) -> None:
    """Return once a killed process has ended and its pipes are read, even if cancelled in the meantime."""
    ending = asyncio.get_running_loop().create_task(process.communicate(), name="end of a lab worker")
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending  # what is left open would warn
        raise


def _environment() -> dict[str, str]:
    """Return the environment with the folder of `app` first on PYTHONPATH: installed, it is on no path."""
    path = (str(Path(app.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def _ask(process: Process, what: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(what).encode() + b"\n")


def _cores(most: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, most)
