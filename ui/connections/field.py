"""A field of a form: its caption, what is worth knowing of it, and what is wrong with it right beneath."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.labels import label


class FieldError(QFrame):
    """A few lines on what is wrong, where it is wrong; hidden while nothing is."""

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
    """Holds one control under its caption; what is typed stays whatever is said of it."""

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
        """Say what is worth knowing of what stands there; an empty text says nothing."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def note(self) -> QLabel:
        return self._note

    def show_trouble(self, text: str) -> None:
        """Say what is wrong with it; an empty text takes it back."""
        self.trouble.show_text(text)
        self.control.setAccessibleDescription(text)


def edit(name: str, accessible_name: str, placeholder: str = "") -> QLineEdit:
    """Return a line to type in, in the fixed font, because most of what stands there is copied from somewhere."""
    found = QLineEdit()
    found.setObjectName(name)
    found.setAccessibleName(accessible_name)
    found.setPlaceholderText(placeholder)
    theme.set_mono(found, 12)
    return found


def tab_to_checked(group: QButtonGroup) -> None:
    """Let Tab come to the checked button of a group; Qt would come to its first, and forget which one is checked."""
    checked = group.checkedButton()
    for button in group.buttons():
        comes = button is checked or checked is None or not checked.isEnabled()
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if comes else Qt.FocusPolicy.ClickFocus)
