"""The page shown while signed out: one clear call to action, and the other sign-in methods below it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.connection import DEFAULT_SIGN_IN
from app.errors import LapseError, Refusal, StoreUnread
from app.session import kinds
from ui.session.centred import place
from ui.shell.commands import Commands
from ui.widgets.buttons import ActionButton, allow
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.painted import BrandMark


class Welcome(QWidget):
    """A card with what will happen, the main button, and quieter ones for the other methods.

    Each method is a command of the menus, so it is disabled with its reason where the server does not offer it.
    """

    sign_in_requested = Signal()
    add_connection_requested = Signal()
    look_again_requested = Signal()

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = DEFAULT_SIGN_IN
        self._is_enabled = True
        self._actions = commands.sign_in_by
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
        self.look_again_button = QPushButton("Read the keyring again")
        self.look_again_button.setObjectName("welcomeLookAgainButton")
        self.look_again_button.clicked.connect(self.look_again_requested)
        self.look_again_button.hide()
        self.add_button = QPushButton("Add a connection…")
        self.add_button.setObjectName("welcomeAddConnectionButton")
        self.add_button.clicked.connect(self.add_connection_requested)
        for widget in (
            BrandMark(40),
            self._headline,
            self._reason,
            self.look_again_button,
            self._text,
            self.start_button,
        ):
            card.body.addWidget(widget)
        card.body.addLayout(self._other_kinds())
        card.body.addWidget(self.add_button)
        place(self, card)
        self.show_connection("", embedded=True)

    def show_connection(
        self,
        name: str,
        *,
        embedded: bool,
        kind: str = DEFAULT_SIGN_IN,
        why_not: LapseError | None = None,
    ) -> None:
        """Invite to sign in to `name` by its `kind`; `why_not` says why the user is not signed in, if known."""
        self._kind = kind
        invitation = "Sign in to the demo org" if embedded else f"Sign in to {name}"
        self.start_button.setText(invitation)
        how = kinds.kind_named(kind).words.invite(is_demo=embedded)
        self._text.setText(f"{how} {self._what_then(embedded=embedded)}")
        self._headline.setText(self._headline_for(why_not))
        self._reason.setVisible(why_not is not None)
        self.look_again_button.setVisible(isinstance(why_not, StoreUnread))
        raw = f"The server said: {why_not.raw}" if why_not and why_not.raw else ""
        self._reason.setText("\n".join(line for line in (*why_not.lines(), raw) if line) if why_not else "")
        self._show_possible()

    def show_enabled(self, *, enabled: bool) -> None:
        """Enable or disable sign-in; while the connection is not ready it says so."""
        self._is_enabled = enabled
        self._show_possible()

    def _other_kinds(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        self.kind_buttons: dict[str, ActionButton] = {}
        for kind, action in self._actions.items():
            button = self.kind_buttons[kind] = ActionButton(action, f"welcome{kind.capitalize()}Button")
            button.setProperty("quiet", True)
            button.setProperty("link", True)
            action.changed.connect(self._show_possible)
            column.addWidget(button)
        return column

    def _show_possible(self) -> None:
        action = self._actions[self._kind]
        why_not = "" if self._is_enabled else "The connection is not ready yet."
        allow(self.start_button, why_not or ("" if action.isEnabled() else action.toolTip()), action.statusTip())
        for kind, button in self.kind_buttons.items():
            button.setVisible(kind != self._kind)

    def _headline_for(self, why_not: LapseError | None) -> str:
        if why_not is None:
            return "Nobody is signed in"
        return "The session has ended" if isinstance(why_not, Refusal) else "The session cannot be read"

    def _what_then(self, *, embedded: bool) -> str:
        if embedded:
            return (
                "Its access tokens live for seconds, so you can watch one lapse, call the API, and see exactly one "
                "refresh."
            )
        return "Lapse gets the tokens, keeps the refresh token in the keyring, and refreshes only when a call needs it."
