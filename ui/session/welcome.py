"""What the middle shows while nobody is signed in: one clear call to action."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import LapseError
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.painted import Mark


class Welcome(QWidget):
    """A card in the middle: what will happen, and the button that makes it happen."""

    sign_in_requested = Signal()
    add_connection_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = Card(padding=28, spacing=12)
        card.setObjectName("welcomeCard")
        self._headline = label(role="headline", wrap=True)
        self._text = label(role="muted", wrap=True)
        self._reason = label(wrap=True)
        self._reason.setObjectName("endedReasonLabel")
        self.start_button = QPushButton()
        self.start_button.setObjectName("welcomeSignInButton")
        self.start_button.setProperty("primary", True)
        self.start_button.clicked.connect(self.sign_in_requested)
        self.add_button = QPushButton(self.tr("Add a connection…"))
        self.add_button.setObjectName("welcomeAddConnectionButton")
        self.add_button.clicked.connect(self.add_connection_requested)
        for widget in (Mark(40), self._headline, self._reason, self._text, self.start_button, self.add_button):
            card.body.addWidget(widget)
        # Stretches rather than an alignment: an aligned item is not given the height its wrapped texts ask for.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(2)
        self.show_connection("", embedded=True)

    def show_connection(self, name: str, *, embedded: bool, ended: LapseError | None = None) -> None:
        """Invite to sign in to `name`; `ended` is why the last session is over, in its three lines."""
        if embedded:
            self.start_button.setText(self.tr("Sign in to the demo org"))
            text = self.tr(
                "Your browser opens the demo org's sign-in page; the password stands on it. Access tokens live 30 "
                "seconds there, so you can watch one lapse, call the API, and see exactly one refresh."
            )
        else:
            self.start_button.setText(self.tr("Sign in to {0}").format(name))
            text = self.tr(
                "Your browser opens the sign-in page of this connection. Lapse gets the tokens, keeps the refresh "
                "token in the keyring, and refreshes only when a call needs it."
            )
        self._text.setText(text)
        self._headline.setText(self.tr("The session has ended") if ended else self.tr("Nobody is signed in"))
        self._reason.setVisible(ended is not None)
        raw = self.tr("The server said: {0}").format(ended.raw) if ended and ended.raw else ""
        self._reason.setText("\n".join(line for line in (*ended.lines(), raw) if line) if ended else "")

    def show_enabled(self, *, enabled: bool) -> None:
        """Allow or forbid to sign in; while the connection is not ready it says so."""
        self.start_button.setEnabled(enabled)
        why_not = "" if enabled else self.tr("The connection is not ready yet.")
        self.start_button.setToolTip(why_not)
        self.start_button.setAccessibleDescription(why_not)
