"""A whole run: the same report again and in other processes, its progress, and how it ends early."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.errors import LabFailed
from app.errors.reasons import Standing
from app.lab import run
from app.lab.export import to_json
from app.lab.report import Report, RunProgress
from app.lab.run import run_lab
from app.lab.scenario import Contestant, Pattern, Scenario, Weather
from tests.patience import PATIENCE_S

_ROOT = Path(__file__).parents[3]
_SMALL = Scenario(calls=30, pattern=Pattern.BURST, weather=Weather.LOST_ANSWERS, grace_s=0)
_LONG = Scenario(calls=20_000)
_PRINT = """
import asyncio
from app.lab.export import to_json
from app.lab.run import run_lab
from app.lab.scenario import Pattern, Scenario, Weather
scenario = Scenario(calls=30, pattern=Pattern.BURST, weather=Weather.LOST_ANSWERS, grace_s=0)
if __name__ == "__main__":
    print(to_json(asyncio.run(run_lab(scenario))), end="")
"""


def _workers() -> set[int]:
    """Return the lab's processes that this process has started and that are still there."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = re.search(r"^PPid:\s+(\d+)", (folder / "status").read_text(), re.MULTILINE)
        except OSError:
            continue
        if b"app.lab.worker" in command and parent is not None and int(parent[1]) == os.getpid():
            found.add(int(folder.name))
    return found


@pytest.fixture(scope="module")
def small() -> tuple[Report, list[RunProgress]]:
    """Return the report of a small run, and the progress it told."""
    told: list[RunProgress] = []
    return asyncio.run(run_lab(_SMALL, progress=told.append)), told


def test_a_report_has_all_outcomes_in_their_order_and_progress_reaches_the_end(
    small: tuple[Report, list[RunProgress]],
) -> None:
    found, told = small
    assert [outcome.contestant for outcome in found.outcomes] == list(Contestant)
    assert {outcome.calls for outcome in found.outcomes} == {30}
    assert found.least_refreshes == 2
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert told[-1] == RunProgress(150, 150)


def test_the_same_scenario_gives_the_same_bytes_in_any_process(small: tuple[Report, list[RunProgress]]) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": str(_ROOT), "TZ": "Asia/Kolkata"}
    done = subprocess.run(
        [sys.executable, "-c", _PRINT], env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == to_json(small[0])


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.01)


async def _under_way(act: Callable[["asyncio.Task[object]"], Awaitable[None]]) -> None:
    told: list[RunProgress] = []
    task = asyncio.get_running_loop().create_task(run_lab(_LONG, progress=told.append))
    await _until(lambda: bool(told))
    assert _workers()
    await act(task)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked for in /proc")
def test_cancelling_ends_every_process() -> None:
    async def cancel(task: "asyncio.Task[object]") -> None:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not _workers()

    asyncio.run(_under_way(cancel))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked for in /proc")
def test_a_worker_that_dies_ends_the_run_with_an_error_in_three_lines() -> None:
    async def kill_one(task: "asyncio.Task[object]") -> None:
        os.kill(min(_workers()), signal.SIGKILL)
        with pytest.raises(LabFailed) as caught:
            await task
        assert caught.value.lines() == (
            "The lab stopped before it was done.",
            Standing.UNCHANGED.value,
            "Run the lab again; if it stops again, try fewer calls, as the machine may be short of memory.",
        )
        assert caught.value.raw == "exit code -9"
        assert not _workers()

    asyncio.run(_under_way(kill_one))


def test_the_last_words_of_a_worker_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_COMMAND", ("-c", "raise SystemExit('no memory is left')"))
    with pytest.raises(LabFailed) as caught:
        asyncio.run(run_lab(_SMALL))
    assert caught.value.raw == "no memory is left"


def test_a_worker_is_seen_to_its_end_by_whoever_is_cancelled_meanwhile() -> None:
    """When every worker fails at once, the first to be told of cancels the others while they see to their own."""
    started: list[asyncio.subprocess.Process] = []

    async def use() -> None:
        async with run._worker(_SMALL) as process:
            started.append(process)
            await asyncio.Event().wait()

    async def cancel_twice() -> None:
        task = asyncio.get_running_loop().create_task(use())
        await _until(lambda: bool(started))
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert started[0].returncode == -signal.SIGKILL

    asyncio.run(cancel_twice())


def test_another_app_in_the_working_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("app").mkdir()
    tmp_path.joinpath("app", "__init__.py").write_text("raise SystemExit('a stranger')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "_cores", lambda _: 1)
    assert len(asyncio.run(run_lab(Scenario(calls=1))).outcomes) == 5


def test_nothing_of_this_machine_is_touched(lapse_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A keyring that is used at all would fail; settings and data have a folder that is not made.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.no_such_keyring.Keyring")
    monkeypatch.setattr(run, "_cores", lambda _: 1)
    asyncio.run(run_lab(Scenario(calls=1)))
    assert not lapse_home.exists()
