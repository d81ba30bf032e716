"""Toasts: short notes over the lower middle of a window that disappear by themselves."""

import re
import unicodedata

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.announcer import Announcer
from ui.widgets.labels import label

_MOST = 3
_LONGEST = 240
_BASE_MS = 4000
_MS_A_CHARACTER = 60
_WIDTH = 460
_MARGIN = 16
_MARKS = {"neutral": "○", "good": "●", "warning": "▲", "bad": "■"}
_WORD = re.compile(r"\S+")
_GONE = (QEvent.Type.Hide, QEvent.Type.WindowStateChange)


class Toasts(QWidget):
    """At most three notes over `parent`; they take no focus and no mouse, and are announced to screen readers.

    Where three do not fit, the oldest go first. Without a toast no timer runs and no event filter is installed. A
    hidden window shows none.
    """

    def __init__(self, parent: QWidget, announcer: Announcer | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toasts")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.announcer = announcer or Announcer(parent)
        self._over = parent
        self._shown: list[_Toast] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_toast(self, text: str, tone: str = "neutral") -> None:
        """Show `text`, cut after 240 characters; `tone` is neutral, good, warning or bad.

        A text that is still shown gets a count instead, and becomes the newest.
        """
        if not self._over.isVisible() or self._over.window().isMinimized():
            return
        short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        self.announcer.announce(short)
        same = next((each for each in self._shown if (each.text, each.tone) == (short, tone)), None)
        if same is not None:
            same.show_again()
            self._put_lowest(same)
        else:
            self._add(short, tone)
        self._place()

    def texts(self) -> tuple[str, ...]:
        """Return the texts shown, oldest first, with their count if above one."""
        return tuple(each.whole_text() for each in self._shown)

    def clear(self) -> None:
        for toast in tuple(self._shown):
            self._remove(toast)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size; go when it is hidden."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() in _GONE and (not self._over.isVisible() or self._over.window().isMinimized()):
            self.clear()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._shown:
            self._place()

    def _add(self, text: str, tone: str) -> None:
        if not self._shown:
            self._over.installEventFilter(self)
        toast = _Toast(text, tone, self)
        toast.lapsed.connect(self._remove)
        self._shown.append(toast)
        self._column.addWidget(toast, 0, Qt.AlignmentFlag.AlignHCenter)
        for old in self._shown[:-_MOST]:
            self._remove(old)
        toast.show()
        self.show()

    def _put_lowest(self, toast: "_Toast") -> None:
        self._shown.remove(toast)
        self._shown.append(toast)
        self._column.removeWidget(toast)
        self._column.addWidget(toast, 0, Qt.AlignmentFlag.AlignHCenter)

    def _remove(self, toast: "_Toast") -> None:
        if toast not in self._shown:
            return
        self._shown.remove(toast)
        toast.stop()
        toast.hide()
        self._column.removeWidget(toast)
        toast.deleteLater()
        if self._shown:
            self._place()
        else:
            self._over.removeEventFilter(self)
            self.hide()

    def _place(self) -> None:
        margin = theme.px(_MARGIN)
        width = min(theme.px(_WIDTH), self._over.width() - 2 * margin)
        for toast in self._shown:
            toast.fit(width)
        if self._height() > self._over.height() - 2 * margin and len(self._shown) > 1:
            self._remove(self._shown[0])  # repositions the others
            return
        height = self._height()
        left = (self._over.width() - width) // 2
        self.setGeometry(left, self._over.height() - height - 2 * margin, width, height)
        self.raise_()

    def _height(self) -> int:
        return sum(toast.height() for toast in self._shown) + self._column.spacing() * (len(self._shown) - 1)


class _Toast(QFrame):
    """One note: a mark for its tone, its text, its count; `lapsed` is emitted when its time is over."""

    lapsed = Signal(object)

    def __init__(self, text: str, tone: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = text
        self.tone = tone
        self.times = 1
        self.setObjectName("toast")
        self.setProperty("toast", True)
        self.setProperty("tone", tone)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words = label(text, wrap=True)
        self._count = label(role="title")
        self._count.hide()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 9, 14, 9)
        self._row.setSpacing(8)
        self._row.addWidget(label(_MARKS[tone]), 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setObjectName("toastTimer")
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BASE_MS + _MS_A_CHARACTER * len(text))
        self._timer.timeout.connect(self._lapse)
        self._timer.start()

    def show_again(self) -> None:
        """Increase the count and restart the time."""
        self.times += 1
        self._count.setText(f"×{self.times}")
        self._count.show()
        self.setAccessibleName(self.whole_text())
        self._timer.start()

    def whole_text(self) -> str:
        return self.text if self.times == 1 else f"{self.text} ×{self.times}"

    def stop(self) -> None:
        self._timer.stop()

    def fit(self, widest: int) -> None:
        """Take the text's width, at most `widest` pixels, and the height that needs."""
        self.ensurePolished()
        for each in self.findChildren(QLabel):
            each.ensurePolished()
        margins = self._row.contentsMargins() + self.contentsMargins()
        others = [each.sizeHint().width() for each in self._others()]
        around = margins.left() + margins.right() + sum(others) + self._row.spacing() * len(others)
        metrics = self._words.fontMetrics()
        wanted = max(metrics.horizontalAdvance(self.text), metrics.boundingRect(self.text).width()) + 2
        room = max(min(wanted, widest - around), 1)
        self._words.setText(_breakable(self.text, metrics, room))
        self._words.setFixedWidth(room)  # first, because QLabel.heightForWidth ignores widths below the minimum
        self._words.setFixedHeight(self._words.heightForWidth(room))
        self.setFixedSize(room + around, self._words.height() + margins.top() + margins.bottom())

    def _others(self) -> list[QLabel]:
        return [each for each in self.findChildren(QLabel) if each is not self._words and not each.isHidden()]

    def _lapse(self) -> None:
        self.lapsed.emit(self)


def _breakable(text: str, metrics: QFontMetrics, room: int) -> str:
    # Qt breaks lines between words only, and a URL is one word: zero-width spaces let it break anywhere.
    def broken(found: re.Match[str]) -> str:
        word = found[0]
        return word if metrics.horizontalAdvance(word) <= room else "".join(map(_after_a_gap, word))

    return _WORD.sub(broken, text)


def _after_a_gap(character: str) -> str:
    # Combining marks stay with their letter, and joiners between their characters.
    return character if unicodedata.category(character)[0] in "MC" else f"\u200b{character}"
