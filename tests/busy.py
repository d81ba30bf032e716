"""The tests on a busy machine: `python -m tests.busy` runs pytest, with what follows, beside two busy loops a core."""

import os
import subprocess
import sys
from contextlib import ExitStack

from tests.processes import running

_LOOPS_A_CORE = 2
# It ends by itself where nobody is left to end it.
_BUSY_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


def main() -> int:
    """Return what pytest returns."""
    loops = _LOOPS_A_CORE * (os.cpu_count() or 1)
    with ExitStack() as busy:
        for _ in range(loops):
            busy.enter_context(running([sys.executable, "-c", _BUSY_LOOP]))
        print(f"Beside {loops} busy loops:", flush=True)
        return subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
