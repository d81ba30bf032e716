"""Announcements to screen readers, politely and rate-limited, independent of the focus."""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

_APART_MS = 1000
# A screen reader must not fall behind: of the texts marked `instead`, only the newest within a second is spoken.
_MOST_AT_ONCE = 3


class Announcer(QObject):
    """Announces at most once a second; texts that come in between are spoken together afterwards.

    Announces nothing while the widget is hidden; the timer runs only after an announcement.
    """

    announced = Signal(str)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._waiting: list[str] = []
        self._pause = QTimer(self)
        self._pause.setObjectName("announcerTimer")
        self._pause.setSingleShot(True)
        self._pause.setInterval(_APART_MS)
        self._pause.timeout.connect(self._say_what_waits)

    def announce(self, text: str, *, instead: bool = False) -> None:
        """Announce `text` now, or a second after the last one; `instead` drops texts still waiting."""
        if instead:
            self._waiting.clear()
        if text and text not in self._waiting:
            self._waiting = [*self._waiting, text][-_MOST_AT_ONCE:]
        if not self._pause.isActive():
            self._say_what_waits()

    def _say_what_waits(self) -> None:
        text = " ".join(self._waiting)
        self._waiting.clear()
        if not text or not self._widget.isVisible() or self._widget.window().isMinimized():
            return
        self._pause.start()
        event = QAccessibleAnnouncementEvent(self._widget, text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)
        self.announced.emit(text)
