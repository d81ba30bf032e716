"""The dialog that turns the Refresh Token grant on: API token, the change as a diff, confirmation."""

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import BadInput, LapseError
from app.okta.change import App, WantedChange
from app.okta.kept_token import checked_token
from app.okta.words import TOKENS_PAGE
from app.secret import Secret
from ui import theme
from ui.doctor.grant_change import ChangePage, FieldTable
from ui.shell.error_panel import ErrorPanel
from ui.widgets.buttons import allow
from ui.widgets.labels import Pill, label

if TYPE_CHECKING:
    from app.okta.applying import Applied

_WIDTH, _HEIGHT = 700, 540
_LEAST_WIDTH, _LEAST_HEIGHT = 600, 440


class TokenSource(Enum):
    """Where the API token comes from: the user, the keyring, or this computer's demo org."""

    ASKED = "asked"
    KEPT = "kept"
    KNOWN = "known"


class GrantDialog(QDialog):
    """Three steps: read the app, review the change, see it confirmed.

    `read_requested` carries the API token (None if it is known) and whether to keep it in the keyring; the dialog has
    dropped it by then. `apply_requested` carries the GrantChange shown. Closing cancels.
    """

    read_requested = Signal(object, bool)
    read_again_requested = Signal()
    forget_requested = Signal()
    apply_requested = Signal(object)
    copy_requested = Signal(str)

    def __init__(self, org_url: str, source: TokenSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("grantDialog")
        self.setWindowTitle("Turn the Refresh Token grant on")
        self._busy = ""
        self.token_page, self.change_page, self.done_page = TokenPage(org_url), ChangePage(), DonePage()
        self.pages = QStackedWidget()
        for page in (self.token_page, self.change_page, self.done_page):
            self.pages.addWidget(page)
        self._step = label(role="section")
        self._step.setObjectName("grantStepLabel")
        self.error_panel = ErrorPanel()
        self.error_panel.setObjectName("grantErrorPanel")
        self.error_panel.copy_requested.connect(self.copy_requested)
        self._progress = QProgressBar()
        self._progress.setObjectName("grantProgress")
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._busy_label = label(role="muted")
        self._busy_label.setObjectName("grantBusyLabel")
        self._make_buttons()
        self._lay_out()
        self.change_page.planned.connect(self._show_possible)
        self.token_page.token_edit.textChanged.connect(self._show_possible)
        self.show_source(source)
        self._show_page(self.token_page)
        (self.token_page.first_control() or self.read_button).setFocus()
        self._scale()
        self.resize(theme.px(_WIDTH), theme.px(_HEIGHT))

    # --- display --------------------------------------------------------------------------------------------

    def show_source(self, source: TokenSource) -> None:
        """Ask for the API token, or say where it comes from."""
        self.token_page.show_source(source)
        self._show_possible()

    def show_busy(self, text: str) -> None:
        """Show what is in progress; only Cancel is enabled until the next `show_…`."""
        self.error_panel.hide()
        self._set_busy(text)
        self.cancel_button.setFocus()

    def show_change(self, app: App, wanted: WantedChange) -> None:
        """Show what `wanted` changes in the app; raises OktaRefused for one without grants."""
        self.change_page.show_app(app, wanted)
        self._set_busy("")
        self.error_panel.hide()
        self._show_page(self.change_page)
        self.change_page.rotation_picker.setFocus()

    def show_done(self, done: "Applied") -> None:
        self._set_busy("")
        self.error_panel.hide()
        self.done_page.show_done(done)
        self._show_page(self.done_page)
        self.close_button.setFocus()

    def show_error(self, error: LapseError) -> None:
        """Show an error in three lines; the step and all choices stay."""
        self._set_busy("")
        self.error_panel.show_error(error)
        page = self.pages.currentWidget()
        target = self.token_page.first_control() if page is self.token_page else self.read_again_button
        (target or self.read_button).setFocus()

    # --- requests -------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Request the app, as the button does."""
        try:
            token = self.token_page.handed_over()
        except BadInput as wrong:
            self.show_error(wrong)
            return
        self.read_requested.emit(token, token is not None and self.token_page.keep_check.isChecked())

    def _apply(self) -> None:
        change = self.change_page.change
        if change is not None:
            self.apply_requested.emit(change)

    def done(self, result: int) -> None:
        """Close, and drop what was typed."""
        self.token_page.token_edit.setText("")
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter in the change page only end the editing of a number, never apply."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.pages.currentWidget() is self.change_page:
            focus = self.focusWidget()
            if isinstance(focus, QAbstractButton):
                focus.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Make room for every sentence in the new font: QStackedWidget pages do not request it themselves."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._scale()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _scale(self) -> None:
        self.setMinimumSize(theme.px(_LEAST_WIDTH), theme.px(_LEAST_HEIGHT))

    def _show_page(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        steps = {
            self.token_page: "1 OF 3 · API TOKEN",
            self.change_page: "2 OF 3 · WHAT CHANGES",
            self.done_page: "3 OF 3 · CONFIRMED",
        }
        self._step.setText(steps[page])
        self.read_button.setVisible(page is self.token_page)
        self.read_again_button.setVisible(page is self.change_page)
        self.apply_button.setVisible(page is self.change_page)
        self.cancel_button.setVisible(page is not self.done_page)
        self.close_button.setVisible(page is self.done_page)
        self.read_button.setDefault(page is self.token_page)
        self.close_button.setDefault(page is self.done_page)
        self._show_possible()

    def _set_busy(self, text: str) -> None:
        self._busy = text
        self._busy_label.setText(text)
        self._progress.setAccessibleName(text)
        for each in (self._progress, self._busy_label):
            each.setVisible(bool(text))
        self.pages.setEnabled(not text)
        self._show_possible()

    def _show_possible(self) -> None:
        wait = f"Wait, or cancel: {self._busy}" if self._busy else ""
        allow(self.read_button, wait or self.token_page.why_not())
        allow(self.read_again_button, wait, "Read the app as it is now, and plan the change again.")
        allow(self.apply_button, wait or self._why_not_apply(), "Send the app back with this change.")

    def _why_not_apply(self) -> str:
        change = self.change_page.change
        if change is None:
            return "The app was not read yet."
        if change.problems:
            return "Okta would refuse it; see what it says above."
        return "" if change.is_needed else "There is nothing to change: the app is already set up like this."

    def _make_buttons(self) -> None:
        self.read_button = _button("grantReadButton", "Read the app", primary=True)
        self.read_button.clicked.connect(self.read)
        self.read_again_button = _button("grantReadAgainButton", "Read again")
        self.read_again_button.clicked.connect(self.read_again_requested)
        self.apply_button = _button("grantApplyButton", "Apply the change", primary=True)
        self.apply_button.clicked.connect(self._apply)
        self.cancel_button = _button("grantCancelButton", "Cancel")
        self.cancel_button.clicked.connect(self.reject)
        self.close_button = _button("grantCloseButton", "Close", primary=True)
        self.close_button.clicked.connect(self.accept)
        self.token_page.forget_button.clicked.connect(self.forget_requested)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.read_again_button)
        buttons.addStretch(1)
        for button in (self.cancel_button, self.read_button, self.apply_button, self.close_button):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addWidget(self._step)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.error_panel)
        layout.addWidget(self._busy_label)
        layout.addWidget(self._progress)
        layout.addLayout(buttons)
        self._set_busy("")


