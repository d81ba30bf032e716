"""Files of ours: whole or not there, private from the start, and changed by one process at a time."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app import files, settings
from app.clock import SystemClock
from app.connection import Connection
from app.demo.host import DemoHost
from app.doctor.last_failure import FailureMemory
from app.errors import BadInput
from app.events.refresh import RefreshFailed, RefreshStarted
from app.journal import Journal
from app.session.kinds import kind_names
from app.settings import Settings
from tests.names import RT
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 4, 20
_SAVE = """
import sys
from pathlib import Path
from app import settings
from app.connection import Connection
from app.session.kinds import kind_names
for number in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{number}"
    connection = Connection(name=name, issuer=f"https://{name}.example", client_id="c")
    settings.change(Path(sys.argv[1]), lambda saved: saved.with_connection(connection), kind_names())
"""
_REMEMBER = """
import sys
from pathlib import Path
from app.clock import SystemClock
from app.doctor.last_failure import FailureMemory
from app.events.refresh import RefreshFailed, RefreshStarted
from app.journal import Journal
from app.token_name import TokenKind, TokenName
journal = Journal(SystemClock())
journal.subscribe(FailureMemory(Path(sys.argv[1])))
for number in range(int(sys.argv[3])):
    scribe = journal.of(f"{sys.argv[2]}-{number}")
    scribe.append(RefreshStarted(TokenName(TokenKind.REFRESH, 1)))
    scribe.append(RefreshFailed("No.", terminal=True, duration_s=0.1, code="invalid_grant", status=400))
"""
_FILL = """
import resource, signal, sys
from pathlib import Path
from app import files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    files.write_text(Path(sys.argv[1]), "x" * 100_000)
except OSError as failed:
    print(failed.strerror)
"""


def started(script: str, *args: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    return out


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_of_ours_is_private_whatever_the_umask(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        settings.change(home, lambda saved: saved, kind_names())
        host = DemoHost(home, SystemClock())
        host.ensure()
        host.close()
        journal = Journal(SystemClock())
        journal.subscribe(FailureMemory(home))
        journal.append(RefreshStarted(RT(1)))
        journal.append(RefreshFailed("No.", True, 0.1, "invalid_grant", "", 400))
    finally:
        os.umask(before)
    found = [path for path in home.rglob("*") if path.is_file()]
    names = {"settings.json", "settings.lock", "demo-org.lock", "demo-org.port", "ledger.json", "last-trouble.json"}
    assert {path.name for path in found} >= names
    assert {path.name: mode(path) for path in found} == {path.name: 0o600 for path in found}
    assert {mode(path) for path in (home, *home.rglob("*")) if path.is_dir()} == {0o700}


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "lapse.json"
    link = tmp_path / "home" / "settings.json"
    link.parent.mkdir()
    link.symlink_to(target)
    settings.save(Settings(scheme="dark"), link.parent)
    assert link.is_symlink()
    assert json.loads(target.read_text())["scheme"] == "dark"
    assert settings.load(link.parent, kind_names()).scheme == "dark"
    assert [path.name for path in target.parent.iterdir()] == ["lapse.json"]


def test_a_full_disk_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    files.write_text(path, "old")
    assert ended(started(_FILL, path)) == "File too large\n"
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_stops_a_write_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(type(failure)):
        files.write_text(tmp_path / "settings.json", "new")
    assert list(tmp_path.iterdir()) == []


def test_processes_that_save_at_once_keep_what_each_has_saved(tmp_path: Path) -> None:
    for process in [started(_SAVE, tmp_path, number, EACH) for number in range(PROCESSES)]:
        ended(process)
    saved = settings.load(tmp_path, kind_names())
    assert len([each for each in saved.connections if not each.embedded]) == PROCESSES * EACH


def test_processes_that_remember_trouble_at_once_keep_what_each_remembers(tmp_path: Path) -> None:
    for process in [started(_REMEMBER, tmp_path, number, EACH) for number in range(PROCESSES)]:
        ended(process)
    assert len(json.loads((tmp_path / "last-trouble.json").read_text())) == PROCESSES * EACH


def test_who_cannot_have_the_lock_is_told_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LOCK_WITHIN_S", 0.0)
    with files.changing(tmp_path / "settings.json"), pytest.raises(BadInput, match="another Lapse") as refused:
        settings.change(
            tmp_path, lambda saved: saved.with_connection(Connection(name="n", issuer="i", client_id="c")), kind_names()
        )
    assert all(refused.value.lines())
    assert not (tmp_path / "settings.json").exists()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert files.why_unusable(tmp_path) == ""
    assert files.why_unusable(tmp_path / "new" / "folder") == ""
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert files.why_unusable(folder)
        assert settings.load(folder, kind_names()) == Settings()
        trouble = settings.folder_trouble(folder)
        assert trouble is not None
        assert all(trouble.lines())
        with pytest.raises(BadInput, match="cannot be saved"):
            settings.change(folder, lambda saved: saved, kind_names())


@pytest.mark.parametrize("home", ["", None])
def test_who_has_no_home_has_the_defaults_and_is_told(monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    monkeypatch.delenv("LAPSE_HOME")
    if home is None:
        monkeypatch.delenv("HOME")
        monkeypatch.setattr("os.getuid", lambda: 54_321)
    else:
        monkeypatch.setenv("HOME", home)
    for folder in (settings.config_dir(), settings.data_dir()):
        trouble = settings.folder_trouble(folder)
        assert trouble is not None
        assert "no home folder" in trouble.what
        assert settings.load(folder, kind_names()) == Settings()
