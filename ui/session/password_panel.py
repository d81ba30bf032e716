"""The page for username and password, with errors and progress."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.secret import Secret
from ui import theme
from ui.session.centred import place
from ui.session.sign_in_panel import SignInPanel
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.errors import LapseError


class PasswordEdit(QLineEdit):
    """A masked line edit that detects Caps Lock from the typed letters, because Qt has no API for it."""

    caps_lock_noticed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)

    def take(self) -> Secret:
        """Return the text and drop it, including the undo history."""
        taken = Secret(self.text())
        self.setText("")  # clear() could be undone
        return taken

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A capital without Shift, or a small letter with it, means Caps Lock."""
        super().keyPressEvent(event)
        typed = event.text()
        if event.key() == Qt.Key.Key_CapsLock:
            self.caps_lock_noticed.emit(False)  # the next letter shows the new state
        elif typed.isalpha() and typed.lower() != typed.upper():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock_noticed.emit(typed.isupper() is not shifted)


class PasswordPanel(SignInPanel):
    """Passes the password on as a Secret at once; shows it only while a button is held down."""

    submitted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_busy = False
        self._presents = False
        self._people: tuple[tuple[str, str], ...] = ()
        card = Card(padding=28, spacing=10)
        card.setObjectName("passwordCard")
        self._headline = label(role="headline", wrap=True)
        self._note = label(
            "The browser is the safer way: there Lapse never sees the password, and keys and passkeys work.",
            role="muted",
            wrap=True,
        )
        self._people_title = label("The demo org's people; the second has a second factor:", role="muted", wrap=True)
        self._people_label = label()
        self._people_label.setObjectName("demoPeopleLabel")
        theme.set_mono(self._people_label, 12)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName("Signing in")
        self._error = label(wrap=True)
        self._error.setObjectName("passwordErrorLabel")
        self._error.setProperty("inPlaceError", True)
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._caps = label("▲ Caps Lock is on.", wrap=True)
        self._caps.setObjectName("capsLockLabel")
        self._caps.hide()
        for widget in (self._headline, self._people_title, self._people_label, self._busy):
            card.body.addWidget(widget)
        card.body.addLayout(self._fields())
        # Below the fields, so that an error does not move them.
        card.body.addWidget(self._caps)
        card.body.addWidget(self._error)
        card.body.addLayout(self._buttons())
        card.body.addWidget(self._note)
        place(self, card)
        self.show_form("")

    def show_form(self, name: str, people: tuple[tuple[str, str], ...] = ()) -> None:
        """Show empty fields for the connection `name`; `people` are the demo org's users."""
        self._headline.setText(f"Sign in to {name}")
        self._people = people
        self.username_edit.setText("")
        self._show_error("")
        self._show_people()
        self.show_busy(busy=False)

    def show_busy(self, *, busy: bool) -> None:
        """Show that the sign-in is running, or that input is possible again."""
        self._is_busy = busy
        self.password_edit.setText("")
        self._caps.hide()
        self.username_edit.setReadOnly(busy)
        self.password_edit.setReadOnly(busy)
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(policy)
        self._busy.setVisible(busy)
        if busy:
            self._show_error("")
        self._show_possible()

    def show_error(self, trouble: "LapseError") -> None:
        """Show an error in three lines; the username stays, the password is typed again."""
        self.show_busy(busy=False)
        raw = f"The server said: {trouble.raw}" if trouble.raw else ""
        self._show_error("\n".join(line for line in (*trouble.lines(), raw) if line))
        self.focus_first()

    def show_presenter(self, *, on: bool) -> None:
        self._presents = on
        self._mask()
        self._show_people()
        self._show_possible()

    def clear(self) -> None:
        self.show_form("")

    def focus_first(self) -> None:
        (self.password_edit if self.username_edit.text() else self.username_edit).setFocus()

    def spoken(self) -> str:
        return self._error.text() or self._headline.text()

    def hideEvent(self, event: QHideEvent) -> None:
        """Mask the password when the page is left."""
        super().hideEvent(event)
        self._mask()

    def _fields(self) -> QVBoxLayout:
        self.username_edit = QLineEdit()
        self.username_edit.setObjectName("usernameEdit")
        self.username_edit.setAccessibleName("Username")
        self.username_edit.setInputMethodHints(
            Qt.InputMethodHint.ImhNoAutoUppercase | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.password_edit = PasswordEdit()
        self.password_edit.setObjectName("passwordEdit")
        self.password_edit.setAccessibleName("Password")
        for edit in (self.username_edit, self.password_edit):
            edit.textChanged.connect(self._show_possible)
            edit.returnPressed.connect(self._on_return)
        self.password_edit.caps_lock_noticed.connect(self._caps_shown)
        self.reveal_button = QPushButton("Show")
        self.reveal_button.setObjectName("revealPasswordButton")
        self.reveal_button.setAccessibleName("Show the password while held down")
        # Showing it with the mouse keeps the focus in the field.
        self.reveal_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reveal_button.pressed.connect(self._reveal)
        self.reveal_button.released.connect(self._mask)
        row = QHBoxLayout()
        row.addWidget(self.password_edit, 1)
        row.addWidget(self.reveal_button)
        column = QVBoxLayout()
        column.setSpacing(5)
        for text, widget in (("Username", self.username_edit), ("Password", None)):
            title = label(text, role="title")
            title.setBuddy(widget or self.password_edit)
            column.addWidget(title)
            if widget is not None:
                column.addWidget(widget)
        column.addLayout(row)
        return column

    def _buttons(self) -> QHBoxLayout:
        self.sign_in_button = QPushButton("Sign in")
        self.sign_in_button.setObjectName("passwordSignInButton")
        self.sign_in_button.setProperty("primary", True)
        self.sign_in_button.clicked.connect(self._submit)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("cancelPasswordSignInButton")
        self.cancel_button.setToolTip("Ends this sign-in (Esc)")
        self.cancel_button.setShortcut(Qt.Key.Key_Escape)
        self.cancel_button.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.sign_in_button)
        row.addWidget(self.cancel_button)
        return row

    def _on_return(self) -> None:
        if self.sign_in_button.isEnabled():
            self._submit()
        else:
            self.focus_first()

    def _submit(self) -> None:
        username, password = self.username_edit.text(), self.password_edit.take()
        self.show_busy(busy=True)
        self.submitted.emit(username, password)

    def _show_possible(self) -> None:
        is_complete = bool(self.username_edit.text().strip() and self.password_edit.text())
        why_not = "" if is_complete else "Type both the username and the password first."
        allow(self.sign_in_button, "Signing in…" if self._is_busy else why_not)
        hidden = "Not in presenter mode, where everything stays masked." if self._presents else ""
        empty = "" if self.password_edit.text() else "There is no password to show yet."
        allow(self.reveal_button, hidden or empty, "Shows the password for as long as it is held down")

    def _show_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))

    def _show_people(self) -> None:
        shown = ((login, "•" * 8 if self._presents else password) for login, password in self._people)
        self._people_label.setText("\n".join(f"{login:<8}{password}" for login, password in shown))
        for each in (self._people_title, self._people_label):
            each.setVisible(bool(self._people))

    def _caps_shown(self, on: bool) -> None:  # noqa: FBT001 - a signal's one argument
        self._caps.setVisible(on)

    def _reveal(self) -> None:
        if not self._presents:
            self.password_edit.setEchoMode(QLineEdit.EchoMode.Normal)

    def _mask(self) -> None:
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
