"""The top bar: which connection, whose session, where it is kept."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from ui import theme
from ui.shell.commands import Commands
from ui.text import plain_tooltip
from ui.widgets.buttons import ActionButton
from ui.widgets.labels import ElidedLabel, ModestLabel, Pill, label
from ui.widgets.painted import BrandMark, Dot


class TopBar(QFrame):
    """Connection and issuer on the left, account and session on the right."""

    connection_chosen = Signal(str)

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self._commands = commands
        self._chosen, self._standings = "", dict[str, bool | None]()
        self._build_left()
        self._build_right()
        self._lay_out()
        self.show_account(None)

    def show_connection(self, name: str, issuer: str, standings: Mapping[str, bool | None], *, ready: bool) -> None:
        """Show the chosen connection and offer all; `ready` colours its dot and is in its tooltip.

        `standings` says by connection name whether a user is signed in there, None where that was not checked.
        """
        self.connection_picker.setText(_plain(f"{name} ▾"))
        state = "ready" if ready else "not ready yet"
        self.connection_picker.setToolTip(plain_tooltip(f"Connection: {name}, {state}"))
        self.connection_picker.setAccessibleName(f"Connection: {name}, {state}")
        self._dot.show_role("good" if ready else "muted")
        self.issuer_label.show_text(issuer)
        self._chosen = name
        self.show_standings(standings)

    def show_standings(self, standings: Mapping[str, bool | None]) -> None:
        """Offer these connections; see `show_connection`."""
        self._standings = dict(standings)
        if not self._connection_menu.isVisible():  # an open menu must not change under the pointer
            self._fill_connection_menu()

    def _fill_connection_menu(self) -> None:
        self._connection_menu.clear()
        for each, signed_in in self._standings.items():
            state = "" if signed_in is None else " · signed in" if signed_in else " · signed out"
            action = self._connection_menu.addAction(_plain(f"{each}{state}"))
            action.setCheckable(True)
            action.setChecked(each == self._chosen)
            action.setData(each)
        self._connection_menu.addSeparator()
        self._connection_menu.addAction(self._commands.connections)
        self._connection_menu.addAction(self._commands.add_connection)

    def show_store(self, text: str) -> None:
        """Say where the session is kept, or that the keyring is being waited for."""
        self.store_label.show_text(text)

    def show_account(self, name: str | None) -> None:
        """Show the signed-in user; None shows the sign-in button instead."""
        signed_in = name is not None
        self.account_chip.setVisible(signed_in)
        self.sign_out_button.setVisible(signed_in)
        self.sign_in_button.setVisible(not signed_in)
        if name is not None:
            self._initials.setText(_initials(name))
            self._name.show_text(name)
            self.account_chip.setAccessibleName(f"Signed in as {name}")

    def show_presenter(self, *, on: bool) -> None:
        self.presenter_pill.setVisible(on)

    def _build_left(self) -> None:
        self._dot = Dot("muted")
        self._connection_menu = QMenu(self)
        self._connection_menu.triggered.connect(self._choose_connection)
        self._connection_menu.aboutToShow.connect(self._fill_connection_menu)
        self.connection_picker = QPushButton("Demo org ▾")
        self.connection_picker.setObjectName("connectionPicker")
        self.connection_picker.setMenu(self._connection_menu)
        self.issuer_label = ElidedLabel()
        theme.set_mono(self.issuer_label, 12)
        self.issuer_label.setObjectName("issuerLabel")
        self.issuer_label.setProperty("muted", True)
        self.issuer_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _build_right(self) -> None:
        self.store_label = ModestLabel()
        self.store_label.setProperty("muted", True)
        self.store_label.setObjectName("storeLabel")
        self.account_chip = QFrame()
        self.account_chip.setObjectName("accountChip")
        self.account_chip.setProperty("chip", True)
        self._initials = label(role="initials")
        self._name = ModestLabel()
        inside = QHBoxLayout(self.account_chip)
        inside.setContentsMargins(10, 5, 10, 5)
        inside.addWidget(self._initials)
        inside.addWidget(self._name)
        self.presenter_pill = Pill()
        self.presenter_pill.setObjectName("presenterPill")
        self.presenter_pill.show_state("Presenting · all masked", "neutral")
        self.presenter_pill.hide()
        self.sign_in_button = ActionButton(self._commands.sign_in, "signInButton")
        self.sign_in_button.setProperty("primary", True)
        self.sign_out_button = ActionButton(self._commands.sign_out, "signOutButton")
        self.side_button = ActionButton(self._commands.side, "sideButton", "Panels")
        self.menu_button = QToolButton()
        self.menu_button.setObjectName("menuButton")
        self.menu_button.setText("⋯")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setToolTip("All commands, with their shortcuts")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._commands.fill(menu)
        self.menu_button.setMenu(menu)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(10)
        row.addWidget(BrandMark())
        row.addWidget(label("Lapse", role="brand"))
        row.addSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self.connection_picker)
        row.addWidget(self.issuer_label, 1)
        row.addWidget(self.presenter_pill)
        row.addWidget(self.store_label)
        row.addWidget(self.account_chip)
        row.addWidget(self.sign_in_button)
        row.addWidget(self.sign_out_button)
        row.addWidget(self.side_button)
        row.addWidget(self.menu_button)

    def _choose_connection(self, action: QAction) -> None:
        if action.data():
            self.connection_chosen.emit(action.data())


def _plain(text: str) -> str:
    """Return the text with its ampersands escaped, so that Qt finds no mnemonic."""
    return text.replace("&", "&&")


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
