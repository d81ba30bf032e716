"""The top bar: which connection, whose session, where it is kept."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from ui import theme
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.painted import Dot, Mark


class TopBar(QFrame):
    """Connection and issuer on the left, account and session on the right; calm, and no icon without a word."""

    sign_in_requested = Signal()
    sign_out_requested = Signal()
    connection_chosen = Signal(str)
    add_connection_requested = Signal()
    scheme_chosen = Signal(str)
    demo_addresses_requested = Signal()
    reset_demo_requested = Signal()
    copy_issuer_requested = Signal()
    refresh_requested = Signal()
    drop_requested = Signal()
    quit_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self._build_left()
        self._build_right()
        self._lay_out()
        self.show_account(None)

    def show_connection(self, name: str, issuer: str, names: tuple[str, ...], *, ready: bool) -> None:
        """Show the connection in use and offer the others; `ready` colours its dot and is said in its tooltip."""
        self.connection_picker.setText(self.tr("{0} ▾").format(name))
        state = self.tr("ready") if ready else self.tr("not ready yet")
        self.connection_picker.setToolTip(self.tr("Connection: {0}, {1}").format(name, state))
        self.connection_picker.setAccessibleName(self.tr("Connection: {0}, {1}").format(name, state))
        self._dot.show_role("good" if ready else "muted")
        self.issuer_label.show_text(issuer)
        self._connection_menu.clear()
        for each in names:
            action = self._connection_menu.addAction(each)
            action.setCheckable(True)
            action.setChecked(each == name)
            action.setData(each)
        self._connection_menu.addSeparator()
        self._connection_menu.addAction(self._add_connection)

    def show_store(self, text: str) -> None:
        """Say where the session is kept, or what the keyring is waited for."""
        self.store_label.setText(text)
        self.store_label.setToolTip(text)

    def show_account(self, name: str | None) -> None:
        """Show who is signed in; None shows the sign-in button instead."""
        signed_in = name is not None
        self.account_chip.setVisible(signed_in)
        self.sign_out_button.setVisible(signed_in)
        self.sign_in_button.setVisible(not signed_in)
        for action in (self.refresh_action, self.drop_action):
            action.setEnabled(signed_in)
        if name is not None:
            self._initials.setText(_initials(name))
            self._name.setText(name)
            self.account_chip.setAccessibleName(self.tr("Signed in as {0}").format(name))

    def show_sign_in_enabled(self, *, enabled: bool) -> None:
        """Allow or forbid to sign in; while the connection is not ready it says so."""
        hint = self.tr("Opens your browser to sign in") if enabled else self.tr("The connection is not ready yet.")
        self.sign_in_button.setEnabled(enabled)
        self.sign_in_button.setToolTip(hint)
        self.sign_in_button.setAccessibleDescription(hint)

    def show_demo(self, *, embedded: bool) -> None:
        """Offer what applies to the demo org only."""
        self.reset_action.setEnabled(embedded)
        self.addresses_action.setEnabled(embedded)

    def show_scheme(self, choice: str) -> None:
        """Tick the appearance in use: system, light or dark."""
        for action in self._schemes.actions():
            action.setChecked(action.data() == choice)

    def _build_left(self) -> None:
        self._dot = Dot("muted")
        self._connection_menu = QMenu(self)
        self._connection_menu.triggered.connect(self._choose_connection)
        self._add_connection = QAction(self.tr("Add a connection…"), self)
        self._add_connection.triggered.connect(self.add_connection_requested)
        self.connection_picker = QPushButton(self.tr("Demo org ▾"))
        self.connection_picker.setObjectName("connectionPicker")
        self.connection_picker.setMenu(self._connection_menu)
        self.issuer_label = ElidedLabel()
        theme.set_mono(self.issuer_label, 12)
        self.issuer_label.setObjectName("issuerLabel")
        self.issuer_label.setProperty("muted", True)
        self.issuer_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _build_right(self) -> None:
        self.store_label = label(role="muted")
        self.store_label.setObjectName("storeLabel")
        self.account_chip = QFrame()
        self.account_chip.setObjectName("accountChip")
        self.account_chip.setProperty("chip", True)
        self._initials = label(role="initials")
        self._name = label()
        inside = QHBoxLayout(self.account_chip)
        inside.setContentsMargins(10, 5, 10, 5)
        inside.addWidget(self._initials)
        inside.addWidget(self._name)
        self.sign_in_button = _button(self.tr("Sign in"), "signInButton", self.tr("Opens your browser to sign in"))
        self.sign_in_button.setProperty("primary", True)
        self.sign_in_button.clicked.connect(self.sign_in_requested)
        self.sign_out_button = _button(self.tr("Sign out"), "signOutButton", self.tr("Revokes and forgets the session"))
        self.sign_out_button.clicked.connect(self.sign_out_requested)
        self.menu_button = QToolButton()
        self.menu_button.setObjectName("menuButton")
        self.menu_button.setText("⋯")
        self.menu_button.setAccessibleName(self.tr("Menu"))
        self.menu_button.setToolTip(self.tr("Menu: appearance, tokens, demo org"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu_button.setMenu(self._menu())

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        appearance = menu.addMenu(self.tr("Appearance"))
        self._schemes = QActionGroup(self)
        names = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        for choice, name in names.items():
            action = appearance.addAction(name)
            action.setCheckable(True)
            action.setData(choice)
            self._schemes.addAction(action)
        self._schemes.triggered.connect(self._choose_scheme)
        menu.addSeparator()
        self.refresh_action = menu.addAction(self.tr("Refresh now"), self.refresh_requested.emit)
        self.drop_action = menu.addAction(self.tr("Drop access token"), self.drop_requested.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Copy issuer"), self.copy_issuer_requested.emit)
        addresses = self.tr("Demo org: addresses and keys…")
        self.addresses_action = menu.addAction(addresses, self.demo_addresses_requested.emit)
        self.reset_action = menu.addAction(self.tr("Reset the demo org…"), self.reset_demo_requested.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Quit"), self.quit_requested.emit)
        return menu

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(10)
        row.addWidget(Mark())
        row.addWidget(label(self.tr("Lapse"), role="brand"))
        row.addSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self.connection_picker)
        row.addWidget(self.issuer_label, 1)
        row.addWidget(self.store_label)
        row.addWidget(self.account_chip)
        row.addWidget(self.sign_in_button)
        row.addWidget(self.sign_out_button)
        row.addWidget(self.menu_button)

    def _choose_connection(self, action: QAction) -> None:
        if action.data():
            self.connection_chosen.emit(action.data())

    def _choose_scheme(self, action: QAction) -> None:
        self.scheme_chosen.emit(action.data())


def _button(text: str, name: str, hint: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(hint)
    button.setAccessibleDescription(hint)
    return button


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
