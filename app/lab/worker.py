"""A process that runs contestants: a scenario and then contestants on standard input, progress and outcomes on output.

Every line is one JSON value. It reads the scenario first, then one contestant's name after the other, and ends with the
input; for each contestant it writes how many more calls are done, now and then, and its outcome at last.
"""

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from app.demo.ledger import SigningKey
from app.lab.contest import compete
from app.lab.scenario import Contestant, Scenario

_TOLD_EVERY = 25  # calls


def main(lines: TextIO = sys.stdin, out: TextIO = sys.stdout) -> None:
    """Run what is asked for until the input ends."""
    scenario = Scenario.from_plain(json.loads(next(lines)))
    key = SigningKey.generate()
    for line in lines:
        counting = _Counting(lambda done: _say(out, {"done": done}))
        outcome = compete(scenario, Contestant(json.loads(line)), key, called=counting.called)
        counting.tell()
        _say(out, {"outcome": outcome.plain()})


def _say(out: TextIO, found: dict[str, Any]) -> None:
    print(json.dumps(found), file=out, flush=True)


class _Counting:
    """Counts calls, and reports them in batches."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._untold = 0

    def called(self) -> None:
        self._untold += 1
        if self._untold == _TOLD_EVERY:
            self.tell()

    def tell(self) -> None:
        self._tell(self._untold)
        self._untold = 0


if __name__ == "__main__":
    main()
