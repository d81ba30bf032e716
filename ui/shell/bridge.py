"""The window's only subscriber to the journal, which it passes on as Qt signals."""

from PySide6.QtCore import QObject, QTimer, Signal

from app.events import Entry
from app.events.refresh import RefreshFailed, RefreshRetried, RefreshStarted, RefreshSucceeded
from app.events.session import (
    KeyringAwaited,
    SessionAdopted,
    SessionEnded,
    SessionGone,
    SessionRestored,
    SessionStarted,
    SessionStored,
    SignOutFinished,
    StoreTroubled,
)
from app.events.tokens import AccessTokenDropped
from app.journal import Journal

_BATCH_MS = 50
# Events that change the session's state are passed on at once; all others with the next batch.
_SESSION_EVENTS = (
    SessionStarted,
    SessionRestored,
    SessionAdopted,
    SessionEnded,
    SessionStored,
    SignOutFinished,
    AccessTokenDropped,
    RefreshStarted,
    RefreshRetried,
    SessionGone,
    RefreshSucceeded,
    RefreshFailed,
    StoreTroubled,
    KeyringAwaited,
)


class Bridge(QObject):
    """`appended` carries a tuple of entries at most every 50 ms, `session_changed` one entry."""

    appended = Signal(object)
    session_changed = Signal(object)

    def __init__(self, journal: Journal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Entry] = []
        self._timer = QTimer(self)
        self._timer.setObjectName("bridgeBatchTimer")
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BATCH_MS)
        self._timer.timeout.connect(self._flush)
        self._unsubscribe = journal.subscribe(self._take)

    def close(self) -> None:
        self._unsubscribe()
        self._timer.stop()

    def _take(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if not self._timer.isActive():
            self._timer.start()
        if isinstance(entry.event, _SESSION_EVENTS):
            self.session_changed.emit(entry)

    def _flush(self) -> None:
        batch, self._waiting = tuple(self._waiting), []
        self.appended.emit(batch)
