"""The choice of the redirect URI: any free port or fixed ones, and what to register for it."""

from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
)

from app.connection_field import ConnectionField
from app.errors import BadInput
from ui import theme
from ui.connections.field import FieldError, FormField, edit, tab_to_checked
from ui.connections.read_only_lines import ReadOnlyLines
from ui.widgets.card import Card
from ui.widgets.labels import label

OKTA_PORTS = (8765, 8766, 8767)
"""The ports to register in an Okta app: one, and two more in case another program uses it."""

_MOST = 5
_HOST, _PATH = "127.0.0.1", "/callback"
_PORTS = (1024, 65535)


class RedirectChoice(Card):
    """`changed` is emitted at every change, `chosen_by_hand` at those the user makes."""

    changed = Signal()
    copy_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__(spacing=8)
        self.setObjectName("redirectCard")
        self.chosen_by_hand = False
        self._host, self._path = _HOST, _PATH
        self._kept: tuple[str, ...] = ()
        self.any_button = self._radio("anyPortButton", "Any free port of this computer")
        self.fixed_button = self._radio("fixedPortButton", "A fixed port, with fallbacks in case it is taken")
        self.kept_button = self._radio("keptUrisButton", "The redirect URIs as they were given")
        self.kept_button.hide()
        self._group = QButtonGroup(self)
        for each in (self.any_button, self.fixed_button, self.kept_button):
            self._group.addButton(each)
        self.port_spin = QSpinBox()
        self.port_spin.setObjectName("redirectPortSpin")
        self.port_spin.setAccessibleName("Port")
        self.port_spin.setRange(*_PORTS)
        self.port_spin.setValue(OKTA_PORTS[0])
        theme.set_mono(self.port_spin, 12)
        self.port_spin.lineEdit().setTextMargins(theme.px(6), 0, 0, 0)
        self.fallbacks_edit = edit("fallbackPortsEdit", "Fallback ports", "8766, 8767")
        self.port_field = FormField("redirectPort", "Port", self.port_spin)
        self.fallbacks_field = FormField("fallbackPorts", "Fallbacks, at most four", self.fallbacks_edit)
        self.uris_view = ReadOnlyLines("redirectUrisView", "Redirect URIs to register")
        self.copy_button = QPushButton("Copy")
        self.copy_button.setObjectName("copyRedirectUrisButton")
        self.copy_button.setAccessibleName("Copy the redirect URIs to register")
        self._caption = label(role="muted")
        self._remark = label(role="small", wrap=True)
        self._remark.setObjectName("redirectRemarkLabel")
        self.trouble = FieldError("redirectTroubleLabel")
        self._lay_out()
        self.show_uris(())
        self._connect()

    def uris(self) -> tuple[str, ...]:
        """The redirect URIs chosen; none for any free port. Raises BadInput for invalid fallback ports."""
        if self.any_button.isChecked():
            return ()
        if self.kept_button.isChecked():
            return self._kept
        return tuple(f"http://{self._host}:{port}{self._path}" for port in self._ports())

    def show_uris(self, uris: tuple[str, ...]) -> None:
        """Show saved redirect URIs; those that differ in more than the port are kept as they are."""
        found = [_taken_apart(uri) for uri in uris]
        shapes = {(host, rest) for host, _, rest in found}
        ports = [port for _, port, _ in found]
        fits = len(shapes) == 1 and all(_PORTS[0] <= port <= _PORTS[1] for port in ports)
        if fits:
            self._host, self._path = shapes.pop()
            self._show_ports(ports)
        self._kept = uris
        self.kept_button.setVisible(bool(uris) and not fits)
        (self.any_button if not uris else self.fixed_button if fits else self.kept_button).setChecked(True)
        self._show()

    def suggest(self, *, is_okta: bool) -> None:
        """Choose what the server is known to require, unless the user has chosen."""
        if self.chosen_by_hand:
            return
        if is_okta:
            self._show_ports(OKTA_PORTS)
        (self.fixed_button if is_okta else self.any_button).setChecked(True)
        self._show(is_okta=is_okta)

    def show_trouble(self, text: str) -> None:
        """Show what is wrong with the choice; an empty text clears it."""
        self.trouble.show_text(text)

    def _show_ports(self, ports: list[int] | tuple[int, ...]) -> None:
        self.port_spin.setValue(ports[0])
        self.fallbacks_edit.setText(", ".join(map(str, ports[1:])))

    def _ports(self) -> list[int]:
        typed = self.fallbacks_edit.text().replace(",", " ").split()
        if not all(each.isascii() and each.isdigit() and _PORTS[0] <= int(each[:6]) <= _PORTS[1] for each in typed):
            raise BadInput(
                f"The fallbacks must be ports from {_PORTS[0]} to {_PORTS[1]}.",
                next_step="Separate them by commas.",
                field=ConnectionField.REDIRECT_URIS,
            )
        ports = list(dict.fromkeys([self.port_spin.value(), *(int(each) for each in typed)]))
        if len(ports) > _MOST:
            raise BadInput(
                "There are more than four fallbacks.",
                next_step="Leave some out.",
                field=ConnectionField.REDIRECT_URIS,
            )
        return ports

    def _show(self, *, is_okta: bool = False) -> None:
        tab_to_checked(self._group)
        is_fixed = self.fixed_button.isChecked()
        for each in (self.port_field, self.fallbacks_field):
            each.setVisible(is_fixed)
        try:
            uris = self.uris()
            self.show_trouble("")
        except BadInput as wrong:
            uris = (f"http://{self._host}:{self.port_spin.value()}{self._path}",)
            self.show_trouble("\n".join((wrong.what, wrong.next_step)))
        self.uris_view.show_lines(uris or (f"http://{_HOST}{_PATH}",))
        self._caption.setText("Register exactly this" if len(uris) < 2 else "Register each of these")  # noqa: PLR2004 - one or many
        self._remark.setText(
            "Okta compares every character, including the port. Lapse listens on the first free port."
            if uris
            else "For servers that allow native apps any loopback port (RFC 8252). Okta does not."
        )

    def _radio(self, name: str, text: str) -> QRadioButton:
        found = QRadioButton(text)
        found.setObjectName(name)
        return found

    def _connect(self) -> None:
        self._group.buttonClicked.connect(self._on_chosen)
        self.port_spin.valueChanged.connect(self._on_typed)
        self.fallbacks_edit.textEdited.connect(self._on_typed)
        self.copy_button.clicked.connect(self._on_copy)

    def _on_chosen(self) -> None:
        self.chosen_by_hand = True
        self._show()
        self.changed.emit()

    def _on_typed(self) -> None:
        if self.fixed_button.isChecked():
            self.chosen_by_hand = True
            self._show()
            self.changed.emit()

    def _on_copy(self) -> None:
        self.copy_requested.emit("\n".join(self.uris_view.lines()))

    def _lay_out(self) -> None:
        self.body.addWidget(label("REDIRECT URI", role="section"))
        for each in (self.any_button, self.fixed_button, self.kept_button):
            self.body.addWidget(each)
        ports = QHBoxLayout()
        ports.setSpacing(12)
        ports.addWidget(self.port_field)
        ports.addWidget(self.fallbacks_field, 1)
        self.body.addLayout(ports)
        self.body.addWidget(self.trouble)
        self.body.addWidget(self._caption)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.uris_view, 1)
        column = QVBoxLayout()
        column.addWidget(self.copy_button)
        column.addStretch(1)
        row.addLayout(column)
        self.body.addLayout(row)
        self.body.addWidget(self._remark)


def _taken_apart(uri: str) -> tuple[str, int, str]:
    """Return a redirect URI's host, port and remainder."""
    parts = urlsplit(uri)
    return parts.netloc.rpartition(":")[0], parts.port or 0, uri.partition("://")[2].removeprefix(parts.netloc)
