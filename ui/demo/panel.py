"""The demo org's panel: all its controls; for a real server, "What if?"."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ui.demo.faults import FaultControls
from ui.demo.lifetimes import LifetimeControls
from ui.demo.times import TimeControls
from ui.demo.token_buttons import TokenButtons
from ui.demo.what_if import WhatIf
from ui.shell.commands import Commands
from ui.widgets.labels import label
from ui.widgets.scrolling import scrolling

if TYPE_CHECKING:
    from app.demo.controls import OrgState

_BETWEEN = 18


class DemoPanel(QWidget):
    """Shows the demo org's settings.

    `viewed` is emitted when the panel is opened or looked at again.
    """

    viewed = Signal()
    choose_demo_requested = Signal()

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.setObjectName("demoPanel")
        self.state_label = label(role="muted", wrap=True)
        self.state_label.setObjectName("demoStateLabel")
        self.choose_button = QPushButton("Choose the demo org")
        self.choose_button.setObjectName("chooseDemoButton")
        self.choose_button.clicked.connect(self.choose_demo_requested)
        self.guest_label = label(role="muted", wrap=True)
        self.guest_label.setObjectName("demoGuestLabel")
        self.look_button = QPushButton("Look again")
        self.look_button.setObjectName("lookAgainButton")
        self.look_button.setToolTip("Reads the demo org's settings once")
        self.look_button.clicked.connect(self.viewed)
        self.what_if = WhatIf()
        self.lifetimes = LifetimeControls()
        self.times = TimeControls(commands)
        self.faults = FaultControls()
        self.verbs = TokenButtons(commands)
        self._of_guest = (self.guest_label, self.look_button)
        self._sections = (self.lifetimes, self.times, self.faults, self.verbs)
        self._lay_out()
        self.show_unknown()

    def show_org(self, state: "OrgState") -> None:
        self.lifetimes.show_knobs(state.knobs)
        self.times.show_times(state.moved_s, state.server_skew_s, state.client_skew_s)
        self.faults.show_faults(state.faults, is_cut=state.is_cut)
        self._show_parts(is_demo=True, text="")

    def show_host(self, looked_at: str | None) -> None:
        """Say that another Lapse serves the org, and when it was last read; None where this one serves it."""
        self.guest_label.setText(
            f"Another Lapse serves this org. Changes made there show when you look again; last read at {looked_at}."
        )
        for part in self._of_guest:
            part.setVisible(looked_at is not None)

    def show_real(self, name: str) -> None:
        """Show what applies to the real server of the connection of that name."""
        text = f"Lifetimes, faults and time can be changed only at the demo org. {name} is a real server."
        self._show_parts(is_demo=False, text=text)

    def show_unknown(self) -> None:
        """Show that the demo org's settings are not known yet."""
        self._show_parts(is_demo=False, text="The demo org is not running yet.")
        self.what_if.hide()
        self.choose_button.hide()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.viewed.emit()

    def minimumSizeHint(self) -> QSize:
        """Return the width at which nothing has to be scrolled sideways."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        width = self._content.minimumSizeHint().width() + bar
        return QSize(width, super().minimumSizeHint().height())

    def _show_parts(self, *, is_demo: bool, text: str) -> None:
        for section in self._sections:
            section.setVisible(is_demo)
        if not is_demo:
            self.show_host(None)
        self.what_if.setVisible(not is_demo)
        self.choose_button.setVisible(not is_demo)
        self.state_label.setText(text)
        self.state_label.setVisible(bool(text))
        self.updateGeometry()  # the visible sections decide the least width

    def _lay_out(self) -> None:
        self._content = QWidget()
        self._content.setObjectName("demoContent")
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(14, 12, 12, 14)
        inside.setSpacing(_BETWEEN)
        inside.addWidget(self.what_if)
        inside.addWidget(self.state_label)
        inside.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(self.guest_label)
        inside.addWidget(self.look_button, 0, Qt.AlignmentFlag.AlignLeft)
        for section in self._sections:
            inside.addWidget(section)
        inside.addStretch(1)
        self._scroll = scrolling("demoScroll", self._content)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # texts wrap
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
