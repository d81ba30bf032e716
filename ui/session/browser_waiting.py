"""The page shown during a sign-in in the browser: URL, time left, Cancel."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QWidget

from ui import theme
from ui.session.centred import place
from ui.session.sign_in_panel import SignInPanel
from ui.text import countdown
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label


class BrowserWaitingPanel(SignInPanel):
    """Waits for the browser; offers the URL in case it did not open."""

    open_again_requested = Signal()
    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._until: float | None = None
        self._url = ""
        self._presents = False
        card = Card(padding=28, spacing=12)
        card.setObjectName("waitingCard")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName("Waiting for the browser")
        self._status = label(wrap=True, role="muted")
        self._status.setObjectName("waitingStatusLabel")
        self._left = label(role="muted")
        self.url_edit = QLineEdit()
        self.url_edit.setObjectName("signInUrlEdit")
        self.url_edit.setAccessibleName("Sign-in URL")
        self.url_edit.setReadOnly(True)
        theme.set_mono(self.url_edit, 12)
        card.body.addWidget(label("Waiting for the browser", role="headline"))
        card.body.addWidget(self._busy)
        card.body.addWidget(self._status)
        card.body.addWidget(label("If the browser did not open, use this URL:", role="muted"))
        card.body.addLayout(self._url_row())
        card.body.addWidget(self._left)
        card.body.addLayout(self._buttons())
        place(self, card)
        self.show_preparing()

    def show_preparing(self) -> None:
        """Show that the server's metadata is being fetched; there is no URL yet."""
        self._until = None
        self._left.setText("")
        self._status.setText("Asking the server where to sign in…")
        self._show_url("")

    def show_waiting(self, url: str, redirect_uri: str, until: float) -> None:
        """Show the sign-in URL; `until` is when the wait ends, in epoch seconds."""
        self._until = until
        self._status.setText(f"Sign in there; the response comes back to {redirect_uri}.")
        self._show_url(url)

    def show_no_browser(self) -> None:
        self._status.setText("No browser could be opened. Copy the URL and open it yourself.")

    def show_presenter(self, *, on: bool) -> None:
        """Mask the URL's query with its state and nonce, or show it."""
        self._presents = on
        self._show_url(self._url)

    def focus_first(self) -> None:
        (self.again_button if self.again_button.isEnabled() else self.cancel_button).setFocus()

    def spoken(self) -> str:
        return self._status.text()

    def tick(self, now: float) -> None:
        if self._until is not None:
            self._left.setText(f"Lapse waits another {countdown(max(self._until - now, 0.0))}.")

    def _show_url(self, url: str) -> None:
        self._url = url
        before, mark, _ = url.partition("?")
        self.url_edit.setText(f"{before}?…" if self._presents and mark else url)
        self.url_edit.setCursorPosition(0)
        why_not = "" if url else "There is no URL yet."
        allow(self.copy_button, why_not, "Copies the whole URL")
        allow(self.again_button, why_not, "Opens the same URL once more")

    def _url_row(self) -> QHBoxLayout:
        self.copy_button = QPushButton("Copy")
        self.copy_button.setObjectName("copySignInUrlButton")
        self.copy_button.setAccessibleName("Copy the sign-in URL")
        self.copy_button.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(self.url_edit, 1)
        row.addWidget(self.copy_button)
        return row

    def _buttons(self) -> QHBoxLayout:
        self.again_button = QPushButton("Open the browser again")
        self.again_button.setObjectName("openBrowserAgainButton")
        self.again_button.clicked.connect(self.open_again_requested)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("cancelSignInButton")
        self.cancel_button.setToolTip("Ends this sign-in and frees its port (Esc)")
        self.cancel_button.setShortcut(Qt.Key.Key_Escape)
        self.cancel_button.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        row.addWidget(self.again_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        return row

    def _copy(self) -> None:
        self.copy_requested.emit(self._url)
