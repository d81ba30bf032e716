"""Controls that emit a value once it has settled, so that a drag makes one request instead of thirty."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QSpinBox, QVBoxLayout, QWidget

from ui import theme
from ui.demo.slider_stops import Words, nearest
from ui.widgets.labels import label
from ui.widgets.painted import Picker

_SETTLED_MS = 350


class CalmPicker(Picker):
    """A picker that ignores the wheel without focus, so that scrolling past it changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _CalmSlider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class StopSlider(QWidget):
    """A title, a value in words, and a slider from stop to stop; `chosen` carries the value set.

    A value between the stops is shown as it is until the slider is moved. Releasing the slider where it began chooses
    nothing and shows the value in force by then.
    """

    chosen = Signal(int)

    def __init__(self, name: str, title: str, stops: Sequence[int], words: Words) -> None:
        super().__init__()
        self._title, self._stops, self._words = title, stops, words
        self._in_force, self._began, self._moved = stops[0], 0, False
        self.slider = _CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(f"{name}Slider")
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.setRange(0, len(stops) - 1)
        self.slider.setPageStep(2)
        self.value_label = label()
        self.value_label.setObjectName(f"{name}Label")
        theme.set_mono(self.value_label, 12)
        self._settle = settle_timer(self)
        self._settle.timeout.connect(self._commit)
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.sliderReleased.connect(self._commit)
        self._lay_out()
        self._say(self._in_force)

    def show_value(self, value: int) -> None:
        """Show the value in force; while the user is changing it, only afterwards."""
        self._in_force = value
        if self._moved or self.slider.isSliderDown():
            return
        self._began = nearest(self._stops, value)
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._began)
        self._say(value)

    def show_allowed(self, why_not: str = "", hint: str = "") -> None:
        """Enable it with the tooltip `hint`, or disable it with the reason."""
        self.slider.setEnabled(not why_not)
        self.slider.setToolTip(why_not or hint)
        self.slider.setAccessibleDescription(why_not or hint)

    def hideEvent(self, event: QHideEvent) -> None:
        """Emit the value at once when the panel is folded away; a closing window drops it."""
        super().hideEvent(event)
        self._commit()

    def _on_moved(self, place: int) -> None:
        self._moved = True
        self._say(self._stops[place])
        if not self.slider.isSliderDown():
            self._settle.start()

    def _commit(self) -> None:
        self._settle.stop()
        self._moved = False
        place, before = self.slider.value(), self._in_force
        wanted = before if place == self._began else self._stops[place]
        self._began = place
        self.show_value(wanted)
        if self._in_force != before:
            self.chosen.emit(self._in_force)

    def _say(self, value: int) -> None:
        text = self._words(value)
        self.value_label.setText(text)
        # The position among the stops means nothing to a screen reader, so the value is spoken with its title.
        self.slider.setAccessibleName(f"{self._title}: {text}")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self._title), 1)
        head.addWidget(self.value_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.slider)


class SettledSpin(QSpinBox):
    """A spin box whose `chosen` carries a number once it has settled."""

    chosen = Signal(int)

    def __init__(self, name: str, spoken: str, least: int, most: int) -> None:
        super().__init__()
        self._in_force = self._began = max(least, 0)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)  # while typing, the number is incomplete
        self.setRange(least, most)
        self.setValue(self._in_force)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._settle = settle_timer(self)
        self._settle.timeout.connect(self._commit)
        self.valueChanged.connect(self._on_changed)
        self.editingFinished.connect(self._commit)

    def taken(self) -> int:
        """Return the current number and cancel the pending signal."""
        self._settle.stop()
        self._in_force = self._began = self.value()
        return self._in_force

    def show_value(self, value: int) -> None:
        """Show the value in force; while the user is changing it, only afterwards."""
        self._in_force = value
        is_typing = self.hasFocus() and self.lineEdit().isModified()
        if self._settle.isActive() or is_typing or value == self._began == self.value():
            return
        self._began = value
        with QSignalBlocker(self):
            self.setValue(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._commit()

    def _on_changed(self) -> None:
        self._settle.start()

    def _commit(self) -> None:
        self._settle.stop()
        self.lineEdit().setModified(False)
        number, before = self.value(), self._in_force
        self.show_value(before if number == self._began else number)
        if self._in_force != before:
            self.chosen.emit(self._in_force)


def settle_timer(owner: QWidget) -> QTimer:
    """Return a timer that fires once a value has not changed for a moment."""
    timer = QTimer(owner)
    timer.setObjectName("settleTimer")
    timer.setSingleShot(True)
    timer.setInterval(_SETTLED_MS)
    return timer
