"""One finding as a card: verdict, cause, evidence with links into the journal, source and remedy."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from app.doctor.records import Certainty, Evidence, Finding
from ui.doctor.facts import VERDICTS, spoken
from ui.text import breakable
from ui.widgets.card import Card
from ui.widgets.labels import Pill, label

_TOP = Qt.AlignmentFlag.AlignTop


class FindingCard(Card):
    """Shows one finding as plain text, because much of it comes from a server.

    `entry_requested` carries the number of a journal entry.
    """

    entry_requested = Signal(int)
    turn_on_grant_requested = Signal()

    def __init__(self, finding: Finding, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=8)
        self.finding = finding
        self._number = number
        self.setObjectName(f"findingCard{number}")
        self.setProperty("findingCard", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        word = self._word(finding.certainty)
        self.setAccessibleName(spoken(word, finding))
        self.setAccessibleDescription(finding.text())
        self._add_head(word)
        self._add_button()
        self._add_evidence()
        self._add_line(f"Source: {finding.source}", role="muted")
        self._add_cure()

    def _word(self, certainty: Certainty) -> str:
        return {
            Certainty.SURE: "Sure",
            Certainty.LIKELY: "Likely",
            Certainty.CANNOT_KNOW: "Cannot know",
        }[certainty]

    def _add_head(self, word: str) -> None:
        verdict = VERDICTS[self.finding.certainty]
        self.pill = Pill()
        self.pill.setObjectName(f"findingPill{self._number}")
        self.pill.show_state(f"{verdict.shape} {word}", verdict.tone)
        self.body.addLayout(_at_left(self.pill))
        self.body.addWidget(_text(self.finding.what, role="title"))

    def _add_evidence(self) -> None:
        self._add_line("EVIDENCE", role="section")
        grid = _grid()
        for each in self.finding.evidence:
            sign = label("–" if each.against else "+", role="title")
            sign.setAccessibleName("speaks against it" if each.against else "speaks for it")
            row = grid.rowCount()
            grid.addWidget(sign, row, 0, _TOP)
            grid.addWidget(_text(each.text), row, 1)
            if each.seq is not None:
                grid.addLayout(self._link(each), row + 1, 1)
        self.body.addLayout(grid)

    def _link(self, evidence: Evidence) -> QHBoxLayout:
        seq = evidence.seq
        assert seq is not None
        button = QPushButton(f"Entry {seq}")
        button.setObjectName(f"evidence{seq}Button")
        button.setProperty("quiet", True)
        button.setProperty("link", True)
        button.setAccessibleName(f"Show entry {seq} in the journal: {evidence.text}")
        button.setProperty("seq", seq)
        button.clicked.connect(self._ask_entry)
        return _at_left(button)

    def _ask_entry(self) -> None:
        self.entry_requested.emit(int(self.sender().property("seq")))

    def _add_cure(self) -> None:
        self._add_line("WHAT TO DO", role="section")
        grid = _grid()
        for row, step in enumerate(self.finding.cure):
            grid.addWidget(label(f"{row + 1}."), row, 0, _TOP)
            grid.addWidget(_text(step), row, 1)
        self.body.addLayout(grid)

    def _add_button(self) -> None:
        if not self.finding.can_turn_on_grant:
            return
        button = QPushButton("Turn the grant on…")
        button.setObjectName(f"turnOnGrantButton{self._number}")
        button.setAccessibleName("Turn the Refresh Token grant on…")
        button.setProperty("primary", True)
        button.clicked.connect(self.turn_on_grant_requested)
        self.body.addLayout(_at_left(button))

    def _add_line(self, text: str, *, role: str) -> None:
        self.body.addSpacing(2)
        self.body.addWidget(_text(text, role=role))


def _text(text: str, *, role: str = "") -> QLabel:
    found = label(breakable(text), role=role, wrap=True)
    found.setAccessibleName(text)
    found.setAlignment(_TOP)  # Qt ignores height-for-width of aligned layout items, so wrapped text would be clipped
    return found


def _grid() -> QGridLayout:
    """Return a grid with a narrow column for signs and numbers and a wide one for texts."""
    found = QGridLayout()
    found.setHorizontalSpacing(8)
    found.setVerticalSpacing(3)
    found.setColumnStretch(1, 1)
    return found


def _at_left(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(widget)
    row.addStretch(1)
    return row
