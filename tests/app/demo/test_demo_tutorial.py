"""The tutorial in DemoOrg's docstring runs as it stands there."""

import asyncio
import textwrap
from contextlib import suppress

import httpx

from app.demo.faults import Fault
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg
from app.demo.policy import Policy
from app.demo.transport import OrgTransport
from app.sim_loop import SimClock, SimLoop

# What a reader imports to try it.
_IMPORTED = (Fault, OrgTransport, Policy, SimClock, SimLoop, asyncio, httpx, suppress)


def test_the_tutorial_runs(key: SigningKey) -> None:
    assert DemoOrg.__doc__
    code = textwrap.dedent(DemoOrg.__doc__.partition("::\n\n")[2])
    played: list[DemoOrg] = []

    def org(clock: SimClock, policy: Policy) -> DemoOrg:
        played.append(DemoOrg(clock, policy, MemoryLedger(key)))  # the tests share a key; to make one takes a while
        return played[0]

    exec(
        compile(code, "the docstring of DemoOrg", "exec"),
        {each.__name__: each for each in _IMPORTED} | {"DemoOrg": org},
    )
    assert played[0].counters["token"] == 4
