"""The dialog to add or change a connection: what the issuer offers is shown before anything is saved."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.connecting.not_found import NotFound
from app.connecting.pasted_issuer import is_okta_issuer
from app.connecting.trial_verdict import TrialOutcome
from app.connection import Connection, check_connection
from app.connection_field import ConnectionField
from app.errors import BadInput, LapseError
from ui import theme
from ui.connections.field import FieldError
from ui.connections.form import ConnectionForm
from ui.connections.steps_view import StepsView
from ui.widgets.announcer import Announcer
from ui.widgets.buttons import allow
from ui.widgets.labels import label
from ui.widgets.scrolling import scrolling

if TYPE_CHECKING:
    # For types alone: it brings the HTTP library, which comes after the first paint.
    from app.connecting.lookup import Found
    from app.connecting.trial_step import TrialStep

_SIZE = (760, 720)
_AROUND = 40


class Purpose(StrEnum):
    """What the editor is open for."""

    ADD = "add"
    EDIT = "edit"
    DUPLICATE = "duplicate"


class ConnectionEditor(QDialog):
    """Emits the checked connection by `saved` and stays open until it is accepted; errors appear at their field.

    An issuer has to be looked up before it is saved, unless it does not respond.
    """

    look_up_requested = Signal(str)
    test_requested = Signal(object)
    cancel_requested = Signal()
    saved = Signal(object)
    copy_requested = Signal(str)

    def __init__(
        self,
        purpose: Purpose = Purpose.ADD,
        connection: Connection | None = None,
        *,
        taken: frozenset[str] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("connectionEditor")
        self._purpose = purpose
        self._original = connection or Connection(name="", issuer="", client_id="")
        self._taken = taken
        self._silent = ""  # the issuer that did not answer
        self._is_busy = False
        self.setWindowTitle(self._title())
        self.form = ConnectionForm()
        self.steps = StepsView()
        self.trouble = FieldError("connectionTroubleLabel")
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._busy_label = label(role="muted", wrap=True)
        self._busy_label.setObjectName("connectionBusyLabel")
        self._announcer = Announcer(self._busy_label)
        self.stop_button = self._button("stopConnectionWorkButton", "Stop")
        self.test_button = self._button("testConnectionButton", "Test")
        self.cancel_button = self._button("cancelConnectionButton", "Cancel")
        self.save_button = self._button("saveConnectionButton", "Save and use")
        self._scroll: QScrollArea
        self._to_sight: QWidget | None = None
        # Qt lays new widgets out in a posted event, so they can be scrolled to only afterwards.
        self._sight_timer = QTimer(self)
        self._sight_timer.setObjectName("connectionSightTimer")
        self._sight_timer.setSingleShot(True)
        self._sight_timer.timeout.connect(self._scroll_there)
        self._lay_out()
        self._connect()
        self.form.show_connection(self._original)
        if purpose is not Purpose.ADD:
            self.form.redirect.chosen_by_hand = True
        # A saved connection was looked up before; another issuer has to be looked up again.
        self._looked_at = self._original.issuer if purpose is not Purpose.ADD else ""
        self.show_busy("")
        self._show_session_note()

    def show_found(self, found: "Found") -> None:
        """Show the result of the look-up and take over its issuer; nothing is saved."""
        self.show_busy("")
        self.form.issuer.show_trouble("")
        self.form.found.show_found(found)
        self._take(found)
        self._busy_label.setText("Check what was found, then save.")
        self._announcer.announce(self._busy_label.text())

    def show_error(self, error: LapseError) -> None:
        """Show an error at the field it is about, if any; everything typed stays."""
        self.show_busy("")
        text = "\n".join(line for line in (*error.lines()[:1], error.next_step, error.raw) if line)
        if isinstance(error, NotFound):
            self.form.found.show_tried(error.tried)
            self._silent = "" if error.answered else self.form.issuer_edit.text().strip()
        self._blame(error.field, text)
        self._show_save()

    def show_busy(self, what: str) -> None:
        """Show what is in progress, with a button to stop it; an empty text ends it."""
        self._is_busy = bool(what)
        self._busy_label.setText(what)
        self._progress.setVisible(self._is_busy)
        self.stop_button.setVisible(self._is_busy)
        why_not = "Wait until this is done, or stop it." if self._is_busy else ""
        allow(self.form.look_up_button, why_not)
        allow(self.test_button, why_not, "Tries everything that can be tried without signing in.")
        self._show_save()

    def show_test(self, steps: "tuple[TrialStep, ...]", *, done: bool = True) -> None:
        """Show the steps of a test so far; once it is `done`, an error is shown at its field too."""
        self.steps.show_steps(steps)
        if done:
            self.show_busy("")
            self._show_wrong(steps)
        self._bring_to_sight(self.steps)

    def connection(self) -> Connection:
        """The connection as typed. Raises BadInput for the first invalid field."""
        typed = self.form.connection(self._original)
        if self._purpose is not Purpose.EDIT:
            typed = replace(typed, number=0)
        return check_connection(typed)

    # --- actions ---------------------------------------------------------------------------------------------

    def _look_up(self) -> None:
        self._forget_trouble()
        self.look_up_requested.emit(self.form.issuer_edit.text())

    def _test(self) -> None:
        connection = self._checked()
        if connection is not None:
            self.test_requested.emit(connection)

    def _save(self) -> None:
        if self._is_busy:
            return
        if self._needs_look():
            self._look_up()
            return
        connection = self._checked()
        if connection is not None:
            self.saved.emit(connection)

    def _checked(self) -> Connection | None:
        self._forget_trouble()
        try:
            found = self.connection()
        except BadInput as wrong:
            self.show_error(wrong)
            return None
        if found.name not in self._taken:
            return found
        self._blame(ConnectionField.NAME, "There is a connection of this name already; choose another.")
        return None

    def _needs_look(self) -> bool:
        issuer = self.form.issuer_edit.text().strip()
        return issuer not in (self._looked_at, self._silent) or not issuer

    def _take(self, found: "Found") -> None:
        self._looked_at, self._silent = found.issuer, ""
        self.form.take_issuer(found.issuer)
        self.form.kinds.show_possible(found.offer.why_not)
        self.form.redirect.suggest(is_okta=found.metadata.is_okta or is_okta_issuer(found.issuer))
        self._show_save()
        self._show_session_note()

    def _on_issuer_edited(self) -> None:
        self.form.found.clear()
        self.form.kinds.show_possible({})
        self.form.issuer.show_trouble("")
        if self._is_busy:
            self.cancel_requested.emit()  # the result would be about another text
        self._busy_label.clear()
        self._show_save()
        self._show_session_note()

    # --- display --------------------------------------------------------------------------------------------

    def _show_save(self) -> None:
        issuer = self.form.issuer_edit.text().strip()
        if issuer and issuer == self._silent:
            text, hint = "Save without look-up", "The issuer did not respond."
        elif self._needs_look():
            text, hint = "Look up, then save", "The issuer is looked up before it is saved."
        else:
            text, hint = "Save and use", ""
        self.save_button.setText(text)
        allow(self.save_button, "Wait until this is done, or stop it." if self._is_busy else "", hint)

    def _show_session_note(self) -> None:
        before, form = self._original, self.form
        same = (form.issuer_edit.text().strip(), form.client_id_edit.text().strip()) == (
            before.issuer,
            before.client_id,
        )
        changed = self._purpose is Purpose.EDIT and not same
        note = "The session belongs to the previous issuer and client: saving signs it out."
        form.client_id.show_note(note if changed else "")

    def _blame(self, field: ConnectionField | None, text: str) -> None:
        self._announcer.announce(text)
        place = self.form.places.get(field) if field is not None else None
        if place is None:
            self.trouble.show_text(text)
            return
        place.show_trouble(text)
        self._bring_to_sight(place)
        control = self.form.controls.get(field) if field is not None else None
        if control is not None:
            control.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_wrong(self, steps: "tuple[TrialStep, ...]") -> None:
        wrong = {
            each.field: f"{each.words}\n{each.cure}"
            for each in steps
            if each.outcome is TrialOutcome.BAD and each.field
        }
        for field, text in wrong.items():
            if field in self.form.places:
                self.form.places[field].show_trouble(text)

    def _forget_trouble(self) -> None:
        self.trouble.show_text("")
        for place in self.form.places.values():
            place.show_trouble("")

    def _bring_to_sight(self, widget: QWidget) -> None:
        self._to_sight = widget
        self._sight_timer.start()

    def _scroll_there(self) -> None:
        if self._to_sight is not None:
            self._scroll.ensureWidgetVisible(self._to_sight, 0, theme.px(12))

    def _title(self) -> str:
        return {
            Purpose.ADD: "Add a connection",
            Purpose.EDIT: "Edit a connection",
            Purpose.DUPLICATE: "Duplicate a connection",
        }[self._purpose]

    def _button(self, name: str, text: str) -> QPushButton:
        found = QPushButton(text)
        found.setObjectName(name)
        found.setAutoDefault(False)
        return found

    def _connect(self) -> None:
        form = self.form
        form.look_up_button.clicked.connect(self._look_up)
        form.issuer_edit.textEdited.connect(self._on_issuer_edited)
        form.client_id_edit.textEdited.connect(self._show_session_note)
        form.found.chosen.connect(self._take)
        form.redirect.copy_requested.connect(self.copy_requested)
        self.stop_button.clicked.connect(self.cancel_requested)
        self.test_button.clicked.connect(self._test)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._save)
        self.save_button.setDefault(True)

    def _lay_out(self) -> None:
        self.save_button.setProperty("primary", True)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 8)
        column.setSpacing(12)
        column.addWidget(self.form)
        column.addWidget(self.steps)
        column.addStretch(1)
        self._scroll = scrolling("connectionScroll", content)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        busy = QHBoxLayout()
        busy.setSpacing(10)
        busy.addWidget(self._busy_label, 1)
        busy.addWidget(self.stop_button)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.test_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 4, 20, 16)
        foot.setSpacing(8)
        for each in (self._progress, self.trouble):
            foot.addWidget(each)
        foot.addLayout(busy)
        foot.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)
        room = self.screen().availableGeometry()
        self.resize(min(theme.px(_SIZE[0]), room.width() - _AROUND), min(theme.px(_SIZE[1]), room.height() - _AROUND))