class TokenPage(QWidget):
    """Where the API token comes from, and where to create one."""

    def __init__(self, org_url: str) -> None:
        super().__init__()
        self._source = TokenSource.ASKED
        self._org_url = org_url
        self._story = label(wrap=True)
        self._story.setObjectName("grantTokenStoryLabel")
        self.token_edit = QLineEdit()
        self.token_edit.setObjectName("grantTokenEdit")
        self.token_edit.setAccessibleName("API token")
        self.token_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.token_edit.setInputMethodHints(self.token_edit.inputMethodHints() | Qt.InputMethodHint.ImhSensitiveData)
        theme.set_mono(self.token_edit, 12)
        self._caption = label("API token", role="title")
        self._caption.setBuddy(self.token_edit)
        self.keep_check = QCheckBox("Keep it in the OS keyring")
        self.keep_check.setObjectName("grantKeepCheck")
        self.keep_check.setToolTip("For this org only. Otherwise it is forgotten when this window closes.")
        self.keep_check.setAccessibleDescription(self.keep_check.toolTip())
        self.forget_button = _button("grantForgetButton", "Forget the kept token")
        self._where = label(role="muted", wrap=True)
        self._where.setObjectName("grantTokenWhereLabel")
        self._lay_out()

    def show_source(self, source: TokenSource) -> None:
        self._source = source
        asked, kept = source is TokenSource.ASKED, source is TokenSource.KEPT
        stories = {
            TokenSource.ASKED: (
                "Lapse reads the app with an API token of yours, shows what would change, and changes it only when you "
                "say so. The token goes to {0} and nowhere else."
            ),
            TokenSource.KEPT: "The API token for {0} is kept in the OS keyring.",
            TokenSource.KNOWN: "{0} is this computer's demo org: its API token is known.",
        }
        self._story.setText(stories[source].format(self._org_url))
        for each in (self._caption, self.token_edit, self.keep_check, self._where):
            each.setVisible(asked)
        self.forget_button.setVisible(kept)

    def first_control(self) -> QWidget | None:
        """The first control to use, None where there is only the button."""
        return self.token_edit if self._source is TokenSource.ASKED else None

    def why_not(self) -> str:
        """Return why the app cannot be read yet."""
        if self._source is TokenSource.ASKED and not self.token_edit.text().strip():
            return "Enter the API token first."
        return ""

    def handed_over(self) -> Secret | None:
        """Return the token and drop it here, None where it is known; raises BadInput for an invalid one."""
        if self._source is not TokenSource.ASKED:
            return None
        typed = Secret(self.token_edit.text())
        self.token_edit.setText("")  # clear() would keep it in the undo history
        return checked_token(typed)

    def _lay_out(self) -> None:
        self._where.setText(
            f"Make one in Okta's Admin Console: {TOKENS_PAGE}, Create token. It has the rights of the admin who makes "
            "it, who must be allowed to manage applications: a Super Administrator is. Okta shows it once. It ends if "
            "it was not used for 30 days, or when you revoke it on the same page."
        )
        row = QHBoxLayout()
        row.addWidget(self.forget_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for each in (self._story, self._caption, self.token_edit, self.keep_check, self._where):
            layout.addWidget(each)
        layout.addLayout(row)
        layout.addStretch(1)


class DonePage(QWidget):
    """The app as read back after the change."""

    def __init__(self) -> None:
        super().__init__()
        pill = Pill()
        pill.show_state("Read back and confirmed", "good")
        self._headline = label("The Refresh Token grant is on", role="headline")
        self._next = label(
            (
                "Sign in again with the scope offline_access: a refresh token comes with the next sign-in, not "
                "with the tokens you hold."
            ),
            wrap=True,
        )
        self.fields = FieldTable("grantDoneTable", "What the app shows now", is_made=True)
        self.others_label = label(role="muted", wrap=True)
        self.others_label.setObjectName("grantOthersLabel")
        row = QHBoxLayout()
        row.addWidget(pill)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(row)
        layout.addWidget(self._headline)
        layout.addWidget(self._next)
        layout.addWidget(self.fields, 1)
        layout.addWidget(self.others_label)

    def show_done(self, done: "Applied") -> None:
        self.fields.show_fields(done.fields)
        others = f"These also differ from what was sent: {', '.join(done.others)}."
        self.others_label.setText(others if done.others else "")
        self.others_label.setVisible(bool(done.others))


def _button(name: str, text: str, *, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)
    if primary:
        button.setProperty("primary", True)
    return button
