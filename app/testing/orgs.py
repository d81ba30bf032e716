"""Demo orgs as a test begins with them: settings, faults and a signing key that was made before."""

from collections.abc import Iterable
from typing import Any

from app.clock import Clock
from app.demo.faults import Fault
from app.demo.ledger import MemoryLedger, SigningKey
from app.demo.org import DemoOrg


def demo_org(clock: Clock, *, key: SigningKey | None = None, faults: Iterable[str] = (), **knobs: Any) -> DemoOrg:
    """Return an org in this process with these knobs turned (see `DemoOrg.knobs`) and these faults on.

    Faults are written as for the command line, `503=5@token*2`. Making a signing key is what takes longest: lend one
    `key` to all orgs whose keys need not differ. Raises BadInput.
    """
    org = DemoOrg(clock, ledger=MemoryLedger(key))
    org.turn(**knobs)
    org.faults.switch_on(map(Fault.parse, faults))
    return org
