"""One stored session and several real processes: together, in turn, and killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from app.clock import SystemClock
from app.connection import DEMO_CLIENT_ID
from app.demo.org import DemoOrg
from app.demo.serve import ServedOrg
from tests.e2e.conftest import ROOT, Commands
from tests.patience import PATIENCE_S
from tests.processes import running
from tests.still_clock import StillClock

pytestmark = pytest.mark.e2e("gnome-keyring")
KILLS = 200
# One in ten lives is spared until it has stored what it got. It tells how long that takes just now, for the kills have
# to meet every moment of it, on however slow a machine.
SPARED_EVERY = 10
LATEST_KILL = 1.2  # of the time a spared life takes to its second keyring write of a refresh and the news of it


@pytest.fixture
def org() -> Iterator[ServedOrg]:
    # On a busy machine the next life may come later than any grace period lasts, so there time stands still.
    served = ServedOrg(DemoOrg(StillClock()))
    served.start()
    yield served
    served.stop()


@dataclass
class Refresher:
    process: "subprocess.Popen[str]"

    def start(self, what: str) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return int(self.until("began")[0])

    def until(self, outcome: str) -> list[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            words = line.split(maxsplit=2)
            assert not words[2].startswith("lost"), line
            if words[2].startswith(outcome):
                return words
        raise AssertionError("the refresher has gone")

    def kill(self, pid: int) -> None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            self.until("lost")

    def spared(self) -> float:
        """Let one life refresh and store; return how many seconds that took."""
        clock = SystemClock()
        began = clock.elapsed()
        pid = self.start("forever")
        self.until("ok")
        took = clock.elapsed() - began
        self.kill(pid)
        return took


@pytest.fixture
def refresher(
    org: ServedOrg, commands: Callable[[dict[str, str]], Commands], keyring_env: dict[str, str]
) -> Iterator[Refresher]:
    lapse = commands(keyring_env)
    signed_in = lapse("sign-in", "--issuer", org.issuer, "--client-id", DEMO_CLIENT_ID)
    assert signed_in.returncode == 0, signed_in.stderr
    command = [sys.executable, "-m", "tests.e2e.refresher", org.issuer, DEMO_CLIENT_ID]
    with running(command, cwd=ROOT, env=lapse.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Refresher(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=PATIENCE_S)
    assert lapse("sign-out").returncode == 0


def test_two_processes_at_once_cost_one_refresh(org: ServedOrg, refresher: Refresher) -> None:
    refresher.start("drop")
    refresher.until("ok")
    before = org.org.counters["token"]
    for _ in range(2):
        refresher.start("token")
    names = {refresher.until("ok")[2].strip() for _ in range(2)}
    assert names == {"ok AT-2"}
    assert org.org.counters["token"] - before == 1


def test_two_processes_in_turn_cost_one_refresh(org: ServedOrg, refresher: Refresher) -> None:
    refresher.start("drop")
    refresher.until("ok")
    before = org.org.counters["token"]
    for _ in range(2):
        refresher.start("token")
        assert refresher.until("ok")[2].strip() == "ok AT-2"
    assert org.org.counters["token"] - before == 1


def test_killed_two_hundred_times_and_never_lost(org: ServedOrg, refresher: Refresher) -> None:
    """Every life restores what the one before left behind and refreshes; the last one must still be signed in."""
    moments, pause = random.Random(1), threading.Event()
    before = org.org.counters["token"]
    for life in range(KILLS):
        if life % SPARED_EVERY == 0:
            latest_s = LATEST_KILL * refresher.spared()
        pid = refresher.start("forever")
        pause.wait(moments.uniform(0, latest_s))
        refresher.kill(pid)
    refresher.start("token")
    refresher.until("ok")
    refreshes = org.org.counters["token"] - before - KILLS / SPARED_EVERY
    assert refreshes > KILLS / 4  # the kills met refreshes, not only starts
