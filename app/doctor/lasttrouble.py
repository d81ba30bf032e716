"""Remembers the last trouble of each connection in a file without secrets, for the doctor of a later run."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.doctor.evidence import is_cancelled, trouble_in
from app.doctor.records import Sent, Stage, Trouble
from app.events import Entry, RefreshFailed, RefreshStarted, SessionAdopted, SessionRestored, SignedOut, SignInFinished
from app.events import TokensReceived as Received

_NAME = "last-trouble.json"
_KEPT = 200
_TELLING = (RefreshFailed, RefreshStarted, SessionAdopted, SessionRestored, SignedOut, SignInFinished, Received)


class TroubleMemory:
    """A subscriber of the journal: writes down a failed refresh or sign-in, and forgets it once tokens come.

    A folder that cannot be written costs the memory, nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._recent: dict[str, tuple[Entry, ...]] = {}

    def __call__(self, entry: Entry) -> None:
        """Take note of one entry of the journal."""
        if not isinstance(entry.event, _TELLING):
            return
        before = self._recent.get(entry.connection, ())
        self._recent[entry.connection] = recent = (*before, entry)[-_KEPT:]
        if isinstance(entry.event, RefreshFailed | SignInFinished) and not is_cancelled(entry.event):
            self._write({**_read(self._path), entry.connection: _plain(trouble_in(recent))})
        elif isinstance(entry.event, Received | SignedOut) and entry.connection in (known := _read(self._path)):
            self._write({name: each for name, each in known.items() if name != entry.connection})

    def _write(self, found: dict[str, Any]) -> None:
        draft = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            draft.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
            draft.replace(self._path)
        except OSError:
            return


def last_trouble(folder: Path, key: str) -> Trouble | None:
    """Return what was remembered of the connection of that key, without journal numbers: they were another run's."""
    found = _read(folder / _NAME).get(key)
    try:
        if not isinstance(found, dict):
            return None
        sent = found.get("sent")
        return Trouble(
            **{
                **found,
                "stage": Stage(found["stage"]),
                "at": float(found["at"]),
                "sent": Sent(**sent) if isinstance(sent, dict) else None,
                "seq": None,
            }
        )
    except (TypeError, ValueError, KeyError):
        return None


def _plain(trouble: Trouble | None) -> dict[str, Any] | None:
    return None if trouble is None else {**asdict(trouble), "seq": None}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
