"""The wheel adds no import names but `lapse*`, and works beside other people's `app` and `ui`."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

_ROOT = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path = _ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the wheel out beside a foreign `app` and a foreign `ui`, as an installer does."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    for name in ("app", "ui"):
        folder.joinpath(name).mkdir()
        folder.joinpath(name, "__init__.py").write_text("MINE = False\n")
    return folder


def test_top_level_names(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"lapse.py", "lapse_bundle"}


def test_the_wheel_holds_what_the_checkout_holds(wheel: Path) -> None:
    files = {path for room in ("app", "ui", "resources") for path in _ROOT.joinpath(room).rglob("*") if path.is_file()}
    ours = {path.relative_to(_ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    expected = {name for name in ours if not name.startswith("resources/pictures/")} - {"app/launcher/lapse.py"}
    with zipfile.ZipFile(wheel) as archive:
        held = {name.removeprefix("lapse_bundle/") for name in archive.namelist() if name.startswith("lapse_bundle/")}
    assert held == expected


def _as_installed(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(site), sysconfig.get_path("purelib")))
    # -P keeps the working folder off the path: what runs is what was installed.
    return _run(sys.executable, "-P", *arguments, cwd=site.parent, PYTHONPATH=path, **environment)


def test_it_runs_beside_a_foreign_app_and_ui(site: Path) -> None:
    done = _as_installed(site, "-m", "lapse", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("lapse ")


def test_the_lab_finds_its_workers(site: Path) -> None:
    done = _as_installed(site, "-m", "lapse", "lab", "--calls", "1", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["outcomes"]) == 5


def test_others_keep_their_app_and_ui(site: Path) -> None:
    done = _as_installed(site, "-c", "import lapse, app, ui; print(app.MINE, ui.MINE)")
    assert done.stdout.split() == ["False", "False"], done.stderr


def test_without_a_display_it_says_one_sentence(site: Path) -> None:
    nowhere = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "XDG_SESSION_TYPE": "", "QT_QPA_PLATFORM": "xcb"}
    done = _as_installed(site, "-m", "lapse", **nowhere)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    [sentence] = done.stderr.splitlines()
    assert "no display" in sentence
    assert "`lapse token`" in sentence
    assert "QT_QPA_PLATFORM=offscreen" in sentence
