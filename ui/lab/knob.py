"""A knob of the lab: a caption, and a picker of usual values in which any other can be typed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.labels import label
from ui.widgets.painted import Picker


class StillPicker(Picker):
    """A picker that the wheel turns only where it has the focus: the column around it is scrolled by the wheel."""

    def __init__(self, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(1)
        self.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn on purpose only."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Captioned(QWidget):
    """A control under its caption."""

    def __init__(self, caption: str, control: QWidget) -> None:
        super().__init__()
        words = label(caption, role="small", wrap=True)
        words.setBuddy(control)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addStretch(1)
        layout.addWidget(words)
        layout.addWidget(control)


class Knob(Captioned):
    """A number to choose or to type; `read` makes it of a text, None of one that is none, and `written` the reverse."""

    turned = Signal()

    def __init__(
        self,
        name: str,
        caption: str,
        usual: Sequence[float],
        *,
        read: Callable[[str], float | None],
        written: Callable[[float], str],
        hint: str,
    ) -> None:
        self.picker = StillPicker(f"{name}Picker", caption)
        super().__init__(caption, self.picker)
        self.setObjectName(name)
        self.caption, self.hint = caption, hint
        self._read, self._written = read, written
        self.picker.setProperty("knob", True)
        self.picker.setEditable(True)
        self.picker.setInsertPolicy(Picker.InsertPolicy.NoInsert)
        self.picker.setCompleter(None)  # type: ignore[arg-type] # who types 5 does not mean 5 min
        self.picker.addItems([written(each) for each in usual])
        self.picker.editTextChanged.connect(self._on_text_changed)

    def value(self) -> float | None:
        """Return the number, None while what stands there is none."""
        return self._read(self.picker.currentText())

    def show_value(self, value: float) -> None:
        """Turn it to a number."""
        self.picker.setEditText(self._written(value))
        line = self.picker.lineEdit()
        if line is not None:
            line.setCursorPosition(0)  # its beginning is what is seen where there is no room for all

    def allow(self, why_not: str, hint: str) -> None:
        """Let it be turned, and say `hint`; or say why it cannot be."""
        self.picker.setEnabled(not why_not)
        self.say(why_not or hint)

    def say(self, hint: str) -> None:
        self.picker.setToolTip(hint)
        self.picker.setAccessibleDescription(hint)

    def _on_text_changed(self) -> None:
        self.turned.emit()
