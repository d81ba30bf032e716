"""The doctor's panel: possible causes, best-founded first, and what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.doctor.records import Finding
from ui.doctor.facts import copied
from ui.doctor.finding_card import FindingCard
from ui.widgets.buttons import allow
from ui.widgets.labels import label
from ui.widgets.scrolling import scrolling


class DoctorPanel(QWidget):
    """Shows findings; `look_requested` asks for another diagnosis, `entry_requested` carries a journal number."""

    entry_requested = Signal(int)
    turn_on_grant_requested = Signal()
    look_requested = Signal()
    cancel_requested = Signal()
    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("doctorPanel")
        self._findings: tuple[Finding, ...] = ()
        self.cards: tuple[FindingCard, ...] = ()
        self.state_label = label(role="muted", wrap=True)
        self.state_label.setObjectName("doctorStateLabel")
        self.look_button = self._button("doctorLookButton", "Look again", "Look again for causes")
        self.look_button.clicked.connect(self.look_requested)
        self.cancel_button = self._button("doctorCancelButton", "Cancel", "Stop looking")
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.copy_button = self._button("doctorCopyButton", "Copy", "Copy the findings as text")
        self.copy_button.clicked.connect(self._copy)
        self.progress = QProgressBar()
        self.progress.setObjectName("doctorProgress")
        self.progress.setAccessibleName("Looking for causes")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self._lay_out()
        self._show("No diagnosis yet.", ())

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        if not findings:
            self.show_nothing()
            return
        many = f"{len(findings)} possible causes, the best-founded first."
        self._show("One cause was found." if len(findings) == 1 else many, findings)

    def show_nothing(self) -> None:
        self._show("Nothing found: as far as can be seen from here, everything is as it should be.", ())

    def show_busy(self) -> None:
        """Show that a diagnosis runs; earlier findings stay meanwhile."""
        self._tell("Looking at the server, the session and the journal…")
        self._show_progress(busy=True)

    def show_stopped(self) -> None:
        """Show that the diagnosis did not finish; earlier findings stay."""
        self._tell("The diagnosis was stopped or failed: there is no new result.")
        self._show_progress(busy=False)

    def text(self) -> str:
        """The findings as text, for the clipboard."""
        return copied(self._findings)

    def _show(self, state: str, findings: tuple[Finding, ...]) -> None:
        self._findings = findings
        self._tell(state)
        self._show_progress(busy=False)
        for card in self.cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = tuple(self._card(each, number) for number, each in enumerate(findings, 1))
        for place, card in enumerate(self.cards):
            self._list.insertWidget(place, card)
        allow(self.copy_button, "" if findings else "There is nothing to copy: nothing was found.")

    def _card(self, finding: Finding, number: int) -> FindingCard:
        card = FindingCard(finding, number)
        card.entry_requested.connect(self.entry_requested)
        card.turn_on_grant_requested.connect(self.turn_on_grant_requested)
        return card

    def _tell(self, state: str) -> None:
        self.state_label.setText(state)
        self.setAccessibleName(f"Doctor: {state}")

    def _show_progress(self, *, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.look_button.setVisible(not busy)

    def _copy(self) -> None:
        self.copy_requested.emit(self.text())

    def _button(self, name: str, text: str, spoken: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(spoken)
        return button

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.look_button, self.cancel_button, self.copy_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        content = QWidget()
        content.setObjectName("doctorFindings")
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(10)
        self._list.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(self.state_label)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        scroll = scrolling("doctorScroll", content)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # texts wrap
        layout.addWidget(scroll, 1)
