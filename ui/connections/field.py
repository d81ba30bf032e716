"""A form field: caption, note, and the error right beneath it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.labels import label


class FieldError(QFrame):
    """A few lines of error text at a field; hidden while there is none."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("banner", True)
        self.setProperty("tone", "bad")
        self._label = label(wrap=True)
        self._label.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        row.addWidget(label("✕"))
        row.addWidget(self._label, 1)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show `text`; an empty one hides it."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        return self._label.text()


class FormField(QWidget):
    """One control under its caption, with a note and an error; neither changes what is typed."""

    def __init__(self, name: str, caption: str, control: QWidget, note: str = "") -> None:
        super().__init__()
        self.control = control
        self.trouble = FieldError(f"{name}TroubleLabel")
        self._note = label(note, role="small", wrap=True)
        self._note.setObjectName(f"{name}NoteLabel")
        self._note.setVisible(bool(note))
        self.caption = label(caption, role="muted")
        self.caption.setBuddy(control)
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.row.addWidget(control, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.caption)
        layout.addLayout(self.row)
        layout.addWidget(self._note)
        layout.addWidget(self.trouble)
        layout.addStretch(1)

    def show_note(self, text: str) -> None:
        """Show a note about the value; an empty text hides it."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def note(self) -> QLabel:
        return self._note

    def show_trouble(self, text: str) -> None:
        """Show what is wrong with the value; an empty text clears it."""
        self.trouble.show_text(text)
        self.control.setAccessibleDescription(text)


def edit(name: str, accessible_name: str, placeholder: str = "") -> QLineEdit:
    """Return a line edit in the fixed font, because most values are copied from somewhere."""
    found = QLineEdit()
    found.setObjectName(name)
    found.setAccessibleName(accessible_name)
    found.setPlaceholderText(placeholder)
    theme.set_mono(found, 12)
    return found


def tab_to_checked(group: QButtonGroup) -> None:
    """Make Tab stop at the checked button of a group; Qt would stop at the first one."""
    checked = group.checkedButton()
    for button in group.buttons():
        comes = button is checked or checked is None or not checked.isEnabled()
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if comes else Qt.FocusPolicy.ClickFocus)
