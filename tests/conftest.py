"""What holds for every test: no person's keyring, no person's settings, and nothing left out in silence."""

import ctypes
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from app.demo.ledger import SigningKey
from tests.examples import register_profiles
from tests.keys import lend_signing_keys
from tests.qt_bot import PatientBot

# No test may reach a person's keyring; a test of a real one gives its child process a keyring of its own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

register_profiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What an `e2e` test may need: all of these programs and libraries; `advice` gets them on Debian."""

    programs: tuple[str, ...]
    libraries: tuple[str, ...] = ()
    advice: str

    def met(self) -> bool:
        """Return whether this machine has it all; `a|b` means either program will do."""
        programs = all(any(map(shutil.which, each.split("|"))) for each in self.programs)
        return programs and all(map(_loads, self.libraries))


_NEEDS = {
    "chromium": Need(programs=("chromium|chromium-browser|google-chrome",), advice="apt install chromium"),
    "gnome-keyring": Need(
        programs=("gnome-keyring-daemon", "dbus-run-session"), advice="apt install gnome-keyring dbus"
    ),
    "xvfb": Need(
        programs=("Xvfb", "xauth"),
        libraries=("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1"),
        advice="apt install xvfb xauth libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1",
    ),
}


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A test that did not run, and why."""

    test: str
    reason: str


_left_out = pytest.StashKey[list[LeftOut]]()
_home = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()


_FEW = 3  # files; starting workers takes longer than they do
_MOST_WORKERS = 4


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes share the tests: none for a few files, for what -k or --lf choose, or on one core."""
    named = {arg.partition("::")[0] for arg in config.args}
    few = len(named) <= _FEW and all(Path(name).is_file() for name in named)
    chosen = any(getattr(config.option, each, None) for each in ("keyword", "lf", "collectonly"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if few or chosen or cores == 1 else min(cores, _MOST_WORKERS)


def pytest_configure(config: pytest.Config) -> None:
    lend_signing_keys()
    config.stash[_left_out] = []
    home = _home_of(config)
    _share_bytecode(config, home)
    os.environ["LAPSE_HOME"] = home  # for what runs outside any one test
    config.pluginmanager.register(_Watch(config.stash[_left_out]))


def _home_of(config: pytest.Config) -> str:
    if hasattr(config, "workerinput"):  # Ctrl+C ends a worker before it could clean up: it gets a part of the first's
        return str(Path(os.environ["LAPSE_HOME"], config.workerinput["workerid"]))
    config.stash[_home] = tempfile.TemporaryDirectory(prefix="lapse-tests-")
    return config.stash[_home].name


def _share_bytecode(config: pytest.Config, home: str) -> None:
    """Let the programs that tests start compile once, not each of them, where none may leave bytecode beside sources.

    What xdist starts is left as it is: it begins before there is any.
    """
    is_first_of_many = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if sys.dont_write_bytecode and not is_first_of_many:
        folder = Path(home).parent if hasattr(config, "workerinput") else Path(home)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _home in config.stash:
        config.stash[_home].cleanup()


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    """Return folders that do not exist yet, each once.

    Not of `tmp_path`: for the next number it looks through the folders of all tests before, and every test has a home.
    """
    folder = Path(os.environ["LAPSE_HOME"])
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"home-{number}" for number in count())


@pytest.fixture(autouse=True)
def lapse_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test settings and data of its own."""
    home = next(homes)
    monkeypatch.setenv("LAPSE_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """Return one and the same key to every demo org whose keys do not matter."""
    return SigningKey.generate()


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientBot:
    return PatientBot(request)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for need in [need for marker in item.iter_markers("e2e") for need in marker.args]:
            advice = _how_to_get(need)
            if advice:
                item.add_marker(pytest.mark.skip(reason=f"needs {need}: {advice}"))


def pytest_collection_finish() -> None:
    # What came of collecting lives to the end. Frozen, it is not searched at every collection: after each test of ui/
    # there is one, and it takes a millisecond instead of a fifth of a second.
    gc.collect()
    gc.freeze()


def _how_to_get(need: str) -> str | None:
    if need not in _NEEDS:
        raise pytest.UsageError(f"e2e({need!r}): tests/conftest.py does not know how to look for it")
    return None if _NEEDS[need].met() else _NEEDS[need].advice


class _Watch:
    """Notes every test that was left out, whoever left it out and however."""

    def __init__(self, left_out: list[LeftOut]) -> None:
        self._left_out = left_out

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self._left_out.append(LeftOut(report.nodeid, why.removeprefix("Skipped: ")))


def _nothing_may_be_left_out() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    failed = session.config.stash[_left_out] and _nothing_may_be_left_out()
    if failed and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[_left_out]
    if not left_out:
        return
    verdict = "; with CI set that is a failure" if _nothing_may_be_left_out() else ""
    terminalreporter.section(f"left out on this machine: {len(left_out)}{verdict}", sep="-")
    for each in left_out:
        terminalreporter.line(f"{each.test}: {each.reason}")
