"""The dialog with the demo org's addresses and keys, for scripts, tests and other programs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.demo.addresses import Addresses
from ui import theme
from ui.widgets.labels import label

_WIDTH = 640
_MASK = "•" * 24


class AddressesDialog(QDialog):
    """Each address with Copy; secrets are masked until Show is pressed, and can be copied while masked."""

    copy_requested = Signal(str)
    copy_secret_requested = Signal(str)

    def __init__(self, addresses: Addresses, parent: QWidget | None = None, *, presents: bool = False) -> None:
        super().__init__(parent)
        self._presents = presents
        self.setObjectName("demoAddressesDialog")
        self.setWindowTitle("Demo org: addresses and keys")
        self.setMinimumWidth(_WIDTH)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(8)
        self._add("issuer", "Issuer", addresses.issuer)
        self._add("clientId", "Client ID", addresses.client_id)
        self._add("apiUrl", "API URL", addresses.api_url)
        self._add("orgUrl", "Org URL", addresses.org_url)
        self._add("apiToken", "API token (SSWS)", addresses.api_token, secret=True)
        self._add("controlUrl", "Control URL", addresses.control_url)
        self._add("controlToken", "Control token", addresses.control_token, secret=True)
        self._lay_out()

    def _add(self, name: str, text: str, value: str, *, secret: bool = False) -> None:
        row = self._grid.rowCount()
        edit = QLineEdit(_MASK if secret else value)
        edit.setObjectName(f"{name}Edit")
        edit.setAccessibleName(text)
        edit.setReadOnly(True)
        theme.set_mono(edit, 12)
        edit.setCursorPosition(0)
        copy = QPushButton("Copy")
        copy.setObjectName(f"{name}CopyButton")
        copy.setAccessibleName(f"Copy {text}")
        wanted = self.copy_secret_requested if secret else self.copy_requested
        copy.clicked.connect(lambda: wanted.emit(value))  # a lambda, because each row has its own value
        caption = label(text, role="muted")
        caption.setBuddy(edit)
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(edit, row, 1, 1, 1 if secret else 2)
        self._grid.addWidget(copy, row, 3)
        if secret:
            self._grid.addWidget(self._show_button(name, text, edit, value), row, 2)

    def _show_button(self, name: str, text: str, edit: QLineEdit, value: str) -> QPushButton:
        show = QPushButton("Show")
        show.setObjectName(f"{name}ShowButton")
        show.setAccessibleName(f"Show {text}")
        show.setCheckable(True)
        show.setDisabled(self._presents)
        if self._presents:
            show.setToolTip("Not in presenter mode, where everything stays masked.")

        def reveal(shown: bool) -> None:  # noqa: FBT001 - a signal's one argument
            edit.setText(value if shown else _MASK)
            edit.setCursorPosition(0)

        show.toggled.connect(reveal)
        return show

    def _lay_out(self) -> None:
        note = (
            "The API token opens the Applications API and the System Log, the control token the control API. "
            "Both belong to this demo org, on this computer only."
        )
        close = QPushButton("Close")
        close.setObjectName("closeAddressesButton")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(14)
        layout.addLayout(self._grid)
        layout.addWidget(label(note, role="muted", wrap=True))
        layout.addLayout(buttons)
