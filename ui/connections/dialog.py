"""The dialog that adds a connection; it checks before it closes, and says what is wrong where it stands."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.connection import DEFAULT_SCOPES, Connection, check_connection
from app.errors import BadInput, LapseError
from ui import theme
from ui.widgets.labels import label

_WIDTH = 560


class ConnectionDialog(QDialog):
    """Issuer, client ID, scopes, redirect URI, API URL; emits the checked connection and closes."""

    saved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connectionDialog")
        self.setWindowTitle(self.tr("Add a connection"))
        self.setMinimumWidth(_WIDTH)
        self.issuer_edit = _edit("issuerEdit", self.tr("Issuer"), "https://example.okta.com/oauth2/default")
        self.client_id_edit = _edit("clientIdEdit", self.tr("Client ID"), "0oa…")
        self.scopes_edit = _edit("scopesEdit", self.tr("Scopes"), "")
        self.scopes_edit.setText(DEFAULT_SCOPES)
        free_port = self.tr("http://127.0.0.1:<free port>/callback")
        self.redirect_uri_edit = _edit("redirectUriEdit", self.tr("Redirect URI"), free_port)
        self.api_url_edit = _edit("connectionApiUrlEdit", self.tr("API URL"), "https://api.example.com/me")
        self._trouble = label(wrap=True)
        self._trouble.setObjectName("connectionTroubleLabel")
        self._trouble.hide()
        self._lay_out()

    def show_error(self, error: LapseError) -> None:
        """Say what is wrong; everything typed stays."""
        self._trouble.setText("\n".join(line for line in error.lines() if line))
        self._trouble.show()

    def _save(self) -> None:
        issuer = self.issuer_edit.text().strip()
        candidate = Connection(
            name=issuer.split("://")[-1].rstrip("/"),
            issuer=issuer,
            client_id=self.client_id_edit.text().strip(),
            scopes=" ".join(self.scopes_edit.text().split()),
            redirect_uris=tuple(self.redirect_uri_edit.text().split()),
            api_url=self.api_url_edit.text().strip(),
        )
        try:
            self.saved.emit(check_connection(candidate))
        except BadInput as wrong:
            self.show_error(wrong)
            return
        self.accept()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(10)
        form.addRow(self.tr("Issuer"), self.issuer_edit)
        form.addRow(self.tr("Client ID"), self.client_id_edit)
        form.addRow(self.tr("Scopes"), self.scopes_edit)
        form.addRow(self.tr("Redirect URI"), self.redirect_uri_edit)
        form.addRow(self.tr("API URL"), self.api_url_edit)
        save = QPushButton(self.tr("Save and use"))
        save.setObjectName("saveConnectionButton")
        save.setProperty("primary", True)
        save.setDefault(True)
        save.clicked.connect(self._save)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setObjectName("cancelConnectionButton")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(14)
        layout.addLayout(form)
        layout.addWidget(self._trouble)
        layout.addLayout(buttons)


def _edit(name: str, accessible_name: str, placeholder: str) -> QLineEdit:
    edit = QLineEdit()
    edit.setObjectName(name)
    edit.setAccessibleName(accessible_name)
    edit.setPlaceholderText(placeholder)
    theme.set_mono(edit, 12)
    return edit
