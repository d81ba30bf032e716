"""Guard against PySide6 6.12.0's fault, which ends Python 3.11 after some hundred paint events."""

import subprocess
import sys

from tests.patience import PATIENCE_S

_CALLS = 1000
_MEASURE = f"""
import sys
from PySide6.QtCore import QObject
thing = QObject()
thing.setObjectName("a")
before = sys.getrefcount(None)
for _ in range({_CALLS}):
    thing.setObjectName("a")
print(before - sys.getrefcount(None), flush=True)
"""
_FAULT = (
    "This is the fault of PySide6 6.12.0 on Python 3.10 and 3.11: every void call drops one reference to None, until "
    "Python aborts with none_dealloc. Keep the cap on PySide6-Essentials in pyproject.toml."
)


def test_void_calls_do_not_eat_references_to_none() -> None:
    # A process of its own, because a faulty PySide6 ends it with "none_dealloc".
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    lost = int(done.stdout or _CALLS)
    assert lost < _CALLS / 10, f"{lost} references to None were lost in {_CALLS} void calls. {_FAULT}\n{done.stderr}"
    assert done.returncode == 0, done.stderr
