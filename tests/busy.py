"""The tests on a busy machine: `python -m tests.busy [LOOPS]` runs pytest, with what follows, beside busy loops."""

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
    arguments = sys.argv[1:]
    wanted = arguments.pop(0) if arguments and arguments[0].isdecimal() else _LOOPS_A_CORE * (os.cpu_count() or 1)
    loops = int(wanted)
    with ExitStack() as busy:
        for _ in range(loops):
            busy.enter_context(running([sys.executable, "-c", _BUSY_LOOP]))
        print(f"Beside {loops} busy loops:", flush=True)
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
