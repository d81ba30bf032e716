"""The direction of imports: import-linter's contracts hold, and the Qt-free half never loads Qt."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

import app
from tests.patience import PATIENCE_S

_ROOT = Path(__file__).parents[2]
_REPORT_QT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted({name.split(".")[0] for name in sys.modules} & {"ui", "PySide6", "shiboken6", "qasync"}))
"""
# The demo org's server, what verifies tokens, what goes out to servers, rooms of other commands, and ways to sign in.
_REPORT_HEAVY = """
import sys
from app.__main__ import main
code = main(sys.argv[1:])
heavy = ("starlette", "uvicorn", "jinja2", "jwt", "cryptography", "truststore", "h11", "app.wire.network")
rooms = ("app.demo.org", "app.doctor.diagnose", "app.inspection.inspector", "app.lessons", "app.lab", "app.okta")
flows = ("app.session.sign_in", "app.session.device_sign_in", "app.session.direct_sign_in")
print(code, *(name for name in (*heavy, *rooms, *flows) if name in sys.modules))
"""


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=_ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_import_leads_back_to_where_it_began() -> None:
    graph = grimp.build_graph("app", cache_dir=None)
    rest = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}  # for types, too
    while leaves := [name for name, imported in rest.items() if not imported & rest.keys()]:
        for name in leaves:
            del rest[name]
    assert not rest  # circles, and what stands on them


@pytest.mark.parametrize("command", ["status", "token"])
def test_who_is_signed_in_is_said_without_what_is_heavy(command: str, lapse_home: Path) -> None:
    words = [command, "--issuer", "http://127.0.0.1:9/nobody", "--client-id", "light"]
    done = _python(_REPORT_HEAVY, *words)
    assert done.stdout.splitlines()[-1] == "4"


def test_app_loads_no_qt() -> None:
    names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.")]
    assert "app.session.session" in names
    done = _python(_REPORT_QT, *names)
    assert done.stdout.split() == []


def _python(code: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run `code` in a process of its own: this one has loaded Qt, and everything else."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done
