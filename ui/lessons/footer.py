"""The actions of the lesson shown: start, hint, play, cancel, next."""

from enum import Enum, auto

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui.shell.commands import Commands
from ui.text import breakable
from ui.widgets.buttons import ActionButton, allow
from ui.widgets.labels import label


class LessonActions(Enum):
    """The buttons of the footer."""

    START = auto()
    HELP = auto()
    CANCEL = auto()
    NEXT = auto()


class Footer(QWidget):
    """A line about the state, and the buttons available now."""

    start_requested = Signal()
    cancel_requested = Signal()
    next_requested = Signal()

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lessonFooter")
        self.state_label = label(role="muted", wrap=True)
        self.state_label.setObjectName("lessonStateLabel")
        self._known = label(wrap=True)
        self._known.setObjectName("lessonKnownLabel")
        self._done = self._banner()
        self.progress = QProgressBar()
        self.progress.setObjectName("lessonProgress")
        self.progress.setAccessibleName("The program is at work")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.start_button = self._button("startLessonButton", "Start", primary=True)
        self.start_button.clicked.connect(self.start_requested)
        self.show_me_button = ActionButton(commands.show_me, "showMeButton", "Show me")
        self.hint_button = ActionButton(commands.lesson_hint, "lessonHintButton", "Hint")
        self.cancel_button = self._button("cancelLessonButton", "Cancel")
        allow(self.cancel_button, hint="Stops the program; what it did already stays done")
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.next_button = self._button("nextLessonButton", "Next lesson", primary=True)
        self.next_button.clicked.connect(self.next_requested)
        self._lay_out()
        self.offer(LessonActions.START, "")

    def offer(self, offer: LessonActions, state: str, known: str = "") -> None:
        focused = QApplication.focusWidget()
        self.state_label.setText(breakable(state))
        self.state_label.setVisible(bool(state))
        self._known.setText(breakable(known))
        self._done.setVisible(offer is LessonActions.NEXT)
        self.progress.setVisible(offer is LessonActions.CANCEL)
        for button, when in (
            (self.start_button, LessonActions.START),
            (self.hint_button, LessonActions.HELP),
            (self.show_me_button, LessonActions.HELP),
            (self.cancel_button, LessonActions.CANCEL),
            (self.next_button, LessonActions.NEXT),
        ):
            button.setVisible(offer is when)
        if focused is not None and self.isAncestorOf(focused) and focused.isHidden():
            self.take_focus()

    def allow_start(self, text: str, why_not: str) -> None:
        """Set the start button's text, and say why it is disabled."""
        self.start_button.setText(text)
        allow(self.start_button, why_not, "Sets up the demo org and the session for the lesson")

    def take_focus(self) -> None:
        buttons = (self.start_button, self.hint_button, self.show_me_button, self.cancel_button, self.next_button)
        found = next((each for each in buttons if not each.isHidden() and each.isEnabled()), None)
        if found is not None:
            found.setFocus()

    def _banner(self) -> QFrame:
        banner = QFrame()
        banner.setProperty("banner", True)
        banner.setProperty("tone", "good")
        inside = QVBoxLayout(banner)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.setSpacing(4)
        inside.addWidget(label("✓ Done. Now you know:", role="title"))
        inside.addWidget(self._known)
        return banner

    def _button(self, name: str, text: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setProperty("primary", primary)
        return button

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (
            self.start_button,
            self.hint_button,
            self.show_me_button,
            self.cancel_button,
            self.next_button,
        ):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.progress)
        layout.addWidget(self.state_label)
        layout.addWidget(self._done)
        layout.addLayout(buttons)
