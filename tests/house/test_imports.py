"""The direction of imports: import-linter's contracts hold, and the Qt-free half never loads Qt."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import grimp

import app
from tests.patience import PATIENCE_S

_ROOT = Path(__file__).parents[2]
_REPORT_QT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted({name.split(".")[0] for name in sys.modules} & {"ui", "PySide6", "shiboken6", "qasync"}))
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


def test_app_loads_no_qt() -> None:
    names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.")]
    assert "app.session.session" in names
    # A process of its own: pytest-qt has loaded Qt into this one.
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _REPORT_QT, *names],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
