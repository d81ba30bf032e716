"""A token card: state, countdown, generation, bar of life left; the value itself stays masked."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ui import theme
from ui.session.facts import TokenFacts, card_state
from ui.widgets.card import Card
from ui.widgets.labels import Pill, label
from ui.widgets.painted import Dot, LifeBar

_COUNTDOWN_PX = 27


class TokenCard(Card):
    """The card of one kind of token: access, refresh or id."""

    copy_requested = Signal(str)

    def __init__(self, kind: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=5)
        self.setObjectName(f"{kind}TokenCard")
        self.kind = kind
        self._title = title
        self._facts: TokenFacts | None = None
        self._pill = Pill()
        self._countdown = label()
        theme.set_mono(self._countdown, _COUNTDOWN_PX, bold=True)
        self._generation = label(role="muted")
        theme.set_mono(self._generation, 12)
        self._bar = LifeBar(kind)
        self._detail = label(role="small", wrap=True)
        self._copy = QPushButton(self.tr("Copy"))
        self._copy.setProperty("quiet", True)
        self._copy.setObjectName(f"copy{kind.capitalize()}TokenButton")
        self._copy.setAccessibleName(self.tr("Copy {0}").format(self._title))
        self._copy.clicked.connect(self._request_copy)
        self.body.addLayout(self._head())
        self.body.addLayout(self._middle())
        self.body.addWidget(self._bar)
        self.body.addWidget(self._detail)
        self.show_token(None)
        self.tick(0.0)

    def show_token(self, facts: TokenFacts | None) -> None:
        """Show another token, or none; the next `tick` works out what it says."""
        self._facts = facts
        self._generation.setText("" if facts is None else f"{facts.name} · {facts.fingerprint}")
        self._countdown.setToolTip("" if facts is None else facts.masked)
        self._copy.setEnabled(facts is not None)
        why_not = self.tr("There is no token to copy: sign in or call the API first.")
        hint = self.tr("Copies the token's value; it stays masked here.")
        self._copy.setToolTip(why_not if facts is None else hint)
        self._copy.setAccessibleDescription(why_not if facts is None else hint)

    def tick(self, now: float) -> None:
        """Work everything out anew for `now`, in epoch seconds."""
        state = card_state(self._facts, now)
        self._pill.show_state(state.pill, state.tone.value)
        _set(self._countdown, state.countdown)
        _set(self._detail, state.detail)
        self._bar.show_share(state.share_left)
        self.setAccessibleName(f"{self._title}: {state.pill}")

    @property
    def pill_word(self) -> str:
        """The state in a word."""
        return self._pill.text()

    @property
    def countdown_text(self) -> str:
        """The countdown as shown."""
        return self._countdown.text()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(Dot(self.kind))
        row.addWidget(label(self._title, role="title"))
        row.addStretch(1)
        row.addWidget(self._pill)
        return row

    def _middle(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._countdown)
        row.addStretch(1)
        row.addWidget(self._generation, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _request_copy(self) -> None:
        self.copy_requested.emit(self.kind)


def _set(shown: QLabel, text: str) -> None:
    if shown.text() != text:  # a label that is set to its own text still repaints
        shown.setText(text)
