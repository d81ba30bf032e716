"""The choice of the sign-in method."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton

from app.connection import DEFAULT_SIGN_IN
from app.session import kinds
from ui.connections.field import tab_to_checked
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label


class KindChoice(Card):
    """One button per method; what the server does not offer is disabled and says why."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(spacing=6)
        self.setObjectName("signInKindCard")
        self.body.addWidget(label("SIGN-IN METHOD", role="section"))
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QRadioButton] = {}
        self._reasons = {name: label(role="small", wrap=True) for name in kinds.kind_names()}
        for each in kinds.KINDS:
            self._add(each.name, each.words.choice)
        self.choose(DEFAULT_SIGN_IN)
        self._group.buttonClicked.connect(self._on_chosen)

    def kind(self) -> str:
        return next(kind for kind, button in self.buttons.items() if button.isChecked())

    def choose(self, kind: str) -> None:
        """Choose a method, offered or not: a saved choice stays until the user changes it."""
        self.buttons[kind].setChecked(True)
        tab_to_checked(self._group)

    def show_possible(self, why_not: dict[str, str]) -> None:
        """Disable the methods in `why_not`, each with its reason."""
        for kind, button in self.buttons.items():
            reason = why_not.get(kind, "")
            allow(button, reason)
            self._reasons[kind].setText(reason)
            self._reasons[kind].setVisible(bool(reason))
        tab_to_checked(self._group)

    def _add(self, kind: str, text: str) -> None:
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
