"""Saves the last failure of each connection, without secrets, for the doctor of a later run."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import files
from app.errors.reasons import FailureKind, SignInEnded
from app.events import Entry
from app.events.refresh import RefreshFailed, RefreshStarted
from app.events.session import SessionAdopted, SessionRestored, SignOutFinished
from app.events.sign_in import SignInFinished
from app.events.tokens import TokensReceived as Received
from app.records import Damaged, Kind, Record
from app.strict_json import read_object

if TYPE_CHECKING:
    # For types alone: the memory reads the journal of every command, and few have anything to remember.
    from app.doctor.records import Failure, Sent

_NAME = "last-trouble.json"
_KEPT = 200
_TELLING = (RefreshFailed, RefreshStarted, SessionAdopted, SessionRestored, SignOutFinished, SignInFinished, Received)


class FailureMemory:
    """A subscriber of the journal: writes down a failed refresh or sign-in, and forgets it once tokens come.

    A folder that cannot be written costs the memory, nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._recent: dict[str, tuple[Entry, ...]] = {}

    def __call__(self, entry: Entry) -> None:
        if not isinstance(entry.event, _TELLING):
            return
        before = self._recent.get(entry.connection, ())
        self._recent[entry.connection] = recent = (*before, entry)[-_KEPT:]
        key = entry.connection
        if isinstance(entry.event, RefreshFailed | SignInFinished):
            self._remember(key, recent)
        elif isinstance(entry.event, Received | SignOutFinished) and key in _read(self._path):
            self._change(lambda known: {name: each for name, each in known.items() if name != key})

    def _remember(self, key: str, recent: tuple[Entry, ...]) -> None:
        from app.doctor.evidence import is_cancelled, trouble_in

        if not is_cancelled(recent[-1].event):
            self._change(lambda known: {**known, key: _plain(trouble_in(recent))})

    def _change(self, how: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        try:
            with files.changing(self._path):
                files.write_text(self._path, json.dumps(how(_read(self._path)), indent=2) + "\n")
        except OSError:
            return


def last_trouble(folder: Path, key: str) -> "Failure | None":
    """Return the saved failure of the connection with that key, without journal numbers: those were another run's."""
    found = _read(folder / _NAME).get(key)
    try:
        return None if found is None else _trouble(Record(found))
    except Damaged:
        return None


def _trouble(found: Record) -> "Failure":
    from app.doctor.records import FailedStage, Failure

    return Failure(
        stage=found.choice("stage", FailedStage),
        at=found.moment("at"),
        what=found.text("what"),
        code=found.text("code", ""),
        description=found.text("description", ""),
        status=found.nullable("status", found.whole),
        terminal=found.flag("terminal", default=False),
        reason=_choice(found, "reason", SignInEnded),
        rule=found.text("rule", ""),
        kind=_choice(found, "kind", FailureKind),
        sent=_sent(found.record("sent")) if found.nullable("sent", found.object) is not None else None,
    )


def _choice(found: Record, name: str, kind: type[Kind]) -> Kind | None:
    """Return a member that older versions of Lapse did not write."""
    return found.nullable(name, lambda each: found.choice(each, kind)) if name in found else None


def _sent(found: Record) -> "Sent":
    from app.doctor.records import Sent

    return Sent(
        name=found.text("name"),
        received_at=found.nullable("received_at", found.moment),
        used_at=found.nullable("used_at", found.moment),
        signed_in_at=found.nullable("signed_in_at", found.moment),
        from_store=found.flag("from_store", default=False),
    )


def _plain(trouble: "Failure | None") -> dict[str, Any] | None:
    return None if trouble is None else {**asdict(trouble), "seq": None}


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_object(path.read_bytes())
    except (OSError, ValueError):
        return {}
