"""How one signs in: in the browser, with username and password, or on another device; as far as the server offers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton

from app.connection import SignInKind
from ui.connections.field import tab_to_checked
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label


class KindChoice(Card):
    """One of three; what the server does not offer cannot be chosen, and says why."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(spacing=6)
        self.setObjectName("signInKindCard")
        self.body.addWidget(label("HOW ONE SIGNS IN", role="section"))
        self._group = QButtonGroup(self)
        self.buttons: dict[SignInKind, QRadioButton] = {}
        self._reasons = {kind: label(role="small", wrap=True) for kind in SignInKind}
        for kind, text in (
            (SignInKind.BROWSER, "In the browser"),
            (SignInKind.PASSWORD, "With username and password, in Lapse"),
            (SignInKind.DEVICE, "On another device, by a code or QR"),
        ):
            self._add(kind, text)
        self.choose(SignInKind.BROWSER)
        self._group.buttonClicked.connect(self._on_chosen)

    def kind(self) -> SignInKind:
        """Return the way chosen."""
        return next(kind for kind, button in self.buttons.items() if button.isChecked())

    def choose(self, kind: SignInKind) -> None:
        """Choose a way, offered or not: what was saved stays until a person changes it."""
        self.buttons[kind].setChecked(True)
        tab_to_checked(self._group)

    def show_possible(self, why_not: dict[SignInKind, str]) -> None:
        """Forbid the ways in `why_not`, and say why."""
        for kind, button in self.buttons.items():
            reason = why_not.get(kind, "")
            allow(button, reason)
            self._reasons[kind].setText(reason)
            self._reasons[kind].setVisible(bool(reason))
        tab_to_checked(self._group)

    def _add(self, kind: SignInKind, text: str) -> None:
        button = QRadioButton(text)
        button.setObjectName(f"{kind}KindButton")
        self._group.addButton(button)
        self.buttons[kind] = button
        self._reasons[kind].setObjectName(f"{kind}KindReasonLabel")
        self._reasons[kind].setIndent(22)
        self._reasons[kind].hide()
        self.body.addWidget(button)
        self.body.addWidget(self._reasons[kind])

    def _on_chosen(self) -> None:
        self.changed.emit()
