"""The Call API strip: what a call would do before the click, what it did afterwards."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from app.decision import Decision, Reason, Verdict
from app.decision.words import because, consequence
from ui import theme
from ui.session.facts import Tone
from ui.widgets.buttons import allow
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.painted import Picker

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
MOST_CALLS = 100
_MARKS = {Tone.GOOD: "●", Tone.WARNING: "▲", Tone.BAD: "■", Tone.NEUTRAL: "○"}


class CallStrip(Card):
    """Method, URL, number of calls, and the button; the verdict banner; the summary of the last call."""

    call_requested = Signal(str, str, int)
    cancel_requested = Signal()
    why_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=9)
        self._running = False
        self._build_row()
        self._build_banner()
        self.story_label = label(role="muted", wrap=True)
        self.story_label.setObjectName("storyLabel")
        self.story_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.story_label.setAccessibleDescription("What the last call did")
        self.why_button = QPushButton("Why?")
        self.why_button.setObjectName("whyButton")
        self.why_button.setProperty("quiet", True)
        self.why_button.setAccessibleName("Why this happened")
        self.why_button.setToolTip("Shows the causes in the journal")
        self.why_button.clicked.connect(self.why_requested)
        below_row = QHBoxLayout()
        below_row.addWidget(self.story_label, 1)
        below_row.addWidget(self.why_button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._row)
        self.body.addWidget(self.verdict_banner)
        self.body.addLayout(below_row)
        self.show_story("")

    def show_decision(self, decision: Decision) -> None:
        """Say what a call would do now, and why; this may change every second."""
        tone = _tone(decision)
        if self.verdict_banner.property("tone") != tone.value:
            self.verdict_banner.setProperty("tone", tone.value)
            for widget in (self.verdict_banner, self._mark, self._because, self._consequence):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        for shown, text in (
            (self._mark, _MARKS[tone]),
            (self._because, because(decision)),
            (self._consequence, consequence(decision)),
        ):
            if shown.text() != text:
                shown.setText(text)
        self.verdict_banner.setAccessibleName(f"{because(decision)} {consequence(decision)}")

    def show_story(self, text: str) -> None:
        """Show the summary of the last call; an empty text hides it."""
        self.story_label.setText(text)
        self.story_label.setVisible(bool(text))
        self.why_button.setVisible(bool(text))

    def show_running(self, done: int, of: int) -> None:
        """Show progress, with the button as Cancel; `of` 0 ends it."""
        self._running = of > 0
        self._show_button()
        if self._running:
            waiting = f"Calling… {done} of {of} answered"
            self.show_story(waiting if of > 1 else "Calling…")

    def request(self) -> tuple[str, str]:
        return self.api_method_picker.currentText(), self.api_url_edit.text()

    def ask(self) -> None:
        """Request the call, unless one is running."""
        if not self._running:
            self.call_requested.emit(*self.request(), self.call_count_spin.value())

    def show_url(self, url: str) -> None:
        self.api_url_edit.setText(url)

    def _build_row(self) -> None:
        self.api_method_picker = Picker()
        self.api_method_picker.setObjectName("apiMethodPicker")
        self.api_method_picker.setAccessibleName("HTTP method")
        self.api_method_picker.addItems(METHODS)
        self.api_url_edit = QLineEdit()
        self.api_url_edit.setObjectName("apiUrlEdit")
        self.api_url_edit.setAccessibleName("API URL")
        self.api_url_edit.setPlaceholderText("https://api.example.com/…")
        theme.set_mono(self.api_url_edit)
        self.api_url_edit.returnPressed.connect(self.ask)
        self.call_count_spin = QSpinBox()
        self.call_count_spin.setObjectName("callCountSpin")
        self.call_count_spin.setAccessibleName("How many calls at once")
        self.call_count_spin.setToolTip(f"How many calls at once, 1 to {MOST_CALLS}")
        self.call_count_spin.setRange(1, MOST_CALLS)
        self.call_count_spin.setPrefix("× ")
        self.call_count_spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.call_api_button = QPushButton()
        self.call_api_button.setObjectName("callApiButton")
        self.call_api_button.setProperty("primary", True)
        self._show_button()
        self.call_api_button.setMinimumSize(QSize(86, 32))
        self.call_api_button.clicked.connect(self._clicked)
        self._row = QHBoxLayout()
        self._row.setSpacing(7)
        self._row.addWidget(self.api_method_picker)
        self._row.addWidget(self.api_url_edit, 1)
        self._row.addWidget(self.call_count_spin)
        self._row.addWidget(self.call_api_button)

    def _show_button(self) -> None:
        if self._running:
            self.call_api_button.setText("Cancel")
            allow(self.call_api_button, hint="Ends the calls; a refresh that has begun goes on and is kept")
        else:
            self.call_api_button.setText("Call API")
            allow(self.call_api_button, hint="Refreshes only if the access token has lapsed (Ctrl+Return)")

    def _build_banner(self) -> None:
        self.verdict_banner = QFrame()
        self.verdict_banner.setObjectName("verdictBanner")
        self.verdict_banner.setProperty("banner", True)
        self._mark = label()
        self._because = label(role="title")
        self._consequence = label(wrap=True)
        inside = QHBoxLayout(self.verdict_banner)
        inside.setContentsMargins(11, 7, 11, 7)
        inside.setSpacing(6)
        inside.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(self._because, 0, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(self._consequence, 1)

    def _clicked(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        else:
            self.ask()


def _tone(decision: Decision) -> Tone:
    if decision.verdict is Verdict.SIGN_IN:
        return Tone.BAD
    if decision.verdict is Verdict.REFRESH:
        return Tone.WARNING
    return Tone.NEUTRAL if decision.reason is Reason.UNKNOWN_EXPIRY else Tone.GOOD
