"""The fields of a connection, in the order they are filled in; without look-up and saving."""

import math
from dataclasses import replace

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.connection import Connection
from app.connection_field import ConnectionField
from app.errors import BadInput
from ui.connections.field import FormField, edit
from ui.connections.issuer_view import FoundView
from ui.connections.kind_choice import KindChoice
from ui.connections.params import ParamsTable
from ui.connections.redirect import RedirectChoice
from ui.widgets.card import Card
from ui.widgets.labels import label

_OFFLINE = "offline_access"


class ConnectionForm(QWidget):
    """Shows a connection and returns what is typed; `places` and `controls` say where each field is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("connectionForm")
        self.issuer_edit = edit("issuerEdit", "Issuer", "https://example.okta.com/oauth2/default")
        self.name_edit = edit("connectionNameEdit", "Name")
        self.client_id_edit = edit("clientIdEdit", "Client ID", "0oa…")
        self.scopes_edit = edit("scopesEdit", "Scopes")
        self.api_url_edit = edit("connectionApiUrlEdit", "API URL", "https://api.example.com/me")
        self.audience_edit = edit("audienceEdit", "Audience")
        self.resource_edit = edit("resourceEdit", "Resource")
        self.leeway_edit = edit("leewayEdit", "Leeway in seconds")
        self.params_table = ParamsTable()
        self.look_up_button = QPushButton("Look up")
        self.look_up_button.setObjectName("lookUpButton")
        self.look_up_button.setAutoDefault(False)
        self.found = FoundView()
        self.redirect = RedirectChoice()
        self.kinds = KindChoice()
        self._name_by_hand = False
        self._make_fields()
        self._lay_out()
        self._tell_places()
        self.scopes_edit.textChanged.connect(self._show_scopes_note)
        self.name_edit.textEdited.connect(self._on_name_edited)

    def show_connection(self, connection: Connection) -> None:
        for line, text in (
            (self.issuer_edit, connection.issuer),
            (self.name_edit, connection.name),
            (self.client_id_edit, connection.client_id),
            (self.scopes_edit, connection.scopes),
            (self.api_url_edit, connection.api_url),
            (self.audience_edit, connection.audience),
            (self.resource_edit, connection.resource),
            (self.leeway_edit, f"{connection.leeway_s:g}"),
        ):
            line.setText(text)
            line.setCursorPosition(0)
        self._name_by_hand = bool(connection.name)
        self.params_table.show_params(connection.authorize_params)
        self.kinds.choose(connection.sign_in)
        self.redirect.show_uris(connection.redirect_uris)
        self.redirect.chosen_by_hand = bool(connection.redirect_uris)

    def connection(self, original: Connection) -> Connection:
        """Return `original` with what is typed. Raises BadInput for an invalid number or port."""
        return replace(
            original,
            name=self.name_edit.text().strip(),
            issuer=self.issuer_edit.text().strip(),
            client_id=self.client_id_edit.text().strip(),
            scopes=" ".join(self.scopes_edit.text().split()),
            audience=self.audience_edit.text().strip(),
            resource=self.resource_edit.text().strip(),
            redirect_uris=self.redirect.uris(),
            api_url=self.api_url_edit.text().strip(),
            leeway_s=self._leeway_s(),
            authorize_params=self.params_table.params(),
            sign_in=self.kinds.kind(),
        )

    def take_issuer(self, issuer: str) -> None:
        """Show the issuer that was found, and name the connection after it unless the user has named it."""
        self.issuer_edit.setText(issuer)
        if not self._name_by_hand:
            self.name_edit.setText(issuer.partition("://")[2].rstrip("/"))

    def _leeway_s(self) -> float:
        text = self.leeway_edit.text().strip().replace(",", ".")
        try:
            seconds = float(text or "0")
        except ValueError:
            seconds = math.nan
        if not math.isfinite(seconds):
            raise BadInput(
                "The leeway is not a number of seconds.",
                next_step="Give a number, 1 for example.",
                field=ConnectionField.LEEWAY,
            )
        return seconds

    def _show_scopes_note(self) -> None:
        asked = self.scopes_edit.text().split()
        without = "▲ Without offline_access there is no refresh token: the user signs in again at every lapse."
        self.scopes.show_note("" if _OFFLINE in asked else without)

    def _on_name_edited(self) -> None:
        self._name_by_hand = True

    def _make_fields(self) -> None:
        hint = "An issuer, a discovery URL, or the domain of an Okta org."
        self.issuer = FormField("issuer", "Issuer", self.issuer_edit, hint)
        self.issuer.row.addWidget(self.look_up_button)
        self.name = FormField("connectionName", "Name", self.name_edit)
        self.client_id = FormField("clientId", "Client ID", self.client_id_edit)
        self.scopes = FormField("scopes", "Scopes, separated by spaces", self.scopes_edit)
        self.api_url = FormField("connectionApiUrl", "API URL", self.api_url_edit)
        leeway_note = "How long before its end a token is refreshed."
        self.leeway = FormField("leeway", "Leeway, seconds", self.leeway_edit, leeway_note)
        audience_note = "For servers that need the API to be named, as Auth0 does."
        self.audience = FormField("audience", "Audience", self.audience_edit, audience_note)
        self.resource = FormField("resource", "Resource", self.resource_edit, "The same as RFC 8707 defines it.")
        params_note = "For example prompt and consent. No secrets: they are sent through the browser."
        self.params = FormField("authorizeParams", "Sent when signing in", self.params_table, params_note)

    def _lay_out(self) -> None:
        where = Card(spacing=8)
        where.body.addWidget(label("SERVER", role="section"))
        where.body.addWidget(self.issuer)
        where.body.addWidget(self.found)
        app = Card(spacing=10)
        app.body.addWidget(label("APP REGISTRATION", role="section"))
        app.body.addLayout(_beside(self.client_id, self.name))
        app.body.addWidget(self.scopes)
        api = Card(spacing=10)
        api.body.addWidget(label("API", role="section"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for place, field in enumerate((self.api_url, self.leeway, self.audience, self.resource)):
            grid.addWidget(field, place // 2, place % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        api.body.addLayout(grid)
        more = Card(spacing=8)
        more.body.addWidget(label("FURTHER PARAMETERS", role="section"))
        more.body.addWidget(self.params)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for card in (where, app, self.redirect, self.kinds, api, more):
            column.addWidget(card)

    def _tell_places(self) -> None:
        self.places: dict[ConnectionField, FormField | RedirectChoice] = {
            ConnectionField.ISSUER: self.issuer,
            ConnectionField.NAME: self.name,
            ConnectionField.CLIENT_ID: self.client_id,
            ConnectionField.SCOPES: self.scopes,
            ConnectionField.API_URL: self.api_url,
            ConnectionField.AUDIENCE: self.audience,
            ConnectionField.RESOURCE: self.resource,
            ConnectionField.LEEWAY: self.leeway,
            ConnectionField.AUTHORIZE_PARAMS: self.params,
            ConnectionField.REDIRECT_URIS: self.redirect,
        }
        self.controls: dict[ConnectionField, QWidget] = {
            field: place.control for field, place in self.places.items() if isinstance(place, FormField)
        }
        self.controls[ConnectionField.REDIRECT_URIS] = self.redirect.fallbacks_edit


def _beside(*fields: FormField) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for field in fields:
        row.addWidget(field, 1)
    return row
