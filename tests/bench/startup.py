"""Start-up benchmark: process start to first painted window, Lapse against a bare PySide6 window, and the ratio."""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Timer
from time import perf_counter

_ROOT = Path(__file__).parents[2]
_BARE = (sys.executable, str(Path(__file__).with_name("bare_window.py")))
_LAPSE = (sys.executable, "-m", "ui")
_AT_MOST = 2.0
_HUNG_AFTER_S = 60.0
# Qt itself says when a painted window goes to the screen, so nothing is added to the program that is measured.
_RULE = "qt.widgets.painting.info=true"
_PAINTED = "Flushing"


def first_paint_s(command: tuple[str, ...]) -> float:
    """Start `command` with empty settings and return the seconds until its first window is painted; then end it.

    Raises RuntimeError, with what the program said, when no window is painted.
    """
    with tempfile.TemporaryDirectory(prefix="lapse-bench-", ignore_cleanup_errors=True) as home:
        begun = perf_counter()
        process = subprocess.Popen(
            command, cwd=_ROOT, env=_environment(home), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        hung = Timer(_HUNG_AFTER_S, process.kill)
        hung.start()
        try:
            said = _read_until_painted(process)
            took_s = perf_counter() - begun
        finally:
            hung.cancel()
            _end(process)
    if said is not None:
        raise RuntimeError(f"{' '.join(command)} painted no window:\n{said}")
    return took_s


def _environment(home: str) -> dict[str, str]:
    environment = {**os.environ, "LAPSE_HOME": home, "QT_LOGGING_RULES": _RULE, "QT_FORCE_STDERR_LOGGING": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode, as Qt's has
    # A keyring would be asked after the first paint; no benchmark writes to a person's.
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    if sys.platform == "linux" and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environment


def _read_until_painted(process: "subprocess.Popen[str]") -> str | None:
    """Return None once a window was painted, or what was said by a program that ended without one."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        if _PAINTED in line:
            return None
        said.append(line)
    return "".join(said)


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=10)  # the window lets its demo org finish
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.startup", description=__doc__)
    parser.add_argument("-n", type=int, default=10, metavar="N", help="starts of each, 10 unless said")
    return parser.parse_args()


def main() -> int:
    """Measure both in turn; return 1 when Lapse takes more than twice as long."""
    rounds = max(1, _arguments().n)
    times: dict[tuple[str, ...], list[float]] = {_BARE: [], _LAPSE: []}
    for command in times:
        first_paint_s(command)  # compiled files and the page cache belong to neither
    for _ in range(rounds):
        for command, taken in times.items():
            taken.append(first_paint_s(command))
    bare_s, lapse_s = (statistics.median(taken) for taken in times.values())
    ratio = lapse_s / bare_s
    print(f"bare window  {bare_s * 1000:6.0f} ms  (median of {rounds})")
    print(f"lapse        {lapse_s * 1000:6.0f} ms  (median of {rounds})")
    print(f"ratio        {ratio:6.2f}     (at most {_AT_MOST})")
    return int(ratio > _AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
