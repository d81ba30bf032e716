"""The clipboard, which drops a token a minute after it was copied."""

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QGuiApplication

FORGET_AFTER_MS = 60_000
# The MIME types by which clipboard histories of KDE and Windows recognise what they must not keep.
_SECRECY = {"x-kde-passwordManagerHint": b"secret", "ExcludeClipboardContentFromMonitorProcessing": b"1"}


class Clipboard(QObject):
    """Copies texts for good, and secrets for a minute unless something else was copied meanwhile.

    Clipboard histories are asked to leave secrets out; not all of them comply.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._secret = ""
        self._timer = QTimer(self)
        self._timer.setObjectName("clipboardTimer")
        self._timer.setSingleShot(True)
        self._timer.setInterval(FORGET_AFTER_MS)
        self._timer.timeout.connect(self.forget)

    def copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def copy_secret(self, text: str) -> None:
        """Copy a token, or a text that contains one."""
        self._secret = text
        data = QMimeData()
        data.setText(text)
        for hint, value in _SECRECY.items():
            data.setData(hint, value)
        QGuiApplication.clipboard().setMimeData(data)
        self._timer.start()

    def forget(self) -> None:
        """Clear the clipboard if the secret is still in it."""
        self._timer.stop()
        clipboard = QGuiApplication.clipboard()
        if self._secret and clipboard.text() == self._secret:
            clipboard.clear()
        self._secret = ""
