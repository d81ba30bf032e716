"""A test that is left out is named at the end of the run, and with CI set it fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

_ROOT = Path(__file__).parents[2]
_TESTS = """
import pytest

@pytest.mark.e2e("chromium")
def test_browser(): pass

@pytest.mark.e2e
def test_process(): pass

@pytest.mark.skip(reason="some other day")
def test_later(): pass

@pytest.mark.xfail(strict=True)
def test_known(): assert False
"""


# No further process, or two that report to this one, as pytest-xdist has them.
_ALONE, _SHARED = (), ("-p", "xdist.plugin", "-n", "2")


def _run(folder: Path, *more: str, ci: str, tests: str = _TESTS) -> subprocess.CompletedProcess[str]:
    folder.joinpath("conftest.py").write_text((_ROOT / "tests/conftest.py").read_text())
    folder.joinpath("pytest.ini").write_text("[pytest]\nmarkers = e2e\n")
    folder.joinpath("test_some.py").write_text(tests)
    environment = {**os.environ, "CI": ci, "PATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
@pytest.mark.parametrize("how", [_ALONE, _SHARED], ids=["alone", "shared"])
def test_left_out_tests_are_named_and_fail_in_ci(tmp_path: Path, how: tuple[str, ...], ci: str, code: int) -> None:
    done = _run(tmp_path, *how, ci=ci)
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 passed, 2 skipped, 1 xfailed" in done.stdout
    assert "left out on this machine: 2" in done.stdout
    assert "test_browser: needs chromium: apt install chromium" in done.stdout
    assert "test_later: some other day" in done.stdout
    assert ("with CI set that is a failure" in done.stdout) is bool(ci)


@pytest.mark.parametrize("how", [_ALONE, _SHARED], ids=["alone", "shared"])
def test_a_module_that_leaves_itself_out_is_named_too(tmp_path: Path, how: tuple[str, ...]) -> None:
    done = _run(tmp_path, *how, ci="true", tests="import pytest\npytest.importorskip('no_such_thing')\n")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "left out on this machine: 1; with CI set that is a failure" in done.stdout
    assert "test_some.py: could not import 'no_such_thing'" in done.stdout


def test_an_unknown_need_is_refused(tmp_path: Path) -> None:
    done = _run(tmp_path, ci="", tests=_TESTS.replace("chromium", "chronium"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert "chronium" in done.stdout + done.stderr
