"""A token card: state, countdown, generation, share of life left; the value is masked unless requested."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from ui import theme
from ui.session.facts import TokenFacts, card_state
from ui.shell.commands import Commands
from ui.text import shape_of
from ui.widgets.buttons import ActionButton
from ui.widgets.card import Card
from ui.widgets.labels import Pill, label
from ui.widgets.painted import Dot, LifeBar

REVEALED_S = 20.0
_COUNTDOWN_PX = 27


class TokenCard(Card):
    """The card of one kind of token: access, refresh or id; its menu has the window's own commands."""

    def __init__(self, kind: str, title: str, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=5)
        self.setObjectName(f"{kind}TokenCard")
        self.kind = kind
        self._title = title
        self._facts: TokenFacts | None = None
        self._presents = False
        self._revealed_at: float | None = None
        self._pill = Pill()
        self._countdown = label()
        theme.set_mono(self._countdown, _COUNTDOWN_PX, bold=True)
        self._generation = label(role="muted")
        theme.set_mono(self._generation, 12)
        self._bar = LifeBar(kind)
        self._detail = label(role="small", wrap=True)
        self._value_view: QPlainTextEdit | None = None
        self._copy = ActionButton(commands.copy[kind], f"copy{kind.capitalize()}TokenButton", "Copy")
        self._copy.setProperty("quiet", True)
        self.more_button = self._more(commands)
        self.body.addLayout(self._head())
        self.body.addLayout(self._middle())
        self.body.addWidget(self._bar)
        self.body.addWidget(self._detail)
        self.show_token(None)
        self.tick(0.0)

    def show_token(self, facts: TokenFacts | None) -> None:
        """Show another token, or none; the next `tick` updates the texts."""
        self._facts = facts
        self.hide_value()
        self._show_generation()
        self._countdown.setToolTip("" if facts is None else facts.masked)

    def show_presenter(self, *, on: bool) -> None:
        """Mask a revealed value, and mark generations by shape too."""
        self._presents = on
        self.hide_value()
        self._show_generation()

    def reveal(self, value: str, now: float) -> None:
        """Show the value for 20 s from `now`, in epoch seconds; never in presenter mode."""
        if self._presents:
            return
        self._revealed_at = now
        self.value_view.setPlainText(value)
        self.value_view.show()

    def hide_value(self) -> None:
        self._revealed_at = None
        if self._value_view is not None:
            self._value_view.clear()
            self._value_view.hide()

    @property
    def value_view(self) -> QPlainTextEdit:
        """The field for the value, created on first use to keep the first paint fast."""
        if self._value_view is None:
            self._value_view = _value_view(self.kind, "The token's value, shown on request")
            self._value_view.hide()
            self.body.addWidget(self._value_view)
        return self._value_view

    def tick(self, now: float) -> None:
        """Update everything for `now`, in epoch seconds."""
        state = card_state(self._facts, now)
        self._pill.show_state(state.pill, state.tone.value)
        _set(self._countdown, state.countdown)
        _set(self._detail, state.detail)
        self._bar.show_share(state.share_left)
        self.setAccessibleName(f"{self._title}: {state.pill}")
        if self._revealed_at is not None and not 0 <= now - self._revealed_at < REVEALED_S:  # nor if time goes back
            self.hide_value()

    @property
    def pill_word(self) -> str:
        return self._pill.text()

    @property
    def countdown_text(self) -> str:
        return self._countdown.text()

    def hideEvent(self, event: QHideEvent) -> None:
        """Mask: a hidden window gets no ticks to end the 20 s."""
        super().hideEvent(event)
        self.hide_value()

    def _show_generation(self) -> None:
        facts = self._facts
        text = "" if facts is None else f"{facts.name} · {facts.fingerprint}"
        self._generation.setText(f"{shape_of(facts.number)} {text}" if self._presents and facts else text)

    def _more(self, commands: Commands) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"more{self.kind.capitalize()}TokenButton")
        button.setText("⋯")
        button.setProperty("quiet", True)
        button.setAccessibleName(f"More for the {self._title}")
        button.setToolTip("What can be done with this token")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        menu.addActions(commands.of_token(self.kind))
        button.setMenu(menu)
        return button

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(Dot(self.kind))
        row.addWidget(label(self._title, role="title"))
        row.addStretch(1)
        row.addWidget(self._pill)
        return row

    def _middle(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        buttons.addStretch(1)
        buttons.addWidget(self._copy)
        buttons.addWidget(self.more_button)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._generation, 0, Qt.AlignmentFlag.AlignRight)
        right.addLayout(buttons)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._countdown)
        row.addStretch(1)
        row.addLayout(right)
        return row


def _value_view(kind: str, name: str) -> QPlainTextEdit:
    view = QPlainTextEdit()
    view.setObjectName(f"{kind}TokenValueView")
    view.setProperty("tokenValue", True)
    view.setAccessibleName(name)
    # Not selectable: text copied that way would stay on the clipboard, while the card's Copy forgets it.
    view.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    view.setTabChangesFocus(True)
    theme.set_mono(view, 12)
    return view


def _set(shown: QLabel, text: str) -> None:
    if shown.text() != text:  # QLabel repaints even if set to the same text
        shown.setText(text)
