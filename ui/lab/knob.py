"""A setting of the lab: a caption, and a picker of common values that accepts any other."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.labels import label
from ui.widgets.painted import Picker


class StillPicker(Picker):
    """A picker that ignores the wheel without focus, so that scrolling past it changes nothing."""

    def __init__(self, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(1)
        self.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def wheelEvent(self, event: QWheelEvent) -> None:
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
    """A number to choose or type; `read` parses a text (None if it is none), `written` formats a number."""

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
        """The number, None while the text is none."""
        return self._read(self.picker.currentText())

    def show_value(self, value: float) -> None:
        self.picker.setEditText(self._written(value))
        line = self.picker.lineEdit()
        if line is not None:
            line.setCursorPosition(0)  # shows the start where there is no room for all

    def allow(self, why_not: str, hint: str) -> None:
        """Enable it with the tooltip `hint`, or disable it with the reason."""
        self.picker.setEnabled(not why_not)
        self.say(why_not or hint)

    def say(self, hint: str) -> None:
        self.picker.setToolTip(hint)
        self.picker.setAccessibleDescription(hint)

    def _on_text_changed(self) -> None:
        self.turned.emit()
