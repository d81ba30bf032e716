"""The page shown during a sign-in on another device: code, link, QR code, time left."""

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui import theme
from ui.session.centred import place
from ui.session.sign_in_panel import SignInPanel
from ui.text import countdown
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.qr import QrCode

if TYPE_CHECKING:
    from app.session.device_sign_in import DeviceWaiting

_LETTER = re.compile(r"[^\W_]")
_SEPARATORS = re.compile(r"[\W_]+")
_LONGEST_BIG = 12
_PIECE = re.compile(r"\S{8}(?=\S)")


class DeviceWaitingPanel(SignInPanel):
    """Waits for the other device; presenter mode masks the code and everything that contains it."""

    copy_requested = Signal(str)
    open_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: DeviceWaiting | None = None
        self._presents = False
        card = Card(padding=28, spacing=12)
        card.setObjectName("deviceCard")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName("Waiting for the other device")
        self._status = label(role="muted", wrap=True)
        self._status.setObjectName("deviceStatusLabel")
        self._left = label(role="muted", wrap=True)
        self._left.setObjectName("deviceLeftLabel")
        self.qr_code = QrCode()
        self.qr_code.setObjectName("deviceQrCode")
        self.qr_code.setAccessibleName("QR code")
        card.body.addWidget(label("Sign in on another device", role="headline", wrap=True))
        card.body.addWidget(self._busy)
        card.body.addWidget(self._status)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self.qr_code, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._code(), 1)
        card.body.addLayout(row)
        card.body.addWidget(label("Link", role="section"))
        card.body.addLayout(self._link_row())
        card.body.addLayout(self._buttons())
        place(self, card)
        self.show_preparing()

    def show_preparing(self) -> None:
        """Show that a code is being requested; there is none yet."""
        self._waiting = None
        self._left.setText("")
        self._status.setText("Asking the server for a code…")
        self._show()

    def show_code(self, waiting: "DeviceWaiting") -> None:
        self._waiting = waiting
        self._status.setText(
            "Open the link on a phone or another computer, or scan the QR code. Compare the code, then allow."
        )
        self._show()

    def show_no_browser(self) -> None:
        self._status.setText("No browser could be opened. Copy the link, or open it on another device.")

    def show_presenter(self, *, on: bool) -> None:
        self._presents = on
        self._show()

    def tick(self, now: float) -> None:
        if self._waiting is not None:
            left = countdown(max(self._waiting.until - now, 0.0))
            self._left.setText(f"The code is valid for another {left}.")

    def focus_first(self) -> None:
        (self.copy_button if self.copy_button.isEnabled() else self.cancel_button).setFocus()

    def spoken(self) -> str:
        return f"{self._status.text()} {self.code_label.accessibleName()}".strip()

    def _code(self) -> QVBoxLayout:
        self.code_label = label(wrap=True)
        self.code_label.setObjectName("userCodeLabel")
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addStretch(1)
        for widget in (label("Code", role="section"), self.code_label, self._left):
            column.addWidget(widget)
        column.addStretch(1)
        return column

    def _link_row(self) -> QHBoxLayout:
        self.url_edit = QLineEdit()
        self.url_edit.setObjectName("deviceUrlEdit")
        self.url_edit.setAccessibleName("Link to open on the other device")
        self.url_edit.setReadOnly(True)
        theme.set_mono(self.url_edit, 12)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setObjectName("copyDeviceUrlButton")
        self.copy_button.setAccessibleName("Copy the link")
        self.copy_button.clicked.connect(self._copy)
        self.open_button = QPushButton("Open here")
        self.open_button.setObjectName("openDeviceUrlButton")
        self.open_button.setAccessibleName("Open the link in a browser here")
        self.open_button.clicked.connect(self._open)
        row = QHBoxLayout()
        row.addWidget(self.url_edit, 1)  # it may have to be typed elsewhere, so it is not elided
        row.addWidget(self.copy_button)
        row.addWidget(self.open_button)
        return row

    def _buttons(self) -> QHBoxLayout:
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("cancelDeviceSignInButton")
        self.cancel_button.setToolTip("Ends this sign-in; the code becomes useless (Esc)")
        self.cancel_button.setShortcut(Qt.Key.Key_Escape)
        self.cancel_button.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        return row

    def _show(self) -> None:
        waiting = self._waiting
        why_not = "" if waiting is not None else "There is no link yet."
        allow(self.copy_button, why_not, "Copies the link, with the code in it where the server offers that")
        allow(self.open_button, why_not, "Opens the link in the browser of this computer")
        self.url_edit.setText(waiting.verification_uri if waiting is not None else "")
        self.url_edit.setCursorPosition(0)
        self._show_code(waiting.user_code if waiting is not None else "")
        self._show_qr_code()

    def _show_code(self, code: str) -> None:
        shown = _LETTER.sub("•", code) if self._presents else code
        is_big = len(code) <= _LONGEST_BIG
        theme.set_mono(self.code_label, 27 if is_big else 13, bold=True)
        self.code_label.setProperty("big", is_big)
        self.code_label.style().unpolish(self.code_label)
        self.code_label.style().polish(self.code_label)
        # Qt breaks lines between words only; zero-width spaces let a long code break anywhere.
        self.code_label.setText(shown if is_big else _PIECE.sub(lambda piece: f"{piece[0]}\u200b", shown))
        spelled = "masked in presenter mode" if self._presents else _spelled(code)
        self.code_label.setAccessibleName(f"Code: {spelled}" if code else "")

    def _show_qr_code(self) -> None:
        drawn = self.qr_code.show_text(self._link())
        self.qr_code.setVisible(drawn)
        self.qr_code.show_masked("Masked in presenter mode" if self._presents else "")
        hidden = "Masked in presenter mode; the link can be copied."
        to_scan = "To be scanned by a phone; it opens the link that is written beside it."
        self.qr_code.setAccessibleDescription(hidden if self._presents else to_scan)

    def _link(self) -> str:
        """Return the link with the code in it, if there is one (RFC 8628 §3.3.1)."""
        waiting = self._waiting
        return "" if waiting is None else waiting.verification_uri_complete or waiting.verification_uri

    def _copy(self) -> None:
        self.copy_requested.emit(self._link())

    def _open(self) -> None:
        self.open_requested.emit(self._link())


def _spelled(code: str) -> str:
    """Return the code letter by letter for screen readers, with pauses between its groups."""
    return ", ".join(" ".join(group) for group in _SEPARATORS.split(code) if group)
