"""The page for a second factor: which one, a one-time code, or a push to the phone."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.secret import Secret
from ui import theme
from ui.session.centred import place
from ui.session.sign_in_panel import SignInPanel
from ui.text import countdown
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.session.direct_sign_in import Factor, PushWaiting

# Users type the gap that phones show in the middle; no known factor has a longer code.
_CODE = QRegularExpression("[0-9 ]{0,16}")
_CHOICE, _ENTRY, _PUSH = range(3)


class SecondFactorPanel(SignInPanel):
    """Asks for one of three things at a time; the answers are emitted as signals."""

    factor_chosen = Signal(object)
    code_entered = Signal(object)
    code_instead_requested = Signal()
    phone_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._until: float | None = None
        card = Card(padding=28, spacing=12)
        card.setObjectName("secondFactorCard")
        self._headline = label(role="headline", wrap=True)
        self._headline.setObjectName("secondFactorHeadline")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName("Waiting for the second factor")
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(policy)
        self._status = label(role="muted", wrap=True)
        self._status.setObjectName("secondFactorStatusLabel")
        self._steps = QStackedWidget()
        for step in (self._choice(), self._entry(), self._push()):
            self._steps.addWidget(step)
        for widget in (self._headline, self._busy, self._status, self._steps):
            card.body.addWidget(widget)
        card.body.addLayout(self._buttons())
        place(self, card)
        self.clear()

    def show_choice(self, offered: "tuple[Factor, ...]") -> None:
        """Ask which second factor to use."""
        from app.session.direct_sign_in import Factor

        self._begin(_CHOICE, "The password was right", "Now a second factor. Which one?")
        for factor, button in ((Factor.ONE_TIME_CODE, self.code_button), (Factor.PUSH, self.push_button)):
            button.setVisible(factor in offered)

    def show_code_entry(self, *, wrong_before: bool) -> None:
        """Ask for a one-time code; `wrong_before` keeps the last one selected, to be typed over."""
        again = "▲ That code was not accepted. Type the next one your device shows."
        first = "The password was right. Type the code that your authenticator shows now."
        self._begin(_ENTRY, "One-time code", again if wrong_before else first)
        self._show_status(self._status.text(), is_bad=wrong_before)
        self.code_edit.setReadOnly(False)
        if not wrong_before:
            self.code_edit.setText("")
        self.code_edit.selectAll()
        self._show_possible()

    def show_push(self, push: "PushWaiting", *, can_use_code: bool) -> None:
        """Say what to do on the phone; its `until` is when the wait ends, in epoch seconds."""
        plain = "Approve the sign-in on your phone"
        press = f"Press {push.number} on your phone"
        self._begin(_PUSH, plain if push.number is None else press, "Your phone asks whether it is you.")
        self._until = push.until
        self._busy.show()
        self.number_label.setText(push.number or "")
        self.number_label.setVisible(push.number is not None)
        self.instead_button.setVisible(can_use_code)

    def show_phone(self, *, is_demo: bool) -> None:
        """Offer the page that simulates a phone, which only the demo org has."""
        self.phone_button.setVisible(is_demo)

    def show_presenter(self, *, on: bool) -> None:
        """Mask the code or show it; the number to press is useless without the phone."""
        self.code_edit.setEchoMode(QLineEdit.EchoMode.Password if on else QLineEdit.EchoMode.Normal)

    def clear(self) -> None:
        self._begin(_CHOICE, "", "")
        self.code_edit.setText("")
        self.number_label.setText("")

    def tick(self, now: float) -> None:
        if self._until is not None:
            self._left.setText(f"Lapse waits another {countdown(max(self._until - now, 0.0))}.")

    def focus_first(self) -> None:
        firsts = {_CHOICE: self.code_button, _ENTRY: self.code_edit, _PUSH: self.cancel_button}
        firsts[self._steps.currentIndex()].setFocus()

    def spoken(self) -> str:
        return f"{self._headline.text()}. {self._status.text()}"

    def _begin(self, step: int, headline: str, status: str) -> None:
        self._until = None
        self._busy.hide()
        self._left.setText("")
        self._steps.setCurrentIndex(step)
        self._headline.setText(headline)
        self._show_status(status)

    def _show_status(self, text: str, *, is_bad: bool = False) -> None:
        self._status.setText(text)
        if self._status.property("bad") is not is_bad:
            self._status.setProperty("bad", is_bad)
            self._status.style().unpolish(self._status)
            self._status.style().polish(self._status)

    def _choice(self) -> QWidget:
        self.code_button = QPushButton("One-time code")
        self.code_button.setObjectName("oneTimeCodeButton")
        self.code_button.setToolTip("Six digits from an authenticator app")
        self.code_button.clicked.connect(self._on_code)
        self.push_button = QPushButton("Ask on my phone")
        self.push_button.setObjectName("pushButton")
        self.push_button.setToolTip("Your phone asks, and you approve there")
        self.push_button.clicked.connect(self._on_push)
        return _column(self.code_button, self.push_button)

    def _entry(self) -> QWidget:
        self.code_edit = QLineEdit()
        self.code_edit.setObjectName("oneTimeCodeEdit")
        self.code_edit.setAccessibleName("One-time code")
        self.code_edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.code_edit.setValidator(QRegularExpressionValidator(_CODE, self.code_edit))
        theme.set_mono(self.code_edit, 27)
        self.code_edit.textChanged.connect(self._show_possible)
        self.code_edit.returnPressed.connect(self._enter)
        self.enter_button = QPushButton("Go on")
        self.enter_button.setObjectName("enterCodeButton")
        self.enter_button.setProperty("primary", True)
        self.enter_button.clicked.connect(self._enter)
        return _column(self.code_edit, self.enter_button)

    def _push(self) -> QWidget:
        self.number_label = label()
        self.number_label.setObjectName("pushNumberLabel")
        self.number_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_mono(self.number_label, 27, bold=True)
        self._left = label(role="muted", wrap=True)
        self._left.setObjectName("pushLeftLabel")
        self.instead_button = QPushButton("Use a code instead")
        self.instead_button.setObjectName("codeInsteadButton")
        self.instead_button.setToolTip("Ignores the question on the phone and asks for a one-time code")
        self.instead_button.clicked.connect(self.code_instead_requested)
        return _column(self.number_label, self._left, self.instead_button)

    def _buttons(self) -> QHBoxLayout:
        self.phone_button = QPushButton("Open the demo phone")
        self.phone_button.setObjectName("demoPhoneButton")
        self.phone_button.setToolTip("Opens the page that simulates the phones of the demo org's people")
        self.phone_button.clicked.connect(self.phone_requested)
        self.phone_button.hide()
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("cancelSecondFactorButton")
        self.cancel_button.setToolTip("Ends this sign-in (Esc)")
        self.cancel_button.setShortcut(Qt.Key.Key_Escape)
        self.cancel_button.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        row.addWidget(self.phone_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        return row

    def _on_code(self) -> None:
        from app.session.direct_sign_in import Factor

        self.factor_chosen.emit(Factor.ONE_TIME_CODE)

    def _on_push(self) -> None:
        from app.session.direct_sign_in import Factor

        self._show_status("Asking the phone…")
        self._busy.show()
        self.factor_chosen.emit(Factor.PUSH)

    def _enter(self) -> None:
        if not self.enter_button.isEnabled():
            return
        self.code_edit.setReadOnly(True)
        self._busy.show()
        self._show_status("Trying the code…")
        self._show_possible()
        self.code_entered.emit(Secret(self.code_edit.text()))

    def _show_possible(self) -> None:
        empty = "" if self.code_edit.text().strip() else "Type the code first."
        allow(self.enter_button, "Trying the code…" if self.code_edit.isReadOnly() else empty)


def _column(*widgets: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return page
